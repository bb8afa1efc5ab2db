# SPDX-License-Identifier: Apache-2.0
"""seccomp(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, syscall

EVENTS = ("SECCOMP_X",)


SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG = 1, 2


def test_seccomp_unreadable_filter(capture: CaptureCall) -> None:
    run = capture(
        "seccomp",
        lambda: syscall("seccomp", SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, BAD_POINTER),
    )
    run.last("SECCOMP_X").expect(
        res=-errno.EFAULT, op=SECCOMP_SET_MODE_FILTER, flags=SECCOMP_FILTER_FLAG_LOG
    )
