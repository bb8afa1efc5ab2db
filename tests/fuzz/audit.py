# SPDX-License-Identifier: Apache-2.0
"""Damaged audit events through lines, rules and alerts.

Starts from the log of tests/scenario/k8s_audit.  Whatever is sent, every line is read or
counted as a fault, every field has a value or none, and no exception comes out.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from falcomod.app.audit.lines import AuditLines
from falcomod.engine.documents import DocumentEngine
from falcomod.engine.fields.registry import all_fields, bind
from falcomod.errors import LocatedError
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_files
from tests.fuzz import campaign

FOLDER = Path(__file__).resolve().parents[1] / "scenario" / "k8s_audit"

PIECES = (
    b"null", b"[]", b"{}", b'"\\ud83d"', b"1e400", b"-1", b"[[[[", b'{"a":', b"\x00", b"true",
    b'""', b"9" * 400, b"[" * 900, b"\xff", b"\r\n", b'"\\u0000"', b'"*"', b"18446744073709551616",
)  # fmt: skip
# For each field an argument it takes.
ARGUMENTS = {"none": "", "optional": "[1]", "required": "[/etc*]"}
FIELDS = [
    bind(info.name + ARGUMENTS[info.argument])
    for info in all_fields()
    if info.field_class.name in ("ka", "json", "jevt")
]


def damaged(rng: random.Random, line: bytes) -> bytes:
    """The line, most often with something in it replaced, taken out or put in."""
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(line) + 1)
        end = at + rng.choice([0, 0, 1, 30])
        if rng.random() < 0.5:  # a whole value, so that what comes out is JSON
            at = line.find(b":", at) + 1
            ends = [place for mark in (b",", b"}", b"]") if (place := line.find(mark, at)) >= 0]
            end = min(ends, default=at)
        line = line[:at] + rng.choice(PIECES) + line[end:]
    return line


def run(path: Path, rules: CompiledRules) -> dict[str, int]:
    """What came of a file of lines; AssertionError for what must not."""
    faults: list[LocatedError] = []

    def on_match(rule_ids: tuple[int, ...], view: Any) -> None:
        for rule_id in rule_ids:
            rules.rules[rule_id].template.render(view)
            rules.rules[rule_id].template.fields(view)
        for ref in FIELDS:
            text, value = ref.text(view), ref.value(view)
            assert (text is None) == (value is None)

    def on_error(error: BaseException) -> None:
        raise AssertionError("an exception came out") from error

    reader = AuditLines(str(path), on_fault=faults.append)
    engine = DocumentEngine(reader, rules.rulesets["k8s_audit"], on_match, on_error=on_error)
    while not engine.at_end:
        engine.run(0, 1000)
    reader.close()
    counted = reader.counters()
    told = sum(counted[name] for name in ("bad_json", "no_event", "too_long"))
    assert (len(faults), reader.fault) == (told, None)
    assert engine.counters()["events"] == counted["events"]
    return {**counted, "matches": engine.counters()["matches"]}


@cache
def compiled() -> CompiledRules:
    return compile_rules(load_files([FOLDER / "rules.yaml"]), matching="all")


def attempt(data: bytes) -> Counter[str]:
    """What became of a log."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.jsonl"
        path.write_bytes(data)
        return Counter(run(path, compiled()))


def inputs(rng: random.Random) -> Iterator[bytes]:
    lines = (FOLDER / "audit.jsonl").read_bytes().split(b"\n")
    while True:
        yield b"\n".join(damaged(rng, line) for line in lines)


TARGET = campaign.Target("audit", __doc__, inputs, attempt, frozenset({"matches", "bad_json"}))

if __name__ == "__main__":
    campaign.run(TARGET)
