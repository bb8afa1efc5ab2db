# SPDX-License-Identifier: Apache-2.0
"""One output's way into a spool: alerts of two outputs on one spool keep their order.

A reload may open the next output while the one before still has alerts in its queue, which are
older.  So only one appends at a time, until it is closed.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Sequence

from falcomod.alert.model import Alert
from falcomod.output.memory_spool import MemorySpool

LOOK_S = 0.1  # between two looks whether a wait is interrupted


class SpoolWriter:
    """Appends to *spool* what *encode* makes of alerts; for one thread, but for interrupt()."""

    def __init__(self, spool: MemorySpool, encode: Callable[[Alert], bytes]) -> None:
        self._spool = spool
        self._encode = encode
        self._has_turn = False
        self._is_interrupted = threading.Event()

    def write(self, alerts: Sequence[Alert]) -> None:
        """Alerts that do not fit are lost; the spool counts them and says so."""
        while not self._has_turn:
            if self._is_interrupted.is_set():
                raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
            self._has_turn = self._spool.append_turn.acquire(timeout=LOOK_S)
        self._spool.append([self._encode(alert) for alert in alerts])

    def interrupt(self) -> None:
        """write() does not wait for another output any more; from any thread."""
        self._is_interrupted.set()

    def close(self) -> None:
        """All is written; the next output may.  The spool is left open."""
        if self._has_turn:
            self._has_turn = False
            self._spool.append_turn.release()
