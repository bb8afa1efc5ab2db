# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.state.tables import FD_TYPES, State
from falcomod.engine.state.update import apply_records
from tests.record_builder import build

ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"


def test_seeded_thread_is_shown_as_given() -> None:
    state = State()
    assert state.seed_thread(
        tid=10, pid=10, ptid=1, vtid=3, vpid=3, sid=2, vpgid=2, pgid=9, comm="bash", exe="-bash",
        exepath="/bin/bash", args=["-l", "x y"], env=b"A=1\0B=2\0", cwd="/root", root="/",
        cgroups=[f"memory=/docker/{ID}"], uid=0, gid=5, loginuid=1000, tty=34816, fdlimit=1024,
        start_ns=77, cap_effective=2**40, exe_flags=1,
    )  # fmt: skip
    thread = state.thread(10)
    assert thread is not None
    expected = {
        "tid": 10, "pid": 10, "ptid": 1, "vtid": 3, "vpid": 3, "sid": 2, "vpgid": 2, "pgid": 9,
        "comm": "bash", "exe": "-bash", "exepath": "/bin/bash", "args": ["-l", "x y"],
        "env": ["A=1", "B=2"], "cwd": "/root/", "root": "/", "container_id": ID[:12], "uid": 0,
        "gid": 5, "loginuid": 1000, "tty": 34816, "fdlimit": 1024, "start_ns": 77,
        "cap_effective": 2**40, "exe_flags": 1, "is_stub": False, "exit_ns": 0,
    }  # fmt: skip
    assert {name: thread[name] for name in expected} == expected


def test_what_is_not_seeded_is_unknown() -> None:
    state = State()
    state.seed_thread(tid=10)
    thread = state.thread(10)
    assert thread is not None
    for name in ("ptid", "vtid", "vpid", "sid", "vpgid", "pgid", "fdlimit"):
        assert thread[name] == -1, name
    for name in ("uid", "gid", "loginuid"):
        assert thread[name] == 0xFFFFFFFF, name
    for name in ("exe", "exepath", "args", "env", "cwd", "root", "cgroups"):
        assert thread[name] is None, name
    assert thread["pid"] == 10
    assert thread["container_id"] == ""


def test_empty_list_is_not_unknown() -> None:
    state = State()
    state.seed_thread(tid=10, args=[], env=b"")
    thread = state.thread(10)
    assert thread is not None
    assert (thread["args"], thread["env"]) == ([], [])


def test_unknown_fact_is_refused() -> None:
    with pytest.raises(TypeError, match="no such facts of a thread: shoe_size"):
        State().seed_thread(tid=10, shoe_size=44)


def test_threads_share_descriptors_of_their_main_thread() -> None:
    state = State()
    state.seed_thread(tid=10, pid=10)
    state.seed_thread(tid=11, pid=10)
    state.seed_fd(11, 3, type=FD_TYPES["file"], name="/etc/passwd")
    descriptor = state.fd(10, 3)
    assert descriptor is not None
    assert descriptor["name"] == "/etc/passwd"
    main = state.thread(10)
    assert main is not None
    assert (main["others"], main["fds_owners"]) == (1, 2)


def test_seeding_again_keeps_descriptors_and_relatives() -> None:
    state = State()
    state.seed_thread(tid=10, pid=10, comm="old", exe="x")
    state.seed_thread(tid=11, pid=10)
    state.seed_fd(10, 3, type=FD_TYPES["file"], name="/x")
    state.seed_thread(tid=10, pid=10, comm="new")
    thread = state.thread(10)
    assert thread is not None
    assert (thread["comm"], thread["exe"], thread["others"]) == ("new", None, 1)
    assert state.fds(10) == [3]
    assert state.counters()["threads"] == 2


def test_seeded_socket_is_shown_as_given() -> None:
    state = State()
    state.seed_thread(tid=10)
    state.seed_fd(
        10, 4, type=FD_TYPES["ipv4"], family=2, l4proto=2, role=1, is_connected=True,
        source=bytes([10, 0, 0, 1]), source_port=40000, dest=bytes([1, 1, 1, 1]), dest_port=443,
        ino=9, close_on_exec=True,
    )  # fmt: skip
    assert state.fd(10, 4) == {
        "number": 4, "type": 3, "role": 1, "l4proto": 2, "close_on_exec": True,
        "is_connected": True, "family": 2, "source": bytes([10, 0, 0, 1]), "source_port": 40000,
        "dest": bytes([1, 1, 1, 1]), "dest_port": 443, "open_flags": 0, "dev": 0, "ino": 9,
        "name": None, "name_raw": None,
    }  # fmt: skip


def test_descriptor_of_unknown_thread_is_refused() -> None:
    assert not State().seed_fd(10, 3, type=FD_TYPES["file"])


@pytest.mark.parametrize("number", [-1, 2**31, 2**40])
def test_descriptor_with_absurd_number_is_refused_and_counted(number: int) -> None:
    state = State()
    state.seed_thread(tid=10)
    assert not state.seed_fd(10, number, type=FD_TYPES["file"])
    assert state.counters()["fds_refused"] == 1


def test_limits_are_kept_and_counted() -> None:
    state = State(thread_limit=3, fd_limit=2)
    assert [state.seed_thread(tid=tid) for tid in range(1, 6)] == [True] * 3 + [False] * 2
    assert [state.seed_fd(1, n, type=FD_TYPES["file"]) for n in range(4)] == [True] * 2 + [
        False
    ] * 2
    counters = state.counters()
    assert (counters["threads"], counters["threads_refused"]) == (3, 2)
    assert (counters["fds"], counters["fds_refused"]) == (2, 2)
    # What is there may still be replaced.
    assert state.seed_thread(tid=2)
    assert state.seed_fd(1, 0, type=FD_TYPES["file"])


def test_descriptor_without_room_for_a_long_address() -> None:
    state = State()
    state.seed_thread(tid=10)
    state.seed_fd(10, 4, type=FD_TYPES["ipv6"], source=b"x" * 100, dest=b"y" * 100)
    descriptor = state.fd(10, 4)
    assert descriptor is not None
    assert (descriptor["source"], descriptor["dest"]) == (b"x" * 16, b"y" * 16)


def test_long_command_name_is_cut() -> None:
    state = State()
    state.seed_thread(tid=10, comm="a" * 40)
    thread = state.thread(10)
    assert thread is not None
    assert thread["comm"] == "a" * 15


def test_threads_before_their_main_thread_are_settled() -> None:
    state = State()
    for tid in (12, 11, 10):
        state.seed_thread(tid=tid, pid=10, ptid=1)
    state.seed_fd(10, 3, type=FD_TYPES["file"], name="/x")
    assert state.fd(12, 3) is None
    state.settle_threads()
    state.settle_threads()
    assert [state.fd(tid, 3)["name"] for tid in (10, 11, 12)] == ["/x"] * 3
    assert state.thread(10)["others"] == 2
    assert state.thread(10)["fds_owners"] == 3
    assert state.kin_faults() == []


def test_cleared_state_is_as_new_but_for_what_was_counted() -> None:
    state = State(thread_limit=3, fd_limit=1)
    for tid in range(10, 15):
        state.seed_thread(tid=tid, ptid=10, comm="x")
    state.seed_fd(10, 3, type=FD_TYPES["file"])
    state.set_users({0: "root"}, {0: "root"})
    apply_records(
        state,
        [
            build("PROCEXIT_1_E", ts=5, tid=10),
            build("close", ts=6, tid=11, fd=3),
            build("close", tid=99),
        ],
    )
    before = state.counters()
    state.clear()
    after = state.counters()
    assert state.tids() == state.unknown_tids() == []
    assert (state.user(0), state.group(0)) == (None, None)
    assert after["threads_ended"] == after["fds"] == 0
    assert after["threads_added"] == before["threads_added"] == after["threads_removed"]
    assert after["threads_refused"] == before["threads_refused"]
    assert [state.seed_thread(tid=tid) for tid in range(20, 24)] == [True] * 3 + [False]
    # Nothing of the time before is left: a much earlier event may come first now.
    apply_records(state, [build("close", ts=1, tid=20, fd=3)])
    assert state.kin_faults() == []
