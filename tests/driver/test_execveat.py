# SPDX-License-Identifier: Apache-2.0
"""execveat(2), whose success is an execve event."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_EMPTY_PATH, AT_FDCWD
from tests.driver.process import cgroups_of, facts
from tests.driver.programs import copy_program, execveat
from tests.reference.tables import events

EVENTS = ("EXECVEAT_X",)
CALLS = ("execve", "execveat")


def test_execveat_beside_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    path = copy_program(tmp_path)

    def call() -> int:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        os.dup2(dirfd, 100)
        return execveat(100, path.name, [b"true", b"x"], [b"A=1"])

    run = capture(CALLS, call)
    assert run.status == 0
    assert not run.events("EXECVEAT_X")
    event = run.only("EXECVE_19_X")
    assert event.params["filename"] == f"/dev/fd/100/{path.name}"
    assert event.params["trusted_exepath"] == str(path)
    assert (event.params["exe"], event.params["args"]) == ("true", b"x\0")


def test_execveat_of_a_descriptor(capture: CaptureCall, tmp_path: Path) -> None:
    path = copy_program(tmp_path)

    def call() -> int:
        os.dup2(os.open(path, os.O_RDONLY), 101)
        return execveat(101, "", [b"true"], [], AT_EMPTY_PATH)

    run = capture(CALLS, call)
    assert run.status == 0
    assert run.only("EXECVE_19_X").params["filename"] == "/dev/fd/101"


def test_execveat_missing_file(capture: CaptureCall) -> None:
    def call() -> tuple[object, int]:
        return facts(), execveat(AT_FDCWD, "/none", [b"zero", b"one"], [b"A=1"])

    run = capture(CALLS, call)
    about, result = run.result
    assert result == -errno.ENOENT
    params = run.only("EXECVEAT_X").params
    assert list(params) == [param.name for param in events()[331].params]
    assert params["res"] == -errno.ENOENT
    assert (params["exe"], params["args"], params["env"]) == ("zero", b"one\0", b"A=1\0")
    assert (params["tid"], params["pid"], params["ptid"]) == (run.pid, run.pid, os.getpid())
    assert (params["cwd"], params["comm"]) == (None, about["comm"])
    assert params["cgroups"] == cgroups_of(about["cgroups"])
    assert (params["uid"], params["gid"]) == (0, 0)
    assert params["pgid"] == params["vpgid"] == about["pgid"]
    assert params["trusted_exepath"] == os.path.realpath("/proc/self/exe")
