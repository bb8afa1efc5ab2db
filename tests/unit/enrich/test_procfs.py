# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from falcomod.engine.state.tables import State
from falcomod.engine.state.update import apply_record
from falcomod.enrich import procfs
from tests.record_builder import build

ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
STATUS = """\
Name:\tbash
Tgid:\t{pid}
Pid:\t{tid}
PPid:\t{ppid}
Uid:\t1\t1000\t3\t4
Gid:\t5\t100\t7\t8
NStgid:\t{pid}\t3
NSpid:\t{tid}\t4
NSpgid:\t{pid}\t5
NSsid:\t{pid}\t6
VmSwap:\t     12 kB
CapInh:\t0000000000000000
CapPrm:\t000001ffffffffff
CapEff:\t0000000000000400
"""
LIMITS = """\
Limit                     Soft Limit           Hard Limit           Units
Max processes             63502                63502                processes
Max open files            1024                 524288               files
"""


def fake_thread(directory: Path, pid: int, tid: int, ppid: int, comm: str) -> None:
    directory.mkdir(parents=True)
    fields = ["S", str(ppid), "9", "6", "34816", "9", "0", "100", "0", "7", *"0" * 9, "200"]
    fields += [str(8192 * 1024), "3", *"0" * 20]
    (directory / "stat").write_text(f"{tid} ({comm}) {' '.join(fields)}\n")
    (directory / "status").write_text(STATUS.format(pid=pid, tid=tid, ppid=ppid))


def fake_process(proc: Path, pid: int, ppid: int = 1, comm: str = "bash") -> Path:
    directory = proc / str(pid)
    fake_thread(directory, pid, pid, ppid, comm)
    fake_thread(directory / "task" / str(pid), pid, pid, ppid, comm)
    (directory / "cmdline").write_bytes(b"-bash\0-c\0echo x y\0")
    (directory / "environ").write_bytes(b"A=1\0B=2\0")
    (directory / "cgroup").write_text(f"0::/system.slice/docker-{ID}.scope\n")
    (directory / "loginuid").write_text("1000")
    (directory / "limits").write_text(LIMITS)
    for name, target in {"cwd": "/home/u", "exe": "/bin/bash", "root": "/"}.items():
        (directory / name).symlink_to(target)
    (directory / "fd").mkdir()
    (directory / "fdinfo").mkdir()
    (directory / "fd" / "3").symlink_to("/etc/passwd")
    (directory / "fdinfo" / "3").write_text("flags:\t02000000\nino:\t7\n")
    return directory


def thread(state: State, tid: int) -> dict[str, Any]:
    facts = state.thread(tid)
    assert facts is not None
    return dict(facts)


def test_scan_of_a_process(tmp_path: Path) -> None:
    fake_process(tmp_path, 50)
    state = State()
    assert procfs.scan(state, str(tmp_path)) == 1
    facts = thread(state, 50)
    expected = {
        "pid": 50, "ptid": 1, "vtid": 4, "vpid": 3, "vpgid": 5, "sid": 6, "pgid": 9, "uid": 1000,
        "gid": 100, "loginuid": 1000, "tty": 34816, "comm": "bash", "exe": "-bash",
        "args": ["-c", "echo x y"], "env": ["A=1", "B=2"], "exepath": "/bin/bash",
        "cwd": "/home/u/", "root": "/", "container_id": ID[:12], "fdlimit": 1024,
        "pfminor": 100, "pfmajor": 7, "vm_size_kb": 8192, "vm_swap_kb": 12, "clone_flags": 0,
        "cap_inheritable": 0, "cap_permitted": 2**41 - 1, "cap_effective": 0x400,
        "is_stub": False,
    }  # fmt: skip
    assert {name: facts[name] for name in expected} == expected
    assert facts["vm_rss_kb"] == 3 * os.sysconf("SC_PAGE_SIZE") // 1024
    since_boot = facts["start_ns"] - procfs.boot_ns()
    assert abs(since_boot - 200 * 10**9 // os.sysconf("SC_CLK_TCK")) < 10**9
    descriptor = state.fd(50, 3)
    assert descriptor is not None
    assert (descriptor["name"], descriptor["close_on_exec"]) == ("/etc/passwd", True)


def test_scan_of_threads(tmp_path: Path) -> None:
    process = fake_process(tmp_path, 50)
    fake_thread(process / "task" / "51", 50, 51, 1, "worker")
    state = State()
    assert procfs.scan(state, str(tmp_path)) == 2
    worker = thread(state, 51)
    assert (worker["pid"], worker["comm"], worker["vtid"], worker["exe"]) == (
        50,
        "worker",
        4,
        "-bash",
    )
    assert worker["clone_flags"] == procfs.THREAD_FLAGS
    assert state.fds(51) == [3]
    assert thread(state, 50)["others"] == 1


@pytest.mark.parametrize("comm", ["a) S 1 (b", "(sd-pam)", "x y", ")"])
def test_names_may_hold_anything(tmp_path: Path, comm: str) -> None:
    fake_process(tmp_path, 50, comm=comm)
    state = State()
    procfs.scan(state, str(tmp_path))
    assert (thread(state, 50)["comm"], thread(state, 50)["ptid"]) == (comm, 1)


@pytest.mark.parametrize("missing", ["stat", "status"])
def test_process_that_vanishes_is_left_out(tmp_path: Path, missing: str) -> None:
    (fake_process(tmp_path, 50) / missing).unlink()
    fake_process(tmp_path, 60)
    state = State()
    assert procfs.scan(state, str(tmp_path)) == 1
    assert state.tids() == [60]


def test_unreadable_entries_are_unknown(tmp_path: Path) -> None:
    process = fake_process(tmp_path, 50)
    for name in ("cmdline", "environ", "cgroup", "loginuid", "limits", "cwd", "exe", "root"):
        (process / name).unlink()
    shutil.rmtree(process / "fd")
    shutil.rmtree(process / "task")
    state = State()
    assert procfs.scan(state, str(tmp_path)) == 1
    facts = thread(state, 50)
    for name in ("exe", "exepath", "cwd", "root"):
        assert facts[name] is None, name
    assert (facts["args"], facts["container_id"], facts["fdlimit"]) == ([], "", -1)
    assert facts["loginuid"] == 2**32 - 1


def test_proc_that_is_no_proc(tmp_path: Path) -> None:
    assert procfs.scan(State(), str(tmp_path / "none")) == 0
    (tmp_path / "50").write_text("a file")
    assert procfs.scan(State(), str(tmp_path)) == 0


def test_long_lists_are_cut(tmp_path: Path) -> None:
    process = fake_process(tmp_path, 50)
    (process / "cmdline").write_bytes(b"x\0" + b"y" * 100000)
    (process / "environ").write_bytes(b"A=1\0" * 100000)
    state = State()
    procfs.scan(state, str(tmp_path))
    facts = thread(state, 50)
    assert len("\0".join(facts["args"])) < procfs.ARGS_MAX
    assert len("\0".join(facts["env"])) < procfs.ARGS_MAX


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (b"", b""),
        (b"garbage\n1:\n", b""),
        (b"0::/a\n", b"cpuset=/a\0cpu=/a\0cpuacct=/a\0io=/a\0memory=/a\0"),
        (b"9:cpu,cpuacct:/b\n1:name=systemd:/c\n", b"cpu=/b\0cpuacct=/b\0systemd=/c\0"),
        (b"4:memory:/d:e\n0::/\n", b"memory=/d:e\0cpuset=/\0cpu=/\0cpuacct=/\0io=/\0"),
    ],
)
def test_cgroup_list(text: bytes, entries: bytes) -> None:
    assert procfs.cgroup_list(text) == entries


# One thread


def test_lookup_describes_a_stub_and_its_ancestors(tmp_path: Path) -> None:
    fake_process(tmp_path, 1, ppid=0, comm="init")
    fake_process(tmp_path, 40, ppid=1, comm="sshd")
    fake_process(tmp_path, 50, ppid=40)
    state = State()
    apply_record(state, build("read", tid=50, fd=3))
    assert procfs.lookup(state, 50, str(tmp_path))
    assert not state.is_stub(50)
    assert [thread(state, tid)["comm"] for tid in (50, 40, 1)] == ["bash", "sshd", "init"]


def test_lookup_of_a_thread(tmp_path: Path) -> None:
    process = fake_process(tmp_path, 50, ppid=0)
    fake_thread(process / "task" / "51", 50, 51, 0, "worker")
    (tmp_path / "51").symlink_to(process / "task" / "51")
    for known in (False, True):
        state = State()
        if known:
            state.seed_thread(tid=50, pid=50, comm="known")
        apply_record(state, build("read", tid=51, fd=3))
        assert procfs.lookup(state, 51, str(tmp_path))
        assert (thread(state, 51)["pid"], thread(state, 51)["comm"]) == (50, "worker")
        assert thread(state, 50)["comm"] == ("known" if known else "bash")


def test_lookup_of_what_is_gone_or_known(tmp_path: Path) -> None:
    state = State()
    apply_record(state, build("read", tid=50, fd=3))
    assert not procfs.lookup(state, 50, str(tmp_path))
    assert state.is_stub(50)
    state.seed_thread(tid=60, comm="known already")
    fake_process(tmp_path, 60)
    assert not procfs.lookup(state, 60, str(tmp_path))
    assert thread(state, 60)["comm"] == "known already"


def test_lookup_of_a_process_that_is_its_own_ancestor(tmp_path: Path) -> None:
    fake_process(tmp_path, 50, ppid=60)
    fake_process(tmp_path, 60, ppid=50)
    state = State()
    apply_record(state, build("read", tid=50, fd=3))
    assert procfs.lookup(state, 50, str(tmp_path))


def test_prune_forgets_only_what_is_missing_twice(tmp_path: Path) -> None:
    state = State()
    for pid in (50, 60, 70):
        fake_process(tmp_path, pid)
    procfs.scan(state, str(tmp_path))
    shutil.rmtree(tmp_path / "50")
    shutil.rmtree(tmp_path / "60")
    suspects = procfs.prune(state, (), str(tmp_path))
    assert (suspects, sorted(state.tids())) == ({50, 60}, [50, 60, 70])
    fake_process(tmp_path, 60)
    assert procfs.prune(state, suspects, str(tmp_path)) == frozenset()
    assert sorted(state.tids()) == [60, 70]


# The kernel's own


def test_scan_of_this_host() -> None:
    started = time.time_ns()
    child = subprocess.Popen(
        [sys.executable, "-c", "input()", "an argument"],
        stdin=subprocess.PIPE, cwd="/", env={"MARK": "here"},
    )  # fmt: skip
    release = threading.Event()
    worker = threading.Thread(target=release.wait)
    worker.start()
    try:
        state = State()
        assert procfs.scan(state) >= 2
        mine, theirs = thread(state, os.getpid()), thread(state, child.pid)
        assert worker.native_id is not None
        other = thread(state, worker.native_id)
    finally:
        release.set()
        worker.join()
        child.communicate(b"\n")
    assert (mine["pid"], mine["ptid"], mine["uid"]) == (os.getpid(), os.getppid(), os.geteuid())
    assert mine["exe_ino"] == os.stat(sys.executable).st_ino
    assert (other["pid"], other["exe"]) == (os.getpid(), mine["exe"])
    assert mine["others"] >= 1
    assert (theirs["ptid"], theirs["cwd"], theirs["env"]) == (os.getpid(), "/", ["MARK=here"])
    assert theirs["args"] == ["-c", "input()", "an argument"]
    assert theirs["exepath"] == os.path.realpath(sys.executable)
    # Ticks are coarse, and the clocks are read one after the other.
    assert abs(theirs["start_ns"] - started) < 2 * 10**9
