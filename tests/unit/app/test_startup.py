# SPDX-License-Identifier: Apache-2.0
"""The steps of start-up that need no driver; the VM tier takes the whole way."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.app import rules_program, startup, status_file
from falcomod.app.driver_choice import Opened
from falcomod.app.metadata import Metadata
from falcomod.config.model import Config
from falcomod.config.output_options import StdoutOutput
from falcomod.engine.decode.schema import SYSCALLS
from falcomod.engine.state.tables import State
from falcomod.enrich.domains import Domains
from falcomod.enrich.users import HostNames
from falcomod.errors import UserError

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


def test_state_knows_this_process() -> None:
    state = State()
    startup.seed_state(state, HostNames())
    thread = state.thread(os.getpid())
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


def test_housekeeping_hands_over_addresses_of_names() -> None:
    state = State()
    domains = Domains({"a.example"}, look_up=lambda name: [b"\x0a\0\0\1"])
    keep_house = startup.Housekeeping(state, lambda: None, domains)
    keep_house()
    assert state.counters()["domains"] == 0
    domains.refresh()
    keep_house()
    assert state.counters()["domains"] == 1


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
    selected = startup.selection(rules_program.load_rules(Config()))
    assert SYSCALLS["clone"].sc in selected
    assert SYSCALLS["getpid"].sc not in selected


def test_records_wait_as_is_configured() -> None:
    state = State()
    engines = dataclasses.replace(Config().container_engines, wait_ms=7, waiting_events_max=9)
    settings = config(container_engines=engines)
    metadata = Metadata(settings, state)
    waiting = startup.waiting(settings, state, metadata)
    assert waiting.counters()["waiting_records"] == 0
    metadata.stop()


def test_others_are_asked_until_the_run_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST_ROOT", str(tmp_path))  # where no socket is
    with ExitStack() as teardown:
        metadata = startup.ask_others(Config(), State(), None, teardown)
        assert set(metadata.containers.runtimes()) == {"docker", "podman", "containerd", "cri"}
