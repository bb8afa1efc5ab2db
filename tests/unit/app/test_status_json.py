# SPDX-License-Identifier: Apache-2.0
"""Nothing of a snapshot is left out, and all of it is JSON."""

from __future__ import annotations

import dataclasses
import json
import os

from falcomod.alert.model import Priority
from falcomod.app.snapshot import RuleKey, Snapshot
from falcomod.app.status_json import process, snapshot_json

SNAPSHOT = Snapshot(
    time_ns=3_000_000_000,
    start_ns=1_000_000_000,
    reload_ns=2_000_000_000,
    driver="kmod",
    sources=("syscall",),
    engine={"events": 7},
    runtimes={"docker": {"asked": 1}},
    outputs={"stdout": {"written": 2}},
    alerts={
        RuleKey("seldom", Priority.DEBUG, "syscall"): 1,
        RuleKey("often", Priority.WARNING, "syscall", ("host", "mitre")): 5,
    },
)


def test_every_field_is_there() -> None:
    found = snapshot_json(SNAPSHOT)
    names = {field.name for field in dataclasses.fields(Snapshot)}
    assert found.keys() == names | {"version", "process"}
    for name in names - {"alerts", "sources"}:
        assert found[name] == getattr(SNAPSHOT, name)


def test_it_is_json() -> None:
    found = snapshot_json(SNAPSHOT)
    assert json.loads(json.dumps(found)) == found


def test_rules_stand_by_how_often_they_alerted() -> None:
    assert snapshot_json(SNAPSHOT)["alerts"] == [
        {
            "rule": "often",
            "priority": "Warning",
            "source": "syscall",
            "tags": ["host", "mitre"],
            "count": 5,
        },
        {"rule": "seldom", "priority": "Debug", "source": "syscall", "tags": [], "count": 1},
    ]


def test_process_is_this_one() -> None:
    found = process()
    assert found["pid"] == os.getpid()
    assert 0 < found["cpu_s"] <= sum(os.times()[:2])
    assert found["rss_bytes"] > 1 << 20
