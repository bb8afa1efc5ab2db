# SPDX-License-Identifier: Apache-2.0
"""A falcomod that is killed leaves nothing in the kernel."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import time
from pathlib import Path

from tests.agent import Agent

KINDS = ("prog", "map", "link")
OWN_NAME = re.compile("fm_|falcomod")
FDINFO = re.compile(r"^(prog|map|link)_id:\s*(\d+)$", re.MULTILINE)
FREED_LIMIT_S = 10  # the kernel frees programs and maps some time after their last use


def held(pid: int) -> set[tuple[str, int]]:
    """(kind, id) of the BPF objects that a process has descriptors of, or of links to."""
    found: set[tuple[str, str]] = set()
    for entry in Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.update(FDINFO.findall(entry.read_text()))
    return {(kind, int(number)) for kind, number in found}


def objects() -> dict[tuple[str, int], str]:
    """(kind, id) → name of the BPF objects in the kernel."""
    found = {}
    for kind in KINDS:
        listed = subprocess.run(
            ["bpftool", "--json", kind, "list"], check=True, capture_output=True, text=True
        )
        for each in json.loads(listed.stdout or "[]"):
            found[kind, each["id"]] = each.get("name", "")
    return found


def await_freed(ids: set[tuple[str, int]]) -> None:
    limit = time.monotonic() + FREED_LIMIT_S
    while ids & objects().keys():
        assert time.monotonic() < limit, f"left: {ids & objects().keys()}"
        time.sleep(0.1)


def alerts_again(agent: Agent) -> None:
    subprocess.run(["cat", "/etc/shadow"], check=True, stdout=subprocess.DEVNULL)
    agent.expect_alert("Read sensitive file untrusted", proc_name="cat")


def test_killed_agent_leaves_nothing_and_the_next_one_works() -> None:
    with Agent("--json") as agent:
        agent.wait_until_ready()
        ids = held(agent.process.pid)
        names = {name for each, name in objects().items() if each in ids and each[0] != "link"}
        assert any(OWN_NAME.match(name) for name in names), names
        assert {kind for kind, _ in ids} >= {"prog", "map"}
        alerts_again(agent)
        assert agent.stop(signal.SIGKILL) == -signal.SIGKILL
        with Agent("--json") as successor:  # at once, while the kernel still frees
            successor.wait_until_ready()
            alerts_again(successor)
            assert not ids & held(successor.process.pid)
            await_freed(ids)


def test_stopped_agent_leaves_nothing() -> None:
    with Agent() as agent:
        agent.wait_until_ready()
        ids = held(agent.process.pid)
        assert agent.stop(signal.SIGTERM) == 0, agent.said()
        await_freed(ids)
