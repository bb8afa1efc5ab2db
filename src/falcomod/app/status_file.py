# SPDX-License-Identifier: Apache-2.0
"""What a running falcomod tells about itself: a small file, written anew every few seconds.

Only the process that maps a driver's rings sees their counters, so
`falcomod driver status` reads them here.  Each process has a file of its own,
because several may run at once.  A file whose process is gone says nothing; the
next run sweeps it away.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from falcomod.app.fresh_file import write_fresh

log = logging.getLogger(__name__)

DIRECTORY = Path("/run/falcomod")
FOLDER_MODE = 0o755  # whatever the umask allows: the control socket is there, too
PATTERN = "status-*.json"


@dataclass(frozen=True)
class Status:
    """One running falcomod."""

    driver: str  # "kmod", "ebpf"
    version: str
    abi: int
    rings: int
    pid: int
    started: int  # of the process, in clock ticks since boot: tells it from a later one of the pid
    events: int = 0  # made by the driver
    drops: int = 0  # of them, those that were lost


class StatusFile:
    """This process's file; a host that has no place for it runs without."""

    def __init__(
        self, driver: str, *, version: str, abi: int, rings: int, directory: Path = DIRECTORY
    ) -> None:
        pid = os.getpid()
        self._status = Status(driver, version, abi, rings, pid, started(pid))
        self._path = directory / f"status-{pid}.json"
        self._complained = ""

    def write(self, counters: Mapping[str, int]) -> None:
        """Puts a source's counters into the file, the whole or not at all; never fails."""
        status = replace(
            self._status, events=counters.get("produced", 0), drops=counters.get("lost", 0)
        )
        try:
            self._path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
            write_fresh(str(self._path), json.dumps(asdict(status)) + "\n")
        except OSError as error:
            self._complain(str(error.strerror))

    def sweep(self) -> None:
        """Removes what processes left behind that did not end by themselves."""
        for path in self._path.parent.glob(PATTERN):
            if read(path) is None:
                with contextlib.suppress(OSError):
                    path.unlink()

    def remove(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _complain(self, reason: str) -> None:
        if reason != self._complained:
            log.debug("status not written: path=%s reason=%s", self._path, reason)
        self._complained = reason


def running(directory: Path = DIRECTORY) -> list[Status]:
    """Every falcomod that runs on this host and could write its file."""
    found = [read(path) for path in sorted(directory.glob(PATTERN))]
    return [status for status in found if status is not None]


def read(path: Path) -> Status | None:
    """The status in a file; None where it cannot be read, or of a process that is gone."""
    try:
        status = parse(path.read_text())
    except (OSError, ValueError) as error:
        log.debug("status ignored: path=%s reason=%s", path, error)
        return None
    return status if status.started and status.started == started(status.pid) else None


def parse(text: str) -> Status:
    """Raises ValueError for anything that StatusFile does not write."""
    found: Any = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    kinds = {"str": str, "int": int}
    for field in fields(Status):
        if type(found.get(field.name)) is not kinds[str(field.type)]:
            raise ValueError(f"no {field.name}")
    return Status(**{field.name: found[field.name] for field in fields(Status)})


def started(pid: int) -> int:
    """When the process started, in clock ticks since boot; 0: it is gone.

    Field 22 of /proc/PID/stat (man 5 proc).
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[19])
