# SPDX-License-Identifier: Apache-2.0
"""A sink that keeps what it gets, and can be made to wait or to fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from falcomod.alert.model import Alert, Priority
from falcomod.output.spec import Spec

WAIT_S = 10.0  # for what is about to happen; no test waits as long


def alert(number: int = 0, **changes: object) -> Alert:
    """The alert with this number in its time and output."""
    given: dict[str, object] = {
        "time_ns": number,
        "priority": Priority.NOTICE,
        "rule": "R",
        "output": f"alert {number}",
        "hostname": "h",
    }
    return Alert(**(given | changes))  # type: ignore[arg-type]


class RecordedSink:
    """Says what happened to it; *gate*, cleared, keeps write() waiting."""

    def __init__(self, name: str = "recorded") -> None:
        self.name = name
        self.batches: list[list[Alert]] = []
        self.reopened = 0
        self.is_closed = False
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()  # somebody is in write()
        self.raises: Callable[[Sequence[Alert]], Exception | None] = lambda alerts: None

    @property
    def numbers(self) -> list[int]:
        """Of the alerts it got."""
        return [alert.time_ns for batch in self.batches for alert in batch]

    def write(self, alerts: Sequence[Alert]) -> None:
        self.entered.set()
        self.gate.wait()
        error = self.raises(alerts)
        if error is not None:
            raise error
        self.batches.append(list(alerts))

    def reopen(self) -> None:
        self.reopened += 1

    def interrupt(self) -> None:
        self.raises = lambda alerts: OSError("interrupted")
        self.gate.set()

    def close(self) -> None:
        self.is_closed = True

    def spec(self, settings: object = None) -> Spec:
        return Spec(self.name, settings, lambda: self)


def eventually(condition: Callable[[], object]) -> bool:
    """Whether the condition comes true soon."""
    deadline_s = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.001)
    return True
