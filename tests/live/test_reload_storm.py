# SPDX-License-Identifier: Apache-2.0
"""Reloads of a falcomod that serves everything: each takes effect, and nothing is lost over them.

FALCOMOD_RELOADS is how many follow each other (100).
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from itertools import count

import pytest

from tests.capture_files import audit_lines
from tests.end_to_end.test_footprint import resident_kib
from tests.http_receiver import Receiver
from tests.http_talk import CERTIFICATES, answers, ask, connected, request, trusting
from tests.live.served import Opening, Served, poll, served

RELOADS = int(os.environ.get("FALCOMOD_RELOADS", "100"))
WARM = 20  # reloads after which nothing grows any more
GROWTH_LIMIT_KIB = 4096
LAZY_THREADS = 6  # of the servers, which start when several ask at once
SIGNALS = 1000
SCRAPES = 30


@pytest.fixture
def running() -> Iterator[tuple[Served, Receiver]]:
    with served() as found:
        yield found


def variant(found: Served, number: int) -> dict[str, object]:
    """Settings that differ in everything a reload can change."""
    is_odd = bool(number % 2)
    name = "second" if is_odd else "first"
    return {
        "static_fields": {"number": str(number)},
        "priority": "notice" if is_odd else "debug",
        "log_level": "debug" if is_odd else "info",
        "json_include_tags_property": is_odd,
        "file_output": {"enabled": is_odd, "filename": f"{found.folder}/alerts"},
        "base_syscalls": {"custom_set": ["openat", "close", "mkdir"] if is_odd else []},
        "metrics": {"enabled": is_odd, "interval": "200ms"},
        "webserver": found.settings["webserver"]
        | {"ssl_certificate": str(CERTIFICATES / f"{name}.pem")},
        "http_output": found.settings["http_output"] | {"user_agent": f"agent-{number}"},
    }


def test_reloads_of_everything_lose_nothing(
    running: tuple[Served, Receiver], capsys: pytest.CaptureFixture[str]
) -> None:
    found, there = running
    with Opening(found.folder, found.prefix) as opening:
        for number in range(WARM):
            found.reload(**variant(found, number))
        name = "second.pem" if WARM % 2 == 0 else "first.pem"
        assert ask(found.address, "/healthz", tls=trusting(name)).status == 200
        before_kib = resident_kib(found.agent.process.pid)["process"]
        before = found.count_of("fd"), found.count_of("task")
        for number in range(WARM, WARM + RELOADS):
            answer = found.reload(**variant(found, number))
            assert not answer["later"]
        name = "second.pem" if number % 2 else "first.pem"
        assert ask(found.address, "/healthz", tls=trusting(name)).status == 200
        found.wait_until(
            lambda: found.agent.alerts()[-1]["output_fields"]["static.number"] == str(number),
            "alert with the last static field",
        )
        opened = opening.end()
    found.wait_until(lambda: len(found.agent.told()) >= opened, f"{opened} alerts")
    assert found.opened() == [f"{found.prefix}{number}" for number in range(opened)]
    poll(lambda: len(of_rule(there, "opened")) >= opened, f"{opened} alerts over http")
    assert of_rule(there, "opened") == found.opened()
    most = before[0], before[1] + LAZY_THREADS
    poll(
        lambda: found.count_of("fd") <= most[0] and found.count_of("task") <= most[1],
        f"end of what is above {most} descriptors and threads",
    )
    after_kib = resident_kib(found.agent.process.pid)["process"]
    check_end(found)
    with capsys.disabled():
        print(f"\n{RELOADS} reloads, {opened} alerts: {before_kib} KiB, then {after_kib} KiB")
    assert after_kib - before_kib < GROWTH_LIMIT_KIB


def test_storm_of_signals_and_questions(
    running: tuple[Served, Receiver], capsys: pytest.CaptureFixture[str]
) -> None:
    found, _ = running
    chance = random.Random(1)
    is_over = threading.Event()
    posted: list[str] = []
    poster = threading.Thread(target=post_until, args=(found, is_over, posted))
    threads = found.count_of("task")
    with Opening(found.folder, found.prefix) as opening:
        poster.start()
        began_s = time.monotonic()
        for number in range(SIGNALS):
            found.agent.process.send_signal(signal.SIGHUP)
            if chance.random() < 0.3:
                found.agent.process.send_signal(signal.SIGUSR1)
            if number % (SIGNALS // SCRAPES) == 0:
                assert b"falco" in ask(found.address, "/metrics", tls=trusting("first.pem")).body
                assert found.status()["rules_on"] > 2
        took_s = time.monotonic() - began_s
        found.reload()
        is_over.set()
        poster.join()
        opened = opening.end()
    wanted = opened + len(posted)
    found.wait_until(lambda: len(found.agent.told()) >= wanted, f"{wanted} alerts")
    assert found.opened() == [f"{found.prefix}{number}" for number in range(opened)]
    made = [alert for alert in found.agent.alerts() if alert["rule"] == "made"]
    assert [alert["output_fields"]["ka.target.name"] for alert in made] == posted
    assert posted
    reloads = found.status()["reloads"]
    poll(lambda: found.count_of("task") <= threads + LAZY_THREADS, "end of threads")
    check_end(found)
    with capsys.disabled():
        print(
            f"\n{SIGNALS} signals in {took_s:.1f} s: {reloads} reloads beside {opened} alerts and "
            f"{len(posted)} audit events"
        )


def post_until(found: Served, is_over: threading.Event, posted: list[str]) -> None:
    """On one connection; *posted* gets the names of what was answered for."""
    with connected(found.address, tls=trusting("first.pem")) as connection:
        for number in count():
            if is_over.is_set():
                return
            body = audit_lines(f"pod-{number}").strip()
            sent = request("/k8s-audit", method="POST", body=body, Content_Type="application/json")
            connection.sendall(sent)
            (answer,) = answers(connection.recv(65536))
            assert answer.status == 200
            posted.append(f"pod-{number}")


def of_rule(there: Receiver, rule: str) -> list[str]:
    found = [json.loads(body) for body in there.bodies]
    return [alert["output_fields"]["evt.arg.name"] for alert in found if alert["rule"] == rule]


def check_end(found: Served) -> None:
    assert found.agent.stop() == 0, found.agent.said()
    assert "Events dropped: 0" in [line.text for line in found.agent.out]
    assert not found.complaints(), found.agent.said()
