# SPDX-License-Identifier: Apache-2.0
"""CPUs that go and come back while they are watched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.driver.child import in_child
from tests.driver.consumer import Consumer
from tests.driver.native import syscall

CPU = 1
SWITCH = Path(f"/sys/devices/system/cpu/cpu{CPU}/online")


@pytest.fixture(autouse=True)
def second_cpu() -> Iterator[None]:
    if not SWITCH.exists():
        pytest.skip("there is no second CPU that can be switched off")
    yield
    SWITCH.write_text("1")


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    with Consumer() as made:
        made.configure()
        made.select(["getppid"])
        yield made


def call_on(cpu: int) -> int:
    """Makes a call there; the caller's pid."""

    def call() -> None:
        os.sched_setaffinity(0, {cpu})
        syscall("getppid")

    return in_child(call).pid


def seen(consumer: Consumer) -> set[int]:
    consumer.map_rings()
    return {record.tid for record in consumer.drain()}


def test_cpu_goes_and_comes_back(consumer: Consumer) -> None:
    consumer.start()
    before = call_on(CPU)
    SWITCH.write_text("0")
    meanwhile = call_on(0)
    SWITCH.write_text("1")
    after = call_on(CPU)
    assert {before, meanwhile, after} <= seen(consumer)
    counters = consumer.settled()
    assert counters.produced == counters.delivered
    assert counters.lost_total == 0


def test_cpu_comes_after_the_start(consumer: Consumer) -> None:
    SWITCH.write_text("0")
    consumer.start()
    status = consumer.status()
    assert CPU not in status.cpus
    SWITCH.write_text("1")
    pid = call_on(CPU)
    later = consumer.status()
    assert CPU in later.cpus
    assert later.generation > status.generation
    assert pid in seen(consumer)


def test_what_a_cpu_left_behind_is_readable(consumer: Consumer) -> None:
    consumer.configure(delay_us=50_000_000)
    consumer.start()
    pid = call_on(CPU)
    SWITCH.write_text("0")
    assert consumer.wait(5)
    assert pid in seen(consumer)
