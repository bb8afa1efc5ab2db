# SPDX-License-Identifier: Apache-2.0
"""A file that says which process is the service, for init scripts and tools (`-P FILE`)."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterator

from falcomod.app.fresh_file import write_fresh
from falcomod.app.status_file import started
from falcomod.errors import UserError

log = logging.getLogger(__name__)

PID_MAX_BYTES = 32
CLOCK_SLACK_S = 5.0  # the clock may have been set meanwhile


@contextlib.contextmanager
def pidfile(path: str | None) -> Iterator[None]:
    """The file holds this process's number as long as the block runs; None: there is none.

    Raises UserError where the process in it lives, or the file cannot be written.
    What a process left behind that is gone is replaced.
    """
    if not path:
        yield
        return
    _refuse_other(path)
    _write(path)
    try:
        yield
    finally:
        _remove(path)


def _refuse_other(path: str) -> None:
    pid = _pid_in(path)
    if pid is None or pid == os.getpid() or not _wrote(pid, path):
        return
    raise UserError(
        f"{path}: falcomod runs already as process {pid}; "
        "stop that one, or name another file with -P"
    )


def _wrote(pid: int, path: str) -> bool:
    """Whether the process lives and may have written the file.

    One that began after the file was written has got the number of one that is gone.
    """
    ticks = started(pid)
    if not ticks:
        return False
    boot_s = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    began_s = boot_s + ticks / os.sysconf("SC_CLK_TCK")
    try:
        return began_s <= os.stat(path).st_mtime + CLOCK_SLACK_S
    except OSError:
        return False


def _write(path: str) -> None:
    """The whole number or nothing: whoever reads meanwhile finds no half of it."""
    try:
        write_fresh(path, f"{os.getpid()}\n")
    except OSError as error:
        raise UserError(
            f"{path}: cannot write the pidfile: {error.strerror}; "
            "name a file in a folder that is there and can be written, with -P"
        ) from None


def _remove(path: str) -> None:
    """Takes the file away, unless it has become another's."""
    if _pid_in(path) != os.getpid():
        return
    try:
        os.unlink(path)
    except OSError as error:
        log.warning("pidfile left behind: path=%s reason=%s", path, error.strerror)


def _pid_in(path: str) -> int | None:
    """The number in the file; None: no file, or no number in it."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            text = file.read(PID_MAX_BYTES).strip()
    except OSError:
        return None
    return int(text) if text.isdigit() and len(text) < 10 else None
