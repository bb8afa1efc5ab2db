# SPDX-License-Identifier: Apache-2.0
"""finit_module(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.modules import spare_module, unload
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("FINIT_MODULE_X",)
IGNORE_MODVERSIONS, IGNORE_VERMAGIC = 1, 2


def test_finit_module_from_a_file(capture: CaptureCall) -> None:
    path = spare_module()

    def call() -> tuple[int, int]:
        fd = os.open(path, os.O_RDONLY)
        return fd, syscall("finit_module", fd, "", 0)

    run = capture("finit_module", call)
    fd, result = run.result
    assert result == 0
    unload(path)
    run.last("FINIT_MODULE_X").expect(res=0, fd=fd, uargs="", flags=0)


def test_finit_module_closed_descriptor(capture: CaptureCall) -> None:
    native = IGNORE_MODVERSIONS | IGNORE_VERMAGIC
    run = capture("finit_module", lambda: syscall("finit_module", -1, "debug=1", native))
    run.last("FINIT_MODULE_X").expect(
        res=run.result,
        fd=-1,
        uargs="debug=1",
        flags=flags(
            "finit_module_flags",
            "MODULE_INIT_IGNORE_MODVERSIONS",
            "MODULE_INIT_IGNORE_VERMAGIC",
        ),
    )
