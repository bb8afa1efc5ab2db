# SPDX-License-Identifier: Apache-2.0
"""System calls of this host, a receiver that is away, and SIGKILL: each alert arrives, in order.

10 000 numbered files are opened while the receiver is away.  Between two rounds, falcomod has
written all alerts to its spool, as its status says, and is killed.  FALCOMOD_OUTAGE_S=60 is the
full outage, otherwise it is short.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from falcomod.app.control import ask
from tests.agent import Agent
from tests.http_receiver import Receiver, receiver

ALERTS = 10_000
OUTAGE_S = float(os.environ.get("FALCOMOD_OUTAGE_S", "2"))
WAIT_S = 120.0
RULE = """
- rule: Numbered
  desc: a numbered file
  condition: evt.type = openat and evt.arg.name startswith {prefix}
  output: opened %evt.arg.name
  priority: NOTICE
"""
OPENING = """
import os, sys, time
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    os.close(os.open(f"{sys.argv[1]}{number}", os.O_CREAT | os.O_WRONLY))
    if number % 50 == 0:
        time.sleep(0.01)
"""


def start(folder: Path, url: str) -> Agent:
    rules, control = folder / "rules.yaml", folder / "control"
    rules.write_text(RULE.format(prefix=f"{folder}/numbered-"))
    settings = {
        "http_output.enabled": "true",
        "http_output.url": url,
        "http_output.keep_alive": "true",
        "outputs_spool.path": f"{folder}/spool",
        "stdout_output.enabled": "false",
        "syslog_output.enabled": "false",
        "control.enabled": "true",
        "control.socket": str(control),
        "rules_cache_dir": "",
    }
    options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
    return Agent("--json", "-r", str(rules), *options)


def open_files(folder: Path, first: int, last: int) -> None:
    command = [sys.executable, "-c", OPENING, f"{folder}/numbered-", str(first), str(last)]
    subprocess.run(command, check=True)


def wait_until_safe(folder: Path, count: int) -> None:
    """Until so many alerts are on disk."""
    end_s = time.monotonic() + WAIT_S
    while True:
        status = ask(str(folder / "control"), "GET", "/status", 20)
        if status["outputs"]["http"]["spool_appended"] >= count:
            return
        assert time.monotonic() < end_s, status["outputs"]
        time.sleep(0.05)


def numbers(there: Receiver) -> list[int]:
    alerts = [json.loads(body) for body in there.bodies]
    names = [each["output_fields"]["evt.arg.name"] for each in alerts if each["rule"] == "Numbered"]
    return [int(name.rpartition("-")[2]) for name in names]


def test_alerts_of_system_calls_outlive_an_outage_and_a_kill(tmp_path: Path) -> None:
    with receiver() as there:
        there.close()
        away_s = time.monotonic()
        for first, last in ((0, ALERTS // 2), (ALERTS // 2, ALERTS)):
            with start(tmp_path, there.url) as agent:  # and kills it at the end
                agent.wait_until_ready()
                open_files(tmp_path, first, last)
                wait_until_safe(tmp_path, last - first)
        time.sleep(max(0.0, OUTAGE_S - (time.monotonic() - away_s)))
        there.open()
        with start(tmp_path, there.url) as agent:
            agent.wait_until_ready()
            end_s = time.monotonic() + WAIT_S
            while len(numbers(there)) < ALERTS and time.monotonic() < end_s:
                time.sleep(0.2)
            assert agent.stop() == 0, agent.said()
    assert numbers(there) == list(range(ALERTS))
