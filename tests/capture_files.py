# SPDX-License-Identifier: Apache-2.0
"""Small captures and rules for tests of what reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.capture_builder import capture, event, machine, process, processes
from tests.record_builder import build

SAMPLES = Path(__file__).resolve().parent / "captures"
SECOND_NS = 1_000_000_000
START_NS = 1_700_000_000 * SECOND_NS
HOSTNAME = "captured-host"

RULES = """
- macro: opened
  condition: evt.type = openat
- rule: Shadow opened
  desc: d
  condition: opened and fd.name = /etc/shadow
  output: opened %fd.name by %proc.name on %evt.hostname
  priority: WARNING
- rule: Anything opened
  desc: d
  condition: opened
  output: opened %fd.name
  priority: INFO
- rule: Off
  desc: d
  condition: opened
  output: o
  priority: INFO
  enabled: false
"""
AUDIT_RULE = """
- rule: Pod made
  desc: d
  source: k8s_audit
  condition: ka.verb = create and ka.target.resource = pods
  output: pod %ka.target.name by %ka.user.name
  priority: NOTICE
"""


def opened(*names: str) -> bytes:
    """A capture in which cat, thread 42, opens files, one each second."""
    known = processes([process(tid=42, comm=b"cat", exe=b"cat", exepath=b"/bin/cat")])
    records = [
        build("openat", ts=START_NS + number * SECOND_NS, tid=42, fd=3 + number, name=name)
        for number, name in enumerate(names)
    ]
    return capture(machine(hostname=HOSTNAME), known, *(event(record) for record in records))


def audit_lines(*names: str) -> bytes:
    """Audit events about pods of these names."""
    events = [
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "auditID": f"audit-{number}",
            "verb": "create",
            "stage": "ResponseComplete",
            "stageTimestamp": f"2024-05-01T10:00:{number:02d}.5Z",
            "user": {"username": "admin"},
            "objectRef": {"resource": "pods", "namespace": "default", "name": name},
            "responseStatus": {"code": 201},
        }
        for number, name in enumerate(names)
    ]
    return b"".join(json.dumps(found).encode() + b"\n" for found in events)


def write(path: Path, content: str | bytes) -> str:
    """The path of a file that has *content* from now on."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def numbers(lines: Sequence[str]) -> list[int]:
    """What the lines begin with."""
    return [int(line.split()[0]) for line in lines]
