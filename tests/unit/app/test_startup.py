# SPDX-License-Identifier: Apache-2.0
"""The steps of start-up that need no driver; the VM tier takes the whole way."""

from __future__ import annotations

import dataclasses
import functools
import json
import logging
import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.app import startup, status_file
from falcomod.app.driver_choice import Opened
from falcomod.config.model import Config, RulesNamed, RulesSwitched, StdoutOutput
from falcomod.engine.decode.schema import SYSCALLS
from falcomod.engine.state.tables import State
from falcomod.errors import RuleLoadError, UserError

ALERT = Alert(
    time_ns=1_700_000_000_123_456_789,
    priority=Priority.WARNING,
    rule="r",
    output="text",
    output_fields={"evt.time": 1},
    tags=("t",),
    hostname="h",
    source="syscall",
)


def config(**changes: object) -> Config:
    return dataclasses.replace(Config(), **changes)  # type: ignore[arg-type]


def test_json_switches_leave_out_keys() -> None:
    line = startup.renderer(config(json_output=True, json_include_tags_property=False))(ALERT)
    assert sorted(json.loads(line)) == [
        "hostname", "output", "output_fields", "priority", "rule", "source", "time",
    ]  # fmt: skip


def test_text_with_iso_time() -> None:
    line = startup.renderer(config(time_format_iso_8601=True))(ALERT)
    assert line == "2023-11-14T22:13:20.123456789+0000: Warning text"


def test_no_output_is_refused() -> None:
    with pytest.raises(UserError, match="no output configured"):
        startup.open_sinks(config(stdout_output=StdoutOutput(enabled=False)))


def test_every_rules_file_has_a_line(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("falcomod").propagate = True
    caplog.set_level(logging.INFO, "falcomod")
    rules = startup.load_rules(Config())
    assert len(rules.rules) >= 7
    assert any(record.message.endswith("falcomod_rules.yaml: ok") for record in caplog.records)


def test_priority_keeps_rules_off() -> None:
    everything = startup.load_rules(Config())
    severe = startup.load_rules(config(priority="critical"))
    assert len(severe.rules) < len(everything.rules)
    assert all(rule.rule.priority <= Priority.CRITICAL for rule in severe.rules)


def test_bad_rules_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("- rule: x\n")
    with pytest.raises(RuleLoadError):
        startup.load_rules(config(rules_files=[str(path)]))


RULE = "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: debug\n"


def test_bad_rules_can_be_left_out_and_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("falcomod").propagate = True
    caplog.set_level(logging.INFO, "falcomod")
    bad = tmp_path / "bad.yaml"
    bad.write_text("- macro: m\n" + RULE.format(name="one", condition="m"))
    good = tmp_path / "good.yaml"
    good.write_text(RULE.format(name="two", condition="evt.type = open"))
    rules = startup.load_rules(config(rules_files=[str(bad), str(good)], skip_bad_rules=True))
    assert [rule.rule.name for rule in rules.rules] == ["two"]
    lines = [record.getMessage() for record in caplog.records]
    assert f"   {bad}: in part" in lines
    assert f"   {good}: ok" in lines
    assert any(line.startswith(f"left out: {bad}:1:10: ") for line in lines)
    assert f"rule left out: rule='one' fault={bad}:4:14" in lines
    assert "faults=2 rules_left_out=1" in lines


def test_rules_are_switched_by_the_configuration(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("falcomod").propagate = True
    caplog.set_level(logging.INFO, "falcomod")
    path = tmp_path / "r.yaml"
    path.write_text(
        RULE.format(name="one", condition="evt.type = open")
        + RULE.format(name="two", condition="evt.type = close")
    )
    steps = [
        RulesSwitched(disable=RulesNamed(rule="o*")),
        RulesSwitched(enable=RulesNamed(tag="t")),
    ]
    rules = startup.load_rules(config(rules_files=[str(path)], rules=steps))
    assert [rule.rule.name for rule in rules.rules] == ["two"]
    lines = [record.getMessage() for record in caplog.records]
    assert "Disabling rules with name: o*" in lines
    assert "no rule is meant: Enabling rules with tag: t" in lines


def test_state_knows_this_process() -> None:
    thread = startup.seed_state(Config()).thread(os.getpid())
    assert thread is not None
    assert thread["pid"] == os.getpid()


def test_hostname_can_be_overridden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALCO_HOSTNAME", "elsewhere")
    assert startup.hostname() == "elsewhere"
    monkeypatch.delenv("FALCO_HOSTNAME")
    assert startup.hostname() == os.uname().nodename


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_calls_stop_and_handlers_come_back(number: signal.Signals) -> None:
    called: list[bool] = []
    before = signal.getsignal(number)
    restore = startup.on_signals(lambda: called.append(True))
    os.kill(os.getpid(), number)
    restore()
    assert called == [True]
    assert signal.getsignal(number) is before


def test_housekeeping_removes_threads_that_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "PRUNE_INTERVAL_S", 0)
    state = State()
    gone = 2**22 + 1  # beyond the highest pid there is
    state.seed_thread(tid=gone, pid=gone, ptid=1, comm="gone")
    keep_house = startup.Housekeeping(state, lambda: None)
    keep_house()
    assert state.thread(gone) is not None
    keep_house()
    assert state.thread(gone) is None


def test_housekeeping_writes_the_status_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bool] = []
    keep_house = startup.Housekeeping(State(), lambda: written.append(True))
    for _ in range(3):
        keep_house()
    assert written == [True]
    monkeypatch.setattr(startup, "STATUS_INTERVAL_S", 0)
    keep_house = startup.Housekeeping(State(), lambda: written.append(True))
    for _ in range(3):
        keep_house()
    assert written == [True] * 4


class CountingSource:
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...

    def counters(self) -> dict[str, int]:
        return {"produced": 5, "lost": 1}


def test_status_tells_the_counters_until_the_run_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        startup, "StatusFile", functools.partial(status_file.StatusFile, directory=tmp_path)
    )
    with ExitStack() as teardown:
        startup.status_writer(Opened(CountingSource(), "ebpf", "how", 3), teardown)()
        (status,) = status_file.running(tmp_path)
        assert (status.driver, status.rings, status.events, status.drops) == ("ebpf", 3, 5, 1)
    assert status_file.running(tmp_path) == []


def test_selection_holds_the_calls_that_change_state() -> None:
    selected = startup.selection(startup.load_rules(Config()))
    assert SYSCALLS["clone"].sc in selected
    assert SYSCALLS["getpid"].sc not in selected
