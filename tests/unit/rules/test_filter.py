# SPDX-License-Identifier: Apache-2.0
"""Conditions by themselves."""

from __future__ import annotations

import pytest

from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.errors import RuleLoadError
from falcomod.rules.filter import compile_filter
from falcomod.rules.load import load_sources
from falcomod.rules.model import SOURCE_SYSCALL, RuleCollection
from falcomod.rules.text import SourceFile
from tests.record_builder import build

RECORDS = [
    build("openat", ts=1, tid=7, fd=3, name="/etc/shadow"),
    build("close", ts=2, tid=7, fd=3),
    build("openat", ts=3, tid=7, fd=3, name="/etc/passwd"),
]


def numbers(condition: str, macros: str = "") -> list[int]:
    """Numbers of the records for which it holds."""
    collection = load_sources([SourceFile("m.yaml", macros)]) if macros else RuleCollection()
    found: list[int] = []
    ruleset = compile_filter(condition, SOURCE_SYSCALL, collection)
    engine = Engine(
        ReplaySource(RECORDS), State(), ruleset, lambda _, view: found.append(view.number)
    )
    engine.run(0, 10)
    return found


def test_condition_picks_events() -> None:
    assert numbers("evt.type = openat") == [1, 3]
    assert numbers("fd.name = /etc/shadow") == [1, 2]
    assert numbers("evt.num > 1") == [2, 3]
    assert numbers("evt.num = 0") == []


def test_macros_and_lists_of_files_can_be_used() -> None:
    macros = "- list: files\n  items: [/etc/passwd]\n- macro: m\n  condition: fd.name in (files)\n"
    assert numbers("m and evt.type = openat", macros) == [3]


def test_rules_beside_them_match_nothing() -> None:
    rule = "- rule: r\n  desc: d\n  condition: evt.type = close\n  output: o\n  priority: INFO\n"
    assert numbers("evt.type = openat", rule) == [1, 3]


@pytest.mark.parametrize(
    ("condition", "place", "words"),
    [
        ("proc.nme = a", "filter:1:1", "proc.nme"),
        ("evt.type = openat and", "filter:1:22", ""),
        ("nobody_knows", "filter:1:1", "nobody_knows"),
    ],
)
def test_fault_is_told_with_its_place(condition: str, place: str, words: str) -> None:
    with pytest.raises(RuleLoadError) as caught:
        numbers(condition)
    assert place in str(caught.value)
    assert words in str(caught.value)
