# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.state.tables import FD_TYPES, State
from falcomod.engine.state.update import apply_record
from tests.record_builder import ABSENT, build


@pytest.fixture
def state() -> State:
    state = State()
    state.seed_thread(
        tid=7, pid=7, ptid=1, vtid=7, vpid=7, sid=3, vpgid=3, pgid=3, comm="sh", cwd="/home/u",
        uid=1000, gid=100, fdlimit=1024, cap_effective=1, cap_permitted=2, cap_inheritable=3,
    )  # fmt: skip
    state.seed_thread(tid=8, pid=7, ptid=1, vtid=8, vpid=7, comm="worker")
    state.seed_thread(tid=20, pid=20, ptid=7, vtid=20, vpid=20, vpgid=3, pgid=3)
    state.seed_thread(tid=30, pid=30, ptid=7, vtid=2, vpid=2, vpgid=1, pgid=29)
    state.seed_fd(7, 5, type=FD_TYPES["directory"], name="/var/log")
    state.seed_fd(7, 6, type=FD_TYPES["pipe"], name="pipe:[1]")
    return state


def facts(state: State, tid: int, *names: str) -> tuple[Any, ...]:
    thread = state.thread(tid)
    assert thread is not None
    return tuple(thread[name] for name in names)


NONE = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("event", "params", "uid", "gid"),
    [
        ("setuid", {"uid": 5}, 5, 100),
        ("setgid", {"gid": 5}, 1000, 5),
        ("setresuid", {"ruid": 1, "euid": 5, "suid": 2}, 5, 100),
        ("setresuid", {"ruid": 1, "euid": NONE, "suid": 2}, 1000, 100),
        ("setresgid", {"rgid": 1, "egid": 5, "sgid": 2}, 1000, 5),
        ("setreuid", {"ruid": 1, "euid": 5}, 5, 100),
        ("setreuid", {"ruid": 1, "euid": NONE}, 1000, 100),
        ("setregid", {"rgid": 1, "egid": 5}, 1000, 5),
        ("setuid", {"uid": ABSENT}, 1000, 100),
    ],
)
def test_effective_ids(
    state: State, event: str, params: dict[str, Any], uid: int, gid: int
) -> None:
    apply_record(state, build(event, tid=7, res=-1, **params))
    assert facts(state, 7, "uid", "gid") == (1000, 100)
    apply_record(state, build(event, tid=7, res=0, **params))
    assert facts(state, 7, "uid", "gid") == (uid, gid)


def test_capset(state: State) -> None:
    caps = {"cap_inheritable": 10, "cap_permitted": 11, "cap_effective": 12}
    apply_record(state, build("capset", tid=7, res=-1, **caps))
    assert facts(state, 7, *caps) == (3, 2, 1)
    apply_record(state, build("capset", tid=7, res=0, **caps))
    assert facts(state, 7, *caps) == (10, 11, 12)


def test_setsid_of_a_thread_is_its_process(state: State) -> None:
    apply_record(state, build("setsid", tid=8, res=7))
    assert facts(state, 7, "sid", "vpgid", "pgid") == (7, 7, 7)


def test_setsid_in_a_pid_namespace(state: State) -> None:
    apply_record(state, build("setsid", tid=30, res=2))
    assert facts(state, 30, "sid", "vpgid", "pgid") == (2, 2, 30)


def test_failed_setsid(state: State) -> None:
    apply_record(state, build("setsid", tid=7, res=-1))
    assert facts(state, 7, "sid", "vpgid", "pgid") == (3, 3, 3)


@pytest.mark.parametrize(
    ("caller", "pid", "pgid", "target", "vpgid", "host"),
    [
        (7, 0, 0, 7, 7, 7),
        (8, 0, 0, 7, 7, 7),
        (7, 7, 3, 7, 3, 3),
        (7, 20, 20, 20, 20, 20),
        (7, 20, 7, 20, 7, 7),
        (30, 0, 0, 30, 2, 30),
        (30, 2, 1, 30, 1, -1),
    ],
)
def test_setpgid(
    state: State, caller: int, pid: int, pgid: int, target: int, vpgid: int, host: int
) -> None:
    apply_record(state, build("setpgid", tid=caller, res=0, pid=pid, pgid=pgid))
    assert facts(state, target, "vpgid", "pgid") == (vpgid, host)


def test_setpgid_of_another_process_of_a_namespace_is_not_guessed(state: State) -> None:
    """20 there is not the host's 20."""
    apply_record(state, build("setpgid", tid=30, res=0, pid=20, pgid=20))
    assert facts(state, 20, "vpgid", "pgid") == (3, 3)


def test_failed_setpgid(state: State) -> None:
    apply_record(state, build("setpgid", tid=7, res=-1, pid=0, pgid=0))
    assert facts(state, 7, "vpgid") == (3,)


def test_prctl_names_the_thread(state: State) -> None:
    name = {"option": "PR_SET_NAME", "arg2_str": "a-name-of-20-letters"}
    apply_record(state, build("prctl", tid=8, res=0, **name))
    assert facts(state, 8, "comm") == ("a-name-of-20-le",)
    assert facts(state, 7, "comm") == ("sh",)
    apply_record(state, build("prctl", tid=7, res=0, option="PR_GET_NAME", arg2_str="other"))
    apply_record(state, build("prctl", tid=7, res=-14, **name))
    assert facts(state, 7, "comm") == ("sh",)


@pytest.mark.parametrize(
    ("event", "params"),
    [
        ("setrlimit", {"cur": 99, "max": 100}),
        ("prlimit", {"newcur": 99, "newmax": 100, "pid": 0}),
        ("prlimit", {"newcur": 99, "newmax": 100, "pid": 7}),
    ],
)
def test_limit_of_descriptors(state: State, event: str, params: dict[str, int]) -> None:
    apply_record(state, build(event, tid=8, res=0, resource="RLIMIT_CORE", **params))
    apply_record(state, build(event, tid=8, res=-1, resource="RLIMIT_NOFILE", **params))
    assert facts(state, 7, "fdlimit") == (1024,)
    apply_record(state, build(event, tid=8, res=0, resource="RLIMIT_NOFILE", **params))
    assert facts(state, 7, "fdlimit") == (99,)


def test_limit_of_another_process(state: State) -> None:
    limit = {"newcur": 99, "newmax": 100, "resource": "RLIMIT_NOFILE"}
    apply_record(state, build("prlimit", tid=7, res=0, pid=20, **limit))
    assert facts(state, 20, "fdlimit") == (99,)
    apply_record(state, build("prlimit", tid=30, res=0, pid=7, **limit))
    assert facts(state, 7, "fdlimit") == (1024,)


def test_limit_that_was_only_asked_for(state: State) -> None:
    limit = {"newcur": -1, "newmax": -1, "oldcur": 1024, "resource": "RLIMIT_NOFILE"}
    apply_record(state, build("prlimit", tid=7, res=0, pid=0, **limit))
    assert facts(state, 7, "fdlimit") == (1024,)


@pytest.mark.parametrize(
    ("path", "cwd"),
    [
        ("/srv", "/srv/"),
        ("..", "/home/"),
        ("../../..", "/"),
        ("a//b/./c/..", "/home/u/a/b/"),
        ("", "/home/u/"),
        (ABSENT, None),
    ],
)
def test_chdir(state: State, path: str | None, cwd: str | None) -> None:
    apply_record(state, build("chdir", tid=8, res=-2, path=path))
    assert facts(state, 7, "cwd") == ("/home/u/",)
    apply_record(state, build("chdir", tid=8, res=0, path=path))
    assert facts(state, 7, "cwd") == (cwd,)


def test_relative_chdir_from_an_unknown_directory_stays_unknown(state: State) -> None:
    apply_record(state, build("chdir", tid=20, res=0, path="x"))
    assert facts(state, 20, "cwd") == (None,)
    apply_record(state, build("chdir", tid=20, res=0, path="/x"))
    assert facts(state, 20, "cwd") == ("/x/",)


@pytest.mark.parametrize(("fd", "cwd"), [(5, "/var/log/"), (6, None), (99, None), (-1, None)])
def test_fchdir(state: State, fd: int, cwd: str | None) -> None:
    apply_record(state, build("fchdir", tid=7, res=-20, fd=fd))
    assert facts(state, 7, "cwd") == ("/home/u/",)
    apply_record(state, build("fchdir", tid=7, res=0, fd=fd))
    assert facts(state, 7, "cwd") == (cwd,)


def test_chroot_in_a_chroot(state: State) -> None:
    apply_record(state, build("chroot", tid=7, res=-1, path="/jail"))
    assert facts(state, 7, "root") == (None,)
    apply_record(state, build("chroot", tid=7, res=0, path="jail"))
    assert facts(state, 7, "root") == ("/home/u/jail",)
    apply_record(state, build("chroot", tid=7, res=0, path="/inner"))
    assert facts(state, 7, "root") == ("/home/u/jail/inner",)
    apply_record(state, build("chroot", tid=7, res=0, path="/"))
    assert facts(state, 7, "root") == ("/home/u/jail/inner",)
