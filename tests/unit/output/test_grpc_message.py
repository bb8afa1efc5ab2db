# SPDX-License-Identifier: Apache-2.0
"""An alert as a message, read by the published numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from falcomod.alert.model import Alert, FieldValue, Priority
from falcomod.output.grpc_message import CUT_CHARACTERS, CUT_FIELDS, SIZE_MAX, encode
from tests.unit.output import grpc_stub

ALERT = Alert(
    time_ns=1_600_000_000_123_456_789,
    priority=Priority.WARNING,
    rule="Shell",
    output="a shell",
    output_fields={"proc.name": "sh"},
    tags=("b", "a"),
    hostname="host-1",
    source="syscall",
)


def read(alert: Alert, line: str = "line") -> Any:
    return grpc_stub.Alert.FromString(encode(alert, line))


def test_alert_is_told_whole() -> None:
    found = read(ALERT, "12:26:40.123456789: Warning a shell")
    assert (found.time.seconds, found.time.nanos) == (1_600_000_000, 123_456_789)
    assert found.output == "12:26:40.123456789: Warning a shell"
    assert (found.rule, found.hostname, found.tags) == ("Shell", "host-1", ["b", "a"])
    assert dict(found.output_fields) == {"proc.name": "sh"}


@pytest.mark.parametrize("priority", Priority)
def test_priority_is_its_number(priority: Priority) -> None:
    assert read(replace(ALERT, priority=priority)).priority == priority.value


@pytest.mark.parametrize(
    ("source", "number"), [("syscall", 0), ("k8s_audit", 1), ("internal", 2), ("aws", 3)]
)
def test_source_is_told_to_old_and_new_clients(source: str, number: int) -> None:
    found = read(replace(ALERT, source=source))
    assert (found.source, found.source_name) == (number, source)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        (["a", "b"], '["a","b"]'),
        ("é", "é"),
        ("broken \udce9", "broken \ufffd"),
    ],
)
def test_fields_are_texts(value: FieldValue, text: str) -> None:
    assert read(replace(ALERT, output_fields={"f": value})).output_fields["f"] == text


def test_too_large_alert_is_cut_to_what_clients_take() -> None:
    many = {f"f{number}": "€" * 100_000 for number in range(60)}
    alert = replace(ALERT, output_fields=many, tags=("t",) * 100)
    found = read(alert, "€" * SIZE_MAX)
    assert found.ByteSize() < SIZE_MAX
    assert len(found.output) == CUT_CHARACTERS
    assert found.output.endswith("€…")
    assert len(found.output_fields) == len(found.tags) == CUT_FIELDS
