# SPDX-License-Identifier: Apache-2.0
"""Names of users and groups, as /etc/passwd and /etc/group have them; the host's own.

Read as text, not by getpwent(3): a directory service behind nsswitch.conf would
be asked over the network, and the host's files may lie below $HOST_ROOT.  Those of
containers are enrich.names.
"""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from falcomod.engine.state.tables import State
from falcomod.enrich.host import host_path
from falcomod.enrich.stamp import Stamp, stamp_of

log = logging.getLogger(__name__)

ID_MAX = 2**32 - 1
DIGITS_MAX = 20  # of an id, zeros before it among them
NAME_MAX = 256  # bytes of a name; LOGIN_NAME_MAX of man 3 getlogin
PATH_MAX = 4096  # bytes of a home directory or a shell
HOST_ROWS_MAX = 262144  # names of the host that are kept (NAMES_MAX of engine.state.users)

Users = dict[int, tuple[str, str, str]]  # {uid: (name, home, shell)}
Groups = dict[int, str]  # {gid: name}


class Names(NamedTuple):
    """What State.set_users() takes."""

    users: Users
    groups: Groups


class HostNames:
    """The host's names, read again when its files have changed."""

    def __init__(self, etc: str | Path | None = None) -> None:
        directory = Path(host_path("/etc") if etc is None else etc)
        self._paths = (directory / "passwd", directory / "group")
        self._stamps: list[Stamp | None] | None = None
        self._told: dict[Path, str | None] = {}

    def changed(self) -> Names | None:
        """All names when they are not as at the last call, else None; a missing file has none."""
        stamps = [_stamp(path) for path in self._paths]
        if stamps == self._stamps:
            return None
        # From before the files are read: what is written meanwhile is found by the next call.
        self._stamps = stamps
        passwd, group = (self._content(path) for path in self._paths)
        return Names(users_of(passwd, HOST_ROWS_MAX), groups_of(group, HOST_ROWS_MAX))

    def _content(self, path: Path) -> bytes:
        reason = None
        content = b""
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = error.strerror
        if reason and reason != self._told.get(path):
            log.warning("names unavailable path=%s error=%s", path, reason)
        self._told[path] = reason
        return content


def load(state: State, host: HostNames) -> None:
    """Replaces the names in *state* by those of the host, if they are news."""
    names = host.changed()
    if names is not None:
        state.set_users(names.users, names.groups)


def users_of(content: bytes, rows_max: int) -> Users:
    """The users of a passwd file; of several names for an id the first one, as libc takes it."""
    found: Users = {}
    for fields in _rows(content, count=7):
        uid = _number(fields[2])
        if uid is None or max(len(fields[5]), len(fields[6])) > PATH_MAX:
            continue
        if uid not in found:
            found[uid] = (_text(fields[0]), _text(fields[5]), _text(fields[6]))
            if len(found) >= rows_max:
                break
    return found


def groups_of(content: bytes, rows_max: int) -> Groups:
    """The groups of a group file."""
    found: Groups = {}
    for fields in _rows(content, count=4):
        gid = _number(fields[2])
        if gid is not None and gid not in found:
            found[gid] = _text(fields[0])
            if len(found) >= rows_max:
                break
    return found


def _rows(content: bytes, *, count: int) -> Iterator[list[bytes]]:
    """Lines of at least *count* fields; others (comments, NIS marks) are not for us."""
    for line in io.BytesIO(content):
        fields = line.rstrip(b"\r\n").split(b":", count)
        if len(fields) >= count and 0 < len(fields[0]) <= NAME_MAX and b"\0" not in line:
            yield fields


def _number(text: bytes) -> int | None:
    if not text.isdigit() or len(text) > DIGITS_MAX:
        return None
    number = int(text)
    return number if number < ID_MAX else None


def _text(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _stamp(path: Path) -> Stamp | None:
    try:
        return stamp_of(os.stat(path))
    except OSError:
        return None
