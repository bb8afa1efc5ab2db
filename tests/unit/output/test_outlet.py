# SPDX-License-Identifier: Apache-2.0
"""All outputs together: none waits for another, none is lost in a change."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from falcomod.errors import UserError
from falcomod.output.outlet import CAPACITY, RETIRE_S, Outlet
from falcomod.output.sink import Sink
from falcomod.output.spec import Spec
from tests.recorded_sink import WAIT_S, RecordedSink, alert, eventually


class Clock:
    """Goes on when it is told to."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deaths() -> list[int]:
    return []


@pytest.fixture
def outlet(clock: Clock, deaths: list[int], caplog: pytest.LogCaptureFixture) -> Iterator[Outlet]:
    logging.getLogger("falcomod").propagate = True
    made = Outlet(capacity=0, timeout_ms=2000, on_dead=lambda: deaths.append(1), clock=clock)
    with caplog.at_level(logging.INFO, "falcomod"):
        yield made
    made.close(WAIT_S)
    assert [name for name in names() if name.startswith("output-")] == []


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def refused() -> Sink:
    raise UserError("no")


def test_every_output_gets_every_alert_in_order(outlet: Outlet) -> None:
    sinks = [RecordedSink("a"), RecordedSink("b")]
    outlet.configure([sink.spec() for sink in sinks])
    for number in range(1000):
        outlet.publish(alert(number))
    assert outlet.settle(WAIT_S)
    assert [sink.numbers for sink in sinks] == [list(range(1000))] * 2


def test_output_that_blocks_holds_up_no_other(outlet: Outlet, clock: Clock) -> None:
    stuck, sink = RecordedSink("stuck"), RecordedSink("sink")
    stuck.gate.clear()
    outlet.configure([stuck.spec(), sink.spec()])
    for number in range(10):
        outlet.publish(alert(number))
    assert eventually(lambda: len(sink.numbers) == 10)
    assert not outlet.settle(0.01)
    assert outlet.counters()["stuck"] == {
        "accepted": 10, "written": 0, "failed": 0, "dropped": 0, "waiting": 10,
    }  # fmt: skip
    clock.now_s += 3
    assert outlet.settle(WAIT_S)
    stuck.gate.set()


def test_write_that_blocks_is_told_of(
    outlet: Outlet, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = RecordedSink("stuck")
    stuck.gate.clear()
    outlet.configure([stuck.spec()])
    outlet.publish(alert())
    stuck.entered.wait(WAIT_S)
    clock.now_s += 1.9
    outlet.look_after()
    assert caplog.messages == []
    clock.now_s += 0.2
    outlet.look_after()
    outlet.look_after()
    assert caplog.messages == ['"stuck" output timeout, this output channel is blocked: alerts=1']
    stuck.gate.set()


def test_full_queue_is_counted_and_told_of(
    outlet: Outlet, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = RecordedSink("stuck")
    stuck.gate.clear()
    outlet.configure([stuck.spec()], capacity=3)
    outlet.publish(alert(0))
    stuck.entered.wait(WAIT_S)
    for number in range(1, 9):
        outlet.publish(alert(number))
    outlet.look_after()
    assert outlet.counters()["stuck"]["dropped"] == 5
    assert caplog.messages == [
        "Outputs queue out of memory. Drop event and continue on ... sink=stuck capacity=3"
    ]
    stuck.gate.set()
    outlet.settle(WAIT_S)
    assert stuck.numbers == [0, 1, 2, 3]


def test_capacity_of_zero_is_the_usual_one(outlet: Outlet) -> None:
    sink = RecordedSink()
    outlet.configure([sink.spec()])
    assert outlet._workers[0].queue.capacity == CAPACITY == 65536
    outlet.configure([sink.spec()], capacity=7, timeout_ms=5)
    assert outlet._workers[0].queue.capacity == 7
    outlet.configure([sink.spec()], capacity=0)
    assert outlet._workers[0].queue.capacity == CAPACITY


def test_reload_keeps_what_is_the_same_and_replaces_the_rest(outlet: Outlet) -> None:
    same, old, new = RecordedSink("same"), RecordedSink("file"), RecordedSink("file")
    outlet.configure([same.spec(1), old.spec(1)])
    outlet.publish(alert(0))
    outlet.configure([Spec("same", 1, refused), new.spec(2)])
    outlet.publish(alert(1))
    assert outlet.settle(WAIT_S)
    assert (same.numbers, old.numbers, new.numbers) == ([0, 1], [0], [1])
    assert eventually(lambda: old.is_closed)
    assert not same.is_closed
    assert outlet.counters()["file"]["written"] == 2


@pytest.mark.parametrize("between", [0, 3])
def test_output_begins_when_the_one_before_has_written_all(outlet: Outlet, between: int) -> None:
    """Also where others came between that had no alert."""
    old, new = RecordedSink(), RecordedSink()
    old.gate.clear()
    outlet.configure([old.spec(0)])
    outlet.publish(alert(0))
    assert old.entered.wait(WAIT_S)
    outlet.publish(alert(1))
    for number in range(between):
        idle = RecordedSink()
        outlet.configure([idle.spec(number + 1)])
        outlet.configure([])
        assert eventually(lambda idle=idle: idle.is_closed)
    outlet.configure([new.spec(9)])
    outlet.publish(alert(2))
    assert not outlet.settle(0.3)
    assert not new.entered.is_set()
    old.gate.set()
    assert outlet.settle(WAIT_S)
    assert (old.numbers, new.numbers) == ([0, 1], [2])


def test_output_that_cannot_be_opened_changes_nothing(outlet: Outlet) -> None:
    old, other = RecordedSink("file"), RecordedSink("other")
    outlet.configure([old.spec(1)])
    with pytest.raises(UserError):
        outlet.configure([other.spec(), Spec("file", 2, refused)])
    assert other.is_closed
    outlet.publish(alert(1))
    assert outlet.settle(WAIT_S)
    assert (old.numbers, other.numbers) == ([1], [])


def test_blocked_output_that_is_not_wanted_any_more_ends_after_a_while(
    outlet: Outlet, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = RecordedSink("stuck")
    stuck.gate.clear()
    outlet.configure([stuck.spec()])
    outlet.publish(alert(0))
    stuck.entered.wait(WAIT_S)
    outlet.publish(alert(1))
    outlet.configure([RecordedSink().spec()])
    clock.now_s += RETIRE_S - 1
    outlet.look_after()
    assert "output-stuck" in names()
    clock.now_s += 1
    outlet.look_after()
    assert eventually(lambda: "output-stuck" not in names())
    outlet.look_after()
    assert not outlet._retired
    assert caplog.messages[-1] == (
        "output channels still blocked, discarding all remaining notifications: sink=stuck alerts=2"
    )


def test_close_writes_everything(outlet: Outlet) -> None:
    sink = RecordedSink()
    outlet.configure([sink.spec()])
    for number in range(5000):
        outlet.publish(alert(number))
    outlet.close(WAIT_S)
    assert len(sink.numbers) == 5000
    assert sink.is_closed
    assert outlet.counters()["recorded"]["written"] == 5000


def test_close_says_what_it_discards(outlet: Outlet, caplog: pytest.LogCaptureFixture) -> None:
    stuck, sink = RecordedSink("stuck"), RecordedSink("sink")
    stuck.gate.clear()
    outlet.configure([stuck.spec(), sink.spec()])
    outlet.publish(alert(0))
    stuck.entered.wait(WAIT_S)
    outlet.publish(alert(1))
    outlet.close(0.05)
    assert sink.numbers == [0, 1]
    assert caplog.messages == [
        "output channels still blocked, discarding all remaining notifications: sink=stuck alerts=2"
    ]
    counters = outlet.counters()["stuck"]
    assert (counters["failed"], counters["dropped"], counters["waiting"]) == (1, 1, 0)


def test_close_of_what_is_idle_discards_nothing(
    outlet: Outlet, caplog: pytest.LogCaptureFixture
) -> None:
    may_end = threading.Event()

    class Slow(RecordedSink):
        def close(self) -> None:
            may_end.wait(WAIT_S)
            super().close()

    sink = Slow()
    outlet.configure([sink.spec()])
    outlet.publish(alert(0))
    assert outlet.settle(WAIT_S)
    threading.Timer(0.05, may_end.set).start()
    outlet.close(0)
    assert caplog.messages == []
    assert eventually(lambda: sink.is_closed)


def test_reopen_reaches_every_output(outlet: Outlet) -> None:
    sinks = [RecordedSink("a"), RecordedSink("b")]
    outlet.configure([sink.spec() for sink in sinks])
    outlet.reopen()
    assert eventually(lambda: [sink.reopened for sink in sinks] == [1, 1])


def test_last_output_that_dies_is_told_of(outlet: Outlet, deaths: list[int]) -> None:
    first, last, aside = RecordedSink("first"), RecordedSink("last"), RecordedSink("aside")
    first.raises = last.raises = lambda alerts: BrokenPipeError(32, "Broken pipe")
    outlet.configure([first.spec(), Spec("aside", 0, lambda: aside, is_aside=True)])
    outlet.configure([*(worker.spec for worker in outlet._workers), last.spec()])
    last.gate.clear()
    outlet.publish(alert())
    assert eventually(lambda: first.is_closed)
    assert not deaths
    last.gate.set()
    assert eventually(lambda: deaths == [1])
    outlet.publish(alert(2))
    assert outlet.settle(WAIT_S)
    assert aside.numbers == [0, 2]


def test_nothing_is_lost_or_doubled_over_a_thousand_reloads(outlet: Outlet) -> None:
    sinks: dict[int, list[RecordedSink]] = {0: [], 1: []}

    def opener(which: int, name: str) -> Callable[[], Sink]:
        def make() -> Sink:
            sinks[which].append(RecordedSink(name))
            return sinks[which][-1]

        return make

    outlet.configure([Spec("kept", 0, opener(0, "kept")), Spec("changed", 0, opener(1, "changed"))])
    stop, published = threading.Event(), [0, 0]

    def publish(which: int) -> None:
        while not stop.is_set():
            outlet.publish(alert(2 * published[which] + which))
            published[which] += 1

    threads = [threading.Thread(target=publish, args=(which,)) for which in (0, 1)]
    before = len(os.listdir("/proc/self/fd"))
    for thread in threads:
        thread.start()
    for number in range(1, 1001):
        outlet.configure([Spec("kept", 0, refused), Spec("changed", number, opener(1, "changed"))])
        outlet.look_after()
    stop.set()
    for thread in threads:
        thread.join()
    assert outlet.settle(WAIT_S)
    wanted = sorted(2 * number + which for which in (0, 1) for number in range(published[which]))
    assert len(sinks[0]) == 1
    assert len(sinks[1]) == 1001
    for made in sinks.values():
        assert sorted(number for sink in made for number in sink.numbers) == wanted
    assert outlet.counters()["changed"]["written"] == sum(published)
    assert eventually(lambda: all(sink.is_closed for sink in sinks[1][:-1]))
    outlet.look_after()
    assert eventually(lambda: len([n for n in names() if n.startswith("output-")]) == 2)
    assert len(os.listdir("/proc/self/fd")) == before


def test_reopen_by_a_signal(outlet: Outlet) -> None:
    sink = RecordedSink()
    outlet.configure([sink.spec()])
    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: outlet.reopen())
    signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    assert eventually(lambda: sink.reopened == 1)


def test_sink_without_a_thread_changes_nothing(outlet: Outlet) -> None:
    def refuse() -> RecordedSink:
        raise RuntimeError("can't start new thread")

    old = RecordedSink("file")
    outlet.configure([old.spec(1)])
    with pytest.raises(OSError, match="output http: can't start new thread"):
        outlet.configure([old.spec(2), Spec("http", 1, refuse)])


def test_thread_that_cannot_be_started_changes_nothing(
    outlet: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        if thread.name == "output-other":
            raise RuntimeError("can't start new thread")
        start(thread)

    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", refuse)
    old, new, other = RecordedSink("file"), RecordedSink("file"), RecordedSink("other")
    outlet.configure([old.spec(1)], capacity=9)
    with pytest.raises(OSError, match="output other: can't start new thread"):
        outlet.configure([new.spec(2), other.spec()], capacity=8)
    assert other.is_closed
    assert eventually(lambda: new.is_closed)
    outlet.publish(alert(1))
    assert outlet.settle(WAIT_S)
    assert old.numbers == [1]
    assert outlet._workers[0].queue.capacity == 9


def test_output_that_cannot_even_be_interrupted_is_left_behind(
    outlet: Outlet, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class Stuck(RecordedSink):
        def interrupt(self) -> None:
            """It stays where it is."""

    stuck, sink = Stuck("stuck"), RecordedSink()
    stuck.gate.clear()
    outlet.configure([stuck.spec()])
    outlet.publish(alert(0))
    stuck.entered.wait(WAIT_S)
    outlet.configure([sink.spec()])
    clock.now_s += RETIRE_S
    for _ in range(3):
        outlet.look_after()
    assert len([text for text in caplog.messages if "discarding" in text]) == 1
    outlet.publish(alert(1))
    assert outlet.settle(WAIT_S)
    stuck.gate.set()
