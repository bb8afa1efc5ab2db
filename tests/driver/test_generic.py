# SPDX-License-Identifier: Apache-2.0
"""Calls that have no event of their own."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import raw_syscall, syscall, syscall32
from tests.reference.tables import syscalls

EVENTS = ("GENERIC_X",)


def test_generic_call(capture: CaptureCall) -> None:
    run = capture("getppid", lambda: syscall("getppid"))
    call = syscalls()["getppid"]
    run.last("GENERIC_X").expect(ID=call.sc, nativeID=call.x86_64)


def test_generic_call_of_a_32_bit_program(capture: CaptureCall) -> None:
    run = capture("getppid", lambda: syscall32("getppid"))
    call = syscalls()["getppid"]
    run.last("GENERIC_X").expect(ID=call.sc, nativeID=call.ia32)


def test_call_that_does_not_exist_leaves_no_record(capture: CaptureCall) -> None:
    run = capture(list(syscalls()), lambda: raw_syscall(65000))
    assert run.result == -errno.ENOSYS
    assert not [record for record in run.records if record.params.get("nativeID") == 65000]
