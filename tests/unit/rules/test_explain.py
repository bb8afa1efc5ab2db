# SPDX-License-Identifier: Apache-2.0
"""Conditions tried part by part: names are kept, verdicts are those of the engine."""

from __future__ import annotations

from typing import Any

import pytest

from falcomod.alert.explanation import Finding
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.engine.state.tables import State
from falcomod.errors import UserError
from falcomod.rules.compile import compile_rules
from falcomod.rules.explain import DEPTH_MAX, Explainer
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile
from tests.record_builder import build

MACROS = """
- list: shells
  items: [bash, dash]
- macro: shell
  condition: proc.name in (shells)
- macro: opened
  condition: evt.type = openat and fd.num >= 0
- macro: shell_opened
  condition: shell and opened
"""
SHADOW = build("openat", ts=1, tid=7, fd=3, name="/etc/shadow")


def found(condition: str, *more: str, record: bytes = SHADOW, **thread: Any) -> Finding:
    """The condition's findings at an event of the thread 7."""
    rule = [
        "- rule: r",
        "  desc: d",
        f"  condition: {condition}",
        "  output: o",
        "  priority: INFO",
    ]
    collection = load_sources([SourceFile("r.yaml", MACROS + "\n".join([*rule, *more]) + "\n")])
    compiled = compile_rules(collection)
    explainer = Explainer(collection, collection.rules["r"])
    findings: list[Finding] = []
    faults: list[BaseException] = []

    def on_match(_rule_ids: tuple[int, ...], view: Any) -> None:
        findings.append(explainer.condition(view))
        held = bool(compiled.ruleset.matching(view))
        assert held is findings[-1].holds

    builder = RulesetBuilder()
    builder.rule(0, builder.constant(True), tuple(EVENTS))
    state = State()
    state.seed_thread(tid=6, **{"comm": "sshd", "pid": 6, "ptid": 1})
    state.seed_thread(tid=7, **{"comm": "bash", "pid": 7, "ptid": 6, **thread})
    engine = Engine(
        ReplaySource([record]), state, builder.build(), on_match, on_error=faults.append
    )
    engine.run(0, 1)
    if faults:
        raise faults[0]
    return findings[0]


def outline(finding: Finding) -> list[Any]:
    """Text and verdict of each part, nested."""
    return [finding.text, finding.holds, *(outline(part) for part in finding.parts)]


def test_check_has_the_value_of_its_field() -> None:
    finding = found("fd.name = /etc/shadow")
    assert outline(finding) == ["fd.name = /etc/shadow", True]
    assert finding.values == (("fd.name", "/etc/shadow"),)


def test_missing_value_is_none() -> None:
    finding = found("not proc.exepath = /bin/cat")
    assert outline(finding) == ["not proc.exepath = /bin/cat", True]
    assert finding.values == (("proc.exepath", None),)


def test_macros_keep_their_names() -> None:
    assert outline(found("shell_opened and not shell")) == [
        "all of",
        False,
        [
            "shell_opened: all of",
            True,
            ["shell", True, ["proc.name in (bash, dash)", True]],
            ["opened: all of", True, ["evt.type = openat", True], ["fd.num >= 0", True]],
        ],
        ["not", False, ["shell", True, ["proc.name in (bash, dash)", True]]],
    ]


def test_exceptions_keep_their_names_and_one_that_applies_decides() -> None:
    exceptions = (
        "  exceptions:",
        "    - {name: by_cat, fields: [proc.name, fd.name], values: [[cat, /etc/shadow]]}",
        "    - {name: by_shell, fields: proc.name, values: [zsh, bash]}",
        "    - {name: empty, fields: [proc.name], values: []}",
    )
    finding = found("opened", *exceptions)
    assert outline(finding.parts[-1]) == [
        "no exception applies",
        False,
        [
            "exception by_cat: all of",
            False,
            ["proc.name = cat", False],
            ["fd.name = /etc/shadow", True],
        ],
        ["exception by_shell", True, ["proc.name in (zsh, bash)", True]],
    ]
    assert not finding.holds


def test_base_condition_with_or_stays_in_one_piece_beside_exceptions() -> None:
    exceptions = ("  exceptions:", "    - {name: e, fields: [proc.name], values: [[zsh]]}")
    finding = found("proc.name = x or proc.name = bash", *exceptions)
    assert [part.kind for part in finding.parts] == ["any", "unless"]
    assert finding.holds


def test_every_candidate_of_a_field_is_shown() -> None:
    finding = found("proc.aname = init")
    assert finding.values == (("proc.aname", "sshd"),)
    assert not finding.holds


def test_both_fields_of_a_comparison_are_shown() -> None:
    finding = found("proc.name = val(proc.pname)")
    assert finding.values == (("proc.name", "bash"), ("proc.pname", "sshd"))
    assert not finding.holds


def test_transformers_are_tried_as_they_stand() -> None:
    finding = found("toupper(proc.name) = BASH")
    assert finding.values == (("toupper(proc.name)", "BASH"),)
    assert finding.holds


def test_one_check_in_two_places_has_one_verdict() -> None:
    finding = found("(proc.name = bash or fd.num = 9) and proc.name = bash")
    assert finding.parts[0].parts[0] == finding.parts[1]


def test_events_of_other_types_are_tried_all_the_same() -> None:
    finding = found("shell_opened", record=build("close", ts=1, tid=7, fd=3))
    assert [part.holds for part in finding.parts] == [True, False]


def nested(levels: int) -> str:
    condition = "proc.name = bash"
    for _ in range(levels // 2):
        condition = f"(({condition}) or fd.num = 9) and evt.num >= 0"
    return condition


def test_deep_conditions_are_explained_and_deeper_ones_refused() -> None:
    assert found(nested(DEPTH_MAX - 2)).holds
    for levels in (DEPTH_MAX + 2, 900):
        with pytest.raises(UserError, match="too deep to be explained"):
            found(nested(levels))
