# SPDX-License-Identifier: Apache-2.0
"""The running falcomod without a driver; test_attendants has what runs beside it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.app import host_watch
from falcomod.app import service as module
from falcomod.app.prepared import Prepared, prepare
from falcomod.app.service import Service
from falcomod.config.load import Loaded
from falcomod.config.model import Config
from falcomod.config.output_options import FileOutput, RateLimit, StdoutOutput
from falcomod.errors import DriverError, EnvironmentFault, UserError

RULE = "- rule: {name}\n  desc: d\n  condition: ka.verb = get\n  output: o\n  source: k8s_audit\n"
RULE += "  priority: INFO\n"
AUDIT = frozenset({"k8s_audit"})
ALERT = Alert(time_ns=1, priority=Priority.NOTICE, rule="R", output="o")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    rules = tmp_path / "r.yaml"
    rules.write_text(RULE.format(name="R"))
    return replace(
        Config(),
        rules_files=[str(rules)],
        rules_cache_dir="",
        json_output=True,
        stdout_output=StdoutOutput(enabled=False),
        file_output=FileOutput(enabled=True, filename=str(tmp_path / "alerts")),
    )


def prepared(config: Config) -> Prepared:
    return prepare(lambda: Loaded(config))


@contextmanager
def running(config: Config) -> Iterator[Service]:
    service = Service(prepared(config), AUDIT)
    with ExitStack() as teardown:
        teardown.callback(service.close)
        service.watch(teardown)
        thread = threading.Thread(target=service.run, args=(None,))
        thread.start()
        try:
            yield service
        finally:
            service.stop("test")
            thread.join()
            service.finish()


def rules_of(config: Config) -> list[str]:
    text = Path(config.file_output.filename).read_text()
    return [json.loads(line)["rule"] for line in text.splitlines()]


def test_a_run_tells_of_its_beginning_and_its_end(config: Config) -> None:
    with running(config) as service:
        service.say_started()
        service.publish(ALERT)
    assert rules_of(config) == ["Falco internal: start", "R", "Falco internal: stop"]
    assert "Events detected: 0" in service.summary()


def test_starts_and_stops_are_told_where_rules_as_severe_are_on(config: Config) -> None:
    with running(replace(config, priority="notice")) as service:
        service.say_started()  # informational
        service.publish(ALERT)
        service.publish(replace(ALERT, priority=Priority.DEBUG, source="internal", rule="lost"))
    assert rules_of(config) == ["R", "lost"]


def test_a_run_may_be_silent_about_itself(config: Config) -> None:
    config = replace(config, lifecycle_messages=False)
    with running(config) as service:
        service.say_started()
        service.publish(ALERT)
    assert rules_of(config) == ["R"]


def test_the_limit_of_old_keeps_alerts_back_and_says_so(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    config = replace(config, outputs=RateLimit(rate=0.001, max_burst=2), lifecycle_messages=False)
    with running(config) as service:
        for _ in range(5):
            service.publish(ALERT)
        snapshot = service.snapshot()
    assert rules_of(config) == ["R", "R"]
    assert snapshot is not None
    assert snapshot.throttled == 3


def test_a_snapshot_is_made_between_two_events(config: Config) -> None:
    with running(config) as service:
        snapshot = service.snapshot()
        assert snapshot is not None
        assert (snapshot.rules_on, snapshot.sources, snapshot.driver) == (1, ("k8s_audit",), "")
        assert snapshot.outputs["file"]["accepted"] == 0
        assert service.is_healthy()


def test_an_engine_that_is_stuck_is_seen(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEALTHY_S", 0.0)
    service = Service(prepared(config), AUDIT)
    with ExitStack() as teardown:
        teardown.callback(service.close)
        service.watch(teardown)
        assert service.snapshot(wait_s=0.01) is None
        assert not service.is_healthy()


def test_exchange_counts_and_names_what_has_to_wait(config: Config) -> None:
    with running(config) as service:
        before = service.snapshot()
        other = replace(config, engine=replace(config.engine, kind="kmod"), json_output=False)
        assert service.exchange(prepared(other)) == ["engine.kind"]
        after = service.snapshot()
        assert before is not None
        assert after is not None
        assert (before.reloads, after.reloads) == (0, 1)
        assert after.reload_ns > before.reload_ns
        assert service.config == other


def test_what_has_to_wait_is_named_until_it_is_taken_back(config: Config) -> None:
    other = replace(config, engine=replace(config.engine, kind="kmod"))
    with running(config) as service:
        assert service.exchange(prepared(other)) == ["engine.kind"]
        assert service.exchange(prepared(replace(other, json_output=False))) == ["engine.kind"]
        assert service.exchange(prepared(config)) == []


@pytest.mark.parametrize("step", ["widen", "configure"])
def test_what_is_refused_leaves_all_as_it_was(
    config: Config, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(config) as service:
        target, error = {
            "widen": (service.host, DriverError("no room")),
            "configure": (service.outlet, UserError("no such file")),
        }[step]

        def refuse(*_: object, **__: object) -> None:
            raise error

        narrowed: list[int] = []
        with monkeypatch.context() as patch:
            patch.setattr(target, step, refuse)
            patch.setattr(service.host, "narrow", lambda: narrowed.append(1))
            with pytest.raises(type(error)):
                service.exchange(prepared(replace(config, priority="error")))
        assert narrowed == ([1] if step == "configure" else [])
        assert service.config == config
        assert service.reloads == 0


def test_an_engine_that_is_stuck_is_given_nothing_new(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_watch, "EXCHANGE_WAIT_S", 0.05)
    service = Service(prepared(config), AUDIT)
    with ExitStack() as teardown:
        teardown.callback(service.close)
        service.watch(teardown)
        other = replace(config, stdout_output=StdoutOutput(), file_output=FileOutput())
        with pytest.raises(EnvironmentFault, match="the engine did not answer"):
            service.exchange(prepared(other))
        service.publish(ALERT)
        assert service.outlet.settle(10)
    assert rules_of(config) == ["R"]
    assert service.config == config


def test_the_engine_goes_on_while_those_who_ask_it_end(config: Config) -> None:
    with running(config) as service:
        service.stop("test")
    seen: list[bool] = []
    service.run_until(lambda: seen.append(service.snapshot() is not None))
    assert seen == [True]
