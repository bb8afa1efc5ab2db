# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from falcomod.engine.state.update import apply_record, apply_records
from tests.record_builder import ABSENT, build


def state_with_names() -> State:
    state = State()
    state.set_users({0: ("root", "/root", "/bin/sh")}, {0: "root"})
    return state


def test_user_added() -> None:
    state = state_with_names()
    record = build(
        "USER_ADDED_E", tid=-1, uid=1000, gid=1000, name="ann", home="/home/ann", shell="/bin/zsh",
        container_id="",
    )  # fmt: skip
    assert apply_record(state, record)["tid"] is None
    assert state.user(1000) == ("ann", "/home/ann", "/bin/zsh")
    assert state.user(0) == ("root", "/root", "/bin/sh")
    assert state.tids() == []


def test_user_added_of_whom_only_the_name_is_told() -> None:
    state = state_with_names()
    record = build(
        "USER_ADDED_E", tid=-1, uid=0, name="admin", home=ABSENT, shell=ABSENT, container_id=ABSENT
    )
    apply_record(state, record)
    assert state.user(0) == ("admin", None, None)


def test_user_deleted() -> None:
    state = state_with_names()
    apply_record(state, build("USER_DELETED_E", tid=-1, uid=0, name="root", container_id=""))
    assert state.user(0) is None
    assert state.group(0) == "root"


def test_group_added_and_deleted() -> None:
    state = state_with_names()
    added = build("GROUP_ADDED_E", tid=-1, gid=27, name="sudo", container_id="")
    apply_record(state, added)
    assert (state.group(27), state.group(0)) == ("sudo", "root")
    apply_record(state, build("GROUP_DELETED_E", tid=-1, gid=27, name="sudo", container_id=""))
    assert (state.group(27), state.group(0)) == (None, "root")


@pytest.mark.parametrize(
    "record",
    [
        build("USER_ADDED_E", tid=-1, uid=0, name="evil", container_id="3ad7b26ded6d"),
        build("USER_DELETED_E", tid=-1, uid=0, container_id="3ad7b26ded6d"),
        build("GROUP_ADDED_E", tid=-1, gid=0, name="evil", container_id="3ad7b26ded6d"),
        build("GROUP_DELETED_E", tid=-1, gid=0, container_id="3ad7b26ded6d"),
        build("USER_ADDED_E", tid=-1, uid=ABSENT, name="evil", container_id=""),
        build("GROUP_DELETED_E", tid=-1, gid=ABSENT, container_id=""),
    ],
)
def test_names_of_containers_and_of_nobody_change_nothing(record: bytes) -> None:
    state = state_with_names()
    apply_records(state, [record])
    assert state.user(0) == ("root", "/root", "/bin/sh")
    assert state.group(0) == "root"


def test_event_with_a_thread_makes_no_stub() -> None:
    state = state_with_names()
    apply_record(state, build("USER_DELETED_E", tid=77, uid=5, container_id=""))
    assert state.tids() == []


def test_names_of_a_container_are_its_own() -> None:
    state = state_with_names()
    container = "3ad7b26ded6d"
    state.set_container(container, {})
    state.seed_thread(tid=7, pid=7, uid=0, gid=0, cgroups=[f"cpu=/docker/{container}{'0' * 52}"])
    records = [
        build(
            "USER_ADDED_E", tid=-1, uid=0, name="app", home="/", shell="", container_id=container
        ),
        build("GROUP_ADDED_E", tid=-1, gid=0, name="apps", container_id=container),
    ]
    apply_records(state, records)
    probe = Probe(state)
    view = probe.at(build("getcwd", ts=9, tid=7, res=1))
    assert (bind("user.name").text(view), bind("group.name").text(view)) == ("app", "apps")
    assert (state.user(0), state.group(0)) == (("root", "/root", "/bin/sh"), "root")
    probe.close()
    removed = build("USER_DELETED_E", tid=-1, uid=0, name="app", container_id=container)
    apply_records(state, [removed])
    view = probe.at(build("getcwd", ts=10, tid=7, res=1))
    assert bind("user.name").text(view) is None
