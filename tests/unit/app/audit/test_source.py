# SPDX-License-Identifier: Apache-2.0
"""Bodies, rules and the outputs' word, with the engine that runs in falcomod."""

from __future__ import annotations

import json
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from falcomod.alert.model import Alert
from falcomod.app.agent import Agent
from falcomod.app.audit import body as audit_body
from falcomod.app.audit import source as audit_source
from falcomod.app.audit.events import AuditFault
from falcomod.app.audit.source import AuditSource, NotSettled
from falcomod.app.statistics import Statistics
from falcomod.engine import documents
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile
from tests.capture_files import AUDIT_RULE, audit_lines


def compiled(text: str) -> CompiledRules:
    return compile_rules(load_sources([SourceFile("rules.yaml", text)]))


def events(*names: str) -> list[Any]:
    return [json.loads(line) for line in audit_lines(*names).splitlines()]


def listed(*names: str) -> bytes:
    return json.dumps({"kind": "EventList", "items": events(*names)}).encode()


class Taking:
    """A source with its agent; *settled* is what the outputs say, in turn."""

    def __init__(self, rules: CompiledRules, *settled: bool) -> None:
        self.alerts: list[Alert] = []
        self.publish: Callable[[Alert], None] = self.alerts.append
        self.settled = list(settled)
        self.asked = 0
        self.agent = Agent(
            rules=rules.rules,
            publish=lambda alert: self.publish(alert),
            statistics=Statistics(),
            hostname="cluster",
            keep_house=lambda: None,
        )
        self.source = AuditSource(
            rules.rulesets.get("k8s_audit"), self.agent.on_match, self.agent.on_error, self.settle
        )

    def settle(self, wait_s: float) -> bool:
        assert wait_s > 0
        self.asked += 1
        return self.settled.pop(0) if self.settled else True

    @property
    def pods(self) -> list[str]:
        return [alert.output.split()[1] for alert in self.alerts]


@pytest.fixture(scope="module")
def rules() -> CompiledRules:
    return compiled(AUDIT_RULE)


@pytest.mark.parametrize(
    "body",
    [
        listed("a", "b"),
        json.dumps(events("a", "b")).encode(),
        json.dumps([*events("a"), 7, {}, *events("b")]).encode(),
        json.dumps({"kind": "EventList", "items": [None, *events("a", "b")]}).encode(),
    ],
)
def test_events_of_a_body_raise_alerts(rules: CompiledRules, body: bytes) -> None:
    taking = Taking(rules)
    assert taking.source.take(body) == 2
    assert taking.pods == ["a", "b"]
    assert {alert.source for alert in taking.alerts} == {"k8s_audit"}
    assert taking.asked == 1


def test_one_event(rules: CompiledRules) -> None:
    taking = Taking(rules)
    assert taking.source.take(audit_lines("a")) == 1
    assert taking.pods == ["a"]


@pytest.mark.parametrize("body", [b"[]", b'{"kind": "EventList", "items": []}'])
def test_list_of_none(rules: CompiledRules, body: bytes) -> None:
    assert Taking(rules).source.take(body) == 0


@pytest.mark.parametrize("body", [b"{}", b"7", b"[7]", b'{"kind": "Pod"}', b"", b"{", b"\x00"])
def test_what_is_no_event(rules: CompiledRules, body: bytes) -> None:
    taking = Taking(rules)
    with pytest.raises(AuditFault):
        taking.source.take(body)
    assert taking.source.counters()["bad_bodies"] == 1
    assert taking.source.take(listed("a")) == 1


def test_body_of_too_many_values(rules: CompiledRules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_body, "VALUES_MAX", 100)
    monkeypatch.setattr(audit_body, "EVENT_VALUES_MAX", 50)
    taking = Taking(rules)
    with pytest.raises(AuditFault, match="more than 100 values") as caught:
        taking.source.take(b"[" + b",".join([b"[]"] * 60) + b"]")
    assert caught.value.status == 413


def test_what_is_broken_among_events_does_not_lose_the_others(rules: CompiledRules) -> None:
    taking = Taking(rules)
    body = b"[%s, {tru}, %s]" % (audit_lines("a").strip(), audit_lines("b").strip())
    assert taking.source.take(body) == 2
    assert taking.pods == ["a", "b"]
    assert taking.source.counters()["no_event"] == 1
    with pytest.raises(AuditFault, match=r"^no JSON"):
        taking.source.take(body.replace(b"}, {", b"} {"))
    assert taking.pods == ["a", "b"]  # where it is broken as a whole, nothing is tried


def test_event_that_is_too_large_is_tried_without_its_objects(
    rules: CompiledRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_body, "EVENT_VALUES_MAX", 100)
    (event,) = events("a")
    event["requestObject"] = {"spec": [0] * 200}
    taking = Taking(rules)
    assert taking.source.take(json.dumps(event).encode()) == 1
    assert taking.pods == ["a"]
    assert taking.source.counters()["cut"] == 1


def test_memory_of_a_body_is_that_of_one_event(
    rules: CompiledRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As values, this body takes more than ten times its size."""
    monkeypatch.setattr(audit_source, "SLICE_BYTES", 10_000)
    monkeypatch.setattr(audit_body, "EVENT_BYTES_MAX", 10_000)
    hostile = b'{"kind":"Event","requestObject":[%s]}' % b",".join([b'{"":{"":0}}'] * 500)
    body = b"[%s]" % b",".join([hostile] * 60)
    taking = Taking(rules)
    taking.source.take(hostile)
    tracemalloc.start()
    try:
        assert taking.source.take(body) == 60
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 6 * len(body)


def test_outputs_are_waited_for_where_there_are_alerts(rules: CompiledRules) -> None:
    taking = Taking(rules, False)
    quiet = json.dumps([{"kind": "Event", "verb": "get"}]).encode()
    assert taking.source.take(quiet) == 1
    assert taking.asked == 0
    with pytest.raises(NotSettled):
        taking.source.take(listed("a"))
    assert taking.source.counters()["not_settled"] == 1


def test_body_that_comes_again_as_outputs_were_away_raises_no_second_alert(
    rules: CompiledRules,
) -> None:
    taking = Taking(rules, False, False)
    for _ in range(2):
        with pytest.raises(NotSettled):
            taking.source.take(listed("a"))
    assert taking.source.take(listed("a")) == 1
    assert taking.pods == ["a"]
    # Now it is another request that says the same.
    assert taking.source.take(listed("a")) == 1
    assert taking.pods == ["a", "a"]


def test_bodies_remembered_are_bounded(
    rules: CompiledRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_source, "UNSETTLED_MAX", 2)
    taking = Taking(rules, *[False] * 4)
    for name in ("a", "b", "c"):
        with pytest.raises(NotSettled):
            taking.source.take(listed(name))
    with pytest.raises(NotSettled):
        taking.source.take(listed("a"))  # forgotten: its alert comes twice
    assert taking.pods == ["a", "b", "c", "a"]


def test_rules_are_swapped_between_two_bodies(rules: CompiledRules) -> None:
    other = compiled(AUDIT_RULE.replace("pod %ka", "another %ka"))
    taking = Taking(rules)
    taking.source.take(listed("a"))

    def set_rules() -> None:
        taking.agent.rules = other.rules

    taking.source.swap(other.rulesets["k8s_audit"], set_rules)
    taking.source.take(listed("b"))
    assert [alert.output for alert in taking.alerts] == ["pod a by admin", "another b by admin"]
    taking.source.swap(None, lambda: None)
    assert taking.source.take(listed("c")) == 1
    assert len(taking.alerts) == 2
    assert taking.source.counters()["events"] == 3


def test_rules_are_swapped_within_a_body(rules: CompiledRules) -> None:
    """Who swaps does not wait for the rest of it."""
    other = compiled(AUDIT_RULE.replace("pod %ka", "another %ka"))
    taking = Taking(rules)
    swapped_after: list[int] = []

    def swap() -> None:
        taking.source.swap(
            other.rulesets["k8s_audit"], lambda: setattr(taking.agent, "rules", other.rules)
        )
        swapped_after.append(len(taking.alerts))

    swapping = threading.Thread(target=swap)

    def published(alert: Alert) -> None:
        taking.alerts.append(alert)
        if len(taking.alerts) == 1:
            swapping.start()
        time.sleep(0.0005)

    taking.publish = published
    names = [f"pod-{number}" for number in range(10 * audit_source.SLICE_EVENTS)]
    assert taking.source.take(listed(*names)) == len(names)
    swapping.join()
    assert taking.pods == names
    outputs = [alert.output.split()[0] for alert in taking.alerts]
    assert outputs == sorted(outputs, reverse=True)
    assert outputs[-1] == "another"
    assert swapped_after[0] < len(names)


def test_event_without_a_time_happened_now(rules: CompiledRules) -> None:
    taking = Taking(rules)
    (event,) = events("a")
    del event["stageTimestamp"]
    before_ns = time.time_ns() // 1000 * 1000
    taking.source.take(json.dumps([*events("b"), event]).encode())
    assert taking.alerts[0].time_ns < before_ns <= taking.alerts[1].time_ns <= time.time_ns()


def test_times_are_those_that_the_engine_looks_at() -> None:
    assert frozenset(documents._TIME_KEYS) == audit_source.TIME_KEYS


def test_alert_that_fails_does_not_lose_the_others(rules: CompiledRules) -> None:
    errors: list[BaseException] = []
    seen: list[tuple[int, ...]] = []

    def on_match(rule_ids: tuple[int, ...], _view: object) -> None:
        seen.append(rule_ids)
        if len(seen) == 1:
            raise RuntimeError("first")

    source = AuditSource(rules.rulesets["k8s_audit"], on_match, errors.append, lambda _wait_s: True)
    assert source.take(listed("a", "b")) == 2
    assert ([str(error) for error in errors], len(seen)) == (["first"], 2)
    assert source.counters()["errors"] == 1


def test_bodies_from_many_threads_and_swaps_meanwhile(rules: CompiledRules) -> None:
    taking = Taking(rules)

    def post(name: str) -> Callable[[], None]:
        def run() -> None:
            for number in range(50):
                taking.source.take(listed(*(f"{name}{number}-{of}" for of in range(5))))

        return run

    threads = [threading.Thread(target=post(name)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for _ in range(50):
        taking.source.swap(rules.rulesets["k8s_audit"], lambda: None)
    for thread in threads:
        thread.join()
    expected = {
        f"{name}{number}-{of}" for name in "abcd" for number in range(50) for of in range(5)
    }
    assert len(taking.pods) == 1000
    assert set(taking.pods) == expected
    counters = taking.source.counters()
    assert (counters["bodies"], counters["events"], counters["errors"]) == (200, 1000, 0)
