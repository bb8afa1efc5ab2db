# SPDX-License-Identifier: Apache-2.0
"""System calls made exactly as written: no C library wrapper decides what is passed.

Three ways to make one: syscall() as this process would; spawn() for calls that return
twice, whose child ends at once without touching the memory it may share; syscall32() as a
32-bit program would.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

from tests.reference import tables

AT_FDCWD = -100
BAD_POINTER = 16  # below vm.mmap_min_addr, so never mapped
AT_EMPTY_PATH = 0x1000
AT_SYMLINK_NOFOLLOW = 0x100

Argument = int | bytes | str | None | ctypes.Array[Any] | os.PathLike[str]

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def syscall(name: str, *args: Argument) -> int:
    """The call's return value, -errno when it failed."""
    return raw_syscall(tables.syscalls()[name].x86_64, *args)


def raw_syscall(number: int, *args: Argument) -> int:
    result = _libc.syscall(ctypes.c_long(number), *map(_word, args))
    return int(result) if result != -1 else -ctypes.get_errno()


def _word(value: Argument) -> object:
    if value is None:
        return ctypes.c_long(0)
    if isinstance(value, int):
        return ctypes.c_long(value)
    if isinstance(value, bytes | ctypes.Array):
        return value
    return os.fsencode(value)


class _Code:
    """A function of seven longs, as machine code; the last one comes on the stack."""

    def __init__(self, code: str) -> None:
        self._pages = mmap.mmap(
            -1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        )
        self._pages.write(bytes.fromhex(code))
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._pages))
        self._call = ctypes.CFUNCTYPE(ctypes.c_long, *[ctypes.c_long] * 7)(address)

    def __call__(self, *words: int) -> int:
        return int(self._call(*words, *[0] * (7 - len(words))))


_SPAWN = """
    48 89 f8        # mov rax, rdi    the number
    48 89 f7        # mov rdi, rsi    and its arguments one place to the left
    48 89 d6        # mov rsi, rdx
    48 89 ca        # mov rdx, rcx
    4d 89 c2        # mov r10, r8
    4d 89 c8        # mov r8, r9
    0f 05           # syscall
    48 85 c0        # test rax, rax
    74 01           # jz child
    c3              # ret
    31 ff           # child: xor edi, edi
    b8 3c 00 00 00  # mov eax, exit
    0f 05           # syscall
"""
_INT80 = """
    53              # push rbx
    55              # push rbp
    8b 6c 24 18     # mov ebp, [rsp + 24]    the sixth argument
    89 f8           # mov eax, edi    the number
    89 f3           # mov ebx, esi    and its other arguments
    87 d1           # xchg ecx, edx
    44 89 c6        # mov esi, r8d
    44 89 cf        # mov edi, r9d
    cd 80           # int 0x80
    5d              # pop rbp
    5b              # pop rbx
    48 98           # cdqe
    c3              # ret
"""


def _assemble(listing: str) -> _Code:
    return _Code("".join(line.split("#")[0] for line in listing.splitlines()))


# For good: a thread that spawn() made may still run there after the call has returned.
_spawn = _assemble(_SPAWN)
_int80 = _assemble(_INT80)


def spawn(name: str, *args: int) -> int:
    """Makes clone, clone3, fork or vfork; the child exits with status 0. The parent's result."""
    return _spawn(tables.syscalls()[name].x86_64, *args)


def syscall32(name: str, *args: int | bytes) -> int:
    """As a 32-bit program would make it: pointers and structures are 32 bits wide.

    Bytes are passed by address, from memory that 32 bits can name.
    """
    low = [address_low(value) if isinstance(value, bytes) else value for value in args]
    return _int80(tables.syscalls()[name].ia32, *low)


_low_pages: list[mmap.mmap] = []


def address_low(content: bytes) -> int:
    """The address of a copy of the bytes that lies below 2 GiB and stays."""
    map_32bit = 0x40
    pages = mmap.mmap(
        -1, max(len(content), 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | map_32bit
    )
    pages.write(content)
    _low_pages.append(pages)
    return ctypes.addressof(ctypes.c_char.from_buffer(pages))


def pointer(buffer: ctypes.Array[ctypes.c_char]) -> int:
    """Where a buffer lies; it must outlive the use."""
    return ctypes.addressof(buffer)


def buffer(content: bytes | int) -> ctypes.Array[ctypes.c_char]:
    """Memory with this content, or this many zero bytes."""
    if isinstance(content, int):
        return ctypes.create_string_buffer(content)
    return ctypes.create_string_buffer(content, len(content))


def vector(strings: Sequence[bytes]) -> ctypes.Array[ctypes.c_char_p]:
    """A NULL-terminated array of strings, as execve wants it."""
    return (ctypes.c_char_p * (len(strings) + 1))(*strings, None)


def iovec(*parts: ctypes.Array[ctypes.c_char]) -> ctypes.Array[ctypes.c_char]:
    """struct iovec[] over the buffers, which must outlive it."""
    return buffer(b"".join(struct.pack("=QQ", pointer(part), len(part)) for part in parts))


def msghdr(
    *,
    name: ctypes.Array[ctypes.c_char] | None = None,
    iov: ctypes.Array[ctypes.c_char] | None = None,
    control: ctypes.Array[ctypes.c_char] | None = None,
) -> ctypes.Array[ctypes.c_char]:
    """struct msghdr over the buffers, which must outlive it."""
    return buffer(
        struct.pack(
            "=QIIQQQQii",
            pointer(name) if name else 0,
            len(name) if name else 0,
            0,
            pointer(iov) if iov else 0,
            len(iov) // 16 if iov else 0,
            pointer(control) if control else 0,
            len(control) if control else 0,
            0,
            0,
        )
    )


def sockaddr_in(port: int, ip: str = "127.0.0.1") -> bytes:
    return (
        struct.pack("=H", socket.AF_INET)
        + struct.pack(">H", port)
        + socket.inet_aton(ip)
        + bytes(8)
    )


def sockaddr_in6(port: int, ip: str = "::1") -> bytes:
    address = socket.inet_pton(socket.AF_INET6, ip)
    return struct.pack("=H", socket.AF_INET6) + struct.pack(">HI16s4x", port, 0, address)


def sockaddr_un(path: str | os.PathLike[str]) -> bytes:
    return struct.pack("=H", socket.AF_UNIX) + os.fsencode(path) + b"\0"
