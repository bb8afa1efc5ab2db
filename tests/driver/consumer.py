# SPDX-License-Identifier: Apache-2.0
"""A consumer of /dev/falcomod in pure Python.

Layouts and numbers are those of driver/uapi/falcomod_ioctl.h and falcomod_ring.h, written
out once more on purpose: the tests hold the driver to the promise, not to its headers.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import select
import struct
import time
from collections.abc import Iterable
from typing import NamedTuple

from tests.reference import tables
from tests.reference.decode import CorruptError, Record, records

DEVICE = "/dev/falcomod"
ABI_VERSION = 1
TP_PROCEXIT = 1

VERSION = struct.Struct("=IIQ32s")
CONFIGURE = struct.Struct("=QIIII")
SELECT = struct.Struct("=8QII")
STATUS = struct.Struct("=QII16Q")

RING_MIN = 1 << 20
RING_MAX = 512 << 20
CONTROL_SIZE = 4096
DATA_OFFSET = 1 << 20
CPU_SHIFT = 31

LOSS_REASONS = ("full", "too big", "fault", "nested")
CLASSES = range(11)


def _ioctl(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | 0xF7 << 8 | number


_WRITE, _READ = 1, 2  # as user space sees it: written to the kernel, read from it
IOC_VERSION = _ioctl(_READ, 0, VERSION.size)
IOC_CONFIGURE = _ioctl(_WRITE, 1, CONFIGURE.size)
IOC_SELECT = _ioctl(_WRITE, 2, SELECT.size)
IOC_START = _ioctl(0, 3, 0)
IOC_STOP = _ioctl(0, 4, 0)
IOC_STATUS = _ioctl(_READ, 5, STATUS.size)


class Version(NamedTuple):
    abi: int
    reserved: int
    events_hash: int
    driver: bytes


class Status(NamedTuple):
    ring_size: int
    generation: int
    consumers: int
    cpus: tuple[int, ...]


class Counters(NamedTuple):
    head: int
    produced: int
    delivered: int
    filtered: int
    faults: int
    lost: tuple[tuple[int, ...], ...]  # by reason, by class

    @property
    def lost_total(self) -> int:
        return sum(map(sum, self.lost))


class Ring:
    """One CPU's ring, mapped."""

    def __init__(self, fd: int, cpu: int, size: int) -> None:
        self.cpu = cpu
        self.size = size
        base = cpu << CPU_SHIFT
        self.control = mmap.mmap(fd, CONTROL_SIZE, offset=base)
        self.data = mmap.mmap(fd, 2 * size, prot=mmap.PROT_READ, offset=base + DATA_OFFSET)
        # Aligned loads and stores of 8 bytes are single ones in ctypes, and on
        # x86-64 ordered as acquire and release; struct would copy byte by byte.
        self._head = ctypes.c_uint64.from_buffer(self.control, 0)
        self._tail = ctypes.c_uint64.from_buffer(self.control, 64)
        self.read_to = self._tail.value

    @property
    def head(self) -> int:
        return self._head.value

    @property
    def tail(self) -> int:
        return self._tail.value

    @tail.setter
    def tail(self, position: int) -> None:
        self._tail.value = position

    def counters(self) -> Counters:
        head, produced, delivered, filtered, faults = struct.unpack_from("=5Q", self.control)
        width = len(CLASSES)
        lost = struct.unpack_from(f"={len(LOSS_REASONS) * width}Q", self.control, 192)
        rows = (lost[n * width : (n + 1) * width] for n in range(len(LOSS_REASONS)))
        return Counters(head, produced, delivered, filtered, faults, tuple(rows))

    def fixed(self) -> tuple[int, int, int]:
        """abi_version, cpu, data_size."""
        return struct.unpack_from("=IIQ", self.control, 128)

    def unread(self) -> bytes:
        """What has been written since the last batch; publishes it as read."""
        head = self.head
        assert head - self.read_to <= self.size, "the driver overtook its reader"
        at = self.read_to & (self.size - 1)
        batch = self.data[at : at + head - self.read_to]
        self.read_to = self.tail = head
        return batch

    def close(self) -> None:
        del self._head, self._tail  # they hold the mapping
        self.control.close()
        self.data.close()


class Settling:
    """What both drivers' consumers do with their counters."""

    def totals(self) -> Counters:
        raise NotImplementedError

    def settled(self, timeout_s: float = 10) -> Counters:
        """Totals once two looks in a row agree, so no probe is in the middle of one."""
        deadline = time.monotonic() + timeout_s
        before = self.totals()
        while time.monotonic() < deadline:
            time.sleep(0.05)
            after = self.totals()
            if after == before:
                return after
            before = after
        raise AssertionError("the counters do not come to rest")


class Consumer(Settling):
    """An open of the device; the process that makes it is not recorded."""

    def __init__(self) -> None:
        self.fd = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
        self.rings: dict[int, Ring] = {}

    def __enter__(self) -> Consumer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        for ring in self.rings.values():
            ring.close()
        self.rings.clear()
        os.close(self.fd)

    def version(self) -> Version:
        raw = bytearray(VERSION.size)
        fcntl.ioctl(self.fd, IOC_VERSION, raw)
        return Version(*VERSION.unpack(raw))

    def status(self) -> Status:
        raw = bytearray(STATUS.size)
        fcntl.ioctl(self.fd, IOC_STATUS, raw)
        size, generation, consumers, *words = STATUS.unpack(raw)
        cpus = tuple(
            64 * n + bit for n, word in enumerate(words) for bit in range(64) if word >> bit & 1
        )
        return Status(size, generation, consumers, cpus)

    def configure(
        self,
        *,
        ring_size: int = RING_MIN,
        snaplen: int = 80,
        watermark: int = 0,
        delay_us: int = 0,
        reserved: int = 0,
    ) -> None:
        raw = CONFIGURE.pack(ring_size, snaplen, watermark, delay_us, reserved)
        fcntl.ioctl(self.fd, IOC_CONFIGURE, raw)

    def select(
        self, syscalls: Iterable[str | int], *, tracepoints: int = 0, reserved: int = 0
    ) -> None:
        """Chooses system calls, by name or portable number."""
        words = [0] * 8
        for call in syscalls:
            number = tables.syscalls()[call].sc if isinstance(call, str) else call
            words[number // 64] |= 1 << number % 64
        fcntl.ioctl(self.fd, IOC_SELECT, SELECT.pack(*words, tracepoints, reserved))

    def start(self) -> None:
        fcntl.ioctl(self.fd, IOC_START)
        self.map_rings()

    def stop(self) -> None:
        fcntl.ioctl(self.fd, IOC_STOP)

    def map_rings(self) -> None:
        """Maps every ring that is not mapped yet."""
        status = self.status()
        for cpu in status.cpus:
            if cpu not in self.rings:
                self.rings[cpu] = Ring(self.fd, cpu, status.ring_size)

    def wait(self, timeout_s: float) -> bool:
        """Whether the device became readable in time."""
        poller = select.poll()
        poller.register(self.fd, select.POLLIN)
        return bool(poller.poll(timeout_s * 1000))

    def drain(self) -> list[Record]:
        """Everything unread, in order of time."""
        found = []
        for ring in self.rings.values():
            for record in records(ring.unread()):
                assert not isinstance(record, CorruptError), f"corrupt record: {record.fault}"
                found.append(record)
        return sorted(found, key=lambda record: record.ts)

    def totals(self) -> Counters:
        """Counters summed over the rings, head included."""
        each = [ring.counters() for ring in self.rings.values()]
        return Counters(
            head=sum(counters.head for counters in each),
            produced=sum(counters.produced for counters in each),
            delivered=sum(counters.delivered for counters in each),
            filtered=sum(counters.filtered for counters in each),
            faults=sum(counters.faults for counters in each),
            lost=tuple(
                tuple(sum(counters.lost[reason][kind] for counters in each) for kind in CLASSES)
                for reason in range(len(LOSS_REASONS))
            ),
        )
