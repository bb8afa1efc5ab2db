# SPDX-License-Identifier: Apache-2.0
"""Waits end when they should, and when somebody says so."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from falcomod.output.interrupt import Interrupt, Interrupted


@pytest.fixture
def interrupt() -> Iterator[Interrupt]:
    made = Interrupt()
    yield made
    made.close()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def test_descriptor_is_waited_for(interrupt: Interrupt, pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    assert interrupt.wait_writable(writing)
    assert not interrupt.wait_readable(reading, 0.01)
    os.write(writing, bytes(1 << 16))
    assert not interrupt.wait_writable(writing, 0.01)
    assert interrupt.wait_readable(reading)


def test_every_wait_ends_now_and_later(interrupt: Interrupt, pipe: tuple[int, int]) -> None:
    began_s = time.monotonic()
    threading.Timer(0.02, interrupt.set).start()
    with pytest.raises(Interrupted):
        interrupt.wait_readable(pipe[0])
    with pytest.raises(Interrupted):
        interrupt.wait(60)
    with pytest.raises(Interrupted):
        interrupt.wait_writable(pipe[1])
    assert time.monotonic() - began_s < 10


def test_set_after_the_end_touches_no_descriptor(interrupt: Interrupt) -> None:
    interrupt.close()
    reading, writing = os.pipe()  # has its number now
    interrupt.set()
    os.set_blocking(reading, False)
    with pytest.raises(BlockingIOError):
        os.read(reading, 9)
    os.close(reading)
    os.close(writing)
