# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from falcomod.app.metrics.row import COUNTER, Moment, Row, Sample, one, text
from falcomod.app.snapshot import Snapshot

SECOND_NS = 1_000_000_000


def snapshot(second: int, events: int) -> Snapshot:
    return Snapshot(time_ns=second * SECOND_NS, start_ns=0, reload_ns=0, engine={"events": events})


def events(it: Snapshot) -> int:
    return it.engine["events"]


def test_growth_is_since_the_snapshot_before() -> None:
    moment = Moment(now=snapshot(30, 900), before=snapshot(20, 400))
    assert moment.since_s == 10
    assert moment.grown(events) == 500
    assert moment.rate(events) == 50.0


def test_growth_of_the_first_is_since_the_start() -> None:
    moment = Moment(now=snapshot(30, 900))
    assert moment.grown(events) == 900
    assert moment.rate(events) == 30.0


def test_no_time_and_counters_that_begin_anew_give_nothing() -> None:
    assert Moment(now=snapshot(5, 9), before=snapshot(5, 1)).rate(events) == 0.0
    assert Moment(now=snapshot(6, 1), before=snapshot(5, 9)).grown(events) == 0
    assert Moment(now=snapshot(4, 9), before=snapshot(5, 1)).rate(events) == 0.0


def test_key_takes_the_place_of_what_stands_in_braces() -> None:
    row = Row(name="a.{what}.{ever}.b", kind=COUNTER, doc="", samples=lambda _: ())
    assert row.key(Sample({}, 1, "x{y}")) == "a.x{y}.b"
    assert Row(name="a.b", kind=COUNTER, doc="", samples=lambda _: ()).key(Sample({}, 1)) == "a.b"


def test_what_is_not_known_has_no_sample() -> None:
    moment = Moment(now=snapshot(1, 0))
    assert not list(one(lambda _: None)(moment))
    assert list(one(lambda _: 0)(moment)) == [Sample({}, 0)]
    assert not list(text("name", lambda _: "")(moment))
    assert list(text("name", lambda _: "x")(moment)) == [Sample({"name": "x"}, "x")]
