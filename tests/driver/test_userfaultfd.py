# SPDX-License-Identifier: Apache-2.0
"""userfaultfd(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("USERFAULTFD_X",)


def test_userfaultfd_with_flags(capture: CaptureCall) -> None:
    run = capture("userfaultfd", lambda: syscall("userfaultfd", os.O_NONBLOCK))
    assert run.result >= 0
    run.last("USERFAULTFD_X").expect(res=run.result, flags=flags("file_flags", "O_NONBLOCK"))
