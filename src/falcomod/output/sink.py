# SPDX-License-Identifier: Apache-2.0
"""What every output does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from falcomod.alert.model import Alert


class Sink(Protocol):
    """Takes alerts from one thread, which may wait here; others do not wait for it."""

    name: str  # as in the configuration and in counters: "stdout", "file", "http"

    def write(self, alerts: Sequence[Alert]) -> None:
        """Hands alerts on, in order; raises OSError when that fails.

        BrokenPipeError says that nobody will ever read again.
        """

    def reopen(self) -> None:
        """Opens anew what may have been moved away meanwhile."""

    def close(self) -> None:
        """Hands on what is still held back, and lets go of the receiver."""
