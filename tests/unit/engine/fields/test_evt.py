# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import socket
import time

import pytest

from falcomod.engine.fields.registry import bind
from tests.record_builder import build
from tests.unit.engine.fields.host import TS, Case, host, look, of_cat

OPEN = build("openat", ts=TS, tid=200, fd=-2, name="/x")
CHDIR = build("chdir", ts=TS, tid=200, res=0, path="/")
AUDIT = build("PLUGINEVENT_E", ts=TS, tid=0, plugin_id=1, event_data=b'{"kind": "Event"}')
OTHER_PLUGIN = build("PLUGINEVENT_E", ts=TS, tid=0, plugin_id=999, event_data=b"x")
OBSERVED = build("ASYNCEVENT_E", ts=TS, tid=0, plugin_id=0, name="container", data=b"{}")


CASES = [
    Case("evt.num", OPEN, "1", 1),
    of_cat("evt.time", "22:13:20.012345678"),
    of_cat("evt.time.s", "22:13:20"),
    of_cat("evt.time.iso8601", "2023-11-14T22:13:20.012345678+0000"),
    of_cat("evt.datetime", "2023-11-14 22:13:20.012345678"),
    of_cat("evt.datetime.s", "2023-11-14 22:13:20"),
    of_cat("evt.rawtime", str(TS), TS),
    of_cat("evt.rawtime.s", "1700000000", 1_700_000_000),
    of_cat("evt.rawtime.ns", "012345678", 12_345_678),
    of_cat("evt.reltime", "000000000", 0),
    of_cat("evt.reltime.s", "0", 0),
    of_cat("evt.reltime.ns", "000000000", 0),
    of_cat("evt.source", "syscall"),
    of_cat("evt.is_async", "false", False),
    of_cat("evt.hostname", os.environ.get("FALCO_HOSTNAME", socket.gethostname())),
    Case("evt.pluginname", AUDIT, *2 * ("k8saudit",)),
    Case("evt.pluginname", OTHER_PLUGIN, None, None),
    Case("evt.pluginname", CHDIR, None, None),
    Case("evt.plugininfo", AUDIT, *2 * ('{"kind": "Event"}',)),
    Case("evt.plugininfo", CHDIR, None, None),
    Case("evt.source", AUDIT, *2 * ("k8s_audit",)),
    Case("evt.asynctype", OBSERVED, *2 * ("container",)),
    Case("evt.asynctype", CHDIR, None, None),
    Case("evt.is_async", OBSERVED, "true", True),
]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch):
    """Local times are those of UTC in tests."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_times_of_day_are_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "IST-5:30")
    time.tzset()
    assert look(host(), of_cat("evt.datetime.s", "")) == ("2023-11-15 03:43:20",) * 2
    assert look(host(), of_cat("evt.time.iso8601", ""))[0] == "2023-11-14T22:13:20.012345678+0000"


def test_events_are_counted() -> None:
    probe = host()
    assert [bind("evt.num").value(probe.at(CHDIR)) for _ in range(3)] == [1, 2, 3]
