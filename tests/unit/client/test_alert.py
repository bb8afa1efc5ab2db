# SPDX-License-Identifier: Apache-2.0
"""An alert as a client gets it, from the message of a server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from falcomod.alert import model
from falcomod.api import outputs_pb2
from falcomod.client.alert import SOURCES, Alert, Priority
from falcomod.output.grpc_message import encode

SENT = model.Alert(
    time_ns=1_600_000_000_123_456_789,
    priority=model.Priority.WARNING,
    rule="Shell",
    output="a shell",
    output_fields={"proc.name": "sh", "proc.pid": 7},
    tags=("a", "b"),
    hostname="host-1",
    source="k8s_audit",
)


def test_alert_arrives_as_it_was_sent() -> None:
    got = Alert.of(outputs_pb2.response.FromString(encode(SENT, "line")))
    assert (got.time_ns, got.rule, got.output) == (SENT.time_ns, "Shell", "line")
    assert (got.priority, got.source, got.hostname) == (Priority.WARNING, "k8s_audit", "host-1")
    assert (got.fields, got.tags) == ({"proc.name": "sh", "proc.pid": "7"}, ("a", "b"))


@pytest.mark.parametrize("time_ns", [0, 1_600_000_000_123_456_789, -1])
def test_time_is_exact_to_the_microsecond(time_ns: int) -> None:
    message = outputs_pb2.response()
    message.time.FromNanoseconds(time_ns)
    got = Alert.of(message)
    assert got.time_ns == time_ns
    assert got.time.tzinfo is UTC
    epoch = datetime.fromtimestamp(0, UTC)
    assert (got.time - epoch).total_seconds() == pytest.approx(time_ns / 1e9, abs=1e-6)


def test_priorities_are_those_of_alerts() -> None:
    assert [(each.name, each.value) for each in Priority] == [
        (each.name, each.value) for each in model.Priority
    ]


@pytest.mark.parametrize("number", range(4))
def test_source_of_an_old_server_is_known_by_its_number(number: int) -> None:
    message = outputs_pb2.response.FromString(bytes((0x18, number)))
    assert Alert.of(message).source == SOURCES[number]


def test_what_a_newer_server_may_send_is_not_mistaken() -> None:
    assert Alert.of(outputs_pb2.response.FromString(b"\x18\x09")).source == ""
    with pytest.raises(ValueError, match="9 is not a valid Priority"):
        Alert.of(outputs_pb2.response.FromString(b"\x10\x09"))
    late = outputs_pb2.response(time={"seconds": 10**15})
    assert Alert.of(late).time_ns == 10**24
