# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.record_builder import build
from tests.unit.engine.fields.host import TS, Case, host, look, of_cat

THREAD = build("getdents64", ts=TS, tid=201, res=0, fd=99)
INIT = build("getdents64", ts=TS, tid=1, res=0, fd=99)
CONTAINED = build("getdents64", ts=TS, tid=307, res=0, fd=99)
STRANGER = build("getdents64", ts=TS, tid=9999, res=0, fd=99)

CASES = [
    of_cat("thread.tid", "200", 200),
    Case("thread.tid", THREAD, "201", 201),
    Case("thread.tid", build("DROP_E", ts=TS, tid=2**64 - 1), None, None),
    Case("thread.vtid", CONTAINED, "7", 7),
    Case("thread.vtid", STRANGER, None, None),
    of_cat("thread.ismain", "true", True),
    Case("thread.ismain", THREAD, "false", False),
    Case("thread.nametid", THREAD, *2 * ("cat-reader201",)),
    Case("thread.nametid", STRANGER, None, None),
    of_cat("thread.exectime", "0", 0),
    Case("thread.exectime", build("DROP_E", ts=TS, tid=2**64 - 1), None, None),
    of_cat("thread.totexectime", "0", 0),
    of_cat("thread.cpu", None),
    of_cat("thread.cpu.user", None),
    of_cat("thread.cpu.system", None),
    Case("thread.cpu", build("PROCINFO_E", ts=TS, tid=200, cpu_usr=1, cpu_sys=1), "0.0", 0.0),
    of_cat("thread.cap_permitted", "CAP_CHOWN CAP_SYS_ADMIN"),
    of_cat("thread.cap_inheritable", ""),
    of_cat("thread.cap_effective", "CAP_CHECKPOINT_RESTORE"),
    Case("thread.cap_effective", STRANGER, None, None),
    of_cat("thread.cgroups", "cpu=/user.slice memory=/user.slice/m"),
    Case("thread.cgroups", INIT, None, None),
    of_cat("thread.cgroup.memory", "/user.slice/m"),
    of_cat("thread.cgroup[cpu]", "/user.slice"),
    of_cat("thread.cgroup.cp", None),
    of_cat("thread.vmsize", "9000", 9000),
    Case("thread.vmsize", THREAD, None, None),
    of_cat("thread.vmrss", "800", 800),
    Case("thread.vmrss", THREAD, None, None),
    of_cat("thread.vmsize.b", str(9000 * 1024), 9000 * 1024),
    Case("thread.vmsize.b", THREAD, None, None),
    of_cat("thread.vmrss.b", str(800 * 1024), 800 * 1024),
    of_cat("thread.pfmajor", "5", 5),
    of_cat("thread.pfminor", "6", 6),
    of_cat("proc.vmsize", "9000", 9000),
    Case("proc.vmsize", STRANGER, None, None),
    of_cat("proc.vmrss", "800", 800),
    of_cat("proc.vmswap", "70", 70),
    of_cat("proc.fdopencount", "13", 13),
    of_cat("proc.fdlimit", "1024", 1024),
    Case("proc.fdlimit", STRANGER, None, None),
    of_cat("proc.fdusage", "1.3", 100 * 13 / 1024),
    of_cat("proc.nthreads", "2", 2),
    Case("proc.nthreads", INIT, "1", 1),
    of_cat("proc.nchilds", "1", 1),
    of_cat("proc.pidns_init_start_ts", "12345", 12345),
    Case("proc.pidns_init_start_ts", INIT, None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("io", "blkio"),
        ("mem_cgroup", "memory"),
        ("perf", "perf_event"),
        ("perf_event_cgroup", "perf_event"),
        ("_cgroup", "_cgroup"),
        ("cpuio", "cpuio"),
    ],
)
def test_subsystems_have_the_names_that_falco_uses(given: str, name: str) -> None:
    state = State()
    state.seed_thread(tid=7, pid=7, cgroups=[f"{given}=/a=b", "", "nothing", "cpu="])
    probe = Probe(state)
    view = probe.at(build("getcwd", ts=TS, tid=7, res=1))
    assert bind("thread.cgroups").text(view) == f"{name}=/a=b cpu="
    assert bind(f"thread.cgroup[{name}]").text(view) == "/a=b"
    assert bind("thread.cgroup.cpu").text(view) == ""
    assert bind("thread.cgroup.nothing").text(view) is None
