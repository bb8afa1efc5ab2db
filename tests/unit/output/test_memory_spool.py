# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from falcomod.output.memory_spool import MEMORY_MAX, MemorySpool


@pytest.fixture
def spool() -> Iterator[MemorySpool]:
    made = MemorySpool(1000)
    yield made
    made.done([item.id for item in made.take(1000, 0)])
    if made.users:
        made.close()


def bodies(*numbers: int) -> list[bytes]:
    return [b"%d" % number for number in numbers]


def taken(spool: MemorySpool, count: int = 100) -> list[bytes]:
    return [item.body for item in spool.take(count, 0)]


def test_alerts_are_taken_in_their_order(spool: MemorySpool) -> None:
    assert spool.append(bodies(1, 2)) == 2
    assert spool.append(bodies(3)) == 1
    assert taken(spool, 2) == bodies(1, 2)
    assert taken(spool, 2) == bodies(3)
    assert taken(spool) == []


def test_what_is_given_back_comes_first_and_in_order(spool: MemorySpool) -> None:
    spool.append(bodies(1, 2, 3, 4))
    first = spool.take(3, 0)
    spool.give_back([first[2].id, first[0].id])
    assert taken(spool) == bodies(1, 3, 4)


def test_two_takers_get_different_alerts(spool: MemorySpool) -> None:
    spool.append(bodies(1, 2))
    assert taken(spool, 1) == bodies(1)
    assert taken(spool, 1) == bodies(2)


def test_done_is_not_undone(spool: MemorySpool) -> None:
    spool.append(bodies(1))
    (item,) = spool.take(1, 0)
    spool.done([item.id, 77])
    spool.done([item.id])
    spool.give_back([item.id])
    assert taken(spool) == []
    assert spool.counters() == {
        "appended": 1,
        "lost": 0,
        "waiting": 0,
        "leased": 0,
        "bytes": 0,
    }


def test_newest_are_refused_when_it_is_full(caplog: pytest.LogCaptureFixture) -> None:
    spool = MemorySpool(10)
    assert spool.append([b"12345", b"1234"]) == 2
    assert spool.append([b"12", b"1", b"1"]) == 1
    assert spool.append([b"1"]) == 0
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "spool full" in caplog.text
    assert spool.counters()["lost"] == 3
    items = spool.take(3, 0)
    assert [item.body for item in items] == [b"12345", b"1234", b"1"]
    spool.done([item.id for item in items[1:]])
    caplog.clear()
    spool.append([b"1"])
    assert caplog.text.endswith("spool has room again: output=memory lost=3\n")
    spool.done([items[0].id, *(item.id for item in spool.take(9, 0))])
    spool.close()


def test_a_spool_that_is_full_now_and_then_is_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    spool = MemorySpool(10)
    spool.append([b"1"] * 10)
    for _ in range(20):
        spool.append([b"1", b"1"])
        spool.done([item.id for item in spool.take(1, 0)])
    assert len(caplog.records) == 1
    spool.done([item.id for item in spool.take(10, 0)])
    spool.close()


def test_memory_is_bounded_whatever_was_asked_for() -> None:
    spool = MemorySpool(2**40)
    assert spool.append([bytes(2**20)] * (MEMORY_MAX // 2**20 + 5)) == MEMORY_MAX // 2**20
    spool.done([item.id for item in spool.take(1000, 0)])
    spool.close()


def test_what_is_left_at_the_end_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    spool = MemorySpool(10)
    spool.append(bodies(1, 2))
    spool.take(1, 0)
    spool.close()
    assert "alerts are lost, their receiver was away: output=memory lost=2" in caplog.text
    assert spool.append(bodies(3)) == 0
    assert spool.take(1, 60) == []


def waiting_taker(spool: MemorySpool) -> tuple[threading.Thread, list[list[bytes]]]:
    """A thread that waits in take(), and what it got."""
    got: list[list[bytes]] = []
    thread = threading.Thread(
        target=lambda: got.append([item.body for item in spool.take(10, 60)]), name="taker"
    )
    thread.start()
    return thread, got


@pytest.mark.parametrize("what", ["append", "wake", "give_back", "close"])
def test_a_taker_that_waits_goes_on_at(what: str, spool: MemorySpool) -> None:
    spool.append(bodies(1))
    (item,) = spool.take(1, 0)
    thread, got = waiting_taker(spool)
    started = time.monotonic()
    while thread.is_alive() and time.monotonic() - started < 10:
        # Again and again: the thread may not wait yet.
        if what == "append":
            spool.append(bodies(2))
        elif what == "wake":
            spool.wake()
        elif what == "give_back":
            spool.give_back([item.id])
        elif spool.users:
            spool.close()
        thread.join(0.01)
    assert not thread.is_alive()
    assert got[0][:1] == {"append": bodies(2), "give_back": bodies(1)}.get(what, [])


def test_a_taker_waits_no_longer_than_asked(spool: MemorySpool) -> None:
    started = time.monotonic()
    assert spool.take(1, 0.05) == []
    assert 0.05 <= time.monotonic() - started < 10


def test_many_threads_lose_and_double_nothing() -> None:
    spool = MemorySpool(2**20)
    got: list[int] = []
    lock = threading.Lock()

    def append(first: int) -> None:
        for number in range(first, first + 300):
            spool.append(bodies(number))

    def take() -> None:
        turn = 0
        while items := spool.take(7, 2):
            turn += 1
            if turn % 3 == 0:
                spool.give_back([item.id for item in items])
                continue
            with lock:
                got.extend(int(item.body) for item in items)
            spool.done([item.id for item in items])

    threads = [threading.Thread(target=append, args=(n * 1000,)) for n in range(3)]
    threads += [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [n * 1000 + i for n in range(3) for i in range(300)]
    assert spool.counters()["waiting"] == 0
    spool.close()
