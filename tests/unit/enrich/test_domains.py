# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging
import socket
import threading

import pytest

from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.engine.state.tables import State
from falcomod.enrich import domains
from falcomod.enrich.domains import Domains
from tests.record_builder import event_of

A, B = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])


def test_names_are_those_that_rules_compare_with() -> None:
    builder = RulesetBuilder()
    node = builder.any_of(
        [
            builder.check("fd.sip.name", "in", ["a.example", "10.0.0.1", "fd00::1"]),
            builder.check("fd.rip.name", "!=", ["b.example"]),
            builder.check("fd.name", "=", ["c.example"]),
        ]
    )
    builder.rule(0, node, [event_of("connect").code])
    assert domains.asked_for(builder.build()) == {"a.example", "b.example"}


def test_addresses_of_both_families_are_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        (socket.AF_INET, 1, 6, "", ("10.0.0.1", 0)),
        (socket.AF_INET, 2, 17, "", ("10.0.0.1", 0)),
        (socket.AF_INET6, 1, 6, "", ("fe80::1%eth0", 0, 0, 2)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    assert domains.addresses_of("a.example") == [A, b"\xfe\x80" + bytes(13) + b"\1"]


def test_answers_are_handed_over_once() -> None:
    state = State()
    found = Domains({"a.example", "b.example"}, look_up=lambda name: [A if name[0] == "a" else B])
    assert not found.hand_over(state)
    found.refresh()
    assert found.hand_over(state)
    assert state.counters()["domains"] == 2
    found.refresh()
    assert not found.hand_over(state)


def test_name_that_is_lost_keeps_its_addresses_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers: dict[str, list[bytes]] = {"a.example": [A, B]}

    def look_up(name: str) -> list[bytes]:
        if name not in answers:
            raise OSError("no such name")
        return answers[name]

    state = State()
    found = Domains({"a.example", "b.example"}, look_up=look_up)
    with caplog.at_level(logging.WARNING):
        found.refresh()
        answers.clear()
        found.refresh()
        found.refresh()
    assert found.hand_over(state)
    assert state.counters()["domains"] == 2
    assert [record.args[0] for record in caplog.records if record.args] == [
        "b.example",
        "a.example",
    ]


def test_thread_looks_up_until_it_is_stopped() -> None:
    asked = threading.Semaphore(0)

    def look_up(name: str) -> list[bytes]:
        asked.release()
        return [A]

    found = Domains({"a.example"}, look_up=look_up)
    found.start(wait_s=60, period_s=0)
    state = State()
    assert found.hand_over(state)
    for _ in range(3):
        assert asked.acquire(timeout=60)
    found.stop()


def test_without_names_there_is_no_thread() -> None:
    before = threading.active_count()
    Domains([]).start()
    assert threading.active_count() == before


def test_other_names_are_looked_up_at_once() -> None:
    asked: list[str] = []
    news = threading.Event()

    def look_up(name: str) -> list[bytes]:
        asked.append(name)
        if name == "b.example":
            news.set()
        return [b"\x0a\0\0\1"]

    domains = Domains(["a.example"], look_up=look_up)
    domains.start(period_s=3600)
    domains.ask_for(["a.example", "b.example"])
    assert news.wait(10)
    domains.stop()


def test_names_may_come_later() -> None:
    news = threading.Event()

    def look_up(name: str) -> list[bytes]:
        news.set()
        return [b"\x0a\0\0\1"]

    domains = Domains([], look_up=look_up)
    domains.start()
    domains.ask_for([])
    assert not news.is_set()
    domains.ask_for(["a.example"])
    assert news.wait(10)
    domains.stop()
