# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.state.tables import State
from falcomod.engine.state.update import apply_records
from tests.record_builder import build


def test_names_are_found_by_id() -> None:
    state = State()
    users = {n * 7: f"user{n}" for n in range(1000)}
    state.set_users(users, {0: "root", 0xFFFFFFFE: "nogroup"})
    for uid, name in users.items():
        assert state.user(uid) == (name, None, None)
    assert state.user(1) is None
    assert state.user(0xFFFFFFFF) is None
    assert state.group(0) == "root"
    assert state.group(0xFFFFFFFE) == "nogroup"
    assert state.group(5) is None


def test_users_have_home_and_shell() -> None:
    state = State()
    state.set_users({1: ("daemon", "/usr/sbin", "/usr/sbin/nologin")}, {})
    assert state.user(1) == ("daemon", "/usr/sbin", "/usr/sbin/nologin")


def test_names_are_replaced_as_a_whole() -> None:
    state = State()
    state.set_users({1: "old", 2: "gone"}, {3: "x"})
    state.set_users({1: "new"}, {})
    assert state.user(1) == ("new", None, None)
    assert state.user(2) is None
    assert state.group(3) is None
    assert state.counters()["users"] == 1


def test_no_names_at_first() -> None:
    assert State().user(0) is None


def test_bad_names_leave_the_old_ones() -> None:
    state = State()
    state.set_users({1: "old"}, {})
    with pytest.raises(AttributeError):
        state.set_users({1: ("new", 5, None)}, {})
    with pytest.raises(OverflowError):
        state.set_users({2**40: "new"}, {})
    assert state.user(1) == ("old", None, None)


def added(uid: int, name: str, home: str = "/home/x", shell: str = "/bin/sh") -> bytes:
    return build(
        "USER_ADDED_E", tid=-1, uid=uid, gid=1, name=name, home=home, shell=shell, container_id=""
    )


def test_names_that_events_add_are_sorted_in() -> None:
    state = State()
    state.set_users({5: ("five", "/", "")}, {})
    ids = [7, 1, 5, 2**32 - 1, 0, 6]
    apply_records(state, [added(uid, f"user{uid}") for uid in ids])
    for uid in ids:
        assert state.user(uid) == (f"user{uid}", "/home/x", "/bin/sh")
    assert state.user(2) is None
    assert state.counters()["users"] == len(ids)


def test_names_that_events_remove() -> None:
    state = State()
    state.set_users(dict.fromkeys(range(5), ("x", "/", "")), {})
    gone = [build("USER_DELETED_E", tid=-1, uid=uid, container_id="") for uid in (0, 4, 2, 2, 99)]
    apply_records(state, gone)
    assert [uid for uid in range(6) if state.user(uid)] == [1, 3]


def test_names_are_limited() -> None:
    state = State()
    state.set_users({}, dict.fromkeys(range(262_144), "group"))
    more = [
        build("GROUP_ADDED_E", tid=-1, gid=gid, name="new", container_id="") for gid in (5, 300_000)
    ]
    apply_records(state, more)
    assert state.group(5) == "new"
    assert state.group(300_000) is None
