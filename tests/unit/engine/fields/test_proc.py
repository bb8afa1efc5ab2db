# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from falcomod.errors import FieldError
from tests.record_builder import build
from tests.unit.engine.fields.host import BOOT, NOTHING, SECOND, TS, Case, host, look, of_cat

THREAD = build("getdents64", ts=TS, tid=201, res=0, fd=99)
BASH = build("getdents64", ts=TS, tid=100, res=0, fd=99)
INIT = build("getdents64", ts=TS, tid=1, res=0, fd=99)
CONTAINED = build("getdents64", ts=TS, tid=307, res=0, fd=99)
STRANGER = build("getdents64", ts=TS, tid=9999, res=0, fd=99)

CASES = [
    of_cat("proc.name", "cat"),
    Case("proc.name", THREAD, "cat-reader", "cat-reader"),
    Case("proc.name", STRANGER, None, None),
    of_cat("proc.pname", "bash"),
    Case("proc.pname", INIT, None, None),
    of_cat("proc.aname", "bash sshd systemd"),
    of_cat("proc.aname[0]", "cat"),
    of_cat("proc.aname[1]", "bash"),
    of_cat("proc.aname[3]", "systemd"),
    of_cat("proc.aname[4]", None),
    of_cat("proc.aname[99]", None),
    Case("proc.aname", INIT, None, None),
    of_cat("proc.exe", "cat"),
    of_cat("proc.pexe", "-bash"),
    of_cat("proc.aexe", "-bash sshd systemd"),
    of_cat("proc.aexe[1]", "-bash"),
    of_cat("proc.exepath", "/usr/bin/cat"),
    of_cat("proc.pexepath", "/usr/bin/bash"),
    of_cat("proc.aexepath", "/usr/bin/bash /usr/sbin/sshd /usr/lib/systemd/systemd"),
    of_cat("proc.aexepath[2]", "/usr/sbin/sshd"),
    # shim, two levels up, has no path: later ancestors are still asked.
    Case("proc.aexepath", CONTAINED, *2 * ("/usr/sbin/nginx /usr/lib/systemd/systemd",)),
    of_cat("proc.args", "-n /etc/pass wd"),
    of_cat("proc.args[0]", "-n"),
    of_cat("proc.args[1]", "/etc/pass wd"),
    of_cat("proc.args[2]", None),
    Case("proc.args", BASH, "", ""),
    Case("proc.args", STRANGER, None, None),
    of_cat("proc.aargs[0]", "-n /etc/pass wd"),
    of_cat("proc.aargs[4]", None),
    of_cat("proc.cmdline", "cat -n /etc/pass wd"),
    Case("proc.cmdline", BASH, "bash", "bash"),
    of_cat("proc.pcmdline", "bash"),
    of_cat("proc.acmdline", "bash sshd systemd"),
    of_cat("proc.acmdline[0]", "cat -n /etc/pass wd"),
    of_cat("proc.exeline", "cat -n /etc/pass wd"),
    Case("proc.exeline", BASH, "-bash", "-bash"),
    of_cat("proc.cmdnargs", "2", 2),
    Case("proc.cmdnargs", BASH, "0", 0),
    of_cat("proc.cmdlenargs", "14", 14),
    of_cat("proc.env", "HOME=/home/ada HOMES=no EMPTY="),
    of_cat("proc.env[HOME]", "/home/ada"),
    of_cat('proc.env["HOMES"]', "no"),
    of_cat("proc.env[EMPTY]", ""),
    of_cat("proc.env[HO]", None),
    Case("proc.env[HOME]", BASH, None, None),
    of_cat("proc.aenv", "LANG=C PATH=/bin"),
    of_cat("proc.aenv[0]", "HOME=/home/ada HOMES=no EMPTY="),
    of_cat("proc.aenv[2]", "LANG=C PATH=/bin"),
    of_cat("proc.aenv[1]", None),
    of_cat("proc.aenv[PATH]", "/bin"),
    of_cat('proc.aenv["LANG"]', "C"),
    of_cat("proc.aenv[HOME]", ""),
    Case("proc.aenv", INIT, None, None),
    of_cat("proc.cwd", "/home/ada/"),
    Case("proc.cwd", THREAD, "/home/ada/", "/home/ada/"),
    of_cat("proc.tty", "34816", 34816),
    Case("proc.tty", INIT, "0", 0),
    Case("proc.tty", STRANGER, None, None),
    of_cat("proc.pid", "200", 200),
    Case("proc.pid", THREAD, "200", 200),
    of_cat("proc.ppid", "100", 100),
    Case("proc.ppid", INIT, "0", 0),
    Case("proc.ppid", STRANGER, None, None),
    of_cat("proc.apid", "100 50 1"),
    of_cat("proc.apid[2]", "50", 50),
    of_cat("proc.vpid", "200", 200),
    Case("proc.vpid", CONTAINED, "7", 7),
    Case("proc.vpid", STRANGER, None, None),
    Case("proc.pvpid", CONTAINED, "1", 1),
    Case("proc.pvpid", INIT, None, None),
    of_cat("proc.loginshellid", "100", 100),
    Case("proc.loginshellid", CONTAINED, "307", 307),
    Case("proc.loginshellid", INIT, None, None),
    of_cat("proc.duration", str(3 * SECOND), 3 * SECOND),
    of_cat("proc.ppid.duration", str(10 * SECOND), 10 * SECOND),
    of_cat("proc.pid.ts", str(TS - 3 * SECOND), TS - 3 * SECOND),
    of_cat("proc.ppid.ts", str(TS - 10 * SECOND), TS - 10 * SECOND),
    Case("proc.pid.ts", INIT, str(BOOT), BOOT),
    Case("proc.pid.ts", STRANGER, None, None),
    Case("proc.duration", STRANGER, None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_processes_that_descend_from_each_other_end_the_walk() -> None:
    # Reused pids of which the ends were lost can close a circle.
    state = State()
    state.seed_thread(tid=10, pid=10, ptid=11, comm="a")
    state.seed_thread(tid=11, pid=11, ptid=10, comm="b")
    probe = Probe(state)
    view = probe.at(build("getdents64", ts=TS, tid=10, res=0, fd=9))
    assert bind("proc.aname").text(view).startswith("b a b a")
    assert bind("proc.aname[64]").text(view) == "a"
    assert bind("proc.loginshellid").value(view) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("proc.aname[x]", "not a number"),
        ("proc.args[-1]", "not a number"),
        ("proc.aname[1234567890]", "too large"),
        ("proc.name[1]", "takes no argument"),
    ],
)
def test_argument_of_another_kind_is_refused(text: str, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        bind(text)


def test_broken_bytes_are_replaced_in_text_only_there() -> None:
    state = State()
    state.seed_thread(tid=200, pid=200, comm="caf\udce9", args=[b"\xff".decode("latin-1")])
    probe = Probe(state)
    assert bind("proc.name").text(probe.at(NOTHING)) == "caf\ufffd"
