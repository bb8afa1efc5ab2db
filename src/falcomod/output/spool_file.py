# SPDX-License-Identifier: Apache-2.0
"""The file of a spool: bodies under rising numbers, in SQLite.

SQLite's log of changes (WAL) makes what was written survive the end of falcomod by any
signal, and is cut whenever it is full; free pages are used again, and given back by shrink().
The file is held by one process: locking_mode EXCLUSIVE, so there is no shared memory beside it.
This is the only module that imports sqlite3; its errors leave as OSError, with the reason.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

TABLE = "CREATE TABLE alerts (id INTEGER PRIMARY KEY, body BLOB NOT NULL)"
APPLICATION_ID = 0x666D7370  # "fmsp", in the header of the file
LOG_MAX = 4 * 2**20  # bytes that the WAL keeps when it was cut
RUN_SHIFT = 32  # numbers of one run of the 2**31 that there can be

SETTINGS = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    f"PRAGMA journal_size_limit = {LOG_MAX}",
    "PRAGMA secure_delete = OFF",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)

ENDINGS = ("", "-wal", "-journal")  # of the names of what belongs to a file

Row = tuple[int, bytes]


class SpoolDamaged(OSError):
    """The file is none of ours, or what it says contradicts itself."""


class SpoolInUse(OSError):
    """Another process has the file."""


class SpoolFile:
    """Rows of one file, to be used by one thread at a time.

    *sync*: SQLite orders its writes so that a crash of the host leaves a file that can be
    read; it does not wait for the disk at each of them, that is fsync of log_descriptor().
    Numbers of this run begin with first_id, which is above *least_id* and all there were.
    """

    def __init__(self, path: Path, *, sync: bool, least_id: int = 0) -> None:
        _make(path)
        with _faults():
            self._connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode=rw",
                uri=True,
                timeout=0,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            with _faults():
                for setting in SETTINGS:
                    self._connection.execute(setting)
                self.order_writes(sync)
                self._check_table()
                self.first_id = self._next_run(least_id)
                self.count, self.size_bytes = self._totals()
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
            self._log = os.open(f"{path}-wal", flags)
        except BaseException as error:
            self._connection.close()
            if isinstance(error, OSError) and error.errno == errno.EROFS and _is_writable(path):
                raise SpoolDamaged(errno.EINVAL, "its header forbids to write to it") from error
            raise

    def order_writes(self, sync: bool) -> None:
        with _faults():
            self._connection.execute(f"PRAGMA synchronous = {'NORMAL' if sync else 'OFF'}")

    def insert(self, rows: Sequence[Row]) -> None:
        """All of them or, where that raises OSError, none."""
        self._change("INSERT INTO alerts (id, body) VALUES (?, ?)", rows)

    def after(self, id: int, count: int) -> list[Row]:
        """Up to *count* rows with a higher number, lowest first."""
        query = "SELECT id, body FROM alerts WHERE id > ? ORDER BY id LIMIT ?"
        with _faults():
            rows = self._connection.execute(query, (id, count)).fetchall()
        for found, body in rows:
            if not isinstance(body, bytes):
                raise SpoolDamaged(errno.EINVAL, "a row is no bytes")
            if found <= id:
                raise SpoolDamaged(errno.EINVAL, "its numbers are not in order")
            id = found
        return rows

    def delete(self, ids: Sequence[int]) -> None:
        self._change("DELETE FROM alerts WHERE id = ?", [(id,) for id in ids])

    def log_descriptor(self) -> int:
        """A descriptor of the WAL for fsync by the caller, who closes it."""
        return os.dup(self._log)

    def cut_log(self) -> None:
        """Moves all changes to where they belong: on a full disk the WAL may hold what is free."""
        with _faults():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def shrink(self, pages: int) -> bool:
        """Gives *pages* free ones back to the disk; False: no more than that are free."""
        with _faults():
            if self._pragma("freelist_count") <= pages:
                return False
            self._connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
            if self._pragma("freelist_count") <= pages:
                self.cut_log()
        return True

    def close(self) -> None:
        """Raises OSError where the last changes cannot be moved; they stay in the WAL then."""
        try:
            with _faults():
                self._connection.close()
        finally:
            os.close(self._log)

    def _change(self, statement: str, values: Sequence[tuple[Any, ...]]) -> None:
        with _faults():
            if len(values) == 1:
                self._connection.execute(statement, values[0])
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(statement, values)
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _check_table(self) -> None:
        """Makes the table in a new file; whatever else a file has is not followed."""
        found = self._connection.execute("SELECT sql FROM sqlite_schema").fetchall()
        if not found:
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._connection.execute(TABLE)
        elif found != [(TABLE,)]:
            raise SpoolDamaged(errno.EINVAL, "it is no spool of falcomod")

    def _next_run(self, least_id: int) -> int:
        """The first number of this run: above those of every run before, whatever the clock."""
        run = max(self._pragma("user_version"), least_id >> RUN_SHIFT) + 1
        last = self._connection.execute("SELECT max(id) FROM alerts").fetchone()[0]
        if not 0 < run < 2**31 or (last is not None and not 0 < last < run << RUN_SHIFT):
            raise SpoolDamaged(errno.EINVAL, "its numbers are not in order")
        self._connection.execute(f"PRAGMA user_version = {run}")
        return run << RUN_SHIFT

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def _totals(self) -> tuple[int, int]:
        query = "SELECT count(*), coalesce(sum(length(body)), 0) FROM alerts"
        count, size_bytes = self._connection.execute(query).fetchone()
        return int(count), int(size_bytes)


def move_aside(path: Path) -> Path:
    """Renames a damaged file and its WAL, over those that were damaged before; the new name."""
    aside = path.with_name(path.name + ".damaged")
    for ending in ENDINGS:
        if os.path.lexists(f"{path}{ending}"):
            os.replace(f"{path}{ending}", f"{aside}{ending}")
    return aside


def remove(path: Path) -> None:
    """Deletes a file that was closed, with its WAL."""
    for ending in ENDINGS:
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _make(path: Path) -> None:
    """The folder and the file, for falcomod alone; OSError where others could change them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = path.parent.stat()
    if folder.st_mode & 0o022 or folder.st_uid not in (0, os.geteuid()):
        raise PermissionError(errno.EPERM, "others may write to the folder; chmod go-w")
    try:
        found = path.lstat()
    except FileNotFoundError:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(path, flags, 0o600))
        return
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_nlink != 1:
        raise SpoolDamaged(errno.EINVAL, "it is no file of falcomod's own")
    if found.st_mode & 0o077:
        path.chmod(0o600)


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a bug of ours
    except sqlite3.Error as error:
        # The lower byte is the class; there is none for a text that is no UTF-8.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        kind, number = KINDS.get(code, (OSError, errno.EIO))
        raise kind(number, str(error)) from error


KINDS: dict[int, tuple[type[OSError], int]] = {
    sqlite3.SQLITE_BUSY: (SpoolInUse, errno.EBUSY),
    sqlite3.SQLITE_LOCKED: (SpoolInUse, errno.EBUSY),
    sqlite3.SQLITE_CORRUPT: (SpoolDamaged, errno.EINVAL),
    sqlite3.SQLITE_NOTADB: (SpoolDamaged, errno.EINVAL),
    sqlite3.SQLITE_FORMAT: (SpoolDamaged, errno.EINVAL),
    sqlite3.SQLITE_ERROR: (SpoolDamaged, errno.EINVAL),
    sqlite3.SQLITE_MISMATCH: (SpoolDamaged, errno.EINVAL),
    sqlite3.SQLITE_CONSTRAINT: (SpoolDamaged, errno.EINVAL),
    sqlite3.SQLITE_FULL: (OSError, errno.ENOSPC),
    sqlite3.SQLITE_READONLY: (OSError, errno.EROFS),
    sqlite3.SQLITE_CANTOPEN: (OSError, errno.ENOENT),
}
