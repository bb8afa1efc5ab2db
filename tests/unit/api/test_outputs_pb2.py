# SPDX-License-Identifier: Apache-2.0
"""An alert has the bytes that Falco's clients read."""

from __future__ import annotations

from falcomod.api import outputs_pb2 as pb

# By hand: each field's number and kind in front of its value.
BYTES = (
    b"\x0a\x04\x08\x05\x10\x07"  # 1, time: 5 s, 7 ns
    b"\x10\x04"  # 2, priority: warning
    b"\x18\x01"  # 3, source as a number: k8s_audit
    b"\x22\x01R"  # 4, rule
    b"\x2a\x01o"  # 5, output
    b"\x32\x06\x0a\x01k\x12\x01v"  # 6, output_fields: k=v
    b"\x3a\x01h"  # 7, hostname
    b"\x42\x01a\x42\x01b"  # 8, tags
    b"\x4a\x01s"  # 9, source
)


def test_every_field_has_its_number() -> None:
    message = pb.response(
        time={"seconds": 5, "nanos": 7},
        priority=4,  # type: ignore[arg-type]
        source_deprecated=1,  # type: ignore[arg-type]
        rule="R",
        output="o",
        output_fields={"k": "v"},
        hostname="h",
        tags=["a", "b"],
        source="s",
    )
    assert message.SerializeToString() == BYTES
    assert pb.response.FromString(BYTES) == message


def test_service_has_the_published_methods() -> None:
    service = pb.DESCRIPTOR.services_by_name["service"]
    kinds = {
        method.name: (method.client_streaming, method.server_streaming)
        for method in service.methods
    }
    assert service.full_name == "falco.outputs.service"
    assert kinds == {"sub": (True, True), "get": (False, True)}
