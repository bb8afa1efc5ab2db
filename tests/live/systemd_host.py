# SPDX-License-Identifier: Apache-2.0
"""A systemd that runs on this kernel beside whatever else does, and the unit in it."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "packaging/systemd/falcomod.service"
NAMESPACES = ("--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup")
WAIT_S = 60


class SystemdHost:
    """Commands on the host of that systemd, which is process *pid* of this one."""

    def __init__(self, pid: int) -> None:
        self._enter = ["nsenter", "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "-C", "--"]

    def run(self, *command: str, check: bool = True) -> str:
        """What the command prints, on both outputs."""
        done = subprocess.run(
            [*self._enter, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}")
        return done.stdout

    def show(self, name: str) -> str:
        """A property of the service, as `systemctl show` has it."""
        return self.run("systemctl", "show", "-p", name, "--value", "falcomod").strip()

    def journal(self) -> str:
        return self.run("journalctl", "-u", "falcomod", "-o", "cat", "--no-pager")

    def wait_for(self, pattern: str) -> str:
        """The journal, when something in it matches."""
        deadline_s = time.monotonic() + WAIT_S
        while not re.search(pattern, self.journal()):
            assert time.monotonic() < deadline_s, f"no {pattern!r} in\n{self.journal()}"
            time.sleep(0.1)
        return self.journal()


def unit(*, watchdog_s: int, options: str) -> str:
    """The unit as it is, but for the program's place and options, and how soon it is stuck."""
    text = UNIT.read_text()
    program = Path(sys.executable).with_name("falcomod")
    text, programs = re.subn(
        "^ExecStart=.*", f"ExecStart={program} start {options}", text, flags=re.M
    )
    text, watchdogs = re.subn("^WatchdogSec=.*", f"WatchdogSec={watchdog_s}", text, flags=re.M)
    assert (programs, watchdogs) == (1, 1)
    return text.replace("RestartSec=10", "RestartSec=1")


@contextlib.contextmanager
def systemd_host(folder: Path, service: str) -> Iterator[SystemdHost]:
    """One with *service* as falcomod.service, not started."""
    for tool in ("nsenter", "unshare", "/lib/systemd/systemd", "journalctl"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    (folder / "units").mkdir()
    (folder / "units/falcomod.service").write_text(service)
    # Closing its output ends the wait of whoever reads this test's.
    with (folder / "boot.log").open("wb") as log:
        process = subprocess.Popen(
            ["unshare", *NAMESPACES, "--fork", "--kill-child", "--",
             ROOT / "tests/live/boot-systemd", folder, ROOT],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield _booted(process, folder / "boot.log")
    finally:
        process.kill()
        process.wait()


def _booted(process: subprocess.Popen[bytes], log: Path) -> SystemdHost:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s and process.poll() is None:
        for child in children.read_text().split():
            host = SystemdHost(int(child))
            if "running" in host.run("systemctl", "is-system-running", check=False):
                return host
        time.sleep(0.1)
    raise AssertionError(f"systemd does not start\n{log.read_text()}")
