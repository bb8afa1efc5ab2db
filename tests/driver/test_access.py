# SPDX-License-Identifier: Apache-2.0
"""access(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("ACCESS_X",)


def test_access(capture: CaptureCall) -> None:
    run = capture("access", lambda: syscall("access", "/none", os.R_OK | os.W_OK))
    run.last("ACCESS_X").expect(
        res=-errno.ENOENT, name="/none", mode=flags("access_flags", "R_OK", "W_OK")
    )
