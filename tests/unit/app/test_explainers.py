# SPDX-License-Identifier: Apache-2.0
"""Explanations of alerts: each rule is prepared once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from falcomod.alert.additions import additions_of
from falcomod.app import explainers
from falcomod.app.explainers import EVENT_TEXTS, Explainers
from falcomod.config.model import Config
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.fields.registry import all_fields
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.rules.compile import compile_rules
from falcomod.rules.explain import Explainer
from tests.capture_files import RULES, write
from tests.record_builder import build

STATIC = """
- rule: In production
  desc: d
  condition: evt.type = openat and static.env = prod and tolower(static.env) startswith p
  output: o
  priority: INFO
"""


def test_alerts_are_explained_and_rules_prepared_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(rules_files=[write(tmp_path / "r.yaml", RULES)])
    made: list[str] = []

    class Counted(Explainer):
        def __init__(self, collection: Any, rule: Any, static: Any) -> None:
            made.append(rule.name)
            super().__init__(collection, rule, static)

    monkeypatch.setattr(explainers, "Explainer", Counted)
    known = Explainers.configured(config)
    compiled = compile_rules(explainers.load_collection(config))
    told: list[str] = []

    def on_match(rule_ids: tuple[int, ...], view: Any) -> None:
        told.extend(known.of_alert(compiled.rules[n].rule, view).outcome for n in rule_ids)

    record = build("openat", ts=1, tid=7, fd=3, name="/a")
    Engine(ReplaySource([record] * 3), State(), compiled.ruleset, on_match).run(0, 3)
    assert told == ["match"] * 3
    assert made == ["Anything opened"]


def test_every_source_has_a_text_for_its_events() -> None:
    sources = {name for info in all_fields() for name in info.field_class.sources}
    assert set(EVENT_TEXTS) == sources


def test_static_fields_are_those_of_the_configuration(tmp_path: Path) -> None:
    text = RULES + STATIC
    config = Config(rules_files=[write(tmp_path / "r.yaml", text)], static_fields={"env": "prod"})
    known = Explainers.configured(config)
    collection = explainers.load_collection(config)
    compiled = compile_rules(collection, additions=additions_of(config), matching="all")
    lines: list[str] = []

    def on_match(rule_ids: tuple[int, ...], view: Any) -> None:
        for number in rule_ids:
            if compiled.rules[number].rule.name == "In production":
                lines.extend(known.of_alert(compiled.rules[number].rule, view).lines())

    record = build("openat", ts=1, tid=7, fd=3, name="/a")
    Engine(ReplaySource([record]), State(), compiled.ruleset, on_match).run(0, 1)
    assert any("static.env = prod" in line for line in lines)
    assert not any("concat" in line for line in lines)
