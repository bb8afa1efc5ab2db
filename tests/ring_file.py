# SPDX-License-Identifier: Apache-2.0
"""Rings in a memory file, laid out as the driver maps them: the producer's side for tests."""

from __future__ import annotations

import mmap
import os
import struct

from falcomod.engine.decode.schema import abi_text

CPU_SHIFT = 31  # FM_RING_CPU_SHIFT
AREA_DATA = 1 << 20  # FM_RING_AREA_DATA
PAGE = mmap.PAGESIZE


def offsets() -> dict[str, int]:
    """Offsets of struct fm_ring_control's members, from the golden layout's source."""
    text = abi_text().split("struct fm_ring_control")[1].split("struct ")[0]
    return {line.split()[0]: int(line.split()[1]) for line in text.splitlines()[1:]}


class RingFile:
    """A file whose offsets are those of the device; rings are written with push()."""

    def __init__(self, cpus: int = 1, size: int = PAGE, *, abi_version: int = 1) -> None:
        self.size = size
        self.fd = os.memfd_create("rings")
        self.at = offsets()
        os.ftruncate(self.fd, cpus << CPU_SHIFT)
        for cpu in range(cpus):
            self.write(cpu, "abi_version", struct.pack("<IIQ", abi_version, cpu, size))

    def __enter__(self) -> RingFile:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)

    def write(self, cpu: int, member: str, data: bytes) -> None:
        os.pwrite(self.fd, data, (cpu << CPU_SHIFT) + self.at[member])

    def word(self, cpu: int, member: str) -> int:
        data = os.pread(self.fd, 8, (cpu << CPU_SHIFT) + self.at[member])
        return int(struct.unpack("<Q", data)[0])

    def set_word(self, cpu: int, member: str, value: int) -> None:
        self.write(cpu, member, struct.pack("<Q", value))

    def free(self, cpu: int) -> int:
        return self.size - (self.word(cpu, "head") - self.word(cpu, "tail"))

    def push(self, cpu: int, record: bytes) -> None:
        """Writes a record at head, in both halves of the data area, then moves head."""
        head = self.word(cpu, "head")
        for number, byte in enumerate(record):
            place = (head + number) % self.size
            for half in (0, self.size):
                base = (cpu << CPU_SHIFT) + AREA_DATA
                os.pwrite(self.fd, bytes([byte]), base + half + place)
        self.set_word(cpu, "head", head + len(record))

    def lay(self, cpu: int, data: bytes) -> None:
        """Fills the whole data area at once; moving head by its size produces it again."""
        if len(data) != self.size:
            raise ValueError(f"{len(data)} bytes for a ring of {self.size}")
        for half in (0, self.size):
            os.pwrite(self.fd, data, (cpu << CPU_SHIFT) + AREA_DATA + half)
