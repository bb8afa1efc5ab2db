# SPDX-License-Identifier: Apache-2.0
"""What an alert costs whoever raises it, by the number of outputs: python -m bench.publish.

In processor time of the thread that calls publish(); the outputs throw alerts away, so their
threads take as little as they can.  "awake": alerts follow each other at once, so that those
threads have something to do; "asleep": each alert finds them asleep and wakes them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from falcomod.alert.model import Alert, Priority
from falcomod.output.outlet import Outlet
from falcomod.output.spec import Spec

AWAKE = 100_000
ASLEEP = 500
PAUSE_S = 0.001
ALERT = Alert(time_ns=0, priority=Priority.NOTICE, rule="R", output="o")


class Nothing:
    """A sink that takes everything."""

    name = "nothing"

    def write(self, alerts: Sequence[Alert]) -> None:
        """Takes it."""

    def reopen(self) -> None:
        """There is nothing to open."""

    def close(self) -> None:
        """There is nothing to close."""


def awake_s(outlet: Outlet) -> float:
    """Seconds for an alert."""
    started_s = time.thread_time()
    for _ in range(AWAKE):
        outlet.publish(ALERT)
    return (time.thread_time() - started_s) / AWAKE


def asleep_s(outlet: Outlet) -> float:
    """Seconds for an alert."""
    total_s = 0.0
    for _ in range(ASLEEP):
        time.sleep(PAUSE_S)
        started_s = time.thread_time()
        outlet.publish(ALERT)
        total_s += time.thread_time() - started_s
    return total_s / ASLEEP


def main() -> None:
    for count in (1, 2, 4):
        outlet = Outlet(capacity=10**6, timeout_ms=2000, on_dead=print)
        outlet.configure([Spec(f"s{number}", 0, Nothing) for number in range(count)])
        costs = min(awake_s(outlet) for _ in range(3)), asleep_s(outlet)
        outlet.close(10)
        print(f"{count} outputs: {costs[0] * 1e6:.2f} us awake, {costs[1] * 1e6:.2f} us asleep")


if __name__ == "__main__":
    main()
