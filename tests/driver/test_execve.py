# SPDX-License-Identifier: Apache-2.0
"""execve(2)."""

from __future__ import annotations

import errno
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.driver.fix_capture import Capture, CaptureCall
from tests.driver.fix_overlay import Overlay
from tests.driver.native import BAD_POINTER, syscall, vector
from tests.driver.process import expected, facts
from tests.driver.programs import copy_program, execve, memory_program
from tests.reference.decode import texts
from tests.reference.tables import flags

EVENTS = ("EXECVE_19_X",)
ARGV = [b"true", b"one", b"", b"two words"]
ENVP = [b"A=1", b"EMPTY=", b"B=x y"]


def run_program(
    capture: CaptureCall, notes: Path, call: Callable[[], int]
) -> tuple[dict[str, Any], Capture]:
    """The child's facts are noted in a file: after execve nobody is left to return them."""

    def child() -> int:
        notes.write_bytes(pickle.dumps(facts()))
        return call()

    run = capture("execve", child)
    return pickle.loads(notes.read_bytes()), run


def test_execve_a_program(capture: CaptureCall, tmp_path: Path) -> None:
    path = copy_program(tmp_path)
    about, run = run_program(capture, tmp_path / "notes", lambda: execve(path, ARGV, ENVP))
    assert run.status == 0
    there = path.stat()
    own = {
        "exe": "true",
        "args": b"one\0\0two words\0",
        "comm": "program",
    }
    event = run.only("EXECVE_19_X")
    memory = {name: event.params[name] for name in ("vm_size", "vm_rss")}
    # Newer kernels count resident pages for each CPU first: a young program may have none yet.
    assert 0 <= memory["vm_rss"] < memory["vm_size"] < about["vm_size"]
    event.expect(
        **expected(about | own, **memory),
        env=b"A=1\0EMPTY=\0B=x y\0",
        tty=0,
        vpgid=about["pgid"],
        loginuid=about["loginuid"],
        flags=flags("execve_flags", "EXE_WRITABLE"),
        cap_inheritable=about["cap_inheritable"],
        cap_permitted=about["cap_permitted"],
        cap_effective=about["cap_effective"],
        exe_ino=there.st_ino,
        exe_ino_ctime=there.st_ctime_ns,
        exe_ino_mtime=there.st_mtime_ns,
        uid=0,
        trusted_exepath=str(path),
        pgid=about["pgid"],
        gid=0,
        filename=str(path),
    )


def test_execve_through_a_link(capture: CaptureCall, tmp_path: Path) -> None:
    path, link = copy_program(tmp_path), tmp_path / "link"
    link.symlink_to(path.name)
    run = capture("execve", lambda: execve(link, [b"true"], []))
    event = run.only("EXECVE_19_X")
    assert event.params["filename"] == str(link)
    assert event.params["trusted_exepath"] == str(path)
    assert event.params["comm"] == "link"
    assert event.params["args"] is None
    assert event.params["env"] is None


def test_execve_by_another_user(capture: CaptureCall, tmp_path: Path) -> None:
    path = copy_program(Path("/dev/shm"), f"program-{os.getpid()}")

    def call() -> int:
        os.setresgid(1001, 1002, 1002)
        os.setresuid(1003, 1004, 1004)
        return execve(path, ARGV, ENVP)

    run = capture("execve", call)
    path.unlink()
    event = run.only("EXECVE_19_X")
    assert (event.params["uid"], event.params["gid"]) == (1004, 1002)
    assert event.params["flags"] == 0
    assert event.params["cap_effective"] == 0


def test_execve_many_arguments_are_cut(capture: CaptureCall, tmp_path: Path) -> None:
    path = copy_program(tmp_path)
    argv = [b"true"] + [b"x" * 99] * 100
    run = capture("execve", lambda: execve(path, argv, [b"E=" + b"y" * 9000]))
    event = run.only("EXECVE_19_X")
    args = event.params["args"]
    assert len(b"true\0" + args) == 4096
    assert args.endswith(b"\0")
    assert set(texts(args)[:-1]) == {"x" * 99}
    assert event.params["env"] == (b"E=" + b"y" * 9000)[:4095] + b"\0"


def test_execve_in_a_session_with_a_terminal(capture: CaptureCall, tmp_path: Path) -> None:
    path = copy_program(tmp_path)

    def call() -> int:
        os.setsid()
        master, slave = os.openpty()
        os.close(os.open(os.ttyname(slave), os.O_RDWR))  # becomes the terminal
        number = os.fstat(slave).st_rdev
        (tmp_path / "number").write_text(str(number))
        return execve(path, ARGV, ENVP) + master

    run = capture("execve", call)
    event = run.only("EXECVE_19_X")
    assert event.params["tty"] == int((tmp_path / "number").read_text())
    assert event.params["pgid"] == event.params["vpgid"] == run.pid


def test_execve_from_memory(capture: CaptureCall) -> None:
    def call() -> int:
        return execve(f"/proc/self/fd/{memory_program()}", ARGV, ENVP)

    run = capture("execve", call)
    event = run.only("EXECVE_19_X")
    assert event.params["flags"] & flags("execve_flags", "EXE_FROM_MEMFD")
    assert event.params["trusted_exepath"].startswith("/memfd:ghost")


@pytest.mark.parametrize(
    ("change", "layer"), [(False, "EXE_LOWER_LAYER"), (True, "EXE_UPPER_LAYER")]
)
def test_execve_from_an_overlay(
    capture: CaptureCall, overlay: Overlay, tmp_path: Path, change: bool, layer: str
) -> None:
    copy_program(tmp_path / ("changes" if change else "image"))
    run = capture("execve", lambda: execve(overlay.merged / "program", ARGV, ENVP))
    event = run.only("EXECVE_19_X")
    assert event.params["flags"] == flags("execve_flags", layer, "EXE_WRITABLE")


def test_execve_missing_file(capture: CaptureCall, tmp_path: Path) -> None:
    about, run = run_program(capture, tmp_path / "notes", lambda: execve("/none", ARGV, ENVP))
    assert run.result == -errno.ENOENT
    event = run.only("EXECVE_19_X")
    python = Path("/proc/self/exe").stat()
    on_overlay = event.params["flags"] & flags("execve_flags", "EXE_LOWER_LAYER", "EXE_UPPER_LAYER")
    own = {"exe": "true", "args": b"one\0\0two words\0"}
    event.expect(
        **expected(about | own, res=-errno.ENOENT),
        env=b"A=1\0EMPTY=\0B=x y\0",
        tty=0,
        vpgid=about["pgid"],
        loginuid=about["loginuid"],
        flags=on_overlay | flags("execve_flags", "EXE_WRITABLE"),
        cap_inheritable=about["cap_inheritable"],
        cap_permitted=about["cap_permitted"],
        cap_effective=about["cap_effective"],
        exe_ino=event.params["exe_ino"],
        exe_ino_ctime=python.st_ctime_ns,
        exe_ino_mtime=python.st_mtime_ns,
        uid=0,
        trusted_exepath=os.path.realpath("/proc/self/exe"),
        pgid=about["pgid"],
        gid=0,
        filename="/none",
    )


def test_execve_unreadable_arguments(capture: CaptureCall) -> None:
    run = capture("execve", lambda: syscall("execve", "/none", BAD_POINTER, vector([])))
    event = run.only("EXECVE_19_X")
    assert event.params["res"] == run.result < 0
    assert not event.params["exe"]
    assert event.params["args"] is None
    assert event.params["env"] is None
