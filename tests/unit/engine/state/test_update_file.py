# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.state.tables import FD_TYPES, State
from falcomod.engine.state.update import apply_record, apply_records
from tests.record_builder import ABSENT, AT_FDCWD, build

NAMES = {number: name for name, number in FD_TYPES.items()}


@pytest.fixture
def state() -> State:
    state = State(fd_limit=1000)
    state.seed_thread(tid=7, pid=7, ptid=1, vtid=7, vpid=7, cwd="/home/u")
    state.seed_thread(tid=20, pid=20, ptid=7, vtid=20, vpid=20)
    state.seed_fd(7, 3, type=FD_TYPES["file"], name="/etc/passwd", ino=11, close_on_exec=True)
    state.seed_fd(7, 5, type=FD_TYPES["directory"], name="/var/log")
    state.seed_fd(20, 4, type=FD_TYPES["file"], name="/secret")
    return state


def fd(state: State, number: int, tid: int = 7) -> dict[str, Any]:
    facts = state.fd(tid, number)
    assert facts is not None
    return dict(facts)


@pytest.mark.parametrize(
    ("dirfd", "name", "path"),
    [
        (AT_FDCWD, "/etc/shadow", "/etc/shadow"),
        (AT_FDCWD, "a", "/home/u/a"),
        (AT_FDCWD, "../..//etc/./shadow", "/etc/shadow"),
        (AT_FDCWD, "", "/home/u"),
        (5, "syslog", "/var/log/syslog"),
        (5, "../run/x", "/var/run/x"),
        (5, "/etc/shadow", "/etc/shadow"),
        (99, "x", "<UNKNOWN>/x"),
        (99, "/x", "/x"),
        (-1, "x", "<UNKNOWN>/x"),
        (None, "x", "<UNKNOWN>/x"),
    ],
)
@pytest.mark.parametrize("event", ["openat", "openat2"])
def test_openat(state: State, event: str, dirfd: int | None, name: str, path: str) -> None:
    record = build(
        event, tid=7, fd=9, dirfd=dirfd, name=name, flags=["O_RDWR", "O_CLOEXEC"], dev=2049, ino=6
    )
    seen = apply_record(state, record)
    opened = fd(state, 9)
    expected = {
        "name": path, "name_raw": name, "open_flags": 4099, "dev": 2049, "ino": 6,
        "close_on_exec": True, "type": FD_TYPES["file"],
    }  # fmt: skip
    assert {key: opened[key] for key in expected} == expected
    assert seen["fd_name"] == path.encode()


def test_open_of_a_thread_without_a_known_directory(state: State) -> None:
    apply_record(state, build("open", tid=20, fd=9, name="x", flags=1))
    assert fd(state, 9, 20)["name"] == "<UNKNOWN>/x"


def test_open(state: State) -> None:
    apply_record(state, build("open", tid=7, fd=9, name="x", flags=["O_RDONLY"], dev=1, ino=2))
    opened = fd(state, 9)
    assert (opened["name"], opened["open_flags"], opened["close_on_exec"]) == (
        "/home/u/x",
        1,
        False,
    )
    assert (opened["dev"], opened["ino"]) == (1, 2)


def test_creat_is_an_open_for_writing(state: State) -> None:
    record = build(
        "creat", tid=7, fd=9, name="x", dev=1, ino=2, creat_flags=["FD_UPPER_LAYER_CREAT"]
    )
    apply_record(state, record)
    opened = fd(state, 9)
    assert (opened["name"], opened["dev"], opened["ino"]) == ("/home/u/x", 1, 2)
    assert opened["open_flags"] == 4 | 2 | 256 | 32768


def test_open_by_handle_at(state: State) -> None:
    apply_record(state, build("open_by_handle_at", tid=7, fd=9, path="/srv/x", flags=1, ino=3))
    assert (fd(state, 9)["name"], fd(state, 9)["ino"]) == ("/srv/x", 3)


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        (["O_RDONLY", "O_DIRECTORY"], "directory"),
        (["O_RDONLY", "O_DIRECTORY", "O_TMPFILE"], "directory"),
        (["O_RDWR", "O_DIRECTORY", "O_TMPFILE"], "file"),
        (["O_RDWR", "O_TMPFILE"], "file"),
        (["O_RDONLY"], "file"),
    ],
)
def test_type_of_what_is_opened(state: State, flags: list[str], kind: str) -> None:
    apply_record(state, build("openat", tid=7, fd=9, dirfd=-100, name="x", flags=flags))
    assert fd(state, 9)["type"] == FD_TYPES[kind]


def test_open_without_a_readable_name(state: State) -> None:
    apply_record(state, build("openat", tid=7, fd=9, dirfd=-100, name=ABSENT, flags=1))
    assert (fd(state, 9)["name"], fd(state, 9)["name_raw"]) == (None, None)


def test_open_into_a_number_whose_close_was_lost(state: State) -> None:
    apply_record(state, build("openat", tid=7, fd=3, dirfd=5, name="x", flags=1))
    assert (fd(state, 3)["name"], fd(state, 3)["close_on_exec"]) == ("/var/log/x", False)
    apply_record(state, build("openat", tid=7, fd=5, dirfd=5, name="y", flags=1))
    assert fd(state, 5)["name"] == "/var/log/y"


def test_refused_descriptor_is_counted() -> None:
    state = State(fd_limit=1)
    state.seed_thread(tid=7)
    for number in (3, 4):
        seen = apply_record(state, build("open", tid=7, fd=number, name="/x", flags=1))
    assert (seen["fd_number"], seen["fd_type"]) == (4, None)
    assert state.counters()["fds_refused"] == 1


# Other makers

CLOEXEC = {"flags": ["O_CLOEXEC"]}


@pytest.mark.parametrize(
    ("event", "params", "kind", "close_on_exec"),
    [
        ("eventfd", {}, "event", False),
        ("eventfd2", CLOEXEC, "event", True),
        ("eventfd2", {}, "event", False),
        ("timerfd_create", {}, "timerfd", False),
        ("signalfd", {"fd": -1}, "signalfd", False),
        ("signalfd4", CLOEXEC | {"fd": -1}, "signalfd", True),
        ("inotify_init", {}, "inotify", False),
        ("inotify_init1", CLOEXEC, "inotify", True),
        ("epoll_create", {}, "eventpoll", False),
        ("epoll_create1", {"flags": ["EPOLL_CLOEXEC"]}, "eventpoll", True),
        ("epoll_create1", {}, "eventpoll", False),
        ("userfaultfd", CLOEXEC, "userfaultfd", True),
        ("io_uring_setup", {}, "io_uring", True),
        ("memfd_create", {"name": "x", "flags": ["MFD_CLOEXEC"]}, "memfd", True),
        ("memfd_create", {"name": "x"}, "memfd", False),
        ("pidfd_open", {"pid": 20}, "pidfd", True),
        ("pidfd_getfd", {"pid_fd": 3, "target_fd": 4}, "unsupported", True),
        ("bpf", {"cmd": "BPF_PROG_LOAD"}, "bpf", True),
    ],
)
def test_made(
    state: State, event: str, params: dict[str, Any], kind: str, close_on_exec: bool
) -> None:
    result = next(e for e in EVENTS.values() if e.name == event and e.is_exit).params[0].name
    apply_record(state, build(event, tid=7, **{result: 9}, **params))
    made = fd(state, 9)
    assert (NAMES[made["type"]], made["close_on_exec"]) == (kind, close_on_exec)


def test_name_of_a_memfd(state: State) -> None:
    apply_record(state, build("memfd_create", tid=7, fd=9, name="payload"))
    assert (fd(state, 9)["name"], fd(state, 9)["name_raw"]) == ("/memfd:payload", "payload")
    apply_record(state, build("memfd_create", tid=7, fd=9, name="n" * 5000))
    assert fd(state, 9)["name"] == "/memfd:" + "n" * 249


def test_pidfd_getfd_copies_from_the_other_process(state: State) -> None:
    apply_record(state, build("pidfd_open", tid=7, fd=9, pid=20))
    apply_record(state, build("pidfd_getfd", tid=7, fd=10, pid_fd=9, target_fd=4))
    stolen = fd(state, 10)
    assert (stolen["name"], stolen["close_on_exec"], stolen["number"]) == ("/secret", True, 10)


@pytest.mark.parametrize("command", ["BPF_MAP_LOOKUP_ELEM", "BPF_PROG_ATTACH", "BPF_OBJ_PIN"])
def test_bpf_commands_without_a_descriptor(state: State, command: str) -> None:
    seen = apply_record(state, build("bpf", tid=7, fd=0, cmd=command))
    assert (seen["fd_number"], state.fds(7)) == (-1, [3, 5])


@pytest.mark.parametrize(("event", "params"), [("pipe", {}), ("pipe2", CLOEXEC)])
def test_pipe(state: State, event: str, params: dict[str, Any]) -> None:
    seen = apply_record(state, build(event, tid=7, res=0, fd1=8, fd2=9, ino=123, **params))
    assert seen["fd_number"] == 9
    for number, access in ((8, 1), (9, 2)):
        end = fd(state, number)
        assert (end["type"], end["name"], end["ino"]) == (FD_TYPES["pipe"], "pipe:[123]", 123)
        assert end["open_flags"] & 3 == access
        assert end["close_on_exec"] == bool(params)


# Copies


@pytest.mark.parametrize(
    ("event", "params"),
    [("dup", {}), ("dup2", {"newfd": 9}), ("dup3", {"newfd": 9})],
)
def test_copy_has_everything_but_close_on_exec(
    state: State, event: str, params: dict[str, Any]
) -> None:
    seen = apply_record(state, build(event, tid=7, res=9, oldfd=3, **params))
    assert fd(state, 9) == fd(state, 3) | {"number": 9, "close_on_exec": False}
    assert (seen["fd_number"], seen["fd_name"]) == (9, b"/etc/passwd")
    apply_record(state, build("close", tid=7, res=0, fd=3))
    assert fd(state, 9)["name"] == "/etc/passwd"


def test_dup3_with_close_on_exec(state: State) -> None:
    apply_record(state, build("dup3", tid=7, res=9, oldfd=5, newfd=9, flags=["O_CLOEXEC"]))
    assert fd(state, 9)["close_on_exec"]


def test_dup2_onto_itself_changes_nothing(state: State) -> None:
    before = fd(state, 3)
    seen = apply_record(state, build("dup2", tid=7, res=3, oldfd=3, newfd=3))
    assert fd(state, 3) == before
    assert seen["fd_number"] == 3


def test_dup2_replaces(state: State) -> None:
    apply_record(state, build("dup2", tid=7, res=5, oldfd=3, newfd=5))
    assert fd(state, 5)["name"] == "/etc/passwd"


def test_copy_of_something_unknown_is_unknown(state: State) -> None:
    apply_record(state, build("dup2", tid=7, res=5, oldfd=77, newfd=5))
    assert state.fds(7) == [3]


def test_failed_copy_names_its_original(state: State) -> None:
    seen = apply_record(state, build("dup2", tid=7, res=-9, oldfd=3, newfd=-1))
    assert (seen["fd_number"], state.fds(7)) == (3, [3, 5])


@pytest.mark.parametrize(
    ("command", "close_on_exec"), [("F_DUPFD", False), ("F_DUPFD_CLOEXEC", True)]
)
def test_fcntl_copies(state: State, command: str, close_on_exec: bool) -> None:
    seen = apply_record(state, build("fcntl", tid=7, res=10, fd=5, cmd=command, arg=10))
    assert (fd(state, 10)["name"], fd(state, 10)["close_on_exec"]) == ("/var/log", close_on_exec)
    assert (seen["fd_number"], seen["fd_name"]) == (10, b"/var/log")


def test_fcntl_sets_close_on_exec(state: State) -> None:
    apply_record(state, build("fcntl", tid=7, res=0, fd=3, cmd="F_SETFD", arg=0))
    apply_record(state, build("fcntl", tid=7, res=0, fd=5, cmd="F_SETFD", arg=1))
    assert [fd(state, number)["close_on_exec"] for number in (3, 5)] == [False, True]
    apply_record(state, build("fcntl", tid=7, res=-9, fd=3, cmd="F_SETFD", arg=1))
    apply_record(state, build("fcntl", tid=7, res=0, fd=3, cmd="F_GETFD", arg=1))
    assert not fd(state, 3)["close_on_exec"]


# Ends


@pytest.mark.parametrize("result", [0, -4, -5, -9])
def test_close_still_sees_its_descriptor(state: State, result: int) -> None:
    seen = apply_record(state, build("close", tid=7, res=result, fd=3))
    assert (seen["fd_number"], seen["fd_name"]) == (3, b"/etc/passwd")
    assert state.fds(7) == [5]
    seen = apply_record(state, build("close", tid=7, res=-9, fd=3))
    assert (seen["fd_number"], seen["fd_type"]) == (3, None)


@pytest.mark.parametrize(
    ("first", "last", "left"),
    [(0, 2, [3, 5]), (3, 3, [5]), (4, 2**32 - 1, [3]), (0, 2**32 - 1, []), (9, 3, [3, 5])],
)
def test_close_range(state: State, first: int, last: int, left: list[int]) -> None:
    apply_record(state, build("close_range", tid=7, res=-22, first=first, last=last))
    assert state.fds(7) == [3, 5]
    apply_record(state, build("close_range", tid=7, res=0, first=first, last=last))
    assert state.fds(7) == left


def test_close_range_that_marks(state: State) -> None:
    flags = ["CLOSE_RANGE_CLOEXEC"]
    apply_record(state, build("close_range", tid=7, res=0, first=4, last=9, flags=flags))
    assert state.fds(7) == [3, 5]
    assert fd(state, 5)["close_on_exec"]


@pytest.mark.parametrize(
    "record",
    [
        build("close_range", tid=8, res=0, first=3, last=3, flags=["CLOSE_RANGE_UNSHARE"]),
        build("unshare", tid=8, res=0, flags=["CLONE_FILES"]),
    ],
)
def test_descriptors_taken_out_of_sharing(state: State, record: bytes) -> None:
    state.seed_thread(tid=8, pid=7)
    apply_records(state, [record, build("close", tid=8, res=0, fd=3)])
    assert (state.fds(7), state.fds(8)) == ([3, 5], [5])


NUMBERS = st.integers(0, 40) | st.sampled_from([64, 128, 256, 1000, 2**20, 2**31 - 1])


@given(st.lists(st.tuples(st.sampled_from(["open", "close", "range", "dup"]), NUMBERS, NUMBERS)))
def test_table_agrees_with_a_dict(steps: list[tuple[str, int, int]]) -> None:
    state = State()
    state.seed_thread(tid=7, cwd="/")
    known: dict[int, str] = {}
    for count, (step, a, b) in enumerate(steps):
        if step == "open":
            apply_record(state, build("open", tid=7, fd=a, name=f"/{count}", flags=1))
            known[a] = f"/{count}"
        elif step == "close":
            apply_record(state, build("close", tid=7, fd=a, res=0))
            known.pop(a, None)
        elif step == "range":
            apply_record(state, build("close_range", tid=7, first=a, last=b, res=0))
            known = {n: name for n, name in known.items() if not a <= n <= b}
        else:
            apply_record(state, build("dup2", tid=7, oldfd=a, newfd=b, res=b))
            if a in known:
                known[b] = known[a]
            elif a != b:
                known.pop(b, None)
        assert state.fds(7) == sorted(known)
    assert {number: fd(state, number)["name"] for number in known} == known


def test_table_shrinks_and_keeps_what_is_left() -> None:
    state = State(fd_limit=10000)
    state.seed_thread(tid=7, cwd="/")
    for number in range(5000):
        apply_record(state, build("open", tid=7, fd=number, name=f"/{number}", flags=1))
    for number in range(5000):
        if number % 100:
            apply_record(state, build("close", tid=7, fd=number, res=0))
    assert state.fds(7) == list(range(0, 5000, 100))
    assert all(fd(state, number)["name"] == f"/{number}" for number in range(0, 5000, 100))
