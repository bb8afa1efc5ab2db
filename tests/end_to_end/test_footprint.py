# SPDX-License-Identifier: Apache-2.0
"""What a running falcomod takes from the host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.agent import Agent

RESIDENT_LIMIT_KIB = 64 * 1024
RINGS = ("/dev/falcomod", "anon_inode:bpf-map")
MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(?P<path>.*)$")


def resident_kib(pid: int) -> dict[str, int]:
    """KiB resident in the driver's mappings ("rings") and in all others ("process")."""
    kib = {"rings": 0, "process": 0}
    owner = "process"
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        mapping = MAPPING.match(line)
        if mapping:
            owner = "rings" if mapping["path"] in RINGS else "process"
        elif line.startswith("Rss:"):
            kib[owner] += int(line.split()[1])
    return kib


def test_resident_memory_without_the_rings(
    agent: Agent, capsys: pytest.CaptureFixture[str]
) -> None:
    kib = resident_kib(agent.process.pid)
    ready = next(line.text for line in agent.log if "falcomod initialized" in line.text)
    with capsys.disabled():
        print(f"\nresident: {kib['process']} KiB, rings not counted ({kib['rings']} KiB)")
        print(ready.partition(": ")[2])
    assert kib["process"] <= RESIDENT_LIMIT_KIB
