# SPDX-License-Identifier: Apache-2.0
"""Compiled rules on events of all kinds, so that what they prepare is used."""

from __future__ import annotations

import random
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from bench.mix import seed as seed_state
from falcomod.app.audit.lines import AuditLines
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.documents import DocumentEngine
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.errors import LocatedError
from falcomod.rules.compile import CompiledRules
from tests.fuzz.mutate import corpus, mutants

AUDIT = Path(__file__).resolve().parents[1] / "scenario" / "k8s_audit" / "audit.jsonl"
RECORDS = 60  # at one attempt
DOCUMENTS = 6


@cache
def by_code() -> dict[int, list[bytes]]:
    """Sound and damaged records, always the same, by the code in their header."""
    found = defaultdict(list)
    for record in [*corpus(1), *mutants(1, 6000)]:
        found[int.from_bytes(record[20:22], "little")].append(record)
    return dict(found)


@cache
def documents() -> list[dict[str, Any]]:
    faults: list[LocatedError] = []
    return [one for one in AuditLines(str(AUDIT), on_fault=faults.append) if one is not None]


def chosen(rng: random.Random, codes: frozenset[int]) -> list[bytes]:
    """Records, most of them of the codes, and some of any."""
    found = by_code()
    wanted = [code for code in sorted(codes) if code in found] or sorted(found)
    pools = [*rng.choices(wanted, k=RECORDS - 10), *rng.choices(sorted(found), k=10)]
    return [rng.choice(found[code]) for code in pools]


def evaluate(rng: random.Random, rules: CompiledRules) -> int:
    """How many events matched; each match is printed as an alert's output is."""
    matched = 0

    def on_match(rule_ids: tuple[int, ...], view: Any) -> None:
        nonlocal matched
        matched += 1
        for rule_id in rule_ids:
            rules.rules[rule_id].template.render(view)
            rules.rules[rule_id].template.fields(view)

    def on_error(error: BaseException) -> None:
        raise AssertionError("an exception came out") from error

    engines: list[Engine | DocumentEngine] = []
    if any(entry.rule.source == "syscall" for entry in rules.rules):
        state = State(thread_limit=512, fd_limit=64)
        seed_state(state)
        source = ReplaySource(chosen(rng, rules.codes))
        engines.append(Engine(source, state, rules.ruleset, on_match, on_error=on_error))
    if any(entry.rule.source == "k8s_audit" for entry in rules.rules):
        some = rng.choices(documents(), k=DOCUMENTS)
        ruleset = rules.rulesets["k8s_audit"]
        engines.append(DocumentEngine(some, ruleset, on_match, on_error=on_error))
    for engine in engines:
        while not engine.at_end:
            engine.run(0, 10_000)
        if engine.counters()["errors"]:
            raise AssertionError(engine.counters())
    return matched
