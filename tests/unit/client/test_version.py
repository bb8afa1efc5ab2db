# SPDX-License-Identifier: Apache-2.0
"""A version as a client gets it, of new and of old servers."""

from __future__ import annotations

from falcomod.api import version_pb2
from falcomod.client.version import Version
from falcomod.output import grpc_version


def test_version_arrives_as_it_was_sent() -> None:
    sent = grpc_version.Version("1.2.3-rc1+4a2f", (0, 63, 7), "sum")
    got = Version.of(version_pb2.response.FromString(sent.encode()))
    assert (got.version, got.major, got.minor, got.patch) == ("1.2.3-rc1+4a2f", 1, 2, 3)
    assert (got.prerelease, got.build) == ("rc1", "4a2f")
    assert (got.engine_version, got.engine_fields_checksum) == ("0.63.7", "sum")


def test_engine_of_an_old_server_is_one_number() -> None:
    assert Version.of(version_pb2.response.FromString(b"\x38\x0d")).engine_version == "13"
