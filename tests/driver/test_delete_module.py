# SPDX-License-Identifier: Apache-2.0
"""delete_module(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("DELETE_MODULE_X",)


def test_delete_module_with_flags(capture: CaptureCall) -> None:
    native = os.O_NONBLOCK | os.O_TRUNC
    run = capture("delete_module", lambda: syscall("delete_module", "no_such_module", native))
    run.last("DELETE_MODULE_X").expect(
        res=run.result,
        name="no_such_module",
        flags=flags("delete_module_flags", "O_NONBLOCK", "O_TRUNC"),
    )
