# SPDX-License-Identifier: Apache-2.0
"""From a match to the sinks, over the real engine; what fails on the way is contained."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import NoReturn

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.app.agent import Agent, Publish
from falcomod.app.statistics import Statistics
from falcomod.engine.capture.source import ReplaySource, RingSource
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_files
from tests.record_builder import build

RULES = """
- rule: Shadow opened
  desc: d
  condition: evt.type = openat and fd.name = /etc/shadow
  output: opened %fd.name by %proc.pid
  priority: WARNING
  tags: [b, a]
"""


@pytest.fixture
def rules(tmp_path: Path) -> CompiledRules:
    path = tmp_path / "r.yaml"
    path.write_text(RULES)
    return compile_rules(load_files([path]))


def agent_of(rules: CompiledRules, publish: Publish) -> Agent:
    return Agent(
        rules=rules.rules,
        publish=publish,
        statistics=Statistics(),
        hostname="here",
        keep_house=lambda: None,
    )


def engine_of(rules: CompiledRules, agent: Agent, opened: str = "/etc/shadow") -> Engine:
    record = build("openat", ts=1_700_000_000_000_000_000, tid=42, fd=3, name=opened)
    source = ReplaySource([record, record])
    return Engine(source, State(), rules.ruleset, agent.on_match, on_error=agent.on_error)


def test_match_becomes_an_alert(rules: CompiledRules) -> None:
    alerts: list[Alert] = []
    agent = agent_of(rules, alerts.append)
    agent.drain(engine_of(rules, agent))
    assert len(alerts) == 2
    alert = alerts[0]
    assert alert.rule == "Shadow opened"
    assert alert.priority is Priority.WARNING
    assert alert.output.startswith("opened /etc/shadow by ")
    assert alert.output_fields["fd.name"] == "/etc/shadow"
    assert alert.tags == ("a", "b")
    assert (alert.hostname, alert.source) == ("here", "syscall")
    assert alert.time_ns == 1_700_000_000_000_000_000


def test_no_match_gives_no_alert(rules: CompiledRules) -> None:
    alerts: list[Alert] = []
    agent = agent_of(rules, alerts.append)
    agent.drain(engine_of(rules, agent, opened="/etc/hostname"))
    assert alerts == []


def test_exception_in_a_callback_does_not_end_the_run(
    rules: CompiledRules, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Alert] = []

    def fail(alert: Alert) -> NoReturn:
        seen.append(alert)
        raise KeyError("x")

    agent = agent_of(rules, fail)
    logging.getLogger("falcomod").propagate = True
    engine = engine_of(rules, agent)
    agent.drain(engine)
    assert len(seen) == 2
    assert engine.counters()["errors"] == 2
    assert "alert lost: KeyError: 'x'" in caplog.text


def test_run_ends_at_the_deadline(rules: CompiledRules) -> None:
    agent = agent_of(rules, print)
    began = time.monotonic()
    quiet = Engine(RingSource(), State(), rules.ruleset, agent.on_match)
    agent.run(quiet, duration_s=0.05)
    assert time.monotonic() - began >= 0.05
    assert not quiet.at_end


def test_run_ends_with_the_source(rules: CompiledRules) -> None:
    alerts: list[Alert] = []
    agent = agent_of(rules, alerts.append)
    engine = engine_of(rules, agent)
    agent.run(engine)
    assert engine.at_end
    assert len(alerts) == 2
    assert not agent.is_stopping


def test_alerts_are_explained_where_that_is_asked_for(rules: CompiledRules) -> None:
    alerts: list[Alert] = []
    told = object()
    agent = Agent(
        rules=rules.rules, publish=alerts.append, statistics=Statistics(), hostname="here",
        keep_house=lambda: None, explain=lambda rule, view: (told, rule.name, view.number),
    )  # fmt: skip
    agent.drain(engine_of(rules, agent))
    assert [alert.explanation for alert in alerts] == [
        (told, "Shadow opened", 1),
        (told, "Shadow opened", 2),
    ]


def test_stop_ends_the_run(rules: CompiledRules) -> None:
    agent = agent_of(rules, print)
    agent.stop()
    agent.run(engine_of(rules, agent))


def test_explanation_that_fails_loses_no_alert(
    rules: CompiledRules, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_rule: object, _view: object) -> NoReturn:
        raise RecursionError("too deep")

    logging.getLogger("falcomod").propagate = True
    alerts: list[Alert] = []
    agent = Agent(
        rules=rules.rules, publish=alerts.append, statistics=Statistics(), hostname="here",
        keep_house=lambda: None, explain=fail,
    )  # fmt: skip
    agent.drain(engine_of(rules, agent))
    assert [alert.explanation for alert in alerts] == [None, None]
    assert "explanation lost: rule='Shadow opened' RecursionError: too deep" in caplog.text


class Waits:
    """An engine whose records wait for a container that is never known."""

    at_end = True
    is_waiting = True

    def __init__(self) -> None:
        self.runs = 0

    def run(self, timeout_ms: int, max_events: int) -> int:
        self.runs += 1
        return 0

    def counters(self) -> dict[str, int]:
        return {}

    def finish(self) -> None:
        self.is_waiting = False


def test_records_that_wait_are_taken_at_the_end(rules: CompiledRules) -> None:
    engine = Waits()
    agent_of(rules, print).drain(engine)
    assert (engine.runs, engine.is_waiting) == (1, False)


def test_answers_that_are_on_their_way_are_waited_for(
    rules: CompiledRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Waits()
    # The answer comes while the agent sleeps.
    monkeypatch.setattr(time, "sleep", lambda s: setattr(engine, "is_waiting", False))
    agent_of(rules, print).drain(engine, wait_s=60)
    assert (engine.runs, engine.is_waiting) == (2, False)
