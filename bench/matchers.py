# SPDX-License-Identifier: Apache-2.0
"""What one comparison costs, by operator and number of constants: python -m bench.matchers.

The value is a path of 51 bytes that none of the constants fits, so that every comparison
looks at all of them.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from falcomod.engine.decode.schema import PARAM_TYPES  # noqa: E402
from falcomod.engine.match.operators import prepare  # noqa: E402

VALUE = b"/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0.some"
TIMES = 200_000
ROUNDS = 7
COUNTS = (1, 2, 4, 8, 100, 1000)
LISTS = (
    "in", "startswith anyof", "endswith anyof", "contains anyof", "icontains anyof",
    "glob anyof", "!= allof", "= oneof",
)  # fmt: skip
PATTERNS = ("/srv/[a-z]+/.*", "/usr/[a-z0-9/_.-]+[.]none", "/srv/.*", ".*/srv.*")


def nanoseconds(operator: str, constants: list[str]) -> float:
    """Of one comparison: the best of several rounds, in processor time."""
    matcher = prepare(PARAM_TYPES["CHARBUF"], operator, constants)
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.thread_time()
        matcher.count(VALUE, TIMES)
        best = min(best, time.thread_time() - started)
    return best / TIMES * 1e9


def main() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"{'ns, by constants':<28}" + "".join(f"{count:>8}" for count in COUNTS))
    for operator in LISTS:
        row = [
            nanoseconds(operator, [f"/srv/data{number}/" for number in range(count)])
            for count in COUNTS
            if count <= 100 or not operator.startswith("glob")
        ]
        print(f"{operator:<28}" + "".join(f"{ns:>8.1f}" for ns in row), flush=True)
    for pattern in PATTERNS:
        print(f"{'regex ' + pattern:<28}{nanoseconds('regex', [pattern]):>16.1f}", flush=True)


if __name__ == "__main__":
    main()
