# SPDX-License-Identifier: Apache-2.0
"""Alerts to a receiver that may be away: they wait in a spool, and are sent oldest first.

write() returns when the spool has them; a thread of its own sends them, and tries the oldest
again until the receiver has it, so that the order stays.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence

from falcomod.alert.model import Alert
from falcomod.output.memory_spool import Item, MemorySpool
from falcomod.output.spool_writer import SpoolWriter

log = logging.getLogger(__name__)

BATCH_ALERTS = 64  # on lease at once
FIRST_PAUSE_S = 0.1  # before an alert is tried again; it doubles
PAUSE_MAX_S = 30.0
ASKED_PAUSE_MAX_S = 120.0  # that a receiver may ask for
CLOSING_PAUSE_MAX_S = 0.5  # where alerts are lost if they are not sent before the end
CLOSE_S = 2.0  # that sending may go on for at the end
ABORT_S = 1.0  # that a request which was broken off may take to notice
IDLE_S = 600.0
TURN_S = 0.1  # between two looks whether it is to end, while it is another one's turn
CAUSES_MAX = 16  # of refusals that are told of

Send = Callable[[Sequence[bytes]], int]


class SendFault(OSError):
    """The receiver does not take alerts now; the message says why, without secrets.

    *after_s*: when it wants to be asked again, where it said so.
    """

    def __init__(self, cause: str, after_s: float = 0.0) -> None:
        super().__init__(cause)
        self.after_s = after_s


class Refused(Exception):
    """The receiver will never take the alert, and may well take the next."""


class Delivery:
    """A sink over *spool*, which it closes at the end.

    *send* hands the first of some bodies over, or several of them, and returns how many; raises
    OSError where it is to be tried again, and Refused where the first is to be passed over.
    *abort*, from any thread, breaks off what send() is at; *hang_up* is called when it is not
    called any more.
    Another delivery on the same spool, as there is after a reload, waits until this one ends:
    its alerts are younger.
    """

    waits_for_turn = True

    def __init__(
        self,
        name: str,
        spool: MemorySpool,
        encode: Callable[[Alert], bytes],
        send: Send,
        *,
        abort: Callable[[], None] = lambda: None,
        hang_up: Callable[[], None] = lambda: None,
        close_s: float = CLOSE_S,
    ) -> None:
        self.name = name
        self._spool = spool
        self._writer = SpoolWriter(spool, encode)
        self._send = send
        self._abort = abort
        self._hang_up = hang_up
        self._close_s = close_s
        self._closing = threading.Event()
        self._hurried = threading.Event()
        self._deadline_s = 0.0  # of sending, once it is closing; by time.monotonic()
        self._pause_s = 0.0  # the last one; 0: the receiver takes alerts
        self._away_since_s = 0.0
        self._causes: set[str] = set()
        self._sent = self._refused = self._retries = 0
        self._thread = threading.Thread(target=self._run, name=f"deliver-{name}", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # a limit of threads or of memory
            spool.close()
            raise
        if waiting := spool.waiting():
            log.info("alerts wait from before: output=%s waiting=%d", name, waiting)

    def write(self, alerts: Sequence[Alert]) -> None:
        """Alerts that do not fit are lost; the spool counts them and says so."""
        self._writer.write(alerts)

    def reopen(self) -> None:
        """There is nothing to open."""

    def counters(self) -> dict[str, int]:
        """Those of the spool by names of their own: an outlet counts what waits, too."""
        spooled = {f"spool_{name}": count for name, count in self._spool.counters().items()}
        return spooled | {"sent": self._sent, "refused": self._refused, "retries": self._retries}

    def interrupt(self) -> None:
        """What is not sent yet is not sent any more by close(), and write() does not wait."""
        self._writer.interrupt()
        self._hurried.set()

    def close(self) -> None:
        """Sends what waits, for a while; what is left stays on disk, or is lost in memory."""
        if self._closing.is_set():
            return
        self._deadline_s = time.monotonic() + self._close_s
        self._closing.set()
        self._writer.close()
        while self._thread.is_alive() and self._is_time_left():
            self._spool.wake()
            self._thread.join(0.02)
        self._abort()
        end_s = time.monotonic() + ABORT_S
        while self._thread.is_alive() and time.monotonic() < end_s:
            self._spool.wake()
            self._thread.join(0.02)
        if self._thread.is_alive():
            log.warning("a request does not end, and is left alone: output=%s", self.name)
        self._spool.close()

    def _run(self) -> None:
        while not self._spool.send_turn.acquire(timeout=TURN_S):
            if self._closing.is_set():
                return
        try:
            while self._goes_on():
                # When closing there is nothing to wait for.
                items = self._spool.take(BATCH_ALERTS, 0 if self._closing.is_set() else IDLE_S)
                if items:
                    self._deliver(items)
                elif self._closing.is_set():
                    return
        finally:
            self._spool.send_turn.release()
            self._hang_up()

    def _deliver(self, items: Sequence[Item]) -> None:
        bodies = [item.body for item in items]
        at = 0
        while at < len(items) and self._goes_on():
            try:
                count = self._send(bodies[at:])
            except Refused as refusal:
                count = 1
                self._refused += 1
                self._tell_of_refusal(str(refusal))
            except Exception as error:
                # Also a fault of ours: it must not end the thread, nor lose the alert.
                self._failed(error)
                continue
            else:
                self._sent += count
            self._succeeded()
            self._spool.done([item.id for item in items[at : at + count]])
            at += count
        self._spool.give_back([item.id for item in items[at:]])

    def _goes_on(self) -> bool:
        if not self._closing.is_set():
            return True
        # A successor, or the next start, sends them; in memory they would be lost.
        must_send = self._spool.users == 1
        may_send = self._pause_s == 0 or not self._spool.is_durable
        return must_send and may_send and self._is_time_left()

    def _is_time_left(self) -> bool:
        return not self._hurried.is_set() and time.monotonic() < self._deadline_s

    def _failed(self, error: Exception) -> None:
        """Tells of it where an outage begins, and waits."""
        self._retries += 1
        after_s = error.after_s if isinstance(error, SendFault) else 0.0
        if self._pause_s == 0:
            self._away_since_s = time.monotonic()
            log.error(
                "receiver takes no alerts, they wait: output=%s waiting=%d reason=%s",
                self.name, self._spool.waiting(), error,
                exc_info=None if isinstance(error, OSError) else error,
            )  # fmt: skip
        else:
            log.debug("still no alerts taken: output=%s reason=%s", self.name, error)
        self._pause_s = min(PAUSE_MAX_S, 2 * self._pause_s or FIRST_PAUSE_S)
        # So that the agents of many hosts do not all come back at once.
        pause_s = self._pause_s * random.uniform(0.5, 1.0)
        pause_s = max(pause_s, min(after_s, ASKED_PAUSE_MAX_S))
        if not self._closing.wait(pause_s):
            return
        if not self._spool.is_durable:
            self._hurried.wait(min(pause_s, CLOSING_PAUSE_MAX_S))

    def _succeeded(self) -> None:
        if self._pause_s:
            self._pause_s = 0.0
            log.info(
                "receiver takes alerts again: output=%s waiting=%d away_s=%.0f",
                self.name, self._spool.waiting(), time.monotonic() - self._away_since_s,
            )  # fmt: skip

    def _tell_of_refusal(self, cause: str) -> None:
        """Once for each cause; then they are counted."""
        if cause not in self._causes and len(self._causes) < CAUSES_MAX:
            self._causes.add(cause)
            log.error(
                "receiver refused an alert, which is passed over: output=%s reason=%s; "
                "further ones are counted", self.name, cause,
            )  # fmt: skip
