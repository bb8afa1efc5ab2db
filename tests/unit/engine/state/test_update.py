# SPDX-License-Identifier: Apache-2.0
"""Which events change state, what they see, and that nothing in a record can harm."""

from __future__ import annotations

import ctypes
import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from falcomod.engine.decode.schema import (
    EF_CREATES_FD,
    EF_DESTROYS_FD,
    EF_MODIFIES_STATE,
    EF_USES_FD,
    EVENTS,
    SYSCALLS,
    EventInfo,
)
from falcomod.engine.state.tables import FD_TYPES, State
from falcomod.engine.state.update import apply_record, apply_records, fd_params, update_codes
from tests.record_builder import HEADER, build, pack, socktuple

# Events that change state by the public table, and why nothing is to be done for them.
WITHOUT_UPDATE = {
    "OPEN_E": "before the call: nothing has happened yet",
    "CREAT_E": "before the call: nothing has happened yet",
    "OPENAT_2_E": "before the call: nothing has happened yet",
    "OPENAT2_E": "before the call: nothing has happened yet",
    "CONNECT_E": "before the call: nothing has happened yet",
    "MOUNT_X": "mount tables are not kept",
    "UMOUNT_1_X": "mount tables are not kept",
    "UMOUNT2_X": "mount tables are not kept",
    "CPU_HOTPLUG_E": "no driver emits it",
    **{event.id: "no driver emits it" for event in EVENTS.values() if event.origin == "ITER"},
}


def known_state() -> State:
    state = State()
    state.seed_thread(tid=1, pid=1, ptid=0, vtid=1, vpid=1, comm="init", cwd="/")
    state.seed_thread(tid=7, pid=7, ptid=1, vtid=7, vpid=7, comm="sh", cwd="/home/u", uid=1000)
    state.seed_fd(7, 3, type=FD_TYPES["file"], name="/etc/passwd")
    state.seed_fd(7, 4, type=FD_TYPES["ipv4"], family=2, l4proto=3)
    return state


def test_every_state_changing_event_has_an_update_or_a_reason() -> None:
    changing = {e.id for e in EVENTS.values() if e.flags & EF_MODIFIES_STATE}
    updated = {EVENTS[code].id for code in update_codes()}
    assert changing - updated == set(WITHOUT_UPDATE)


def test_every_captured_state_call_has_an_update_or_a_reason() -> None:
    calls = {info.event for info in SYSCALLS.values() if info.capture_class == "STATE"}
    ids = {event if isinstance(event, str) else EVENTS[event].id for event in calls}
    assert ids - {EVENTS[code].id for code in update_codes()} <= set(WITHOUT_UPDATE)


def test_events_of_descriptors_name_one() -> None:
    parameters = fd_params()
    for event in EVENTS.values():
        uses = bool(event.flags & (EF_USES_FD | EF_DESTROYS_FD))
        assert (event.code in parameters) == uses, event.id
        if uses:
            param = event.params[parameters[event.code]]
            assert param.type == "FD", event.id
            assert param.name in {
                "fd", "oldfd", "dirfd", "linkdirfd", "fd_in", "out_fd", "fdout", "mountfd",
            }, event.id  # fmt: skip


def test_clone_events_have_the_same_parameters() -> None:
    events = {e.id: e for e in EVENTS.values()}
    shapes = {
        tuple((p.name, p.type) for p in events[name].params)
        for name in ("CLONE_20_X", "CLONE3_X", "FORK_20_X", "VFORK_20_X")
    }
    assert len(shapes) == 1


def test_exec_events_and_clones_begin_with_the_same_parameters() -> None:
    events = {e.id: e for e in EVENTS.values()}

    def names(event: str) -> list[str]:
        return [param.name for param in events[event].params]

    assert names("EXECVE_19_X")[:-1] == names("EXECVEAT_X")
    assert names("EXECVE_19_X")[:15] == names("CLONE_20_X")[:15]


def test_pipe_events_begin_with_the_same_parameters() -> None:
    events = {e.id: [p.name for p in e.params] for e in EVENTS.values()}
    assert events["PIPE2_X"][:-1] == events["PIPE_X"]


def test_read_sees_its_descriptor() -> None:
    seen = apply_record(known_state(), build("read", tid=7, fd=3, res=1))
    assert seen == {"tid": 7, "fd_number": 3, "fd_type": 16, "fd_name": b"/etc/passwd"}


@pytest.mark.parametrize("fd", [-1, -100, -(2**63)])
def test_negative_numbers_are_no_descriptors(fd: int) -> None:
    seen = apply_record(known_state(), build("read", tid=7, fd=fd, res=-9))
    assert (seen["fd_number"], seen["fd_type"]) == (-1, None)


def test_unknown_descriptor_has_its_number() -> None:
    seen = apply_record(known_state(), build("read", tid=7, fd=99, res=1))
    assert (seen["fd_number"], seen["fd_type"]) == (99, None)


CREATORS = [event for event in EVENTS.values() if event.flags & EF_CREATES_FD and event.is_exit]


@pytest.mark.parametrize("event", CREATORS, ids=lambda event: event.id)
def test_created_descriptor_is_the_events_own(event: EventInfo) -> None:
    state = known_state()
    pair = event.params[0].name == "res" and len(event.params) > 2 and event.params[1].name == "fd1"
    params: dict[str, object] = {event.params[0].name: 0 if pair else 9}
    if pair:
        params |= {"fd1": 10, "fd2": 9}
    if any(param.name == "oldfd" for param in event.params):
        params["oldfd"] = 3
    if any(param.name == "tuple" for param in event.params):
        params["tuple"] = socktuple("10.0.0.1", 1, "10.0.0.2", 2)
    seen = apply_record(state, build(event.id, tid=7, **params))
    assert seen["fd_number"] == 9
    assert seen["fd_type"] is not None
    assert state.fd(7, 9) is not None


@pytest.mark.parametrize("event", CREATORS, ids=lambda event: event.id)
def test_failed_call_creates_nothing(event: EventInfo) -> None:
    state = known_state()
    apply_record(state, build(event.id, tid=7, **{event.params[0].name: -24}))
    assert state.fds(7) == [3, 4]


def test_unknown_thread_becomes_a_stub_and_is_asked_for_once() -> None:
    state = State()
    apply_record(state, build("read", tid=50, fd=3))
    apply_record(state, build("read", tid=50, fd=3))
    assert state.unknown_tids() == [50]
    assert state.unknown_tids() == []
    assert state.is_stub(50)
    assert state.counters()["threads_unknown"] == 1
    state.seed_thread(tid=50, pid=50, comm="late")
    assert not state.is_stub(50)


def test_what_a_stub_learned_survives_its_look_up() -> None:
    state = State()
    apply_record(state, build("openat", tid=50, fd=3, dirfd=-100, name="/etc/shadow", flags=1))
    state.seed_thread(tid=50, pid=50, comm="late")
    assert apply_record(state, build("read", tid=50, fd=3))["fd_name"] == b"/etc/shadow"


def test_queue_of_unknown_threads_is_bounded_and_counted() -> None:
    state = State()
    apply_records(state, [build("read", tid=tid, fd=0) for tid in range(1, 1001)])
    assert len(state.unknown_tids()) == 256
    assert state.counters()["threads_unknown_lost"] == 1000 - 256


def test_event_without_a_thread() -> None:
    for tid in (0, -1):
        seen = apply_record(known_state(), build("read", tid=tid, fd=3))
        assert (seen["tid"], seen["fd_number"]) == (None, -1)


def test_full_thread_table_still_gives_each_event_a_thread() -> None:
    state = State(thread_limit=2)
    records = [
        build("read", tid=1, fd=3),
        build("read", tid=2, fd=3),
        build("openat", tid=3, fd=3, dirfd=-100, name="/x", flags=1),
        build("execve", tid=3, res=0, pid=3, exe="x", args="a"),
        build("clone", tid=4, res=0, pid=4, ptid=1),
        build("clone", tid=1, res=5, pid=1, vtid=1),
        build("procexit", tid=6),
    ]
    for record in records:
        assert apply_record(state, record)["tid"] == HEADER.unpack_from(record)[1]
    assert sorted(state.tids()) == [1, 2]
    assert state.counters()["threads_refused"] > 0


def test_tid_of_an_ended_thread_may_be_used_again() -> None:
    state = known_state()
    apply_record(state, build("procexit", ts=100, tid=7))
    assert apply_record(state, build("read", ts=100, tid=7, fd=3))["fd_name"] == b"/etc/passwd"
    # Its clone was lost; what its predecessor was is not what it is.
    assert apply_record(state, build("read", ts=200, tid=7, fd=3))["fd_name"] is None
    assert state.is_stub(7)


# Memory


class Mallinfo2(ctypes.Structure):
    """struct mallinfo2 of malloc.h (glibc 2.33)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    ]  # fmt: skip


def bytes_in_use() -> int:
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        pytest.skip("the C library has no mallinfo2()")
    libc.mallinfo2.restype = Mallinfo2
    info = libc.mallinfo2()
    return int(info.uordblks + info.hblkhd)


def life_of_a_process(tid: int, ts: int) -> list[bytes]:
    image: dict[str, object] = {
        "exe": "bash", "args": f"-c\0echo {tid}\0", "comm": "bash", "cgroups": f"cpu=/{tid}\0",
    }  # fmt: skip
    return [
        build("clone", ts=ts, tid=7, res=tid, pid=7, ptid=1, vtid=7, vpid=7, **image),
        build("clone", ts=ts, tid=tid, res=0, pid=tid, ptid=7, vtid=tid, vpid=tid, **image),
        build("execve", ts=ts, tid=tid, res=0, pid=tid, ptid=7, env="A=1\0" * 50, **image),
        build("chdir", ts=ts, tid=tid, res=0, path=f"/tmp/{tid}"),
        *(
            build("openat", ts=ts, tid=tid, fd=fd, dirfd=-100, name=f"file{fd}", flags=1)
            for fd in range(10, 13)
        ),
        build("clone", ts=ts, tid=tid, res=tid + 1, pid=tid, vtid=tid, flags=["CLONE_THREAD"]),
        build("pipe", ts=ts, tid=tid + 1, res=0, fd1=40, fd2=41, ino=9),
        build("close", ts=ts, tid=tid, res=0, fd=11),
        build("procexit", ts=ts, tid=tid),
        build("procexit", ts=ts, tid=tid + 1),
    ]  # fmt: skip


def test_memory_of_processes_that_come_and_go_is_returned() -> None:
    state = known_state()
    second = 10**9

    def round_of(first: int, count: int) -> None:
        for tid in range(first, first + 2 * count, 2):
            apply_records(state, life_of_a_process(tid, second + tid * 1000))
        # A later event ends the grace of all of them.
        apply_record(state, build("read", ts=1000 * second, tid=7, fd=3))

    round_of(100, 1000)
    counters = state.counters()
    before = bytes_in_use()
    round_of(10000, 10000)
    after = bytes_in_use()
    assert state.counters() | {"threads_added": 0, "threads_removed": 0} == counters | {
        "threads_added": 0, "threads_removed": 0,
    }  # fmt: skip
    assert state.counters()["threads"] == 2
    assert state.counters()["threads_unknown"] == 0
    # One thread record alone would be 10 000 times more than 40 bytes.
    assert after - before < 400_000


# Nothing in a record can harm

ABSURD = [0, 1, -1, 2**31 - 1, 2**31, 2**63 - 1, -(2**63), 7, 3, 4, -100, 0xFFFFFFFF]


def absurd_value(rng: random.Random, kind: str, width: int) -> bytes:
    if rng.random() < 0.15:
        return b""
    if width:
        return struct.pack("<Q", rng.choice(ABSURD) & (2**64 - 1))[:width].ljust(width, b"\0")
    if kind in ("CHARBUF", "FSPATH", "FSRELPATH"):
        text = rng.choice([b"", b"/", b"..", b"a/../" * 500, b"/x" * 6000, b"rel", b"\xff\xfe"])
        return text + b"\0"
    if kind in ("SOCKADDR", "SOCKTUPLE"):
        return bytes([rng.choice([0, 1, 2, 10, 16, 255])]) + rng.randbytes(
            rng.choice([0, 1, 6, 12, 16, 17, 18, 36, 60])
        )
    return rng.choice([b"", b"\0", b"a", b"x=/docker/" + b"f" * 64, b"\0" * 300, b"q" * 9000])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_absurd_values_do_no_harm(seed: int) -> None:
    rng = random.Random(seed)
    state = State(thread_limit=8, fd_limit=6)
    state.seed_thread(tid=7, pid=7, vtid=7, vpid=7, cwd="/home/u")
    events = [e for e in EVENTS.values() if e.code in update_codes() or e.flags & EF_USES_FD]
    for _ in range(60):
        event = rng.choice(events)
        values = [absurd_value(rng, p.type, p.width) for p in event.params]
        values = values[: rng.choice([0, 1, 2, 99, 99, 99])]
        tid = rng.choice([1, 2, 3, 4, 5, 7, 8, 9, 2**40, 2**63 - 1, 0, -1])
        record = pack(event, values, ts=rng.choice([0, 5, 2**40, 2**64 - 1]), tid=tid)
        apply_record(state, record)
        for known in state.tids():
            assert state.thread(known) is not None
            for number in state.fds(known):
                assert state.fd(known, number) is not None
    counters = state.counters()
    assert counters["threads"] <= 8
    assert counters["threads"] == counters["threads_added"] - counters["threads_removed"]


def test_longest_paths_do_no_harm() -> None:
    state = known_state()
    path = "/x" * 32000
    for _ in range(3):
        apply_record(state, build("chdir", tid=7, res=0, path=path[1:]))
        seen = apply_record(state, build("openat", tid=7, fd=9, dirfd=-100, name=path, flags=1))
        assert (seen["fd_number"], seen["fd_name"]) == (9, None)
    apply_record(state, build("chroot", tid=7, res=0, path=path))
    thread = state.thread(7)
    assert thread is not None
    assert (thread["cwd"], thread["root"]) == (None, None)
