# SPDX-License-Identifier: Apache-2.0
"""This host's system calls, without a driver; tests/live has the whole."""

from __future__ import annotations

import dataclasses
import functools
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from falcomod.app import host_watch, status_file
from falcomod.app.agent import Agent
from falcomod.app.driver_choice import Opened
from falcomod.app.metadata import Metadata
from falcomod.app.prepared import Prepared
from falcomod.app.statistics import Statistics
from falcomod.config.model import Config
from falcomod.engine.capture.source import RingSource
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.enrich.domains import Domains
from falcomod.enrich.users import HostNames
from falcomod.errors import EnvironmentFault
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile


def config(**changes: object) -> Config:
    return dataclasses.replace(Config(), **changes)  # type: ignore[arg-type]


def test_state_knows_this_process() -> None:
    state = State()
    host_watch.seed_state(state, HostNames())
    thread = state.thread(os.getpid())
    assert thread is not None
    assert thread["pid"] == os.getpid()


def test_housekeeping_removes_threads_that_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_watch, "PRUNE_INTERVAL_S", 0)
    state = State()
    gone = 2**22 + 1  # beyond the highest pid there is
    state.seed_thread(tid=gone, pid=gone, ptid=1, comm="gone")
    keep_house = host_watch.Housekeeping(state, lambda: None)
    keep_house()
    assert state.thread(gone) is not None
    keep_house()
    assert state.thread(gone) is None


def test_housekeeping_hands_over_addresses_of_names() -> None:
    state = State()
    domains = Domains({"a.example"}, look_up=lambda name: [b"\x0a\0\0\1"])
    keep_house = host_watch.Housekeeping(state, lambda: None, domains)
    keep_house()
    assert state.counters()["domains"] == 0
    domains.refresh()
    keep_house()
    assert state.counters()["domains"] == 1


def test_housekeeping_writes_the_status_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bool] = []
    keep_house = host_watch.Housekeeping(State(), lambda: written.append(True))
    for _ in range(3):
        keep_house()
    assert written == [True]
    monkeypatch.setattr(host_watch, "STATUS_INTERVAL_S", 0)
    keep_house = host_watch.Housekeeping(State(), lambda: written.append(True))
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
        host_watch, "StatusFile", functools.partial(status_file.StatusFile, directory=tmp_path)
    )
    with ExitStack() as teardown:
        host_watch.status_writer(Opened(CountingSource(), "ebpf", "how", 3), teardown)()
        (status,) = status_file.running(tmp_path)
        assert (status.driver, status.rings, status.events, status.drops) == ("ebpf", 3, 5, 1)
    assert status_file.running(tmp_path) == []


def test_records_wait_as_is_configured() -> None:
    state = State()
    engines = dataclasses.replace(Config().container_engines, wait_ms=7, waiting_events_max=9)
    settings = config(container_engines=engines)
    metadata = Metadata(settings, state)
    waiting = host_watch.waiting(settings, state, metadata)
    assert waiting.counters()["waiting_records"] == 0
    metadata.stop()


@pytest.fixture
def turning() -> Iterator[Engine]:
    """An engine that runs on a thread and has no events."""
    engine, over = Engine(RingSource(), State(), None, print), threading.Event()

    def run() -> None:
        while not over.is_set():
            engine.run(10, 1)

    thread = threading.Thread(target=run)
    thread.start()
    yield engine
    over.set()
    thread.join()


def test_calls_are_made_on_the_engines_thread(turning: Engine) -> None:
    names: list[str] = []
    host_watch.call_between_events(turning, lambda: names.append(threading.current_thread().name))
    assert names != [threading.current_thread().name]
    assert len(names) == 1


def test_call_that_is_given_up_is_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_watch, "EXCHANGE_WAIT_S", 0.01)
    engine, made = Engine(RingSource(), State(), None, print), []
    with pytest.raises(EnvironmentFault, match="the engine did not answer"):
        host_watch.call_between_events(engine, lambda: made.append(1))
    engine.run(0, 1)
    assert made == []


def test_without_a_host_rules_are_exchanged_all_the_same() -> None:
    rules = compile_rules(load_sources([SourceFile("none", "")]))
    agent = Agent(
        rules=(), publish=print, statistics=Statistics(), hostname="", keep_house=lambda: None
    )
    host = host_watch.NoHost(agent)
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            host.engine.run(10, 1)

    thread = threading.Thread(target=run)
    thread.start()
    host.exchange(Prepared(Config(), rules, frozenset(), ()))
    over.set()
    thread.join()
    assert agent.rules is rules.rules
    assert host.about() == {}
