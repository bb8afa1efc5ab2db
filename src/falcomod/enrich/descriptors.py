# SPDX-License-Identifier: Apache-2.0
"""Descriptors of a process from /proc/PID/fd and fdinfo.

Nothing here opens or stats what a descriptor stands for: a dead network file
system would hold up the start of the agent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from falcomod.engine.decode.schema import vocabularies
from falcomod.engine.state.tables import FD_TYPES
from falcomod.enrich.sockets import Facts, Sockets

FLAGS = vocabularies()["file_flags"]

# Native flags and those of records.
PORTABLE = tuple(
    (getattr(os, name), FLAGS[name])
    for name in (
        "O_APPEND", "O_NONBLOCK", "O_DIRECTORY", "O_DIRECT", "O_CLOEXEC", "O_DSYNC", "O_SYNC",
    )
)  # fmt: skip
ACCESS = (FLAGS["O_RDONLY"], FLAGS["O_WRONLY"], FLAGS["O_RDWR"], 0)

# What stands in the link of a descriptor without a path, up to the first "[" or ":".
ANONYMOUS = {
    "anon_inode:[eventfd]": "event",
    "anon_inode:[eventpoll]": "eventpoll",
    "anon_inode:[signalfd]": "signalfd",
    "anon_inode:[timerfd]": "timerfd",
    "anon_inode:[userfaultfd]": "userfaultfd",
    "anon_inode:[io_uring]": "io_uring",
    "anon_inode:[pidfd]": "pidfd",
    "anon_inode:inotify": "inotify",
    "anon_inode:bpf-map": "bpf",
    "anon_inode:bpf-prog": "bpf",
    "anon_inode:bpf_link": "bpf",
    "anon_inode:btf": "bpf",
}


def read_descriptors(proc: str, pid: int, sockets: Sockets) -> Iterator[tuple[int, Facts]]:
    """(number, arguments of State.seed_fd()) of each descriptor that is still there."""
    directory = f"{proc}/{pid}/fd"
    try:
        numbers = os.listdir(directory)
    except OSError:
        return
    namespace = None
    for number in numbers:
        try:
            link = os.readlink(f"{directory}/{number}")
            flags, inode = _read_info(f"{proc}/{pid}/fdinfo/{number}")
        except OSError:
            continue  # closed in the meantime
        facts: Facts = {
            "open_flags": portable_flags(flags),
            "close_on_exec": bool(flags & os.O_CLOEXEC),
            "ino": inode,
        }
        if link.startswith("socket:["):
            if namespace is None:
                namespace = _namespace(proc, pid)
            inode = int(link[8:-1])
            facts |= {"type": FD_TYPES["unsupported"], "ino": inode}
            facts |= sockets.find(pid, namespace, inode) or {}
        else:
            facts |= {"type": FD_TYPES[_kind(link, flags)], "name": link}
        yield int(number), facts


def portable_flags(flags: int) -> int:
    """Flags of open(2) as records carry them."""
    portable = ACCESS[flags & os.O_ACCMODE]
    for native, bit in PORTABLE:
        if flags & native == native:
            portable |= bit
    return portable


def _kind(link: str, flags: int) -> str:
    if link.startswith("/"):
        if link.startswith("/memfd:"):
            return "memfd"
        return "directory" if flags & os.O_DIRECTORY == os.O_DIRECTORY else "file"
    if link.startswith("pipe:["):
        return "pipe"
    return ANONYMOUS.get(link, "unsupported")


def _namespace(proc: str, pid: int) -> str:
    """The name of the process's network namespace; its own where that is not to be seen."""
    try:
        return os.readlink(f"{proc}/{pid}/ns/net")
    except OSError:
        return f"pid:{pid}"


def _read_info(path: str) -> tuple[int, int]:
    """(native flags, inode); the kernel tells the inode since 5.14, else it is 0."""
    flags = inode = 0
    with open(path, "rb") as file:
        for line in file:
            if line.startswith(b"flags:"):
                flags = int(line[6:], 8)
            elif line.startswith(b"ino:"):
                inode = int(line[4:])
                break
    return flags, inode
