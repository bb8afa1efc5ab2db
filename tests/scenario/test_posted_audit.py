# SPDX-License-Identifier: Apache-2.0
"""`falcomod start` without a driver: audit events are posted to it while it is told to reload.

Meanwhile sixty clients hang in the middle of their requests, and health is asked for.
Every event that was answered with 200 has its alert, once.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from falcomod.app import control
from tests.agent import Agent
from tests.capture_files import AUDIT_RULE, audit_lines, write
from tests.http_talk import Address, answers, ask, connected, request

LISTENING = re.compile(r"health webserver, listening on (\S+):(\d+)")
POSTERS = 3
EVENTS = 5  # in each body
RELOADS = 40
SLOW_CLIENTS = 60
LIMIT_S = 60.0


def listening(agent: Agent) -> Address:
    """Where its web server listens; the port is a free one."""
    agent.wait_until_ready()
    (match,) = filter(None, (LISTENING.search(line.text) for line in agent.log))
    return match.group(1), int(match.group(2))


def post_until(is_over: threading.Event, address: Address, poster: int, taken: list[str]) -> None:
    """Posts on one connection, as the API server does; *taken* gets the names of its events."""
    with connected(address) as connection:
        for number in count():
            if is_over.is_set():
                return
            names = [f"pod-{poster}-{number}-{of}" for of in range(EVENTS)]
            items = [json.loads(line) for line in audit_lines(*names).splitlines()]
            body = json.dumps({"kind": "EventList", "items": items}).encode()
            sent = request("/k8s-audit", method="POST", body=body, Content_Type="application/json")
            connection.sendall(sent)
            (answer,) = answers(connection.recv(65536))
            assert answer.status == 200
            taken += names


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)  # the path of the socket is to be short
    settings = {
        "engine.kind": "nodriver",
        "json_output": "true",
        "webserver.listen_address": "127.0.0.1",
        "webserver.listen_port": "0",
        "control.socket": "control.sock",
        "rules_cache_dir": str(tmp_path / "cache"),
    }
    rules = write(tmp_path / "rules.yaml", AUDIT_RULE)
    return ["-r", rules, *(f"-o{key}={value}" for key, value in settings.items())]


def test_no_posted_event_is_lost_over_reloads(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    is_over = threading.Event()
    taken: list[list[str]] = [[] for _ in range(POSTERS)]
    with Agent(*options, is_alone=True) as agent, ExitStack() as clients:
        address = listening(agent)
        for _ in range(SLOW_CLIENTS):
            clients.enter_context(connected(address)).sendall(b"POST /k8s-audit HT")
        posting = [
            threading.Thread(target=post_until, args=(is_over, address, poster, names))
            for poster, names in enumerate(taken)
        ]
        for thread in posting:
            thread.start()
        for number in range(1, RELOADS + 1):
            control.ask("control.sock", "POST", control.RELOAD, LIMIT_S)
            assert ask(address, "/healthz").status == 200
            assert control.ask("control.sock", "GET", control.STATUS, LIMIT_S)["reloads"] >= number
        is_over.set()
        for thread in posting:
            thread.join()
        assert all(taken)
        names = [name for of_one in taken for name in of_one]
        agent.wait_until(lambda: len(agent.told()) >= len(names), LIMIT_S, "alert of each event")
        assert agent.stop() == 0, agent.said()
        told = [alert["output_fields"]["ka.target.name"] for alert in agent.alerts()]
    assert sorted(told) == sorted(names)
    with capsys.disabled():
        print(f"\n{len(names)} events posted over {RELOADS} reloads")
