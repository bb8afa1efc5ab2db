# SPDX-License-Identifier: Apache-2.0
"""copy_file_range(2)."""

from __future__ import annotations

import os
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("COPY_FILE_RANGE_X",)


def test_copy_file_range_moves_the_offsets(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int]:
        source, target = os.memfd_create("source"), os.memfd_create("target")
        os.write(source, b"0123456789")
        offin, offout = buffer(struct.pack("=q", 1)), buffer(struct.pack("=q", 4))
        result = syscall("copy_file_range", source, offin, target, offout, 2, 0)
        return source, target, result

    run = capture("copy_file_range", call)
    source, target, result = run.result
    assert result == 2
    run.last("COPY_FILE_RANGE_X").expect(res=2, fdout=target, offout=6, fdin=source, offin=3, len=2)
