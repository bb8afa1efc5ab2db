# SPDX-License-Identifier: Apache-2.0
"""Files of a container, found as its own processes find them.

They belong to whoever runs in it.  An absolute symbolic link below /proc/TID/root
leads to *our* root, a device may start something by being opened, a FIFO waits, a
lease holds an open up: so names are resolved within the container's root, what is
there is looked at before it is opened, and only a regular file is opened at all.

A file server that does not answer (FUSE, NFS) holds the caller up all the same; ask
from a thread that may wait.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from typing import NamedTuple, Self

from falcomod.enrich.host import host_path
from falcomod.enrich.stamp import Stamp, stamp_of

# man 2 openat2; the number is the same on all architectures (Linux commit fddb5d430ad9, v5.6).
SYS_OPENAT2 = 437
RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_IN_ROOT = 0x10

# A rename or a mount anywhere on the machine at that moment: man 2 openat2, EAGAIN.
TRIES = 8
# Unknown to the kernel, or to a seccomp filter around us that is older than the call.
REFUSED = (errno.ENOSYS, errno.EPERM)

CHUNK = 65536

_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


class Content(NamedTuple):
    """What is in a file."""

    stamp: Stamp  # from before it was read
    data: bytes


class ContainerRoot:
    """The root directory of a thread, and with it of its container; to be closed.

    Raises OSError when the thread is gone or must not be looked at.
    """

    def __init__(self, tid: int, proc: str | None = None) -> None:
        proc = host_path("/proc") if proc is None else proc
        # All else is asked below this one, which never stands for a later thread of that number.
        self._task = os.open(f"{proc}/{tid}", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            flags = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
            self._root = os.open("root", flags, dir_fd=self._task)
        except OSError:
            os.close(self._task)
            raise
        status = os.fstat(self._root)
        self.identity = (status.st_dev, status.st_ino)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._root)
        os.close(self._task)

    def cgroups(self) -> bytes:
        """The thread's control groups, as /proc/TID/cgroup has them."""
        file = os.open("cgroup", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._task)
        try:
            return _read(file, CHUNK)
        finally:
            os.close(file)

    def stamp(self, path: str) -> Stamp | None:
        """That of a regular file, None of anything else; OSError when there is nothing."""
        found = self._find(path)
        try:
            return _stamp(found)
        finally:
            os.close(found)

    def read(self, path: str, size_max: int) -> Content | None:
        """The first *size_max* bytes of a regular file, None of anything else; OSError when not."""
        found = self._find(path)
        try:
            before = _stamp(found)
            if before is None:
                return None
            if before.size == 0:
                # Those of /proc have no size, and are not for us: reading may take something away.
                return Content(before, b"")
            # Opened anew by its number: the same file, whatever its name stands for by now.
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            file = os.open(f"/proc/self/fd/{found}", flags)
            try:
                return Content(before, _read(file, size_max))
            finally:
                os.close(file)
        finally:
            os.close(found)

    def _find(self, path: str) -> int:
        """A descriptor that stands for the file and opens nothing (O_PATH)."""
        for _ in range(TRIES):
            try:
                return _openat2(self._root, path)
            except OSError as error:
                if error.errno in REFUSED:
                    return _walk(self._root, path)
                if error.errno != errno.EAGAIN:
                    raise
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN), path)


class _OpenHow(ctypes.Structure):
    """struct open_how of linux/openat2.h."""

    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def _openat2(root: int, path: str) -> int:
    how = _OpenHow(os.O_PATH | os.O_CLOEXEC, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
    number = ctypes.c_long(SYS_OPENAT2)
    size = ctypes.c_size_t(ctypes.sizeof(how))
    file = _syscall(number, ctypes.c_long(root), os.fsencode(path), ctypes.byref(how), size)
    if file < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), path)
    return int(file)


def _walk(root: int, path: str) -> int:
    """As _openat2(), but follows no symbolic link: what is behind one counts as not there."""
    flags = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
    *directories, name = path.split("/")
    here = os.dup(root)
    try:
        for directory in directories:
            there = os.open(directory, flags | os.O_DIRECTORY, dir_fd=here)
            os.close(here)
            here = there
        return os.open(name, flags, dir_fd=here)
    finally:
        os.close(here)


def _stamp(file: int) -> Stamp | None:
    status = os.fstat(file)
    return stamp_of(status) if stat.S_ISREG(status.st_mode) else None


def _read(file: int, size_max: int) -> bytes:
    """At most *size_max* bytes, also of a file that grows under our hands."""
    parts = []
    while size_max > 0:
        part = os.read(file, min(CHUNK, size_max))
        if not part:
            break
        parts.append(part)
        size_max -= len(part)
    return b"".join(parts)
