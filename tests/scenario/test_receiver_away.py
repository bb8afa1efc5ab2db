# SPDX-License-Identifier: Apache-2.0
"""falcomod itself, its receiver away, and SIGKILL: what it answered 200 for arrives, in order.

10 000 numbered audit events are posted to /k8s-audit, each of which raises an alert; a batch
that got no answer is posted again, as an API server does.  FALCOMOD_OUTAGE_S=60 is the full
outage, otherwise it is short.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.agent import START_LIMIT_S, Agent
from tests.http_receiver import Receiver, receiver

ALERTS = 10_000
BATCH = 50
OUTAGE_S = float(os.environ.get("FALCOMOD_OUTAGE_S", "2"))
WAIT_S = 120.0
RULES = """
- rule: Numbered
  desc: each event
  condition: ka.verb = create
  output: number=%ka.target.name
  priority: ERROR
  source: k8s_audit
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def event(number: int) -> dict[str, object]:
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": f"id-{number}",
        "stage": "ResponseComplete",
        "verb": "create",
        "objectRef": {"resource": "pods", "name": str(number)},
        "stageTimestamp": "2024-05-01T10:00:01.123456Z",
    }


class Watched:
    """A falcomod that may be killed and started again, and what was posted to it."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._port = free_port()
        (folder / "rules.yaml").write_text(RULES)
        (folder / "falcomod.yaml").write_text(
            json.dumps(
                {
                    "json_output": True,
                    "stdout_output": {"enabled": False},
                    "syslog_output": {"enabled": False},
                    "http_output": {"enabled": True, "url": url, "keep_alive": True},
                    "outputs_spool": {"path": str(folder / "spool")},
                    "rules_cache_dir": "",
                    "webserver": {"listen_address": "127.0.0.1", "listen_port": self._port},
                    "control": {"enabled": False},
                    "watch_config_files": False,
                }
            )
        )
        self.posted = 0

    def started(self) -> Agent:
        """It need not be ready."""
        options = ("-c", str(self._folder / "falcomod.yaml"))
        rules = ("-r", str(self._folder / "rules.yaml"), "--disable-source", "syscall")
        return Agent(*options, *rules, is_alone=True)

    @contextmanager
    def running(self) -> Iterator[Agent]:
        with self.started() as agent:
            agent.wait_until(
                lambda: any("falcomod initialized:" in line.text for line in agent.log),
                START_LIMIT_S,
                "word that it is ready",
            )
            yield agent

    def post_up_to(self, number: int) -> None:
        """Goes on behind the last batch that was answered for."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)) as there:
            while self.posted < number:
                items = [event(self.posted + each) for each in range(BATCH)]
                body = json.dumps({"kind": "EventList", "items": items})
                there.request("POST", "/k8s-audit", body, {"Content-Type": "application/json"})
                answer = there.getresponse()
                text = answer.read()
                assert answer.status == 200, text
                self.posted += BATCH


def numbers(there: Receiver) -> list[int]:
    found = [json.loads(body) for body in there.bodies]
    return [int(each["output_fields"]["ka.target.name"]) for each in found if _is_ours(each)]


def _is_ours(alert: dict[str, object]) -> bool:
    return alert["rule"] == "Numbered"


def test_what_was_answered_for_arrives_though_falcomod_is_killed(tmp_path: Path) -> None:
    with receiver() as there, ExitStack() as running:
        watched = Watched(tmp_path, there.url)
        agent = running.enter_context(watched.running())
        watched.post_up_to(1000)
        there.wait_for(500)
        there.close()
        away_s = time.monotonic()
        watched.post_up_to(4000)
        agent.process.send_signal(signal.SIGKILL)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            watched.post_up_to(ALERTS)  # until it is felt
        assert watched.posted < ALERTS
        running.close()
        running.enter_context(watched.running())
        watched.post_up_to(8000)
        time.sleep(max(0.0, OUTAGE_S - (time.monotonic() - away_s)))
        before = len(there.requests)
        there.open()
        there.wait_for(before + 300, WAIT_S)
        running.close()  # with SIGKILL, too, while what has waited is sent
        assert len(set(numbers(there))) < ALERTS
        agent = running.enter_context(watched.running())
        watched.post_up_to(ALERTS)
        end_s = time.monotonic() + WAIT_S
        while len(set(numbers(there))) < ALERTS and time.monotonic() < end_s:
            time.sleep(0.2)
        assert agent.stop() == 0, agent.said()
    assert list(dict.fromkeys(numbers(there))) == list(range(ALERTS))
    # Again comes only what was not answered for, or was being sent, at one of the ends.
    assert len(numbers(there)) - ALERTS < 4 * BATCH
