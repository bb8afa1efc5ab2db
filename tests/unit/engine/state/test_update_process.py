# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.state.tables import FD_TYPES, State
from falcomod.engine.state.update import apply_record, apply_records
from tests.record_builder import ABSENT, build

ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
IMAGE: dict[str, Any] = {"exe": "-sh", "args": "-l\0", "comm": "sh", "cgroups": "cpu=/a\0"}


@pytest.fixture
def state() -> State:
    state = State()
    state.seed_thread(tid=1, pid=1, ptid=0, vtid=1, vpid=1, comm="init", cwd="/")
    state.seed_thread(
        tid=7, pid=7, ptid=1, vtid=7, vpid=7, sid=7, vpgid=7, pgid=7, comm="sh", exe="-sh",
        exepath="/bin/dash", args=["-l"], env=["A=1"], cwd="/home/u", cgroups=["cpu=/a"], uid=1000,
        gid=100, loginuid=1000, tty=34816, fdlimit=1024, start_ns=1,
    )  # fmt: skip
    state.seed_fd(7, 3, type=FD_TYPES["file"], name="/etc/passwd")
    state.seed_fd(7, 4, type=FD_TYPES["file"], name="/etc/group", close_on_exec=True)
    return state


def thread(state: State, tid: int) -> dict[str, Any]:
    facts = state.thread(tid)
    assert facts is not None
    return dict(facts)


def in_parent(child: int | None, *, ts: int = 10, tid: int = 7, **params: Any) -> bytes:
    facts = {"pid": 7, "ptid": 1, "vtid": 7, "vpid": 7, "uid": 1000, "gid": 100, "fdlimit": 1024}
    return build("clone", ts=ts, tid=tid, res=child, **(IMAGE | facts | params))


def in_child(tid: int, *, ts: int = 11, **params: Any) -> bytes:
    facts = {
        "pid": tid, "ptid": 7, "vtid": tid, "vpid": tid, "uid": 1000, "gid": 100, "fdlimit": 1024,
    }  # fmt: skip
    return build("clone", ts=ts, tid=tid, res=0, **(IMAGE | facts | params))


def executed(tid: int = 7, **params: Any) -> bytes:
    facts = {
        "res": 0, "pid": tid, "ptid": 1, "exe": "ls", "args": "-l\0/tmp\0", "comm": "ls",
        "env": "B=2\0", "trusted_exepath": "/usr/bin/ls", "cgroups": f"cpu=/docker/{ID}\0",
    }  # fmt: skip
    return build("execve", ts=20, tid=tid, **(facts | params))


ORDERS = {
    "parent first": [in_parent(8), in_child(8)],
    "child first": [in_child(8), in_parent(8)],
    "parent alone": [in_parent(8)],
    "child alone": [in_child(8)],
}


@pytest.mark.parametrize("records", ORDERS.values(), ids=ORDERS)
def test_child_has_what_its_parent_had(state: State, records: list[bytes]) -> None:
    apply_records(state, records)
    child = thread(state, 8)
    parent = thread(state, 7)
    for fact in (
        "exe", "exepath", "args", "env", "cwd", "comm", "uid", "gid", "sid", "pgid", "vpgid",
        "loginuid", "tty", "fdlimit", "cgroups", "container_id", "root",
    ):  # fmt: skip
        assert child[fact] == parent[fact], fact
    assert (child["pid"], child["ptid"], child["vtid"], child["vpid"]) == (8, 7, 8, 8)
    assert child["start_ns"] in (10, 11)
    assert not child["is_stub"]
    assert state.fds(8) == [3, 4]
    assert state.counters()["threads"] == 3
    assert state.unknown_tids() == []


@pytest.mark.parametrize("records", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("event", ["fork", "vfork", "clone3"])
def test_other_calls_do_the_same(state: State, records: list[bytes], event: str) -> None:
    other = State()
    other.seed_thread(tid=7, pid=7, vtid=7, vpid=7, cwd="/home/u", uid=1000)
    apply_record(other, build(event, tid=7, res=8, pid=7, vtid=7, vpid=7))
    assert thread(other, 8)["cwd"] == "/home/u/"
    assert thread(other, 8)["uid"] == 1000


def test_child_has_its_own_descriptors(state: State) -> None:
    apply_records(state, [in_parent(8), in_child(8)])
    apply_record(state, build("close", tid=8, res=0, fd=3))
    apply_record(state, build("openat", tid=7, fd=9, dirfd=-100, name="x", flags=1))
    assert (state.fds(7), state.fds(8)) == ([3, 4, 9], [4])
    assert thread(state, 7)["fds_owners"] == 1


@pytest.mark.parametrize("records", [[in_parent], [in_child], [in_parent, in_child]])
def test_clone_files_shares_descriptors(state: State, records: list[Any]) -> None:
    apply_records(state, [record(8, flags=["CLONE_FILES"]) for record in records])
    apply_record(state, build("close", tid=8, res=0, fd=3))
    assert (state.fds(7), state.fds(8)) == ([4], [4])


THREAD = {"flags": ["CLONE_THREAD", "CLONE_FILES", "CLONE_VM"]}


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [0], [1]])
def test_thread_belongs_to_its_process(state: State, order: list[int]) -> None:
    records = [in_parent(8, **THREAD), in_child(8, pid=7, ptid=1, vpid=7, **THREAD)]
    apply_records(state, [records[i] for i in order])
    child = thread(state, 8)
    assert (child["pid"], child["ptid"], child["vtid"], child["vpid"]) == (7, 1, 8, 7)
    assert thread(state, 7)["others"] == 1
    assert thread(state, 7)["fds_owners"] == 2
    assert state.fds(8) == [3, 4]


def test_thread_made_by_a_thread(state: State) -> None:
    apply_record(state, in_parent(8, **THREAD))
    apply_record(state, in_parent(9, tid=8, vtid=8, **THREAD))
    assert (thread(state, 9)["pid"], thread(state, 9)["ptid"]) == (7, 1)
    assert thread(state, 7)["others"] == 2


def test_child_of_a_thread_has_the_process_directory(state: State) -> None:
    apply_record(state, in_parent(8, **THREAD))
    apply_record(state, build("chdir", tid=8, res=0, path="/srv"))
    apply_record(state, in_parent(20, tid=8, vtid=8))
    assert thread(state, 7)["cwd"] == "/srv/"
    assert (thread(state, 20)["cwd"], thread(state, 20)["ptid"]) == ("/srv/", 8)


def test_clone_parent_makes_a_sibling(state: State) -> None:
    apply_record(state, in_parent(8, flags=["CLONE_PARENT"]))
    assert thread(state, 8)["ptid"] == 1


def test_failed_clone_makes_nothing(state: State) -> None:
    apply_record(state, in_parent(-11))
    apply_record(state, in_parent(ABSENT))
    assert sorted(state.tids()) == [1, 7]


def test_result_of_another_pid_namespace_is_no_host_tid(state: State) -> None:
    """The caller is 5 in its namespace; its child is 1 thereof and 3000 on the host."""
    apply_record(state, in_parent(1, vtid=5, vpid=5, flags=["CLONE_CHILD_IN_PIDNS"]))
    assert thread(state, 1)["comm"] == "init"
    apply_record(state, in_child(3000, vtid=1, vpid=1, flags=["CLONE_CHILD_IN_PIDNS"]))
    child = thread(state, 3000)
    assert (child["vtid"], child["vpid"], child["ptid"]) == (1, 1, 7)
    assert child["cwd"] == "/home/u/"


def test_first_process_of_a_new_pid_namespace(state: State) -> None:
    apply_record(state, in_parent(3000, flags=["CLONE_NEWPID", "CLONE_CHILD_IN_PIDNS"]))
    assert thread(state, 3000)["vtid"] == -1
    apply_record(state, in_child(3000, vtid=1, vpid=1, pidns_init_start_ts=77))
    child = thread(state, 3000)
    assert (child["vtid"], child["vpid"], child["pidns_init_start_ns"]) == (1, 1, 77)


def test_child_that_ended_before_its_parents_record(state: State) -> None:
    """vfork: the caller returns after the child's exec or exit."""
    apply_record(state, in_child(8))
    apply_record(state, build("procexit", ts=12, tid=8))
    apply_record(state, in_parent(8, ts=13))
    assert thread(state, 8)["exit_ns"] == 12


def test_child_that_ran_another_program_before_its_parents_record(state: State) -> None:
    apply_record(state, in_child(8))
    apply_record(state, executed(8, ptid=7))
    apply_record(state, in_parent(8, ts=30))
    assert thread(state, 8)["comm"] == "ls"


@pytest.mark.parametrize("first", [in_parent, in_child])
def test_tid_used_again_without_its_exit(state: State, first: Any) -> None:
    state.seed_thread(tid=8, pid=8, ptid=1, comm="stale", cwd="/stale")
    state.seed_fd(8, 90, type=FD_TYPES["file"])
    apply_record(state, first(8))
    assert (thread(state, 8)["comm"], thread(state, 8)["cwd"]) == ("sh", "/home/u/")
    assert state.fds(8) == [3, 4]


def test_child_of_an_unknown_parent_is_looked_up(state: State) -> None:
    apply_record(state, in_child(8, ptid=5000, cgroups=f"cpu=/docker/{ID}\0"))
    child = thread(state, 8)
    assert (child["ptid"], child["comm"], child["args"]) == (5000, "sh", ["-l"])
    assert (child["container_id"], child["cwd"], child["is_stub"]) == (ID[:12], None, True)
    assert state.unknown_tids() == [8]


def test_child_of_a_stub_is_looked_up_and_knows_what_the_record_says(state: State) -> None:
    apply_record(state, in_parent(61, tid=60, pid=60, ptid=1, vtid=60, vpid=60))
    assert (thread(state, 61)["comm"], thread(state, 61)["ptid"]) == ("sh", 60)
    assert (thread(state, 60)["comm"], thread(state, 60)["ptid"]) == ("sh", 1)
    assert state.unknown_tids() == [60, 61]


# exec


def test_exec_replaces_the_program(state: State) -> None:
    apply_record(
        state,
        executed(
            tty=5, vpgid=6, pgid=8, loginuid=9, flags=["EXE_WRITABLE", "EXE_FROM_MEMFD"],
            cap_inheritable=1, cap_permitted=2, cap_effective=3, exe_ino=4, exe_ino_ctime=5,
            exe_ino_mtime=6, uid=0, gid=0, fdlimit=4096, vm_size=10, vm_rss=11, vm_swap=12,
            pgft_maj=13, pgft_min=14,
        ),
    )  # fmt: skip
    after = thread(state, 7)
    expected = {
        "exe": "ls", "args": ["-l", "/tmp"], "comm": "ls", "env": ["B=2"],
        "exepath": "/usr/bin/ls", "cgroups": [f"cpu=/docker/{ID}"], "container_id": ID[:12],
        "cwd": "/home/u/", "sid": 7, "vtid": 7, "tty": 5, "vpgid": 6, "pgid": 8, "loginuid": 9,
        "exe_flags": 5, "cap_inheritable": 1, "cap_permitted": 2, "cap_effective": 3,
        "exe_ino": 4, "exe_ino_ctime_ns": 5, "exe_ino_mtime_ns": 6, "uid": 0, "gid": 0,
        "fdlimit": 4096, "vm_size_kb": 10, "vm_rss_kb": 11, "vm_swap_kb": 12, "pfmajor": 13,
        "pfminor": 14, "start_ns": 20,
    }  # fmt: skip
    assert {name: after[name] for name in expected} == expected


def test_exec_closes_what_is_marked(state: State) -> None:
    apply_record(state, executed())
    assert state.fds(7) == [3]


def test_execveat_without_a_file_name_parameter(state: State) -> None:
    apply_record(state, build("execveat", tid=7, res=0, exe="x", trusted_exepath="/memfd:x"))
    assert thread(state, 7)["exepath"] == "/memfd:x"
    apply_record(state, build("execveat", tid=7, res=0, exe="x", trusted_exepath=ABSENT))
    assert thread(state, 7)["exepath"] is None


@pytest.mark.parametrize("result", [-2, -13, ABSENT])
def test_failed_exec_changes_nothing(state: State, result: int | None) -> None:
    before = thread(state, 7)
    apply_record(state, executed(res=result))
    assert thread(state, 7) == before


def test_exec_without_arguments_knows_that(state: State) -> None:
    apply_record(state, executed(args=ABSENT, env=ABSENT))
    assert (thread(state, 7)["args"], thread(state, 7)["env"]) == ([], [])


def test_exec_of_an_old_capture_has_its_path_from_the_call(state: State) -> None:
    apply_record(state, executed(trusted_exepath=ABSENT, filename="../bin/ls"))
    assert thread(state, 7)["exepath"] == "/home/bin/ls"


def test_list_without_its_nul_is_ended(state: State) -> None:
    apply_record(state, executed(args=b"-l\0/tm"))
    assert thread(state, 7)["args"] == ["-l", "/t"]


def test_exec_ends_the_other_threads(state: State) -> None:
    for tid in (8, 9, 10):
        apply_record(state, in_parent(tid, **THREAD))
    apply_record(state, executed())
    assert sorted(state.tids()) == [1, 7]
    assert (thread(state, 7)["others"], thread(state, 7)["fds_owners"]) == (0, 1)


def test_exec_of_another_than_the_main_thread(state: State) -> None:
    """The kernel ends the main thread first; the caller then goes on under its tid."""
    apply_record(state, in_parent(8, **THREAD))
    apply_record(state, build("procexit", ts=19, tid=7))
    apply_record(state, executed())
    after = thread(state, 7)
    assert (after["exit_ns"], after["comm"], after["cwd"]) == (0, "ls", "/home/u/")
    assert state.fds(7) == [3]
    assert state.thread(8) is None
    # Its old end must not remove it.
    apply_record(state, build("read", ts=10**12, tid=1, fd=0))
    assert thread(state, 7)["comm"] == "ls"


def test_exec_takes_descriptors_out_of_sharing(state: State) -> None:
    apply_record(state, in_parent(8, flags=["CLONE_FILES"]))
    apply_record(state, executed(8, ptid=7))
    assert (state.fds(7), state.fds(8)) == ([3, 4], [3])


def test_exec_of_an_unknown_thread(state: State) -> None:
    apply_record(state, executed(99))
    assert (thread(state, 99)["comm"], thread(state, 99)["cwd"]) == ("ls", None)
    assert state.unknown_tids() == [99]


# exit

SECOND = 10**9


def test_ended_process_is_kept_for_its_grace(state: State) -> None:
    apply_record(state, build("procexit", ts=SECOND, tid=7))
    assert thread(state, 7)["exit_ns"] == SECOND
    apply_record(state, build("read", ts=2 * SECOND, tid=1, fd=0))
    assert thread(state, 7)["comm"] == "sh"
    apply_record(state, build("read", ts=4 * SECOND, tid=1, fd=0))
    assert state.thread(7) is None


def test_number_of_ended_processes_is_bounded(state: State) -> None:
    for tid in range(1000, 2000):
        apply_records(state, [in_parent(tid), build("procexit", ts=20, tid=tid)])
    assert state.counters()["threads_ended"] == 256
    assert state.counters()["threads"] == 2 + 256
    assert state.thread(1999 - 256) is None
    assert state.thread(2000 - 256) is not None


def test_children_go_to_the_reaper(state: State) -> None:
    apply_records(state, [in_parent(8), in_parent(9), build("procexit", tid=7, reaper_tid=1)])
    assert (thread(state, 8)["ptid"], thread(state, 9)["ptid"]) == (1, 1)


def seed_many(state: State, count: int) -> None:
    for tid in range(10_000, 10_000 + count):
        state.seed_thread(tid=tid, pid=tid, ptid=1)


@pytest.mark.parametrize("others_on_the_host", [0, 3000])
def test_search_for_children_is_as_long_as_they_are_many(others_on_the_host: int) -> None:
    state = State()
    state.seed_thread(tid=7, pid=7, ptid=1)
    seed_many(state, others_on_the_host)
    apply_records(state, [in_parent(8), in_parent(9), build("procexit", tid=7, reaper_tid=1)])
    assert state.kin_visited() == 2
    assert state.children(1) == [7, 8, 9, *range(10_000, 10_000 + others_on_the_host)]


@pytest.mark.parametrize("others_on_the_host", [0, 3000])
def test_search_for_threads_is_as_long_as_they_are_many(others_on_the_host: int) -> None:
    state = State()
    state.seed_thread(tid=7, pid=7, ptid=1)
    seed_many(state, others_on_the_host)
    apply_records(state, [in_parent(8, **THREAD), in_parent(9, **THREAD), executed()])
    assert state.kin_visited() == 2
    assert (state.thread(8), state.thread(9)) == (None, None)


def test_reaper_that_is_not_known(state: State) -> None:
    apply_records(state, [in_parent(8), build("procexit", tid=7, reaper_tid=66)])
    assert (thread(state, 8)["ptid"], state.thread(66)) == (66, None)
    assert (state.children(66), state.children(7)) == ([8], [])
    # It has an end of its own, which is the first that is heard of it.
    apply_record(state, build("procexit", tid=66, reaper_tid=1))
    assert thread(state, 8)["ptid"] == 1
    assert state.kin_faults() == []


def test_parent_that_is_removed_before_its_children(state: State) -> None:
    apply_record(state, in_parent(8))
    state.remove_thread(7)
    assert (state.children(7), state.kin_faults()) == ([8], [])
    apply_record(state, build("procexit", tid=7, reaper_tid=1))
    assert (thread(state, 8)["ptid"], state.children(1)) == (1, [8])
    assert state.kin_faults() == []


def test_children_that_are_removed_before_their_parent(state: State) -> None:
    apply_records(state, [in_parent(8), in_parent(9), in_parent(10)])
    for tid, left in ((9, [8, 10]), (10, [8]), (8, [])):
        state.remove_thread(tid)
        assert (state.children(7), state.kin_faults()) == (left, [])
    apply_record(state, build("procexit", tid=7, reaper_tid=1))
    assert state.kin_visited() == 0


def test_tid_of_a_child_used_again_by_another_parent(state: State) -> None:
    apply_records(state, [in_parent(8), in_child(8)])
    apply_record(state, in_parent(8, tid=1, pid=1, ptid=0, vtid=1))
    assert (state.children(7), state.children(1)) == ([], [7, 8])
    assert state.kin_faults() == []


def test_tid_of_a_parent_used_again(state: State) -> None:
    """What names it as the parent stays: where its children went was not told."""
    apply_records(state, [in_parent(8), in_child(8), in_parent(9, tid=8, vtid=8, pid=8)])
    apply_records(state, [in_parent(8, tid=1, pid=1, ptid=0, vtid=1)])
    assert (state.children(8), thread(state, 9)["ptid"]) == ([9], 8)
    assert state.kin_faults() == []


def test_end_of_a_thread_moves_its_own_children_alone(state: State) -> None:
    apply_records(state, [in_parent(8, **THREAD), in_parent(9), in_parent(10, tid=8, vtid=8)])
    assert (state.children(7), state.children(8)) == ([9], [10])
    apply_record(state, build("procexit", tid=8, reaper_tid=7))
    assert (state.children(7), state.children(8)) == ([9, 10], [])
    assert state.kin_faults() == []


def test_threads_of_a_child_move_with_it(state: State) -> None:
    """The kernel keeps a parent for each thread, and fields ask the one that made the call."""
    apply_records(state, [in_parent(8), in_parent(9, tid=8, vtid=8, pid=8, ptid=7, **THREAD)])
    apply_record(state, build("procexit", tid=7, reaper_tid=1))
    assert (thread(state, 8)["ptid"], thread(state, 9)["ptid"]) == (1, 1)


@pytest.mark.parametrize("order", [(7, 8, 9), (9, 8, 7), (8, 9, 7)])
def test_seeding_in_any_order(order: tuple[int, ...]) -> None:
    state = State()
    for tid in order:
        state.seed_thread(tid=tid, pid=tid, ptid=7 if tid != 7 else 0)
    assert (state.children(7), state.children(0), state.kin_faults()) == ([8, 9], [], [])
    state.seed_thread(tid=8, pid=8, ptid=9)
    state.seed_thread(tid=7, pid=7, ptid=0)
    assert (state.children(7), state.children(9), state.kin_faults()) == ([9], [8], [])


def test_seeding_that_fails_leaves_the_lists_right(state: State) -> None:
    with pytest.raises(TypeError):
        state.seed_thread(tid=8, pid=7, ptid=1, colour="red")
    assert (state.children(1), state.kin_faults()) == ([7, 8], [])


def test_exec_tells_of_another_parent(state: State) -> None:
    apply_records(state, [in_parent(8), executed(8, ptid=1)])
    assert (state.children(7), state.children(1), state.kin_faults()) == ([], [7, 8], [])


def test_stub_that_a_clone_describes_is_listed(state: State) -> None:
    apply_record(state, build("close", tid=50, res=0, fd=3))
    apply_record(state, in_parent(51, tid=50, pid=50, ptid=7, vtid=50))
    assert (state.children(7), state.children(50), state.kin_faults()) == ([50], [51], [])


def test_threads_that_the_table_refuses_are_in_no_list() -> None:
    state = State(thread_limit=2)
    state.seed_thread(tid=1, pid=1, ptid=0)
    state.seed_thread(tid=7, pid=7, ptid=1)
    apply_records(state, [in_parent(8), in_child(8), executed(8, ptid=7)])
    assert (state.children(7), state.children(1), state.kin_faults()) == ([], [7], [])


def test_main_thread_is_kept_for_the_others(state: State) -> None:
    apply_record(state, in_parent(8, **THREAD))
    apply_record(state, build("procexit", ts=SECOND, tid=7))
    apply_record(state, build("read", ts=50 * SECOND, tid=1, fd=0))
    assert thread(state, 7)["cwd"] == "/home/u/"
    seen = apply_record(
        state, build("openat", ts=51 * SECOND, tid=8, fd=9, dirfd=-100, name="x", flags=1)
    )
    assert seen["fd_name"] == b"/home/u/x"
    apply_record(state, build("procexit", ts=60 * SECOND, tid=8))
    apply_record(state, build("read", ts=70 * SECOND, tid=1, fd=0))
    assert state.tids() == [1]


def test_thread_that_ends_leaves_its_process_alone(state: State) -> None:
    apply_record(state, in_parent(8, **THREAD))
    apply_record(state, build("procexit", ts=SECOND, tid=8))
    assert thread(state, 7)["others"] == 0
    apply_record(state, build("read", ts=50 * SECOND, tid=1, fd=0))
    assert sorted(state.tids()) == [1, 7]
    assert thread(state, 7)["fds_owners"] == 1


def test_second_end_of_a_thread_is_ignored(state: State) -> None:
    for _ in range(3):
        apply_record(state, build("procexit", ts=SECOND, tid=7))
    assert state.counters()["threads_ended"] == 1


def test_end_of_an_unknown_thread(state: State) -> None:
    apply_record(state, build("procexit", ts=SECOND, tid=500))
    apply_record(state, build("read", ts=50 * SECOND, tid=1, fd=0))
    assert state.thread(500) is None
