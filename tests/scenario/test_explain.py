# SPDX-License-Identifier: Apache-2.0
"""What explaining says of a rule is what the engine says: every shipped rule at every event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from falcomod.app.captures import open_capture
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.engine.state.context import ContextView
from falcomod.rules.compile import compile_rules
from falcomod.rules.explain import Explainer
from falcomod.rules.load import load_files
from tests.capture_files import SAMPLES
from tests.scenario.test_rules import RULES, Case, cases, record, state


class Both:
    """The shipped rules, tried by the engine and part by part."""

    def __init__(self, path: Path) -> None:
        collection = load_files([path])
        self.program = compile_rules(collection, matching="all")
        self.explainers = {
            entry.rule_id: Explainer(collection, entry.rule) for entry in self.program.rules
        }
        self.compared = 0
        self.matched = 0

    def on_event(self, _rule_ids: tuple[int, ...], view: ContextView) -> None:
        held = self.program.ruleset.matching(view)
        tried = self.program.ruleset.rules_of(view.code)
        for rule_id, explainer in self.explainers.items():
            verdict = explainer.condition(view).holds
            assert verdict is (rule_id in held), (explainer.rule.name, view.number)
            assert not verdict or rule_id in tried, explainer.rule.name
            self.compared += 1
        self.matched += len(held)


@pytest.fixture(scope="module")
def both() -> Both:
    return Both(RULES)


def every_event() -> Any:
    builder = RulesetBuilder()
    builder.rule(0, builder.constant(True), tuple(EVENTS))
    return builder.build()


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.rule}: {case.name}")
def test_verdicts_are_those_of_the_engine(case: Case, both: Both) -> None:
    records = [record(number, *next(iter(event.items())))
               for number, event in enumerate(case.parts["events"], 1)]  # fmt: skip
    faults: list[BaseException] = []
    engine = Engine(ReplaySource(records), state(case), every_event(), both.on_event,
                    on_error=faults.append)  # fmt: skip
    engine.run(0, len(records))
    if faults:
        raise faults[0]


def test_enough_was_compared(both: Both) -> None:
    assert both.compared > 1000
    assert both.matched > 40


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.scap")), ids=lambda path: path.stem)
def test_verdicts_at_every_event_of_the_sample_captures(path: Path, both: Both) -> None:
    faults: list[BaseException] = []
    capture = open_capture(str(path))
    engine = capture.engine({capture.event_source: every_event()}, both.on_event, faults.append)
    before = both.compared
    while not (engine.at_end or faults):
        engine.run(0, 1000)
    capture.close()
    if faults:
        raise faults[0]
    assert both.compared - before == len(both.explainers) * engine.counters()["events"]
