# SPDX-License-Identifier: Apache-2.0
"""A new configuration and new rules take the place of the old without a gap.

They are prepared on a thread of their own, beside what runs, and exchanged between two
events; what is wrong with them changes nothing.  Whoever asks while a reload is under way
gets the next one, as its files may have been read already.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from falcomod.app.prepared import Prepared
from falcomod.errors import FalcomodError

log = logging.getLogger(__name__)

STOP_S = 3.0  # that a reload which is under way has at the end


@dataclass(frozen=True)
class Result:
    """What became of a reload."""

    ok: bool
    reason: str  # who asked for it: "SIGHUP", "files changed", "falcomod reload"
    message: str  # in one line what is new, or why nothing is
    later: tuple[str, ...] = ()  # keys whose change takes effect at the next start
    rules: int = 0
    took_s: float = 0.0


Request = tuple[str, "Future[Result]"]


class Reloader:
    """Reloads when it is asked to, one at a time.

    *prepare* makes what is new, *exchange* puts it in place of what runs and returns the keys
    that take effect later; both raise FalcomodError or OSError and have changed nothing then.
    *tell* is called with each result.
    """

    def __init__(
        self,
        prepare: Callable[[], Prepared],
        exchange: Callable[[Prepared], Sequence[str]],
        tell: Callable[[Result], None],
    ) -> None:
        self._prepare = prepare
        self._exchange = exchange
        self._tell = tell
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._asked: list[Future[Result]] = []  # for the reload that is under way
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="reload", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, wait_s: float = STOP_S) -> None:
        """Ends the thread; nothing is exchanged any more, and nobody waits for a result.

        A reload that is still being prepared then is left alone.
        """
        self._is_stopping = True
        self._requests.put(None)
        if self._thread.is_alive():
            self._thread.join(wait_s)
        for future in self._asked:
            future.cancel()

    def request(self, reason: str) -> Future[Result]:
        """Asks for a reload; from any thread, also from a signal's handler.

        What is asked for at the end is cancelled.
        """
        future: Future[Result] = Future()
        self._requests.put((reason, future))
        # Looked at behind put(): the thread may have looked for the last time before.
        if self._is_stopping:
            future.cancel()
        return future

    def _run(self) -> None:
        while (requests := self._waiting()) is not None:
            self._asked = [future for _, future in requests]
            result = self.reload(", ".join(dict.fromkeys(reason for reason, _ in requests)))
            for future in self._asked:
                if self._is_stopping and not result.ok:
                    future.cancel()
                    continue
                with contextlib.suppress(InvalidStateError):  # it was cancelled
                    future.set_result(result)

    def _waiting(self) -> list[Request] | None:
        """All requests that are there, at least one; None: the thread is to end."""
        requests = [self._requests.get()]
        while True:
            try:
                requests.append(self._requests.get_nowait())
            except Empty:
                break
        asked = [request for request in requests if request is not None]
        if len(asked) < len(requests):
            for _, future in asked:
                future.cancel()
            return None
        return asked

    def reload(self, reason: str) -> Result:
        """Reloads at once, on this thread."""
        log.info("%s, reloading", reason)
        began_s = time.monotonic()
        try:
            prepared = self._prepare()
            if self._is_stopping:
                return Result(False, reason, "falcomod ends")
            later = tuple(self._exchange(prepared))
        except FalcomodError as error:
            result = Result(False, reason, str(error))
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            result = Result(False, reason, where + (error.strerror or str(error)))
        except Exception as error:  # what runs must go on, whatever befalls what is new
            log.exception("reload failed inside")
            result = Result(False, reason, f"{type(error).__name__}: {error}")
        else:
            rules = len(prepared.rules.rules)
            took_s = time.monotonic() - began_s
            message = f"{rules} rules, took {took_s:.2f} s"
            result = Result(True, reason, message, later, rules, took_s)
        self._tell(result)
        return result
