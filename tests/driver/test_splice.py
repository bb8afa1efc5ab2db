# SPDX-License-Identifier: Apache-2.0
"""splice(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("SPLICE_X",)


SPLICE_F_MOVE = 1


def test_splice_into_a_pipe(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int]:
        source = os.memfd_create("source")
        os.write(source, b"hello")
        os.lseek(source, 0, os.SEEK_SET)
        target = os.pipe()[1]
        return source, target, syscall("splice", source, None, target, None, 5, SPLICE_F_MOVE)

    run = capture("splice", call)
    source, target, result = run.result
    assert result == 5
    run.last("SPLICE_X").expect(
        res=5,
        fd_in=source,
        fd_out=target,
        size=5,
        flags=flags("splice_flags", "SPLICE_F_MOVE"),
    )
