# SPDX-License-Identifier: Apache-2.0
"""What every output does."""

from __future__ import annotations

from typing import Protocol

from falcomod.alert.model import Alert


class Sink(Protocol):
    """Takes alerts, one after the other, from one thread."""

    def write(self, alert: Alert) -> None:
        """Hands the alert on; raises OSError when the receiver is gone."""

    def close(self) -> None:
        """Hands on what is still held back, and lets go of the receiver."""
