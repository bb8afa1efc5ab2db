# SPDX-License-Identifier: Apache-2.0
"""Sees when a configuration or rules file has other content than before.

A thread looks twice a second at what the paths lead to and reads only what
looks changed.  inotify, by inotify_simple or watchdog, would need watches on every
folder along every path and every symbolic link to see what is asked for here:
that Kubernetes swaps the folder behind a ConfigMap, that a folder appears later,
that something is mounted over a file.  It sees nothing of network file systems, and a
file that was rewritten would have to be compared with what was known in any case.
A look is a system call for each file, so half a second's delay is the whole price.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from falcomod.app.rules_files import SHIPPED
from falcomod.config.model import Config

log = logging.getLogger(__name__)

INTERVAL_S = 0.5
QUIET_S = 0.1  # two looks so far apart must agree: whoever writes has finished
PATIENCE_S = 10.0  # with one who never does
# Times of files advance in steps, of 4 ms and of 2 s on some file systems: what was written so
# lately may be written again without a trace, so its content is compared at every look.
RECENT_S = 3.0
FILE_MAX = 64 << 20  # bytes that are compared of a file
FILES_MAX = 10_000  # that are looked at in a folder
STOP_WAIT_S = 5.0

FILE = "file"
FOLDER = "folder"


@dataclass(frozen=True)
class Mark:
    """How a file looks from outside; equal ones have equal content, but for recent ones."""

    kind: str  # FILE, FOLDER, or why there is no content
    device: int = 0
    inode: int = 0
    size: int = 0
    modified_ns: int = 0
    changed_ns: int = 0

    def is_recent(self, now_ns: int) -> bool:
        return abs(now_ns - max(self.modified_ns, self.changed_ns)) < RECENT_S * 1e9


Marks = dict[str, Mark]  # by file


class ConfigWatch:
    """Calls *on_change*, on a thread of its own, when content has changed and is quiet again.

    *paths* are files and folders, asked for at every look; a folder stands for the files in
    it but those that editors leave (.x.swp, x~), and what is not there may come.  What a path leads
    to when it is first named counts as known.  So make the watch as soon as there are names,
    before the files are read; and call take_stock() before they are read for another reason.
    """

    def __init__(
        self,
        paths: Callable[[], Iterable[str]],
        on_change: Callable[[], None],
        *,
        interval_s: float = INTERVAL_S,
        quiet_s: float = QUIET_S,
    ) -> None:
        self._paths = paths
        self._on_change = on_change
        self._interval_s = interval_s
        self._quiet_s = quiet_s
        self._lock = threading.Lock()  # over what is known: take_stock() is for any thread
        self._marks: dict[str, Marks] = {}  # known, by the path that was named
        self._contents: dict[str, str] = {}  # known, by file
        self._seen: dict[str, Marks] | None = None  # a change that is not quiet yet
        self._since_s = 0.0  # when that change was first seen
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._complained = ""
        self.take_stock()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="config-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; a call of on_change that is under way may end a little later."""
        self._stopped.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(STOP_WAIT_S)

    def take_stock(self) -> None:
        """What the paths lead to now is known from here on."""
        named = list(self._paths())
        with self._lock:
            self._learn(_look(named))

    def step(self, now_s: float) -> float:
        """One look, at a moment of a monotonic clock; returns how long to wait for the next."""
        named = list(self._paths())
        with self._lock:
            found = _look(named)
            self._meet(found)
            if self._is_known(found):
                self._seen = None
                return self._interval_s
            if self._seen is None:
                self._since_s = now_s
            if self._seen != found and now_s - self._since_s < PATIENCE_S:
                self._seen = found
                return self._quiet_s
            before = self._contents
            self._learn(found)
            changed = _differences(before, self._contents)
        if changed:
            log.info("configuration has changed: path=%s", ",".join(changed))
            self._on_change()
        return self._interval_s

    def _run(self) -> None:
        wait_s = self._interval_s
        while not self._stopped.wait(wait_s):
            try:
                wait_s = self.step(time.monotonic())
            except Exception as error:  # a fault, here or in a reload, must not end the watch
                wait_s = self._interval_s
                self._complain(f"{type(error).__name__}: {error}")

    def _complain(self, reason: str) -> None:
        if reason != self._complained:
            log.error("watching the configuration failed: reason=%s", reason)
        self._complained = reason

    def _meet(self, found: dict[str, Marks]) -> None:
        """Takes as known what is named for the first time, and forgets what no longer is."""
        if found.keys() == self._marks.keys():
            return
        fresh = {path: found[path] for path in found.keys() - self._marks.keys()}
        self._contents = _contents(fresh) | self._contents
        self._marks = {path: self._marks.get(path, marks) for path, marks in found.items()}
        kept = {file for marks in self._marks.values() for file in marks}
        self._contents = {file: text for file, text in self._contents.items() if file in kept}

    def _is_known(self, found: dict[str, Marks]) -> bool:
        if found != self._marks:
            return False
        now_ns = time.time_ns()
        recent = {
            path: {file: mark for file, mark in marks.items() if mark.is_recent(now_ns)}
            for path, marks in found.items()
        }
        return all(self._contents[file] == text for file, text in _contents(recent).items())

    def _learn(self, found: dict[str, Marks]) -> None:
        # What is written between the look and the reading is seen at the next look.
        self._marks = found
        self._contents = _contents(found)
        self._seen = None


def watched(config: Config, files: Iterable[str] = ()) -> list[str]:
    """What a configuration comes from: the *files* that it was read from, and its rules files.

    Folders stand for themselves, so that new files in them are seen.
    """
    named = [*files, *(further.path for further in config.config_files), *config.rules_files]
    if not config.rules_files:
        named += [str(path) for path in SHIPPED]
    return list(dict.fromkeys(name for name in named if name))


def _look(named: Iterable[str]) -> dict[str, Marks]:
    """The files that each path leads to, and how they look; a folder is one of its files."""
    found: dict[str, Marks] = {}
    for path in named:
        mark = _mark(path)
        found[path] = {path: mark}
        if mark.kind == FOLDER:
            # How a folder looks changes with all that is in it, and says nothing by itself.
            found[path] = {path: Mark(FOLDER)}
            found[path] |= {file: _mark(file) for file in _inside(path)}
    return found


def _inside(folder: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    paths = (f"{folder}/{name}" for name in names if name[0] != "." and name[-1] != "~")
    return [path for path in itertools.islice(paths, FILES_MAX) if not os.path.isdir(path)]


def _mark(path: str) -> Mark:
    """How a file looks; symbolic links are followed."""
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        return Mark(getattr(error, "strerror", None) or str(error))
    kind = FOLDER if stat.S_ISDIR(found.st_mode) else FILE
    if not stat.S_ISREG(found.st_mode):
        return Mark(kind if kind == FOLDER else "not a file", found.st_dev, found.st_ino)
    return Mark(
        kind, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
    )


def _contents(found: dict[str, Marks]) -> dict[str, str]:
    """A text for each file, which is the same for the same content."""
    return {file: _content(file, mark) for marks in found.values() for file, mark in marks.items()}


def _content(path: str, mark: Mark) -> str:
    if mark.kind != FILE:
        return mark.kind
    try:
        # O_NONBLOCK: it may have become a pipe by now, which nobody writes to.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return hashlib.sha256(file.read(FILE_MAX)).hexdigest()
    except OSError as error:
        return str(error.strerror)


def _differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(
        file for file in before.keys() | after.keys() if before.get(file) != after.get(file)
    )
