# SPDX-License-Identifier: Apache-2.0
"""Alerts that wait for a receiver, on disk, until it has them.

What append() has taken is on disk when it returns, and stays there until done(): an alert is
sent once, and again only where falcomod ended before it was told that it arrived.  What was on
lease then comes first again.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from falcomod.config.output_options import OutputsSpool
from falcomod.output.memory_spool import MEMORY_MAX, ROOM_SHARE, USERS, Item, MemorySpool
from falcomod.output.spool_file import SpoolDamaged, SpoolFile, SpoolInUse, move_aside, remove

__all__ = ["Item", "MemorySpool", "Spool", "open_spool"]

log = logging.getLogger(__name__)

SYNC_S = 1.0  # between two times that the file is told to be on the disk itself
FAULT_S = 1.0  # until a file that could not be read is tried again
QUIET_S = 60.0  # after a fault of the file was told
SHRINK_PAGES = 1024  # free pages of 4 KiB that a file may keep, and that go at a time


class Spool(MemorySpool):
    """Bodies in a file, at most *max_bytes* of them, of this process alone.

    *fsync*: "always", "interval" (each SYNC_S) or "never".  Where the disk fails or is full,
    alerts wait in memory behind those on disk, up to MEMORY_MAX, so that they reach a receiver
    that is there.  A damaged file is moved aside.  Raises OSError where there can be no file,
    SpoolInUse where another process has it.
    """

    def __init__(self, path: Path, *, max_bytes: int, fsync: str, name: str = "") -> None:
        super().__init__(max_bytes, name=name or path.stem)
        self.path = path
        self._fsync = fsync
        self._cursor = 0  # the highest number that was read from the file
        self._untaken = 0  # in the file
        self._memory_bytes = 0  # of _memory
        self._off_disk: set[int] = set()  # not in the file, taken or not
        self._undeleted: list[int] = []  # done, and still in the file
        self._damaged = 0
        self._fault = ""  # of the file, while it lasts
        self._is_told = False  # of that
        self._told_s = float("-inf")  # when one was told of last
        self._is_unsafe = False  # while the disk does not confirm
        self._file: SpoolFile | None = self._opened()
        self._work = threading.Event()
        self._closing = threading.Event()
        self._keeper = threading.Thread(
            target=self._keep_house, name=f"spool-{self.name}", daemon=True
        )
        try:
            self._keeper.start()
        except RuntimeError:  # a limit of threads or of memory
            if self._file is not None:
                _close(self._file)
            raise

    is_durable = True

    def counters(self) -> dict[str, int]:
        with self._changed:
            return super().counters() | {"damaged": self._damaged}

    def change(self, max_bytes: int, fsync: str) -> None:
        with self._changed:
            super().change(max_bytes, fsync)
            self._fsync = fsync
            self._on_file(lambda file: file.order_writes(fsync != "never"))

    def _opened(self) -> SpoolFile:
        sync = self._fsync != "never"
        try:
            file = SpoolFile(self.path, sync=sync, least_id=self._next_id)
        except SpoolDamaged as error:
            self._damaged += 1
            aside = move_aside(self.path)
            log.error(
                "spool is damaged, a new one is begun; alerts in it are not sent: "
                "path=%s moved_to=%s reason=%s", self.path, aside, error.strerror,
            )  # fmt: skip
            file = SpoolFile(self.path, sync=sync, least_id=self._next_id)
        self._next_id = max(self._next_id, file.first_id)
        self._untaken = file.count
        self._size_bytes += file.size_bytes
        return file

    def _store(self, rows: Sequence[tuple[int, bytes]]) -> int:
        if not rows:
            return 0
        # What waits in memory goes to disk first, which the keeper tries now and then.
        if not self._memory and self._on_file(lambda file: _insert(file, rows), is_write=True):
            self._untaken += len(rows)
            if self._fsync == "always":
                self._sync_log()
            self._wake_keeper()
            return len(rows)
        kept = 0
        for id, body in rows:
            if self._memory_bytes + len(body) > MEMORY_MAX:
                break
            self._memory[id] = body
            self._off_disk.add(id)
            self._memory_bytes += len(body)
            kept += 1
        self._wake_keeper()
        return kept

    def _load(self, count: int) -> list[Item]:
        items: list[Item] = []
        if self._untaken:
            self._on_file(lambda file: items.extend(self._read(file, count)))
        if self._memory:
            # Usually younger than all on disk; not where the disk failed only for a while.
            items += [
                Item(*row) for row, _ in zip(self._memory.items(), range(count), strict=False)
            ]
            items = sorted(items)[:count]
        for item in items:
            if self._memory.pop(item.id, None) is None:
                self._cursor = item.id
                self._untaken -= 1
            else:
                self._memory_bytes -= len(item.body)
        return items

    def _read(self, file: SpoolFile, count: int) -> list[Item]:
        count = min(count, self._untaken)
        rows = file.after(self._cursor, count)
        if len(rows) < count:
            raise SpoolDamaged(errno.EINVAL, "rows are missing")
        return [Item(*row) for row in rows]

    def _bound(self) -> int:
        return self._max_bytes

    def _has_room(self) -> bool:
        return super()._has_room() and self._memory_bytes <= ROOM_SHARE * MEMORY_MAX

    def _on_disk(self) -> int:
        return self._untaken

    def _forget(self, ids: Sequence[int]) -> None:
        self._off_disk.difference_update(ids)
        self._undeleted += ids
        self._delete()
        if not self._untaken:
            self._wake_keeper()

    def _delete(self) -> None:
        """What cannot be deleted now is with the next; it is not sent again by this process."""
        ids = self._undeleted
        if ids and self._on_file(lambda file: file.delete(ids), is_write=True):
            self._undeleted = []

    def _patience_s(self) -> float:
        return FAULT_S if self._fault else super()._patience_s()

    def _on_file(self, work: Callable[[SpoolFile], None], *, is_write: bool = False) -> bool:
        """Whether the file could do it; the reason is told once until it can be written again.

        Not more often than each QUIET_S: a disk that is nearly full has room now and then.
        """
        if self._file is None:
            return False
        try:
            work(self._file)
        except SpoolDamaged as error:
            self._replace(error)
            return False
        except OSError as error:
            if not self._is_told and time.monotonic() - self._told_s > QUIET_S:
                self._is_told = True
                self._told_s = time.monotonic()
                log.error(
                    "spool cannot be used, alerts wait in memory: path=%s reason=%s",
                    self.path, error.strerror or error,
                )  # fmt: skip
            self._fault = str(error)
            return False
        if self._fault and is_write:
            self._fault = ""
            if self._is_told:
                self._is_told = False
                log.info("spool can be used again: path=%s", self.path)
        return True

    def _replace(self, reason: SpoolDamaged) -> None:
        """A new file for one that turns out to be damaged; what is on lease is still known."""
        file, self._file = self._file, None
        self._damaged += 1
        self._lost += self._untaken
        self._undeleted = []
        try:
            if file is not None:
                _close(file)
            aside = move_aside(self.path)
            log.error(
                "spool is damaged, a new one is begun; alerts in it are not sent: "
                "path=%s moved_to=%s lost=%d reason=%s",
                self.path, aside, self._untaken, reason.strerror,
            )  # fmt: skip
            self._untaken = 0
            held = [*self._leased.values(), *self._returned]
            self._size_bytes = sum(len(item.body) for item in held) + self._memory_bytes
            self._off_disk.update(item.id for item in held)
            self._file = self._opened()
        except OSError as error:
            self._untaken = 0
            log.error(
                "spool is damaged, and there can be no new one; alerts wait in memory: "
                "path=%s reason=%s", self.path, error.strerror or error,
            )  # fmt: skip

    def _wake_keeper(self) -> None:
        if not self._work.is_set():
            self._work.set()

    def _keep_house(self) -> None:
        """The keeper's thread: what need not be done while somebody waits."""
        while True:
            self._work.wait()
            if self._closing.wait(SYNC_S):
                return
            self._work.clear()
            try:
                self._go_round()
            except Exception as error:  # a fault of ours, after which alerts come all the same
                log.error("spool failed inside: path=%s", self.path, exc_info=error)

    def _go_round(self) -> None:
        with self._changed:
            self._renew()
            self._move_to_file()
            self._delete()
        if self._fsync == "interval":
            self._sync_log()
        while self._shrink() and not self._closing.is_set():
            continue

    def _renew(self) -> None:
        """Begins a file anew that cannot be used, once all in it is done.

        On a full disk, what was done can neither be deleted nor moved out of the WAL.
        """
        held = [*self._leased, *(item.id for item in self._returned)]
        if self._untaken or not self._off_disk.issuperset(held):
            return
        file = self._file
        if file is not None and not self._fault:
            return
        try:
            if file is not None:
                self._file = None
                _close(file)
                remove(self.path)
            self._undeleted = []
            self._file = self._opened()
        except OSError as error:
            log.debug("no new spool: path=%s reason=%s", self.path, error.strerror or error)
            self._wake_keeper()

    def _move_to_file(self) -> None:
        """What waits in memory because the disk failed: it goes to disk when that is back.

        Numbers in memory are above those that were read from the file, so the order stays.
        """
        rows = list(self._memory.items())
        if rows and self._on_file(lambda file: _insert(file, rows), is_write=True):
            self._untaken += len(rows)
            self._off_disk.difference_update(self._memory)
            self._memory.clear()
            self._memory_bytes = 0
        if self._memory or self._undeleted:
            self._wake_keeper()

    def _sync_log(self) -> None:
        """Waits for the disk; the keeper does so without the lock."""
        try:
            with self._changed:
                descriptor = -1 if self._file is None else self._file.log_descriptor()
            if descriptor < 0:
                return
            try:
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:  # also where there can be no more descriptors
            if not self._is_unsafe:
                log.error("spool is not on the disk: path=%s reason=%s", self.path, error.strerror)
            self._is_unsafe = True
            self._wake_keeper()
        else:
            self._is_unsafe = False

    def _shrink(self) -> bool:
        """Gives a part of an outage's space back; whether there is more."""
        more: list[bool] = []
        with self._changed:
            if not self._untaken and not self._leased and not self._fault:
                self._on_file(lambda file: more.append(file.shrink(SHRINK_PAGES)))
        return any(more)

    def _end(self) -> None:
        self._closing.set()
        self._work.set()
        self._keeper.join()
        with self._changed:
            held = [*self._leased.values(), *self._returned]
            self._renew()
            self._memory.update(item for item in held if item.id in self._off_disk)
            self._move_to_file()
            file, self._file = self._file, None
            self._tell_of_loss(len(self._memory))
            if file is not None:
                _close(file)


def open_spool(options: OutputsSpool, name: str) -> MemorySpool:
    """The spool of an output; whoever asks again before it is closed gets the same.

    So a reload may open the new output before the old one is closed: both take from one file.
    """
    path = Path(options.path) / f"{name}.db"
    key = str(path) if options.enabled else f"memory:{name}"
    max_bytes = options.max_size_mb * 2**20
    with USERS:
        spool = _OPENED.get(key)
        if spool is None or spool.users == 0:
            spool = _OPENED[key] = _made(path, options, name, max_bytes)
        else:
            spool.users += 1
            spool.change(max_bytes, options.fsync)
        return spool


def _made(path: Path, options: OutputsSpool, name: str, max_bytes: int) -> MemorySpool:
    if options.enabled:
        try:
            return Spool(path, max_bytes=max_bytes, fsync=options.fsync, name=name)
        except SpoolInUse:
            reason = "another process uses it"
        except OSError as error:
            reason = error.strerror or str(error)
        log.warning(
            "alerts that wait for a receiver are kept in memory, and lost at the end: "
            "output=%s path=%s reason=%s", name, path, reason,
        )  # fmt: skip
    return MemorySpool(max_bytes, name=name)


def _insert(file: SpoolFile, rows: Sequence[tuple[int, bytes]]) -> None:
    try:
        file.insert(rows)
    except SpoolDamaged:
        raise
    except OSError:
        # A full disk: what was done may still fill the log.
        file.cut_log()
        file.insert(rows)


def _close(file: SpoolFile) -> None:
    try:
        file.close()
    except OSError as error:
        log.debug("spool was not closed: reason=%s", error.strerror or error)


_OPENED: dict[str, MemorySpool] = {}  # by place; under USERS
