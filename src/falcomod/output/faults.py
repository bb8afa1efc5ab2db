# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with one output: told once for each cause, and again after a while."""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

QUIET_S = 60.0  # until a cause that is still there is told of again
CAUSES_MAX = 64  # kept at once; reasons are partly words of others


class Faults:
    """Remembers what was told about the output *name*; for one thread."""

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self._name = name
        self._clock = clock
        self._told: dict[str, float] = {}  # when, in seconds, by cause
        self._is_down = False  # a fault was told, and no success since

    def failed(self, error: OSError, alerts: int) -> None:
        """The receiver is at fault; *alerts* are lost to it."""
        cause = error.strerror or str(error) or type(error).__name__
        if isinstance(error.filename, str):
            cause = f"{error.filename}: {cause}"
        if self._is_news(cause):
            log.error("output failed: sink=%s alerts=%d reason=%s", self._name, alerts, cause)

    def surprised(self, error: Exception, alerts: int) -> None:
        """We are: a sink raised what it should not."""
        if self._is_news(type(error).__name__):
            log.error("output failed inside: sink=%s alerts=%d", self._name, alerts, exc_info=error)

    def succeeded(self) -> None:
        """Alerts were written."""
        if self._is_down:
            self._is_down = False
            log.info("output works again: sink=%s", self._name)

    def _is_news(self, cause: str) -> bool:
        now_s = self._clock()
        told_s = self._told.get(cause)
        if told_s is not None and now_s - told_s < QUIET_S:
            return False
        if len(self._told) >= CAUSES_MAX:
            self._told.clear()
        self._told[cause] = now_s
        self._is_down = True
        return True
