# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys

# A block that is freed raises the threshold, below which further ones are kept.
PROGRAM = """
import sys
from falcomod.app.large_blocks import return_large_blocks

def size_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 >> 20

if sys.argv[1] == "returned":
    return_large_blocks()
bytearray(b"x") * (24 << 20)
before = size_mb()
blocks = [bytearray(b"x") * (4 << 20) for _ in range(16)]
last = blocks.pop()  # it lies behind the others, which cannot be cut off
del blocks
print(size_mb() - before)
"""


def grown_mb(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_what_is_free_goes_back_to_the_system() -> None:
    assert grown_mb("kept") > 40
    assert grown_mb("returned") < 12
