# SPDX-License-Identifier: Apache-2.0
"""mlock2(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("MLOCK2_X",)


MLOCK_ONFAULT = 1


def test_mlock2_of_nothing(capture: CaptureCall) -> None:
    run = capture("mlock2", lambda: syscall("mlock2", 8192, 4096, MLOCK_ONFAULT))
    run.last("MLOCK2_X").expect(
        res=-errno.ENOMEM, addr=8192, len=4096, flags=flags("mlock2_flags", "MLOCK_ONFAULT")
    )
