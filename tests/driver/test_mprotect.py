# SPDX-License-Identifier: Apache-2.0
"""mprotect(2)."""

from __future__ import annotations

import errno
import mmap

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("MPROTECT_X",)


def test_mprotect_refused(capture: CaptureCall) -> None:
    prot = mmap.PROT_READ | mmap.PROT_EXEC
    run = capture("mprotect", lambda: syscall("mprotect", 1, 4096, prot))
    run.last("MPROTECT_X").expect(
        res=-errno.EINVAL, addr=1, length=4096, prot=flags("prot_flags", "PROT_READ", "PROT_EXEC")
    )
