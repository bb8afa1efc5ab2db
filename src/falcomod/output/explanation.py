# SPDX-License-Identifier: Apache-2.0
"""Explanations of alerts as text, beside outputs whose lines have no room for them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from falcomod.alert.model import Alert
from falcomod.output.spec import Spec


def spec() -> Spec:
    """Explanations on standard error: nothing that a run could do with alone."""
    return Spec(ExplanationSink.name, (), lambda: ExplanationSink(sys.stderr), is_aside=True)


class ExplanationSink:
    """Writes the explanation of each alert that has one, and an empty line behind it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    name = "explanation"

    def write(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            if alert.explanation is not None:
                self._stream.write("\n".join([*alert.explanation.lines(), "", ""]))
        self._stream.flush()

    def reopen(self) -> None:
        """There is nothing to open."""

    def close(self) -> None:
        self._stream.flush()
