# SPDX-License-Identifier: Apache-2.0
"""From a system call to its alert's line, while the host makes 10 000 events a second.

Printed and not judged: under software emulation a second is not a second.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import time

import pytest

from tests.agent import Agent, event_time_ns
from tests.driver.native import syscall

RATE_HZ = 10_000
BATCH = 100
SAMPLES = 200
PAUSE_S = 0.02


def background(made: mmap.mmap) -> int:
    """A process that makes calls which every consumer sees, at the rate; its pid.

    How many it has made stands in the shared memory.
    """
    pid = os.fork()
    if pid:
        return pid
    due, calls = time.monotonic(), 0
    while True:
        for _ in range(BATCH // 2):
            os.close(os.dup(0))
        calls += BATCH
        struct.pack_into("=Q", made, 0, calls)
        due += BATCH / RATE_HZ
        time.sleep(max(0, due - time.monotonic()))


def provoke() -> None:
    for _ in range(SAMPLES):
        syscall("openat", -100, "/etc/shadow", os.O_RDONLY)
        time.sleep(PAUSE_S)


def test_latency_from_call_to_alert(agent: Agent, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(agent.told())
    made = mmap.mmap(-1, mmap.PAGESIZE)
    pid, began = background(made), time.monotonic()
    try:
        provoke()
        rate = struct.unpack_from("=Q", made)[0] / (time.monotonic() - began)
        agent.wait_until(lambda: len(agent.told()) >= before + SAMPLES, 60, f"{SAMPLES} alerts")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    lines = agent.told()[before:]
    times = [alert["time"] for alert in agent.alerts()][-len(lines) :]
    delays_ms = sorted(
        (line.arrived_ns - event_time_ns(at)) / 1e6 for line, at in zip(lines, times, strict=True)
    )
    with capsys.disabled():
        print(
            f"\nsyscall to alert line at {rate:.0f} events/s, {len(delays_ms)} alerts:"
            f" median {delays_ms[len(delays_ms) // 2]:.1f} ms,"
            f" p99 {delays_ms[len(delays_ms) * 99 // 100]:.1f} ms"
        )
    assert all(delay > 0 for delay in delays_ms)
