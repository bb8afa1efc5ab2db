# SPDX-License-Identifier: Apache-2.0
"""mlockall(2)."""

from __future__ import annotations

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("MLOCKALL_X",)


MCL_CURRENT, MCL_ONFAULT = 1, 4


def test_mlockall_with_flags(capture: CaptureCall) -> None:
    run = capture("mlockall", lambda: syscall("mlockall", MCL_CURRENT | MCL_ONFAULT))
    assert run.result == 0
    run.last("MLOCKALL_X").expect(
        res=0, flags=flags("mlockall_flags", "MCL_CURRENT", "MCL_ONFAULT")
    )
