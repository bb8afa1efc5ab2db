# SPDX-License-Identifier: Apache-2.0
"""A BPF ring buffer in a memory file, as the kernel maps it: the producer's side for tests.

A page with the consumer's position, one with the producer's, the data twice; each record behind a
header of u32 length and flags, u32 offset, and padded to 8 bytes (Linux kernel/bpf/ringbuf.c).
"""

from __future__ import annotations

import mmap
import os
import struct

PAGE = mmap.PAGESIZE
BUSY, DISCARDED = 1 << 31, 1 << 30


class BpfRingFile:
    def __init__(self, size: int = PAGE) -> None:
        self.size = size
        self.fd = os.memfd_create("bpf-ring")
        os.ftruncate(self.fd, 2 * PAGE + 2 * size)

    def __enter__(self) -> BpfRingFile:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)

    @property
    def tail(self) -> int:
        return int(struct.unpack("<Q", os.pread(self.fd, 8, 0))[0])

    @property
    def head(self) -> int:
        return int(struct.unpack("<Q", os.pread(self.fd, 8, PAGE))[0])

    @head.setter
    def head(self, position: int) -> None:
        os.pwrite(self.fd, struct.pack("<Q", position), PAGE)

    def push(
        self, record: bytes, *, cpu: int = 0, flags: int = 0, length: int | None = None
    ) -> int:
        """Writes a sample at head and moves head; returns where it stands."""
        at = self.head
        sample = struct.pack("<II", cpu, 0) + record
        stated = len(sample) if length is None else length
        frame = struct.pack("<II", stated | flags, 0) + sample
        frame += bytes(-len(frame) % 8)
        self.write(at, frame)
        self.head = at + len(frame)
        return at

    def commit(self, at: int) -> None:
        """Clears the busy bit of the frame at a position."""
        stated = struct.unpack("<I", os.pread(self.fd, 4, 2 * PAGE + at % self.size))[0]
        self.write(at, struct.pack("<I", stated & ~BUSY))

    def write(self, at: int, data: bytes) -> None:
        for number, byte in enumerate(data):
            for half in (0, self.size):
                place = 2 * PAGE + half + (at + number) % self.size
                os.pwrite(self.fd, bytes([byte]), place)
