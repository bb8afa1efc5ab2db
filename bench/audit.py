# SPDX-License-Identifier: Apache-2.0
"""Cost per audit event of Kubernetes, stage by stage: python -m bench.audit.

The events are those of tests/scenario/k8s_audit, about 1.1 KB each, over and over in a
file of lines; the rules are the 13 beside them.  Processor time, best of several rounds.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from falcomod.app.audit.lines import AuditLines
from falcomod.engine.documents import DocumentEngine
from falcomod.engine.match.ruleset import Ruleset
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_files

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "scenario" / "k8s_audit"
EVENTS = 20_000
ROUNDS = 3


def lines() -> bytes:
    """The log's events, one a line."""
    events = [event for event in AuditLines(str(FOLDER / "audit.jsonl")) if event is not None]
    whole = b"".join(json.dumps(event).encode() + b"\n" for event in events)
    return whole * (EVENTS // len(events))


def through(path: Path, ruleset: Ruleset | None) -> int:
    """Reads the file; how many events it has."""
    engine = DocumentEngine(AuditLines(str(path)), ruleset, lambda rule_ids, view: None)
    while not engine.at_end:
        engine.run(0, EVENTS)
    count: int = engine.counters()["events"]
    return count


def report(what: str, path: Path, ruleset: Ruleset | None) -> None:
    best = 1e9
    for _ in range(ROUNDS):
        started = time.thread_time()
        count = through(path, ruleset)
        best = min(best, (time.thread_time() - started) / count)
    speed = path.stat().st_size / count / best / 1e6
    print(f"{what:<28}{best * 1e6:>7.1f} us{1 / best:>10,.0f} events/s{speed:>6.0f} MB/s")


def main() -> None:
    rules = compile_rules(load_files([FOLDER / "rules.yaml"])).rulesets["k8s_audit"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.jsonl"
        path.write_bytes(lines())
        report("lines, JSON, time", path, None)
        report("… and 13 rules", path, rules)


if __name__ == "__main__":
    main()
