# SPDX-License-Identifier: Apache-2.0
"""The shipped rules against events: rules/tests/<rule>.yaml.

A file names its rule and has cases.  A case has the thread that acts (tid 100;
facts as State.seed_thread takes them, or "unknown") and its parents, nearest first, then events,
each with the parameters that matter, and the alerts that must come out of
them: exactly these rules in this order.  *output* are texts that the first
alert must hold.  The rules are tried as they are shipped, all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_files
from tests import record_builder

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules" / "falcomod_rules.yaml"
FILES = sorted((ROOT / "rules" / "tests").glob("*.yaml"))

TID = 100
COMM_SIZE = 15  # of a process name, linux/sched.h TASK_COMM_LEN without the NUL
HOST = ["cpu=/user.slice"]  # cgroups of what is in no container
UNKNOWN = "unknown"  # a thread that the state has never heard of
PROCESS_STARTS = ("execve", "execveat")


@dataclass(frozen=True)
class Case:
    """One case of a file."""

    rule: str
    name: str
    parts: dict[str, Any]

    @property
    def alerts(self) -> list[str]:
        return list(self.parts["alerts"])


def cases() -> Iterator[Case]:
    for path in FILES:
        content = yaml.safe_load(path.read_text())
        for parts in content["cases"]:
            yield Case(content["rule"], parts["name"], parts)


@pytest.fixture(scope="module")
def programs() -> dict[str, CompiledRules]:
    """The shipped rules for each way of matching."""
    collection = load_files([RULES])
    return {how: compile_rules(collection, matching=how) for how in ("first", "all")}


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.rule}: {case.name}")
def test_case(case: Case, programs: dict[str, CompiledRules]) -> None:
    alerts = run(case, programs[case.parts.get("matching", "first")])
    assert [rule for rule, _ in alerts] == case.alerts
    for text in case.parts.get("output", ()):
        assert text in alerts[0][1]


def run(case: Case, program: CompiledRules) -> list[tuple[str, str]]:
    """Rule and text of each alert that the events of a case raise."""
    alerts: list[tuple[str, str]] = []

    def on_match(rule_ids: tuple[int, ...], view: Any) -> None:
        for rule_id in rule_ids:
            compiled = program.rules[rule_id]
            alerts.append((compiled.rule.name, compiled.template.render(view)))

    records = [record(number, *next(iter(event.items())))
               for number, event in enumerate(case.parts["events"], 1)]  # fmt: skip
    engine = Engine(ReplaySource(records), state(case), program.ruleset, on_match)
    engine.run(0, len(records))
    assert engine.counters()["events"] == len(records)
    return alerts


def state(case: Case) -> State:
    """The acting thread and its parents, each the child of the next."""
    found = State()
    threads = [case.parts.get("thread", {}), *case.parts.get("parents", ())]
    for distance, facts in enumerate(threads):
        if facts == UNKNOWN:
            continue
        tid = TID - distance
        known = {"pid": tid, "ptid": tid - 1, "vtid": tid, "vpid": tid, "cwd": "/", "cgroups": HOST}
        found.seed_thread(tid=tid, **{**known, **facts})
    return found


def record(number: int, name: str, params: dict[str, Any]) -> bytes:
    """The record of an event of a case."""
    params = dict(params)
    if name in PROCESS_STARTS:
        own = {"tid_": TID, "pid": TID, "ptid": TID - 1, "cwd": "/", "fdlimit": 1024}
        params = {**own, "args": [], "cgroups": HOST, **params}
        params.setdefault("trusted_exepath", f"/usr/bin/{params['comm']}")
    if isinstance(params.get("tuple"), list):
        params["tuple"] = record_builder.socktuple(*params["tuple"])
    if isinstance(params.get("addr"), list):
        params["addr"] = record_builder.sockaddr(*params["addr"])
    return record_builder.build(name, ts=number, tid=TID, **params)


def test_every_shipped_rule_has_cases_with_and_without_an_alert() -> None:
    shipped = set(load_files([RULES]).rules)
    told = {case.rule for case in cases() if case.rule in case.alerts}
    silent = {case.rule for case in cases() if case.rule not in case.alerts}
    assert told == shipped
    assert silent == shipped


def test_shipped_rules_load_without_a_warning(programs: dict[str, CompiledRules]) -> None:
    assert [str(warning) for warning in programs["first"].warnings] == []


def test_names_of_programs_are_as_long_as_the_kernel_keeps_them() -> None:
    collection = load_files([RULES])
    too_long = [
        item.value
        for name, words in collection.lists.items()
        for item in words.items
        if name.endswith("_binaries")
        if item.value not in collection.lists and len(item.value) > COMM_SIZE
    ]
    assert too_long == []
