# SPDX-License-Identifier: Apache-2.0
"""Every message: its rule, how bad it is, its text and its fields."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from falcomod.alert.internal import RULE_PREFIX
from falcomod.alert.model import Alert, Priority
from falcomod.app import messages

AT: dict[str, Any] = {"hostname": "node-1", "time_ns": 7}

# Function, what it is called with; then rule behind the prefix, priority, text, fields.
CASES: list[tuple[str, tuple[Any, ...], dict[str, Any], str, Priority, str, dict[str, Any]]] = [
    (
        "events_dropped",
        (3, {"n_drops": "3"}),
        {},
        "syscall event drop",
        Priority.DEBUG,
        "Falco internal: syscall event drop. 3 system calls dropped in last second.",
        {"n_drops": "3"},
    ),
    (
        "no_events",
        (1000, "none"),
        {},
        "timeouts notification",
        Priority.DEBUG,
        "Falco internal: timeouts notification. 1000 consecutive timeouts without event.",
        {"last_event_time": "none"},
    ),
    (
        "metrics_snapshot",
        ({"falco.num_evts": 5},),
        {},
        "metrics snapshot",
        Priority.INFORMATIONAL,
        "Falco metrics snapshot",
        {"falco.num_evts": 5},
    ),
    (
        "reload_failed",
        ("rules.yaml:3: no such macro",),
        {},
        "hot restart failure",
        Priority.CRITICAL,
        "Falco internal: hot restart failure: rules.yaml:3: no such macro",
        {"error": "rules.yaml:3: no such macro"},
    ),
    (
        "started",
        (),
        {"version": "1.2", "driver": "", "sources": ("k8s_audit",), "rules": 9},
        "start",
        Priority.INFORMATIONAL,
        "Falco internal: start. falcomod 1.2 watches with 9 rules.",
        {"version": "1.2", "driver": "none", "sources": ["k8s_audit"], "rules": 9},
    ),
    (
        "stopped",
        ("SIGTERM",),
        {"events": 10, "drops": 1, "alerts": 2},
        "stop",
        Priority.INFORMATIONAL,
        "Falco internal: stop. falcomod stops: SIGTERM.",
        {"reason": "SIGTERM", "n_evts": 10, "n_drops": 1, "n_alerts": 2},
    ),
    (
        "reloaded",
        ("SIGHUP",),
        {"rules": 4, "reloads": 2},
        "reload",
        Priority.INFORMATIONAL,
        "Falco internal: reload. 4 rules are in use from now on.",
        {"cause": "SIGHUP", "rules": 4, "reloads": 2},
    ),
    (
        "alerts_lost",
        ("http", 5, 12),
        {},
        "alerts lost",
        Priority.CRITICAL,
        "Falco internal: alerts lost. 5 alerts did not reach output http.",
        {"output": "http", "n_lost": 5, "n_lost_total": 12},
    ),
]


@pytest.mark.parametrize(
    ("function", "args", "named", "rule", "priority", "text", "fields"),
    CASES,
    ids=[case[0] for case in CASES],
)
def test_message(
    function: str,
    args: tuple[Any, ...],
    named: dict[str, Any],
    rule: str,
    priority: Priority,
    text: str,
    fields: dict[str, Any],
) -> None:
    alert = getattr(messages, function)(*args, **named, **AT)
    assert alert == Alert(
        time_ns=7,
        priority=priority,
        rule=RULE_PREFIX + rule,
        output=text,
        output_fields=fields,
        hostname="node-1",
        source="internal",
    )


def test_every_message_has_a_case() -> None:
    made = {
        name
        for name, function in inspect.getmembers(messages, inspect.isfunction)
        if function.__module__ == messages.__name__
        and function.__annotations__["return"] == "Alert"
    }
    assert made == {case[0] for case in CASES}
