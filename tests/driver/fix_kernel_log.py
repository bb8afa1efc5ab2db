# SPDX-License-Identifier: Apache-2.0
"""kernel_log: a test that passes but makes the kernel complain, fails.

As a program: prints the complaints among the lines of standard input, such as dmesg's;
status 1 if there are any.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

import pytest

COMPLAINT = re.compile(
    r"BUG:|WARNING:|Oops|general protection|Call Trace|lockdep|possible recursive locking"
    r"|inconsistent lock state|suspicious RCU|rcu.*(stall|detected)|soft lockup|hung task"
    r"|blocked for more than|scheduling while atomic|sleeping function called"
    r"|refcount_t|unable to handle|UBSAN|KASAN|kmemleak|page allocation failure"
)


class KernelLog:
    """What the kernel logs from now on."""

    def __init__(self) -> None:
        self._fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.lseek(self._fd, 0, os.SEEK_END)

    def lines(self) -> list[str]:
        """Lines since the last look."""
        found = []
        while True:
            try:
                found.append(os.read(self._fd, 8192).decode(errors="replace"))
            except BrokenPipeError:  # overwritten before it was read: go on with the next
                continue
            except BlockingIOError:
                return found

    def complaints(self) -> list[str]:
        return [line for line in self.lines() if COMPLAINT.search(line)]

    def close(self) -> None:
        os.close(self._fd)


@pytest.fixture(scope="session")
def kernel_log() -> Iterator[KernelLog]:
    log = KernelLog()
    yield log
    log.close()


@pytest.fixture(autouse=True)
def quiet_kernel(kernel_log: KernelLog) -> Iterator[None]:
    kernel_log.lines()
    yield
    assert kernel_log.complaints() == []


def main() -> int:
    complaints = [line for line in sys.stdin if COMPLAINT.search(line)]
    print("".join(complaints), end="")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
