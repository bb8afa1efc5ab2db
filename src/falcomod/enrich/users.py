# SPDX-License-Identifier: Apache-2.0
"""Names of users and groups from /etc/passwd and /etc/group.

Read as text, not by getpwent(3): a directory service behind nsswitch.conf would
be asked over the network, and the host's files may lie below $HOST_ROOT.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from falcomod.engine.state.tables import State
from falcomod.enrich.host import host_path

log = logging.getLogger(__name__)

ID_MAX = 2**32 - 1


def load(state: State, etc: str | Path | None = None) -> None:
    """Replaces the names in *state* by those of the files; a missing file has none."""
    directory = Path(host_path("/etc") if etc is None else etc)
    state.set_users(users(directory / "passwd"), groups(directory / "group"))


def users(path: Path) -> dict[int, tuple[str, str, str]]:
    """{uid: (name, home, shell)}; of several names for an id the first one, as libc takes it."""
    found: dict[int, tuple[str, str, str]] = {}
    for fields in _rows(path, count=7):
        uid = _number(fields[2])
        if uid is not None:
            found.setdefault(uid, (fields[0], fields[5], fields[6]))
    return found


def groups(path: Path) -> dict[int, str]:
    """{gid: name}."""
    found: dict[int, str] = {}
    for fields in _rows(path, count=4):
        gid = _number(fields[2])
        if gid is not None:
            found.setdefault(gid, fields[0])
    return found


def _rows(path: Path, *, count: int) -> Iterator[list[str]]:
    """Lines of at least *count* fields; others (comments, NIS marks) are not for us."""
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        log.warning("names unavailable path=%s error=%s", path, error.strerror)
        return
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) >= count and fields[0]:
            yield fields


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) < ID_MAX else None
