# SPDX-License-Identifier: Apache-2.0
"""memfd_create(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, syscall
from tests.reference.tables import flags

EVENTS = ("MEMFD_CREATE_X",)


def test_memfd_create_with_flags(capture: CaptureCall) -> None:
    native = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    run = capture("memfd_create", lambda: syscall("memfd_create", "hidden", native))
    assert run.result >= 0
    run.last("MEMFD_CREATE_X").expect(
        fd=run.result,
        name="hidden",
        flags=flags("memfd_create_flags", "MFD_CLOEXEC", "MFD_ALLOW_SEALING"),
    )


def test_memfd_create_unreadable_name(capture: CaptureCall) -> None:
    run = capture("memfd_create", lambda: syscall("memfd_create", BAD_POINTER, 0))
    run.last("MEMFD_CREATE_X").expect(fd=-errno.EFAULT, name=None, flags=0)
