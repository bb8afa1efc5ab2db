# SPDX-License-Identifier: Apache-2.0
"""A reload leaves no gap: no event is missed, and what is known of processes stays known.

FALCOMOD_RELOADS is how many there are under load (100).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.agent import Agent
from tests.end_to_end import facts
from tests.end_to_end.test_footprint import resident_kib
from tests.load.build import build

RELOADS = int(os.environ.get("FALCOMOD_RELOADS", "100"))
WARM = 20  # reloads after which nothing grows any more
RATE_HZ = 1000
GROWTH_LIMIT_KIB = 2048
RELOADED = "reload succeeded"

# Each file has other lists than all before, and other names and calls than the one before:
# what is counted by rule must not grow for ever.
RULES = """
- list: names_{number}
  items: [pread64, a{number}, b{number}]
- rule: opened {name}
  desc: a numbered file
  condition: evt.type = openat and evt.arg.name startswith {prefix}
  output: opened by %proc.name of %proc.pname of %proc.aname[2]
  priority: NOTICE
- rule: read {name}
  desc: a file that was opened before
  condition: evt.type = pread and fd.name = {held}
  output: read by %proc.name of %proc.pname of %proc.aname[2]
  priority: NOTICE
- rule: other {name}
  desc: calls that only this file asks for
  condition: evt.type = {call} and proc.name in (names_{number})
  output: other
  priority: NOTICE
"""
CALLS = ("mkdir", "rmdir", "chmod", "kill")


class Reloading:
    """A falcomod whose rules are written anew, and a program that opens numbered files."""

    def __init__(self, folder: Path) -> None:
        self.prefix = f"{folder}/opened-"
        self.held = folder / "held"
        self.held.write_text("x")
        self.rules = folder / "rules.yaml"
        self.number = 0
        self.write()
        self.agent = Agent(
            "--json", "-r", str(self.rules), "-o", "rules_cache_dir="
        )  # fmt: skip

    def write(self) -> None:
        self.number += 1
        self.rules.write_text(
            RULES.format(
                number=self.number,
                name=self.name,
                prefix=self.prefix,
                held=self.held,
                call=CALLS[self.name],
            )
        )

    @property
    def name(self) -> int:
        return self.number % len(CALLS)

    def reload(self) -> None:
        before = self.succeeded()
        self.write()
        self.agent.process.send_signal(signal.SIGHUP)
        self.agent.wait_until(lambda: self.succeeded() > before, 30, "reload")

    def succeeded(self) -> int:
        return sum(RELOADED in line.text for line in self.agent.log)

    def numbered(self) -> list[dict[str, Any]]:
        return [alert for alert in self.agent.alerts() if alert["rule"].startswith("opened ")]


@contextmanager
def opening(reloading: Reloading, program: Path) -> Iterator[subprocess.Popen[str]]:
    command = [program, reloading.prefix, reloading.held, str(RATE_HZ)]
    process = subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def reloading(tmp_path: Path) -> Iterator[Reloading]:
    found = Reloading(tmp_path)
    with found.agent:
        found.agent.wait_until_ready()
        yield found


def test_reloads_under_load_miss_nothing(
    reloading: Reloading, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = build("numbered", tmp_path)
    agent = reloading.agent
    with opening(reloading, program) as process:
        for _ in range(WARM):
            reloading.reload()
        before_kib = resident_kib(agent.process.pid)["process"]
        descriptors = count_of(agent, "fd")
        threads = count_of(agent, "task")
        began_s = time.monotonic()
        for _ in range(RELOADS):
            reloading.reload()
        took_s = time.monotonic() - began_s
        out, _ = process.communicate(input="")
        assert process.returncode == 0
    opened = int(out)
    agent.wait_until(lambda: len(reloading.numbered()) >= opened, 30, f"{opened} alerts")
    after_kib = resident_kib(agent.process.pid)["process"]
    assert (count_of(agent, "fd"), count_of(agent, "task")) == (descriptors, threads)
    check_alerts(reloading, opened, process.pid)
    assert agent.stop() == 0
    assert "Events dropped: 0" in [line.text for line in agent.out]
    with capsys.disabled():
        print(
            f"\n{RELOADS} reloads in {took_s:.1f} s beside {opened} alerts: none missed, "
            f"{before_kib} KiB, then {after_kib} KiB"
        )
    assert after_kib - before_kib < GROWTH_LIMIT_KIB


def count_of(agent: Agent, what: str) -> int:
    return len(os.listdir(f"/proc/{agent.process.pid}/{what}"))


def check_alerts(reloading: Reloading, opened: int, pid: int) -> None:
    """Each open is told of once, by the rules in force, with the parents known from before."""
    alerts = reloading.numbered()
    assert len(alerts) == opened
    fields = Counter(json.dumps(alert["output_fields"] | {"evt.time": 0}) for alert in alerts)
    assert [json.loads(text) for text in fields] == [
        {
            "evt.time": 0,
            "proc.name": "numbered",
            "proc.pname": facts.comm(os.getpid()),
            "proc.aname[2]": facts.comm(os.getppid()),
        }
    ]
    assert {alert["rule"] for alert in alerts} == {f"opened {name}" for name in range(len(CALLS))}
    # The descriptor was opened before the first reload.
    reads = [alert for alert in reloading.agent.alerts() if alert["rule"].startswith("read ")]
    assert len(reads) == len(range(0, opened, 10))
    assert pid > 0


def test_bad_rules_change_nothing(reloading: Reloading) -> None:
    agent = reloading.agent
    good = reloading.rules.read_text()
    reloading.rules.write_text("- rule: broken\n  condition: evt.tipe = open\n")
    agent.process.send_signal(signal.SIGHUP)
    agent.wait_until(
        lambda: any("hot restart failure" in line.text for line in agent.out), 30, "message"
    )
    (failure,) = [alert for alert in agent.messages() if "hot restart" in alert["rule"]]
    assert (failure["priority"], failure["source"]) == ("Critical", "internal")
    assert str(reloading.rules) in json.dumps(failure)
    # The old rules go on.
    subprocess.run(["cat", f"{reloading.prefix}0"], check=False, capture_output=True)
    agent.expect_alert("opened 1", proc_name="cat")
    reloading.rules.write_text(good)
    reloading.reload()
    subprocess.run(["cat", f"{reloading.prefix}1"], check=False, capture_output=True)
    agent.expect_alert("opened 2", proc_name="cat")
