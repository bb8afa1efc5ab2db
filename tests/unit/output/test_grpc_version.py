# SPDX-License-Identifier: Apache-2.0
"""A version as a message, read by the published numbers."""

from __future__ import annotations

import pytest

from falcomod.output.grpc_version import Version
from tests.unit.output import grpc_stub


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0.1.0", (0, 1, 0, "", "")),
        ("1.22.333-rc1", (1, 22, 333, "rc1", "")),
        ("1.2.3-rc.1+4a2f.5", (1, 2, 3, "rc.1", "4a2f.5")),
        ("1.2.3+4a2f", (1, 2, 3, "", "4a2f")),
        ("unknown", (0, 0, 0, "", "")),
        ("1.2.9999999999", (0, 0, 0, "", "")),
    ],
)
def test_version_is_told_whole_and_in_parts(text: str, parts: tuple[object, ...]) -> None:
    found = grpc_stub.Version.FromString(Version(text).encode())
    assert found.version == text
    assert (found.major, found.minor, found.patch, found.prerelease, found.build) == parts


def test_engine_is_told_to_old_and_new_clients() -> None:
    found = grpc_stub.Version.FromString(Version("1.0.0", (1, 63, 2), "sum").encode())
    assert found.engine_version == 63
    assert (found.engine_major, found.engine_patch) == (1, 2)
    assert (found.engine_version_text, found.engine_fields_checksum) == ("1.63.2", "sum")
