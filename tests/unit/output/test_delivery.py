# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.output import delivery
from falcomod.output.delivery import Delivery, Refused, SendFault
from falcomod.output.memory_spool import MemorySpool
from falcomod.output.spool import Spool


def alerts(*numbers: int) -> list[Alert]:
    return [
        Alert(time_ns=number, priority=Priority.ERROR, rule="r", output=str(number))
        for number in numbers
    ]


def bodies(*numbers: int) -> list[bytes]:
    return [b"%d" % number for number in numbers]


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.005)


class Receiver:
    """Takes alerts unless told otherwise."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.tries = 0
        self.fault: Exception | None = None  # at each
        self.faults: dict[bytes, Exception] = {}  # at some
        self.at_once = 1
        self.hung_up: list[int] = []
        self.blocked = threading.Event()
        self.is_aborted = threading.Event()

    def send(self, given: Sequence[bytes]) -> int:
        self.tries += 1
        if self.blocked.is_set():
            assert self.is_aborted.wait(20)
            raise SendFault("broken off")
        if self.fault is not None:
            raise self.fault
        if given[0] in self.faults:
            raise self.faults[given[0]]
        count = min(self.at_once, len(given))
        self.got += given[:count]
        return count


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE_S", 0.005)
    monkeypatch.setattr(delivery, "PAUSE_MAX_S", 0.02)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


Make = Callable[..., Delivery]


@pytest.fixture
def make(receiver: Receiver, tmp_path: Path) -> Iterator[Make]:
    made: list[Delivery] = []

    def new(spool: MemorySpool | None = None, close_s: float = 2.0) -> Delivery:
        if spool is None:
            spool = Spool(tmp_path / "http.db", max_bytes=2**20, fsync="never")
        made.append(
            Delivery(
                "http",
                spool,
                lambda alert: alert.output.encode(),
                receiver.send,
                abort=receiver.is_aborted.set,
                hang_up=lambda: receiver.hung_up.append(1),
                close_s=close_s,
            )
        )
        return made[-1]

    yield new
    for each in made:
        each.close()
    assert receiver.hung_up
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("deliver")]


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_alerts_are_sent_in_their_order(make: Make, receiver: Receiver, at_once: int) -> None:
    receiver.at_once = at_once
    sink = make()
    for number in range(0, 200, 2):
        sink.write(alerts(number, number + 1))
    until(lambda: len(receiver.got) == 200)
    assert receiver.got == bodies(*range(200))
    until(lambda: sink.counters()["spool_waiting"] == 0)
    assert sink.counters()["sent"] == 200


def test_an_alert_is_tried_until_it_arrives_and_none_overtakes_it(
    make: Make, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    receiver.fault = SendFault("connection refused")
    sink = make()
    sink.write(alerts(1, 2, 3))
    until(lambda: receiver.tries > 8)
    sink.write(alerts(4))
    assert receiver.got == []
    receiver.fault = None
    until(lambda: len(receiver.got) == 4)
    assert receiver.got == bodies(1, 2, 3, 4)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2  # of each outage
    assert messages[0] == (
        "receiver takes no alerts, they wait: output=http waiting=3 reason=connection refused"
    )
    assert messages[1].startswith("receiver takes alerts again: output=http waiting=4 away_s=")
    assert sink.counters()["retries"] > 7


def test_pauses_double_up_to_a_bound_and_a_receiver_may_ask_for_longer_ones(
    make: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(delivery, "PAUSE_MAX_S", 30.0)
    pauses: list[float] = []
    sink = make(MemorySpool(1000))
    monkeypatch.setattr(sink, "_closing", Waits(pauses))
    for _ in range(12):
        sink._failed(SendFault("x"))
    doubled = [min(30.0, 0.1 * 2**n) for n in range(12)]
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, doubled, strict=True))
    assert len({pause / most for pause, most in zip(pauses, doubled, strict=True)}) == 12
    sink._failed(SendFault("x", after_s=50))
    sink._failed(SendFault("x", after_s=1e9))
    assert pauses[12:] == [50, 120]
    monkeypatch.undo()


class Waits(threading.Event):
    """An event that is only asked to be waited for."""

    def __init__(self, waits: list[float]) -> None:
        super().__init__()
        self._waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self._waits.append(timeout)
        return False


def test_refused_alerts_are_passed_over_counted_and_told_of_once(
    make: Make, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.faults = {b"%d" % number: Refused("answered 400") for number in (1, 2, 5)}
    receiver.faults[b"6"] = Refused("answered 413")
    sink = make()
    sink.write(alerts(*range(8)))
    until(lambda: receiver.got[-1:] == bodies(7))
    assert receiver.got == bodies(0, 3, 4, 7)
    until(lambda: sink.counters()["spool_waiting"] == 0)
    assert sink.counters()["refused"] == 4
    assert [record.getMessage().partition("reason=")[2] for record in caplog.records] == [
        "answered 400; further ones are counted",
        "answered 413; further ones are counted",
    ]


def test_faults_of_ours_neither_end_it_nor_lose_alerts(
    make: Make, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.fault = KeyError("a bug")
    sink = make()
    sink.write(alerts(1))
    until(lambda: receiver.tries > 3)
    receiver.fault = None
    until(lambda: receiver.got == bodies(1))
    assert "Traceback" in caplog.text
    assert caplog.text.count("a bug") <= 2


def test_what_is_not_sent_at_the_end_is_sent_by_the_next(make: Make, receiver: Receiver) -> None:
    receiver.fault = SendFault("away")
    sink = make()
    sink.write(alerts(*range(100)))
    until(lambda: receiver.tries)
    started = time.monotonic()
    sink.close()
    sink.close()
    assert time.monotonic() - started < 2
    receiver.fault = None
    make()
    until(lambda: len(receiver.got) == 100)
    assert receiver.got == bodies(*range(100))


def test_a_receiver_that_takes_alerts_gets_those_that_wait_at_the_end(
    make: Make, receiver: Receiver
) -> None:
    sink = make(close_s=20)
    sink.write(alerts(*range(1000)))
    sink.close()
    assert receiver.got == bodies(*range(1000))


def test_a_request_that_blocks_is_broken_off_at_the_end(make: Make, receiver: Receiver) -> None:
    receiver.blocked.set()
    sink = make(close_s=0.1)
    sink.write(alerts(1))
    until(lambda: receiver.tries)
    started = time.monotonic()
    sink.close()
    assert time.monotonic() - started < 2
    assert receiver.is_aborted.is_set()


def test_a_request_that_cannot_be_broken_off_is_left_alone(
    make: Make,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "ABORT_S", 0.1)
    receiver.blocked.set()
    sink = make(close_s=0.1)
    sink._abort = lambda: None
    sink.write(alerts(1))
    until(lambda: receiver.tries)
    sink.close()
    assert "a request does not end, and is left alone: output=http" in caplog.text
    receiver.is_aborted.set()
    sink._thread.join()
    receiver.blocked.clear()
    make()
    until(lambda: receiver.got == bodies(1))


def test_alerts_in_memory_are_tried_at_the_end_and_their_loss_is_told_of(
    make: Make, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.fault = SendFault("away")
    sink = make(MemorySpool(1000), close_s=0.3)
    sink.write(alerts(1, 2))
    until(lambda: receiver.tries)
    tries = receiver.tries
    sink.close()
    assert receiver.tries > tries + 2
    assert "alerts are lost, their receiver was away: output=memory lost=2" in caplog.text


def test_alerts_in_memory_arrive_when_the_receiver_comes_back_before_the_end(
    make: Make, receiver: Receiver
) -> None:
    receiver.fault = SendFault("away")
    sink = make(MemorySpool(1000), close_s=20)
    sink.write(alerts(1, 2))
    until(lambda: receiver.tries)
    timer = threading.Timer(0.1, lambda: setattr(receiver, "fault", None))
    timer.start()
    sink.close()
    assert receiver.got == bodies(1, 2)
    timer.join()


def test_interrupt_ends_the_wait_at_the_end(make: Make, receiver: Receiver) -> None:
    receiver.fault = SendFault("away")
    sink = make(MemorySpool(1000), close_s=60)
    sink.write(alerts(1))
    until(lambda: receiver.tries)
    timer = threading.Timer(0.05, sink.interrupt)
    timer.start()
    started = time.monotonic()
    sink.close()
    assert time.monotonic() - started < 10
    timer.join()


def test_a_successor_on_the_same_spool_sends_when_the_first_has_ended(
    make: Make, receiver: Receiver, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "http.db", max_bytes=2**20, fsync="never")
    receiver.fault = SendFault("away")
    old = make(spool)
    old.write(alerts(1, 2))
    until(lambda: receiver.tries)
    spool.users += 1
    new = make(spool, close_s=20)
    receiver.fault = None
    old.close()
    new.write(alerts(3))
    until(lambda: len(receiver.got) == 3)
    assert receiver.got == bodies(1, 2, 3)
    new.close()
    assert spool.users == 0


def test_a_successor_writes_when_the_first_has_written_all(
    make: Make, receiver: Receiver, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "http.db", max_bytes=2**20, fsync="never")
    old = make(spool)
    old.write(alerts(1))
    spool.users += 1
    new = make(spool, close_s=20)
    thread = threading.Thread(target=lambda: new.write(alerts(3)))
    thread.start()
    old.write(alerts(2))
    old.close()
    thread.join()
    until(lambda: len(receiver.got) == 3)
    assert receiver.got == bodies(1, 2, 3)
    new.close()


def test_a_successor_that_waits_can_be_interrupted(
    make: Make, receiver: Receiver, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "http.db", max_bytes=2**20, fsync="never")
    old = make(spool)
    old.write(alerts(1))
    spool.users += 1
    new = make(spool)
    timer = threading.Timer(0.05, new.interrupt)
    timer.start()
    with pytest.raises(OSError, match="canceled"):
        new.write(alerts(2))
    timer.join()
    new.close()
    until(lambda: receiver.got == bodies(1))


def test_new_alerts_are_sent_at_once(make: Make, receiver: Receiver) -> None:
    sink = make()
    delays = []
    for number in range(20):
        started = time.monotonic()
        sink.write(alerts(number))
        until(lambda count=number + 1: len(receiver.got) == count)  # type: ignore[misc]
        delays.append(time.monotonic() - started)
    assert sorted(delays)[10] < 0.2


def test_a_full_spool_is_counted(make: Make, receiver: Receiver) -> None:
    receiver.fault = SendFault("away")
    sink = make(MemorySpool(2), close_s=0)
    sink.write(alerts(1, 2, 3))
    assert sink.counters()["spool_lost"] == 1
