# SPDX-License-Identifier: Apache-2.0
"""What arrives at a socket such as systemd's, and that none of it can fail the agent."""

from __future__ import annotations

import logging
import os
import re
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.app.snapshot import RuleKey, Snapshot
from falcomod.app.systemd import Notifier, summary


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder whose path is short enough for a socket's address."""
    with tempfile.TemporaryDirectory(prefix="fm-", dir="/tmp") as made:
        yield Path(made)


@pytest.fixture(params=["path", "abstract"])
def manager(place: Path, request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(
            str(place / "notify") if request.param == "path" else f"\0falcomod-{os.getpid()}"
        )
        receiver.settimeout(10)
        yield receiver


def environment(manager: socket.socket, **more: str) -> dict[str, str]:
    name = manager.getsockname()
    text = "@" + name[1:].decode() if isinstance(name, bytes) else name
    return {"NOTIFY_SOCKET": text, **more}


def heard(manager: socket.socket) -> list[str]:
    """The messages that have arrived."""
    messages = []
    manager.setblocking(False)
    while True:
        try:
            messages.append(manager.recv(4096).decode())
        except BlockingIOError:
            return messages


def test_messages_of_a_life(manager: socket.socket) -> None:
    notifier = Notifier(environment(manager))
    before_us = time.monotonic_ns() // 1000
    notifier.ready()
    notifier.status("25 rules,\n kmod")
    notifier.reloading()
    notifier.ready()
    notifier.stopping()
    messages = heard(manager)
    reloading = messages.pop(2)
    assert messages == ["READY=1", "STATUS=25 rules, kmod", "READY=1", "STOPPING=1"]
    found = re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", reloading)
    assert found is not None
    assert before_us <= int(found[1]) <= time.monotonic_ns() // 1000


def test_status_is_one_line_and_bounded(manager: socket.socket) -> None:
    Notifier(environment(manager)).status("x" * 100_000 + "\nREADY=1")
    (message,) = heard(manager)
    assert message == "STATUS=" + "x" * 500


def test_status_is_sent_when_it_is_another(manager: socket.socket) -> None:
    notifier = Notifier(environment(manager))
    for text in ("a", "a", "b", "a"):
        notifier.status(text)
    assert heard(manager) == ["STATUS=a", "STATUS=b", "STATUS=a"]


def test_summary_of_a_snapshot() -> None:
    snapshot = Snapshot(
        time_ns=2, start_ns=1, reload_ns=1, driver="kmod", rules_on=25, source={"lost": 3},
        alerts={RuleKey("a", 4, "syscall"): 2, RuleKey("b", 4, "syscall"): 1},
    )  # fmt: skip
    assert summary(snapshot) == "25 rules, kmod: 3 alerts, 3 events lost"


@pytest.mark.parametrize("pid", [None, "mine"])
def test_watchdog_at_half_of_its_interval(manager: socket.socket, pid: str | None) -> None:
    more = {} if pid is None else {"WATCHDOG_PID": str(os.getpid())}
    now_s = [100.0]
    notifier = Notifier(
        environment(manager, WATCHDOG_USEC="2000000", **more), clock_s=lambda: now_s[0]
    )
    for tenth in range(31):
        now_s[0] = 100.0 + tenth / 10
        notifier.watchdog()
    assert heard(manager) == ["WATCHDOG=1"] * 4  # at 100, 101, 102, 103


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "-1"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "9" * 5000},
    ],
)
def test_watchdog_that_nobody_waits_for_is_not_sent(
    manager: socket.socket, more: dict[str, str]
) -> None:
    Notifier(environment(manager, **more)).watchdog()
    assert heard(manager) == []


@pytest.mark.parametrize("name", [None, "", "notify", "vsock:2:1234"])
def test_without_a_socket_nothing_is_sent(name: str | None, log: pytest.LogCaptureFixture) -> None:
    notifier = Notifier({"WATCHDOG_USEC": "1"} | ({} if name is None else {"NOTIFY_SOCKET": name}))
    for tell in (notifier.ready, notifier.reloading, notifier.stopping, notifier.watchdog):
        tell()
    assert log.records == []


@pytest.fixture
def log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(logging.getLogger("falcomod"), "propagate", True)
    return caplog


@pytest.mark.parametrize("path", ["{place}/none", "/" + "x" * 200, "/a\0b"])
def test_socket_that_is_gone_is_said_once(
    place: Path, path: str, log: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": path.format(place=place)})
    notifier.ready()
    notifier.stopping()
    assert [record.levelname for record in log.records] == ["WARNING"]
    assert "message=READY=1" in log.text


def test_systemd_that_does_not_read_holds_nobody_up(
    manager: socket.socket, log: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier(environment(manager))
    for _ in range(5000):
        notifier.ready()
    assert len(log.records) == 1
    assert heard(manager)
