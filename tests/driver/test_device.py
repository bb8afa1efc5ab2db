# SPDX-License-Identifier: Apache-2.0
"""The device: who may open it, and what its ioctls refuse."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.driver.child import in_child
from tests.driver.consumer import (
    CONFIGURE,
    DEVICE,
    IOC_CONFIGURE,
    IOC_SELECT,
    IOC_STATUS,
    IOC_VERSION,
    RING_MAX,
    RING_MIN,
    TP_PROCEXIT,
    Consumer,
)
from tests.driver.native import BAD_POINTER, buffer, syscall
from tests.reference import tables

CAP_SYS_ADMIN = 21
CAPABILITY_VERSION_3 = 0x20080522


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    with Consumer() as made:
        yield made


def refusal(call: Callable[[], object]) -> str:
    """The name of the error a call fails with."""
    with pytest.raises(OSError, match="Errno") as caught:
        call()
    return errno.errorcode[caught.value.errno or 0]


def open_error() -> str | None:
    try:
        os.close(os.open(DEVICE, os.O_RDWR))
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return None


def drop_capability(number: int) -> None:
    header = buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0))
    data = buffer(24)
    assert syscall("capget", header, data) == 0
    words = list(struct.unpack("=6I", data.raw))
    words[0] &= ~(1 << number)  # effective, of capabilities below 32
    assert syscall("capset", header, buffer(struct.pack("=6I", *words))) == 0


def test_open_by_root() -> None:
    assert in_child(open_error).result is None


def test_open_without_cap_sys_admin() -> None:
    def call() -> str | None:
        drop_capability(CAP_SYS_ADMIN)
        return open_error()

    assert in_child(call).result == "EPERM"


def test_open_by_another_user() -> None:
    def call() -> str | None:
        os.setuid(1000)
        return open_error()

    assert in_child(call).result == "EACCES"


def test_open_too_often() -> None:
    with contextlib.ExitStack() as opened:
        assert refusal(lambda: [opened.enter_context(Consumer()) for _ in range(100)]) == "EBUSY"
    assert in_child(open_error).result is None


def test_version(consumer: Consumer) -> None:
    version = consumer.version()
    assert (version.abi, version.reserved) == (1, 0)
    assert version.events_hash == events_hash()
    text = version.driver.rstrip(b"\0")
    assert text
    assert text.isascii()


def events_hash() -> int:
    """FNV-1a over codes, names, parameters and types, as falcomod_events.h says."""
    numbers = tables.param_type_numbers()
    value = 0xCBF29CE484222325
    for code, event in sorted(tables.events().items()):
        content = struct.pack("<H", code) + event.name.encode() + b"\0"
        for param in event.params:
            content += param.name.encode() + b"\0" + bytes([numbers[param.type]])
        for byte in content:
            value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value


def test_ioctl_unknown(consumer: Consumer) -> None:
    for number in (0, 0xF706, IOC_VERSION + 1, IOC_STATUS ^ 1 << 16):
        assert syscall("ioctl", consumer.fd, number, buffer(256)) == -errno.ENOTTY


@pytest.mark.parametrize("number", [IOC_VERSION, IOC_CONFIGURE, IOC_SELECT, IOC_STATUS])
def test_ioctl_unreadable_argument(consumer: Consumer, number: int) -> None:
    assert syscall("ioctl", consumer.fd, number, BAD_POINTER) == -errno.EFAULT


@pytest.mark.parametrize(
    "wrong",
    [
        {"ring_size": RING_MIN - 1},
        {"ring_size": RING_MIN // 2},
        {"ring_size": RING_MIN + 4096},
        {"ring_size": 3 * RING_MIN},
        {"ring_size": 2 * RING_MAX},
        {"ring_size": 1 << 63},
        {"snaplen": 32769},
        {"snaplen": 2**32 - 1},
        {"watermark": RING_MIN + 1},
        {"delay_us": 2**32 - 1},
        {"reserved": 1},
    ],
)
def test_configure_refused(consumer: Consumer, wrong: dict[str, int]) -> None:
    assert refusal(lambda: consumer.configure(**wrong)) == "EINVAL"


@pytest.mark.parametrize("mebibytes", [1, 2, 16, 64])
def test_configure_ring_size(consumer: Consumer, mebibytes: int) -> None:
    consumer.configure(ring_size=mebibytes << 20)
    consumer.start()
    assert consumer.status().ring_size == mebibytes << 20
    assert {ring.fixed()[2] for ring in consumer.rings.values()} == {mebibytes << 20}


def test_configure_leaves_the_size_to_the_driver(consumer: Consumer) -> None:
    consumer.configure(ring_size=0)
    consumer.start()
    assert consumer.status().ring_size == 8 << 20


def test_configure_after_start(consumer: Consumer) -> None:
    consumer.configure()
    consumer.start()
    raw = CONFIGURE.pack(RING_MIN, 80, 0, 0, 0)
    assert refusal(lambda: fcntl.ioctl(consumer.fd, IOC_CONFIGURE, raw)) == "EBUSY"
    consumer.stop()
    assert refusal(lambda: fcntl.ioctl(consumer.fd, IOC_CONFIGURE, raw)) == "EBUSY"


@pytest.mark.parametrize(
    "wrong",
    [
        {"syscalls": [max(call.sc for call in tables.syscalls().values()) + 1]},
        {"syscalls": [511]},
        {"syscalls": [], "tracepoints": 2},
        {"syscalls": [], "tracepoints": TP_PROCEXIT | 1 << 31},
        {"syscalls": [], "reserved": 1},
    ],
)
def test_select_refused(consumer: Consumer, wrong: dict[str, Any]) -> None:
    assert refusal(lambda: consumer.select(**wrong)) == "EINVAL"


def test_status_before_and_after_start(consumer: Consumer) -> None:
    consumer.configure()
    before = consumer.status()
    assert (before.cpus, before.consumers) == ((), 1)
    consumer.start()
    after = consumer.status()
    assert after.cpus == online_cpus()
    assert after.generation > before.generation
    with Consumer():
        assert consumer.status().consumers == 2


def online_cpus() -> tuple[int, ...]:
    return tuple(sorted(os.sched_getaffinity(0)))


def test_start_and_stop_twice(consumer: Consumer) -> None:
    consumer.configure()
    for _ in range(2):
        consumer.start()
    for _ in range(2):
        consumer.stop()


def test_no_other_way_in(consumer: Consumer) -> None:
    assert refusal(lambda: os.write(consumer.fd, b"x")) == "EINVAL"
    assert refusal(lambda: os.read(consumer.fd, 1)) == "EINVAL"
    assert refusal(lambda: os.lseek(consumer.fd, 0, os.SEEK_SET)) == "ESPIPE"
