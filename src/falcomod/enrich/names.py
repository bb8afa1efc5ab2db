# SPDX-License-Identifier: Apache-2.0
"""Names of users and groups inside containers, from their own /etc/passwd and /etc/group.

Found through a thread of the container (enrich.container_root), read at the
container's first record and again when the files have changed.  Nothing here may
be called where events wait: the files lie on whatever the container has mounted.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from falcomod.engine.state.cgroup import container_name
from falcomod.enrich.container_root import ContainerRoot
from falcomod.enrich.host import host_path
from falcomod.enrich.procfs import cgroup_list
from falcomod.enrich.stamp import Stamp
from falcomod.enrich.users import Groups, Names, Users, groups_of, users_of

FILES = ("etc/passwd", "etc/group")  # below the container's root

# What a container may make us keep: 4096 rows are half a megabyte, and 3 ms of State.set_users().
SIZE_MAX = 1 << 20  # bytes that are read of a file
ROWS_MAX = 4096

SHORT_ID_SIZE = 12

Identity = tuple[int, int]  # st_dev and st_ino of a root directory
Stamps = tuple[Stamp | None, ...]  # of FILES; None: no regular file is there
NOTHING: Stamps = (None, None)


class Fresh(NamedTuple):
    """Names of a container that are not as they were."""

    id: str
    users: Users
    groups: Groups


@dataclass(frozen=True, slots=True)
class _Known:
    """Where a container's names were read, and from what."""

    tid: int
    root: Identity
    stamps: Stamps


class _Seen(NamedTuple):
    """What there is now."""

    known: _Known
    names: Names


class ContainerNames:
    """Reads names of containers, and knows which have changed since.

    May be called from several threads at once; what is kept of a container is a few numbers.
    """

    def __init__(self, proc: str | None = None) -> None:
        self._proc = proc
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()  # of _known; not held while files are looked at

    def read(self, id: str, tid: int) -> Names | None:
        """The names of a container, seen from one of its threads.

        None when they are not to be seen: the thread is gone or another container's by now, or
        it has the host's root (a runtime that has not entered the container yet).  A container
        without such files has no names.
        """
        seen = self._look(id, tid)
        if seen is None:
            return None
        self._remember(id, seen.known)
        return seen.names

    def changed(self, in_use: Mapping[str, int]) -> list[Fresh]:
        """What is new of the containers *in_use* ({id: one of its threads}); forgets all others.

        Names that are there no more are told as none.
        """
        with self._lock:
            for id in self._known.keys() - in_use.keys():
                del self._known[id]
            known = dict(self._known)
        found = []
        for id, tid in in_use.items():
            before = known.get(id)
            if before is not None and self._is_as_read(before):
                continue
            # Another thread may have another root (chroot), so the one that was asked is better.
            seen = self._look(id, before.tid, before.root) if before is not None else None
            seen = seen or self._look(id, tid)
            if seen is None:
                continue
            self._remember(id, seen.known)
            if seen.known.stamps != (NOTHING if before is None else before.stamps):
                found.append(Fresh(id, *seen.names))
        return found

    def forget(self, id: str) -> None:
        """Keeps nothing of a container that has ended."""
        with self._lock:
            self._known.pop(id, None)

    def __len__(self) -> int:
        """How many containers something is kept of."""
        return len(self._known)

    def _remember(self, id: str, known: _Known) -> None:
        with self._lock:
            self._known[id] = known

    def _is_as_read(self, before: _Known) -> bool:
        """Whether the thread that names were read from is still there, and its files the same."""
        try:
            with ContainerRoot(before.tid, self._proc) as root:
                return root.identity == before.root and _stamps(root) == before.stamps
        except OSError:
            return False

    def _look(self, id: str, tid: int, expected: Identity | None = None) -> _Seen | None:
        """What a thread of the container sees; None: it is none, or its root is not *expected*."""
        try:
            with ContainerRoot(tid, self._proc) as root:
                if expected is not None and root.identity != expected:
                    return None
                if self._is_host(root) or _is_of_other(root, id):
                    return None
                (passwd_stamp, passwd), (group_stamp, group) = (_read(root, path) for path in FILES)
                known = _Known(tid, root.identity, (passwd_stamp, group_stamp))
        except OSError:
            return None
        return _Seen(known, Names(users_of(passwd, ROWS_MAX), groups_of(group, ROWS_MAX)))

    def _is_host(self, root: ContainerRoot) -> bool:
        """Whether it is the root that the runtime's own processes have."""
        try:
            with ContainerRoot(1, self._proc) as host:
                if root.identity == host.identity:
                    return True
        except OSError:
            pass  # not ours to look at, but where we run, the runtime most likely runs, too
        own = os.stat(host_path("/"))
        return root.identity == (own.st_dev, own.st_ino)


def _is_of_other(root: ContainerRoot, id: str) -> bool:
    """Whether the thread's number has come to one of another container."""
    name = container_name(cgroup_list(root.cgroups()))
    if name is None:
        return False
    whole = name[0]
    return whole != id and (len(id) != SHORT_ID_SIZE or not whole.startswith(id))


def _stamps(root: ContainerRoot) -> Stamps:
    return tuple(_stamp(root, path) for path in FILES)


def _stamp(root: ContainerRoot, path: str) -> Stamp | None:
    try:
        return root.stamp(path)
    except OSError:
        return None


def _read(root: ContainerRoot, path: str) -> tuple[Stamp | None, bytes]:
    """The whole lines of a file; what may not be read is none, and is tried again."""
    try:
        content = root.read(path, SIZE_MAX)
    except OSError:
        return None, b""
    if content is None:
        return None, b""
    data = content.data
    if len(data) == SIZE_MAX:
        data = data[: data.rfind(b"\n") + 1]
    return content.stamp, data
