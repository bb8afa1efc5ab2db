# SPDX-License-Identifier: Apache-2.0
"""A runtime with what is known of its being there, and the thread that follows its changes.

Sockets come and go: a runtime is restarted, is installed later, or does not answer.
What can be asked is told at once (is_askable), so that nobody waits for nobody.  An
outage is said once, and so is its end; what repeats is counted.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from falcomod.enrich.runtime import SHORT_ID_SIZE, Change, Described, Runtime
from falcomod.errors import ContainerUnknown, RuntimeUnavailable

log = logging.getLogger(__name__)

FIND_TIMEOUT_S = 10.0
LIST_TIMEOUT_S = 10.0
RETRY_FIRST_S = 0.1
RETRY_MOST_S = 10.0
FAILED_MAX = 3  # containers in a row for which there was no answer: then the runtime is down
CAUSES_MAX = 16  # of outages that are remembered as said
WELL_S = 600.0  # without an outage: after that a cause is news again
LOST_MAX = 3  # streams of changes that ended in a row without telling any

ABSENT, UNTRIED, UP, DOWN = "absent", "untried", "up", "down"

Wait = Callable[[float], bool]  # seconds; True: stop


class Listener(Protocol):
    """Who is told what a runtime says."""

    def listed(self, followed: Followed, containers: list[Described]) -> None:
        """All containers of a runtime that answers, for the first time or again."""

    def changed(self, followed: Followed, change: Change) -> None:
        """Something happened to a container."""


class Followed:
    """One runtime.

    *is_last*: its word counts less than any other's, and it says its outages itself.
    *is_named*: somebody asked for it by its socket, so that its absence is worth a warning.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        is_last: bool = False,
        is_named: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.runtime = runtime
        self.is_last = is_last
        self.is_named = is_named
        self.lane = f"{runtime.name} {runtime.socket}"
        self.first_answer = threading.Event()  # or that there is none
        self._counts: Counter[str] = Counter()  # asked, found, unknown, failed, outages
        self._state = UNTRIED
        self._since_s = clock()  # of _state
        self._failed: set[str] = set()  # containers, since the last answer
        self._said: set[str] = set()  # causes of outages
        self._is_said = False  # of the outage that is under way
        self._is_following = False
        self._is_closed = False
        self._clock = clock
        self._lock = threading.Lock()  # protects all of the above

    @property
    def state(self) -> str:
        """ABSENT, UNTRIED, UP or DOWN."""
        return self._state

    @property
    def is_askable(self) -> bool:
        """Whether an answer can be hoped for."""
        return self._state in (UNTRIED, UP)

    @property
    def needs_asking(self) -> bool:
        """Whether it gave no answers while its changes are waited for: is it there again?"""
        return self._state == DOWN and self._is_following

    def fits(self, kind: str) -> bool:
        """Whether containers in control groups of that kind may be its own."""
        return not kind or kind in self.runtime.kinds

    def counters(self) -> dict[str, int]:
        """asked, found, unknown, failed; outages."""
        with self._lock:
            return {name: self._counts[name] for name in COUNTERS}

    def set_absent(self) -> None:
        """There is no socket."""
        with self._lock:
            is_new = self._state == UNTRIED
            self._state = ABSENT
        if is_new and self.is_named:
            log.warning(
                "%s unavailable reason=%s: no such socket, waiting for it",
                self.runtime.name,
                self.runtime.socket,
            )
        elif is_new:
            log.debug("%s is not there", self.lane)
        self.first_answer.set()

    def set_present(self) -> None:
        """There is a socket, which nobody has asked yet."""
        with self._lock:
            if self._state == ABSENT:
                self._state = UNTRIED
                self.first_answer.clear()

    def close(self) -> None:
        """Lets go of the socket, and says no more of outages."""
        with self._lock:
            self._is_closed = True
        self.runtime.close()

    def find(self, id: str) -> Described:
        """What the runtime knows of a container.  Raises ContainerUnknown, RuntimeUnavailable."""
        with self._lock:
            self._counts["asked"] += 1
        try:
            described = self.runtime.find(id, FIND_TIMEOUT_S)
        except ContainerUnknown:
            self._answered("unknown")
            raise
        except RuntimeUnavailable as error:
            self._not_answered(id, str(error))
            raise
        except Exception as error:
            # A fault of ours in reading an answer; it is as good as none.
            log.debug("%s: answer id=%s", self.lane, id, exc_info=True)
            self._not_answered(id, f"{type(error).__name__}: {error}")
            raise RuntimeUnavailable(f"{self.lane}: {type(error).__name__}: {error}") from error
        if not _is_about(id, described.id):
            self._not_answered(id, "another container's description")
            raise RuntimeUnavailable(f"{self.lane}: the answer is about another container")
        self._answered("found")
        return described

    def relist(self, listener: Listener) -> bool:
        """Asks for all containers, and hands them on; False: no answer."""
        try:
            containers = self.runtime.list(LIST_TIMEOUT_S)
        except RuntimeUnavailable as error:
            self._set_down(str(error))
            return False
        except Exception as error:
            # A fault of ours in reading an answer; it is as good as none.
            log.debug("%s: list", self.lane, exc_info=True)
            self._set_down(f"{type(error).__name__}: {error}")
            return False
        self._set_up()
        listener.listed(self, containers)
        self.first_answer.set()
        return True

    def follow(self, listener: Listener, wait: Wait) -> None:
        """Lists and follows, again and again, until *wait* says stop."""
        retry_s = RETRY_FIRST_S
        lost = 0
        while not wait(0):
            if self.relist(listener):
                is_used, cause = self._follow_once(listener)
                lost = 0 if is_used else lost + 1
                if is_used:
                    retry_s = RETRY_FIRST_S
                if lost == LOST_MAX:
                    log.warning(
                        "%s tells no changes reason=%s, asking again", self.runtime.name, cause
                    )
            if wait(retry_s):
                return
            retry_s = min(2 * retry_s, RETRY_MOST_S)

    def _follow_once(self, listener: Listener) -> tuple[bool, str]:
        """Until the stream of changes ends; whether there was any, and why it ended."""
        is_used = False
        self._is_following = True
        try:
            for change in self.runtime.changes():
                is_used = True
                listener.changed(self, change)
        except RuntimeUnavailable as error:
            cause = str(error)
        except Exception as error:
            # A fault of ours in reading one of its events; it is followed anew.
            log.debug("%s: changes", self.lane, exc_info=True)
            cause = f"{type(error).__name__}: {error}"
        else:
            cause = "the stream has ended"
        finally:
            self._is_following = False
        log.debug("%s: changes end reason=%s", self.lane, cause)
        return is_used, cause

    def _answered(self, how: str) -> None:
        with self._lock:
            self._counts[how] += 1
            self._failed.clear()

    def _not_answered(self, id: str, cause: str) -> None:
        """One container may be at fault itself; several in a row are not."""
        with self._lock:
            self._counts["failed"] += 1
            self._failed.add(id)
            is_down = len(self._failed) >= FAILED_MAX
        log.debug("%s gives no answer id=%s reason=%s", self.lane, id, cause)
        if is_down:
            self._set_down(cause)

    def _set_down(self, cause: str) -> None:
        now_s = self._clock()
        with self._lock:
            if self._state != DOWN:
                if self._state == UP and now_s - self._since_s >= WELL_S:
                    self._said.clear()
                self._state, self._since_s = DOWN, now_s
                self._counts["outages"] += 1
                self._is_said = False
            is_known = cause in self._said or len(self._said) >= CAUSES_MAX
            is_news = not (self._is_said or is_known or self._is_closed or self.is_last)
            if is_news:
                self._is_said = True
                self._said.add(cause)
        self.first_answer.set()
        if is_news:
            log.warning("%s unavailable reason=%s, asking again", self.runtime.name, cause)
        else:
            log.debug("%s unavailable reason=%s", self.runtime.name, cause)

    def _set_up(self) -> None:
        with self._lock:
            is_back = self._state == DOWN and self._is_said
            if self._state != UP:
                self._state, self._since_s = UP, self._clock()
            self._is_said = False
            self._failed.clear()
        if is_back:
            log.info("%s is back socket=%s", self.runtime.name, self.runtime.socket)


def _is_about(asked: str, answered: str) -> bool:
    """Whether an answer is about what was asked for: of a name, its id says nothing."""
    if HEX(asked) is None or HEX(answered) is None:
        return True
    return asked[:SHORT_ID_SIZE] == answered[:SHORT_ID_SIZE]


HEX = re.compile(r"[0-9a-f]{12,64}").fullmatch

COUNTERS = ("asked", "found", "unknown", "failed", "outages")
