# SPDX-License-Identifier: Apache-2.0
"""Containers that have ended leave no memory behind."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent import Agent
from tests.end_to_end.container import inherit
from tests.end_to_end.test_footprint import resident_kib
from tests.load.build import build

WARM = 1000
DEAD = 10_000
GROWTH_LIMIT_KIB = 1024  # that is 100 bytes for each
GRACE_S = 3  # threads that have ended are remembered for two seconds
RULE = "Read sensitive file untrusted"


@pytest.fixture
def group() -> Iterator[Path]:
    """Where a runtime would put its containers, in one hierarchy that records name."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    places = [Path(mount[1]) for mount in mounts if mount[2] == "cgroup" and "cpu" in mount[3]]
    places += [Path(mount[1]) for mount in mounts if mount[2] == "cgroup2"]
    made = places[0] / "docker"
    made.mkdir(exist_ok=True)
    inherit(made)
    yield made
    made.rmdir()


def test_dead_containers_leave_no_memory(
    group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    containers = build("containers", tmp_path)

    def live_and_die(count: int) -> float:
        began_s = time.monotonic()
        command = [containers, str(count), group, "/bin/busybox", "true"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert done.stdout == f"{count}\n"
        return time.monotonic() - began_s

    with Agent("--json") as agent:
        agent.wait_until_ready()
        live_and_die(WARM)
        time.sleep(GRACE_S)
        before_kib = resident_kib(agent.process.pid)["process"]
        took_s = live_and_die(DEAD)
        time.sleep(GRACE_S)
        after_kib = resident_kib(agent.process.pid)["process"]
        # Alerts of containers come as before.
        subprocess.run(
            [containers, "1", group, "/bin/busybox", "cat", "/etc/shadow"],
            check=True, capture_output=True,
        )  # fmt: skip
        alert = agent.expect_alert(RULE, proc_name="busybox")
        assert alert["output_fields"]["container.id"] != "host"
        with capsys.disabled():
            print(f"\n{DEAD} containers in {took_s:.0f} s: {before_kib} KiB, then {after_kib} KiB")
        assert agent.stop() == 0
        assert "Events dropped: 0" in [line.text for line in agent.out]
    assert after_kib - before_kib <= GROWTH_LIMIT_KIB
