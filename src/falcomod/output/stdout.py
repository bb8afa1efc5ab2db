# SPDX-License-Identifier: Apache-2.0
"""Alerts on standard output, as text or as JSON, one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TextIO

from falcomod.alert.model import Alert


class StdoutSink:
    """Writes what *render* makes of an alert, with a line end.

    Each line leaves at once unless *buffered*; then lines leave together
    when the stream's buffer is full, and at the end.
    """

    def __init__(
        self, stream: TextIO, render: Callable[[Alert], str], *, buffered: bool = False
    ) -> None:
        self._stream = stream
        self._render = render
        self._buffered = buffered

    name = "stdout"

    def write(self, alerts: Sequence[Alert]) -> None:
        self._stream.write("".join(self._render(alert) + "\n" for alert in alerts))
        if not self._buffered:
            self._stream.flush()

    def reopen(self) -> None:
        """There is nothing to open."""

    def close(self) -> None:
        self._stream.flush()
