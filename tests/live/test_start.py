# SPDX-License-Identifier: Apache-2.0
"""What starts while falcomod starts is neither lost nor doubled.

Records flow before /proc is read, so a process that starts meanwhile is in both, in one,
or it is in /proc and has ended when it is looked at. Whoever reads a sensitive file after
falcomod is ready must be told of once, with its name, command line, parents and user.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.agent import READY, Agent
from tests.end_to_end import facts
from tests.end_to_end.apart import set_apart
from tests.load.build import build

NOBODY = 65534
BEFORE_S = 2  # of processes that falcomod finds in /proc
AFTER_S = 2
RULE = "Read sensitive file untrusted"


@pytest.fixture
def programs(tmp_path: Path) -> tuple[Path, Path]:
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)  # pytest's own are for root alone, and nobody runs the reader
    return build("nursery", tmp_path), build("reader", tmp_path)


def start_nursery(programs: tuple[Path, Path], output: Path) -> subprocess.Popen[bytes]:
    """One whose readers may all read /etc/shadow."""

    def prepare() -> None:
        set_apart()
        os.chmod("/etc/shadow", 0o644)

    nursery, reader = programs
    with output.open("wb") as file:
        return subprocess.Popen(
            [nursery, reader, str(NOBODY)],
            stdin=subprocess.PIPE,
            stdout=file,
            preexec_fn=prepare,
        )


def expected(number: str, pid: int) -> dict[str, Any]:
    user = NOBODY if int(number) % 2 else 0
    return {
        "proc.name": "reader",
        "proc.pname": "nursery",
        "proc.aname[2]": facts.comm(pid),
        "user.uid": user,
        "user.name": pwd.getpwuid(user).pw_name,
        "fd.name": "/etc/shadow",
        "container.id": "host",
    }


def reads(output: Path) -> dict[str, int]:
    """When each reader was about to open the file, by its name."""
    return {name: int(at_ns) for name, at_ns in map(str.split, output.read_text().splitlines())}


def numbers_told(agent: Agent) -> Counter[str]:
    lines = (alert["output_fields"].get("proc.cmdline", "") for alert in agent.alerts())
    return Counter(line.split()[1] for line in lines if line.startswith("reader "))


def test_processes_that_start_meanwhile_are_told_of_once(
    programs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "reads"
    nursery = start_nursery(programs, output)
    try:
        time.sleep(BEFORE_S)
        with Agent("--json") as agent:
            agent.wait_until_ready()
            ready_ns = next(line.arrived_ns for line in agent.log if READY in line.text)
            time.sleep(AFTER_S)
            nursery.communicate()
            assert nursery.returncode == 0
            due = {name for name, at_ns in reads(output).items() if at_ns > ready_ns}
            agent.wait_until(lambda: due <= numbers_told(agent).keys(), 30, f"{len(due)} alerts")
            time.sleep(1)  # for those that come twice
            check_alerts(agent, due, ready_ns)
            with capsys.disabled():
                print(f"\n{len(reads(output))} readers, {len(due)} after falcomod was ready")
    finally:
        nursery.kill()
        nursery.communicate()


def check_alerts(agent: Agent, due: set[str], ready_ns: int) -> None:
    """Of the readers: none twice, and the due ones as they are.

    One that began before records flowed and ended before /proc was read has lost its
    command line; such a one can only have read the file before falcomod was ready.
    """
    told = numbers_told(agent)
    assert {name: count for name, count in told.items() if count > 1} == {}
    wrong = []
    for alert in agent.alerts():
        words = alert["output_fields"].get("proc.cmdline", "").split()
        if words == ["reader"]:
            assert alert["output_fields"]["evt.time"] < ready_ns
        if words[:1] != ["reader"] or words[-1] not in due:
            continue
        right = expected(words[-1], os.getpid())
        if alert["rule"] != RULE or facts.told(alert, right) != right:
            wrong.append((words, facts.told(alert, right)))
    assert wrong == []
