# SPDX-License-Identifier: Apache-2.0
"""An engine that is stuck: probes and systemd learn of it, nothing new is put in force."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.errors import UserError
from tests.http_talk import Answer, ask, trusting
from tests.live.served import Opening, Served, poll, served

FALCOMOD = str(Path(__file__).with_name("stuck_falcomod.py"))
UNHEALTHY_S = 10.0  # until it is seen, at the most
QUIET_S = 3.0  # several times as long as the watchdog's messages are apart


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """While this file is there, the engine is stuck."""
    with tempfile.TemporaryDirectory(prefix="fm") as folder:
        monkeypatch.setenv("FALCOMOD_STUCK", f"{folder}/stuck")
        yield Path(folder, "stuck")


@pytest.fixture
def manager(stuck: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """In systemd's place, with a watchdog of a second."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(stuck.with_name("notify")))
        receiver.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(stuck.with_name("notify")))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        yield receiver


def heard(manager: socket.socket) -> str:
    """What has arrived since the last time."""
    found = []
    while True:
        try:
            found.append(manager.recv(4096).decode())
        except BlockingIOError:
            return "\n".join(found)


def asked(found: Served, path: str) -> Answer:
    return ask(found.address, path, tls=trusting("first.pem"))


def test_engine_that_is_stuck(stuck: Path, manager: socket.socket) -> None:
    with (
        served(sys.executable, FALCOMOD) as (found, _),
        Opening(found.folder, found.prefix) as opening,
    ):
        assert asked(found, "/healthz").status == 200
        poll(lambda: "WATCHDOG=1" in heard(manager), "message of the watchdog")
        stuck.touch()
        poll(lambda: asked(found, "/healthz").status == 503, "bad health", UNHEALTHY_S)
        heard(manager)
        check_answers(found)
        time.sleep(QUIET_S)
        assert "WATCHDOG=1" not in heard(manager)
        check_reload(found)
        stuck.unlink()
        poll(lambda: asked(found, "/healthz").status == 200, "good health", UNHEALTHY_S)
        poll(lambda: "WATCHDOG=1" in heard(manager), "message of the watchdog")
        found.reload(static_fields={"number": "2"})
        found.wait_until(
            lambda: found.agent.alerts()[-1]["output_fields"]["static.number"] == "2",
            "alert with the new static field",
        )
        opened = opening.end()
        found.wait_until(lambda: len(found.agent.told()) >= opened, f"{opened} alerts")
        assert found.opened() == [f"{found.prefix}{number}" for number in range(opened)]
        assert not os.path.exists(f"{found.folder}/other")
        assert found.agent.stop() == 0, found.agent.said()
    assert "Events dropped: 0" in [line.text for line in found.agent.out]
    assert not found.complaints(), found.agent.said()


def check_answers(found: Served) -> None:
    """Nobody has to wait for long, and nobody is told that falcomod has failed."""
    began_s = time.monotonic()
    answer = asked(found, "/metrics")
    assert (answer.status, answer.body) == (503, b"the engine does not answer\n")
    with pytest.raises(UserError, match="the engine does not answer"):
        found.status()
    assert time.monotonic() - began_s < 10


def check_reload(found: Served) -> None:
    """It is refused, and its outputs are not those in force."""
    other = {"enabled": True, "filename": f"{found.folder}/other"}
    with pytest.raises(UserError, match="the engine did not answer"):
        found.reload(static_fields={"number": "1"}, file_output=other)
    found.settings["file_output"] = {"enabled": False}
