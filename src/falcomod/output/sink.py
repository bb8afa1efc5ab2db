# SPDX-License-Identifier: Apache-2.0
"""What every output does, and what some do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from falcomod.alert.model import Alert


class Sink(Protocol):
    """Takes alerts from one thread, which may wait here; others do not wait for it."""

    name: str  # as in the configuration and in counters: "stdout", "file", "http"

    def write(self, alerts: Sequence[Alert]) -> None:
        """Hands alerts on, in order; raises OSError when that fails, for all of them.

        NotAllWritten says that it failed for one of them.
        BrokenPipeError says that nobody will ever read again.
        """

    def reopen(self) -> None:
        """Opens anew what may have been moved away meanwhile."""

    def close(self) -> None:
        """Hands on what is still held back, and lets go of the receiver."""


@runtime_checkable
class Interruptible(Protocol):
    """A sink whose write() may wait for ever, and can be told not to."""

    def interrupt(self) -> None:
        """Makes write() fail at once, now and later; from any thread, also after close()."""


@runtime_checkable
class Counting(Protocol):
    """A sink that counts more than its worker does."""

    def counters(self) -> dict[str, int]:
        """Further counters by name; from any thread."""


@runtime_checkable
class Ordered(Protocol):
    """A sink whose write() itself waits until the one before it has written all."""

    waits_for_turn: bool


class NotAllWritten(OSError):
    """The first *written* of the alerts were handed on, and the one after them failed.

    Those behind it have not been tried: they are to be handed over again.  *place*: of the
    receiver, where the cause does not name it.
    """

    def __init__(self, written: int, cause: OSError, place: str | None = None) -> None:
        super().__init__(cause.errno, cause.strerror or str(cause), cause.filename or place)
        self.written = written


class NeverThere(NotAllWritten):
    """The same, of a receiver that this host does not have: the sink has told of it."""
