# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from falcomod.engine.state.tables import FD_TYPES, State


def test_many_descriptors_are_all_found() -> None:
    state = State(fd_limit=100000)
    state.seed_thread(tid=1)
    numbers = [*range(5000), *range(2**31 - 5000, 2**31), *range(10**6, 10**9, 10**6)]
    for number in numbers:
        assert state.seed_fd(1, number, type=FD_TYPES["file"], ino=number)
    assert state.fds(1) == sorted(numbers)
    for number in numbers:
        descriptor = state.fd(1, number)
        assert descriptor is not None
        assert descriptor["ino"] == number
    assert state.fd(1, 5000) is None
    assert state.fd(1, -1) is None
    assert state.fd(1, 2**40) is None


def test_seeding_a_number_again_replaces_it() -> None:
    state = State()
    state.seed_thread(tid=1)
    state.seed_fd(1, 3, type=FD_TYPES["file"], name="/old", dev=7)
    state.seed_fd(1, 3, type=FD_TYPES["pipe"], name="pipe:[1]")
    descriptor = state.fd(1, 3)
    assert descriptor is not None
    assert (descriptor["type"], descriptor["name"], descriptor["dev"]) == (7, "pipe:[1]", 0)
    assert state.counters()["fds"] == 1
