# SPDX-License-Identifier: Apache-2.0
"""When an alert counts as received, and what becomes of it else."""

from __future__ import annotations

from falcomod.output.grpc_lease import UNCONFIRMED_MAX, Lease
from falcomod.output.memory_spool import Item, MemorySpool


class Clock:
    """A time that stands still."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def begun(*bodies: bytes) -> tuple[MemorySpool, Clock, Lease, list[Item]]:
    """A client that has taken all."""
    spool, clock = MemorySpool(64 << 20), Clock()
    spool.append(bodies)
    lease = Lease(spool, clock)
    return spool, clock, lease, lease.take(len(bodies), 0)


def waiting(spool: MemorySpool) -> list[bytes]:
    return [item.body for item in spool.take(1000, 0)]


def test_others_do_not_get_what_was_taken() -> None:
    spool, _clock, _lease, items = begun(b"a", b"b")
    assert [item.body for item in items] == [b"a", b"b"]
    assert waiting(spool) == []


def test_what_was_not_confirmed_is_for_the_next_client_in_order() -> None:
    spool, _clock, lease, items = begun(b"a", b"b", b"c")
    lease.written(items[0])
    lease.written(items[1])
    lease.lose()
    assert (lease.handed, lease.returned) == (2, 3)
    assert waiting(spool) == [b"a", b"b", b"c"]


def test_what_is_old_enough_is_received() -> None:
    spool, clock, lease, items = begun(b"a", b"b", b"c")
    lease.written(items[0])
    clock.now_s += 1
    lease.written(items[1])
    lease.confirm(0.5)
    lease.lose()
    assert waiting(spool) == [b"b", b"c"]


def test_at_a_good_end_all_that_was_written_is_received() -> None:
    spool, _clock, lease, items = begun(b"a", b"b")
    for item in items:
        lease.written(item)
    assert lease.is_open
    lease.confirm(0)
    assert not lease.is_open
    lease.lose()
    assert waiting(spool) == []
    assert spool.waiting() == 0


def test_what_was_only_taken_is_never_received() -> None:
    spool, clock, lease, _items = begun(b"a")
    clock.now_s += 1000
    lease.confirm(0)
    lease.lose()
    assert waiting(spool) == [b"a"]


def test_a_client_that_never_confirms_holds_so_much_and_no_more() -> None:
    spool, _clock, lease, items = begun(*[b"x" * (1 << 20)] * 10)
    for item in items:
        lease.written(item)
    assert spool.counters()["bytes"] == UNCONFIRMED_MAX
    lease.lose()
    assert [item.id for item in spool.take(100, 0)] == [item.id for item in items[5:]]
