# SPDX-License-Identifier: Apache-2.0
"""process_vm_readv(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, iovec, syscall

EVENTS = ("PROCESS_VM_READV_X",)


def test_process_vm_readv(capture: CaptureCall) -> None:
    def call() -> int:
        near, far = buffer(11), buffer(b"their words")
        return syscall("process_vm_readv", os.getpid(), iovec(near), 1, iovec(far), 1, 0)

    run = capture("process_vm_readv", call)
    assert run.result == 11
    run.last("PROCESS_VM_READV_X").expect(res=11, pid=run.pid, data=b"their words")


def test_process_vm_readv_of_no_process(capture: CaptureCall) -> None:
    def call() -> int:
        near, far = buffer(4), buffer(4)
        return syscall("process_vm_readv", -1, iovec(near), 1, iovec(far), 1, 0)

    run = capture("process_vm_readv", call)
    run.last("PROCESS_VM_READV_X").expect(res=-errno.ESRCH, pid=-1, data=None)
