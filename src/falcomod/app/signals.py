# SPDX-License-Identifier: Apache-2.0
"""What signals do to a run."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)


Calls = Mapping[signal.Signals, Callable[[], object]]


def on_signals(calls: Calls) -> Callable[[], None]:
    """Has the calls made on their signals; returns what restores the handlers of before."""

    def handle(number: int, _frame: object) -> None:
        name = signal.Signals(number)
        if name in DOING:
            log.info("%s received, %s", name.name, DOING[name])
        calls[name]()

    before = {number: signal.signal(number, handle) for number in calls}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore


# A reload tells of itself, with what asked for it.
DOING = {
    signal.SIGINT: "stopping",
    signal.SIGTERM: "stopping",
    signal.SIGUSR1: "reopening outputs",
}
