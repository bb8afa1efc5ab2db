# SPDX-License-Identifier: Apache-2.0
"""Receivers that block for ever delay neither the other outputs nor the engine.

Two falcomods see the same calls at the same time: one writes to standard output alone, the
other also to a FIFO and to a program that nobody reads, to an HTTP server that accepts and
never answers, and to a gRPC client that has stopped reading.  FALCOMOD_BLOCKED_S is how many
seconds that lasts (10).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.agent import ROOT, Agent, event_time_ns
from tests.end_to_end.test_footprint import resident_kib
from tests.load.build import build

SECONDS = float(os.environ.get("FALCOMOD_BLOCKED_S", "10"))
RATE_HZ = 1000
CAPACITY = 200  # alerts that wait for each output; all are full after a fraction of a second
SPOOL_MB = 1
GROWTH_LIMIT_KIB = 4096
DELAY_LIMIT_MS = 50.0  # that the median may be longer; a host with other work is no clock
TICKS_S = os.sysconf("SC_CLK_TCK")
RULES = """
- rule: opened
  desc: a numbered file
  condition: evt.type = openat and evt.arg.name startswith {prefix}
  output: opened %evt.arg.name by %proc.name
  priority: NOTICE
"""
# Takes five alerts, and then no more.
CLIENT = """
import sys, time, grpc
sys.path[:0] = sys.argv[2:]
from tests.unit.output.grpc_stub import Stub
def requests():
    while True:
        yield b""
        time.sleep(0.01)
alerts = Stub(grpc.insecure_channel("unix:" + sys.argv[1])).sub(requests(), timeout_s=3600)
for _ in range(5):
    next(alerts)
print("stopped", flush=True)
time.sleep(3600)
"""


class Measured:
    """A falcomod, and what its alerts cost."""

    def __init__(self, name: str, rules: Path, *options: str) -> None:
        self.name = name
        self.agent = Agent("--json", "-r", str(rules), "-o", "rules_cache_dir=", *options)
        self._began_s = 0.0
        self._grown_from = 0

    def begin(self) -> None:
        self._began_s = self._cpu_s()

    def look(self) -> None:
        """When all queues are full."""
        self._grown_from = resident_kib(self.agent.process.pid)["process"]

    def finish(self, opened: int) -> None:
        self.agent.wait_until(lambda: len(self.agent.told()) >= opened, 60, f"{opened} alerts")
        self.cpu_us = (self._cpu_s() - self._began_s) / opened * 1e6
        self.grown_kib = resident_kib(self.agent.process.pid)["process"] - self._grown_from
        alerts = self.agent.alerts()
        assert len(alerts) == opened
        lines = zip(self.agent.told(), alerts, strict=True)
        delays = sorted((line.arrived_ns - event_time_ns(at["time"])) / 1e6 for line, at in lines)
        self.median_ms, self.p99_ms = (delays[len(delays) * part // 100] for part in (50, 99))

    def _cpu_s(self) -> float:
        fields = Path(f"/proc/{self.agent.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_S

    def __str__(self) -> str:
        return (
            f"{self.name:<8} median {self.median_ms:6.2f} ms, p99 {self.p99_ms:6.2f} ms, "
            f"{self.cpu_us:4.0f} µs of CPU for each alert, grown by {self.grown_kib} KiB"
        )


@contextmanager
def receivers(folder: Path) -> Iterator[list[str]]:
    """The options for outputs that block."""
    os.mkfifo(folder / "fifo")
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield [
            option
            for setting in (
                "file_output.enabled=true", f"file_output.filename={folder}/fifo",
                "program_output.enabled=true", "program_output.keep_alive=true",
                "program_output.program=exec sleep 3600",
                "http_output.enabled=true",
                f"http_output.url=http://127.0.0.1:{server.getsockname()[1]}/",
                "grpc.enabled=true", "grpc_output.enabled=true",
                f"grpc.bind_address=unix://{folder}/g", f"outputs_spool.path={folder}/spool",
                f"outputs_spool.max_size_mb={SPOOL_MB}", f"outputs_queue.capacity={CAPACITY}",
            )
            for option in ("-o", setting)
        ]  # fmt: skip


@contextmanager
def stopped_client(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-c", CLIENT, f"{folder}/g", str(ROOT / "src"), str(ROOT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        try:
            assert client.stdout.readline() == "stopped\n"
            yield
        finally:
            client.kill()


def test_receivers_that_block_delay_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = build("numbered", tmp_path)
    held, rules, prefix = tmp_path / "held", tmp_path / "rules.yaml", f"{tmp_path}/opened-"
    held.write_text("x")
    rules.write_text(RULES.format(prefix=prefix))
    with ExitStack() as running:
        options = running.enter_context(receivers(tmp_path))
        both = Measured("alone", rules), Measured("blocked", rules, *options)
        for each in both:
            running.enter_context(each.agent)
            each.agent.wait_until_ready()
            each.begin()
        calls = running.enter_context(
            subprocess.Popen(
                [str(program), prefix, str(held), str(RATE_HZ)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        running.callback(calls.kill)
        running.enter_context(stopped_client(tmp_path))
        time.sleep(SECONDS / 2)
        for each in both:
            each.look()
        time.sleep(SECONDS / 2)
        opened = int(calls.communicate(input="")[0])
        for each in both:
            each.finish(opened)
            status = each.agent.stop()
            assert status == 0, each.agent.said()
            assert "Events dropped: 0" in [line.text for line in each.agent.out]
            assert not [line.text for line in each.agent.log if "Traceback" in line.text]
    alone, blocked = both
    with capsys.disabled():
        print(f"\n{opened} alerts at {RATE_HZ} a second\n{alone}\n{blocked}")
    check_blocked(blocked.agent)
    assert blocked.grown_kib < GROWTH_LIMIT_KIB
    assert blocked.median_ms < alone.median_ms + DELAY_LIMIT_MS


def check_blocked(agent: Agent) -> None:
    """They were really full, and each said so once."""
    log = [line.text for line in agent.log]
    for name in ("file", "program"):
        full = [line for line in log if "queue out of memory" in line and f"sink={name} " in line]
        assert len(full) == 1, agent.said()
    for name in ("http", "grpc"):
        assert (
            len([line for line in log if "spool full" in line and f"output={name} " in line]) == 1
        )
