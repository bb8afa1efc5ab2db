# SPDX-License-Identifier: Apache-2.0
"""A version has the bytes that Falco's clients read."""

from __future__ import annotations

from falcomod.api import version_pb2 as pb

# By hand: each field's number and kind in front of its value.
BYTES = (
    b"\x0a\x011"  # 1, version
    b"\x10\x02\x18\x03\x20\x04"  # 2 to 4: major, minor, patch
    b"\x2a\x01p\x32\x01b"  # 5, 6: prerelease, build
    b"\x38\x3f"  # 7, engine_minor, which was engine_version
    b"\x42\x01c"  # 8, engine_fields_checksum
    b"\x48\x05\x50\x06"  # 9, 10: engine_major, engine_patch
    b"\x5a\x01e"  # 11, engine_version
)


def test_every_field_has_its_number() -> None:
    message = pb.response(
        version="1",
        major=2,
        minor=3,
        patch=4,
        prerelease="p",
        build="b",
        engine_minor=63,
        engine_fields_checksum="c",
        engine_major=5,
        engine_patch=6,
        engine_version="e",
    )
    assert message.SerializeToString() == BYTES
    assert pb.response.FromString(BYTES) == message


def test_service_has_the_published_method() -> None:
    service = pb.DESCRIPTOR.services_by_name["service"]
    assert service.full_name == "falco.version.service"
    assert [method.name for method in service.methods] == ["version"]
