# SPDX-License-Identifier: Apache-2.0
"""Start-up without the driver: a fresh interpreter's way to loaded rules and a seeded state.

What is left out is loading the module and making the rings; the VM tier prints
the whole way, in emulated time.
"""

from __future__ import annotations

import subprocess
import sys

ROUNDS = 5

STEPS = """
import time
began = time.monotonic()
from falcomod.app import startup  # noqa: F401 (all that a run imports)
from falcomod.app.host_watch import seed_state
from falcomod.app.rules_program import load_rules
from falcomod.config.model import Config
from falcomod.engine.state.tables import State
from falcomod.enrich.users import HostNames
imported = time.monotonic()
rules = load_rules(Config())
loaded = time.monotonic()
state = State()
seed_state(state, HostNames())
seeded = time.monotonic()
resident = next(l for l in open("/proc/self/status") if l.startswith("VmRSS")).split()[1]
print(imported - began, loaded - imported, seeded - loaded, seeded - began, resident)
"""


def measure() -> list[float]:
    """Seconds of import, rules, state and all of it, and KiB resident at the end."""
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


def main() -> None:
    best = min((measure() for _ in range(ROUNDS)), key=lambda figures: figures[3])
    imported, rules, state, total, resident = best
    print(
        f"start-up without the driver: imports {imported:.2f} s, rules {rules:.2f} s,"
        f" /proc {state:.2f} s, together {total:.2f} s; {resident / 1024:.1f} MiB resident"
    )


if __name__ == "__main__":
    main()
