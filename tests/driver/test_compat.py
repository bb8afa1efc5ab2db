# SPDX-License-Identifier: Apache-2.0
"""32-bit programs: their structures are narrower, their numbers others."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import address_low, syscall32
from tests.reference.tables import flags

EVENTS = ()


def iovec32(*parts: int) -> bytes:
    return struct.pack(f"={len(parts)}I", *parts)


def test_openat_of_a_32_bit_program(capture: CaptureCall, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "new") + b"\0"
    run = capture("openat", lambda: syscall32("openat", -100, path, os.O_CREAT, 0o600))
    there = (tmp_path / "new").stat()
    run.last("OPENAT_2_X").expect(
        fd=run.result,
        dirfd=-100,
        name=str(tmp_path / "new"),
        flags=flags("file_flags", "O_RDONLY", "O_CREAT", "O_F_CREATED"),
        mode=0o600,
        dev=there.st_dev,
        ino=there.st_ino,
    )


def test_close_of_a_32_bit_program(capture: CaptureCall) -> None:
    run = capture("close", lambda: syscall32("close", -1))
    run.last("CLOSE_X").expect(res=-errno.EBADF, fd=-1)


def test_writev_of_a_32_bit_program(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        vector = iovec32(address_low(b"hel"), 3, address_low(b"lo"), 2)
        return fd, syscall32("writev", fd, vector, 2)

    run = capture("writev", call)
    fd, result = run.result
    assert result == 5
    run.last("WRITEV_X").expect(res=5, data=b"hello", fd=fd, size=5)


def test_pread64_of_a_32_bit_program(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("source")
        os.pwrite(fd, b"far", 1 << 33)
        return fd, syscall32("pread64", fd, bytes(10), 10, 0, 2)

    run = capture("pread64", call)
    fd, result = run.result
    assert result == 3
    run.last("PREAD_X").expect(res=3, data=b"far", fd=fd, size=10, pos=1 << 33)


def test_setuid_of_a_32_bit_program_has_16_bits(capture: CaptureCall) -> None:
    run = capture("setuid", lambda: syscall32("setuid", 0x10000 + 1000))
    assert run.result == 0
    run.last("SETUID_X").expect(res=0, uid=1000)


def test_execve_of_a_32_bit_program(capture: CaptureCall) -> None:
    def call() -> int:
        argv = iovec32(address_low(b"zero\0"), address_low(b"one\0"), 0)
        envp = iovec32(address_low(b"A=1\0"), 0)
        return syscall32("execve", b"/none\0", argv, envp)

    run = capture("execve", call)
    assert run.result == -errno.ENOENT
    params = run.only("EXECVE_19_X").params
    assert (params["exe"], params["args"], params["env"]) == ("zero", b"one\0", b"A=1\0")
    assert params["filename"] == "/none"
