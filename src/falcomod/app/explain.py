# SPDX-License-Identifier: Apache-2.0
"""Why a rule matches an event of a capture, does not, or is not even tried."""

from __future__ import annotations

import difflib

from falcomod.alert.explanation import Explanation
from falcomod.alert.model import Priority
from falcomod.alert.static_fields import StaticFields
from falcomod.app.captures import Capture, open_capture
from falcomod.app.explainers import MATCH, Explainers, explanation, load_collection
from falcomod.app.rules_program import load_rules
from falcomod.config.model import Config
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder
from falcomod.engine.state.context import ContextView
from falcomod.errors import UserError
from falcomod.rules.compile import CompiledRules
from falcomod.rules.model import Rule, RuleCollection

BATCH_EVENTS = 65536
TYPES_TOLD = 12  # of events that a rule is tried on

NO_MATCH, NOT_TRIED = "no match", "not tried"


class RuleTrial:
    """One rule among those that are loaded with it, to be tried on events."""

    def __init__(
        self,
        collection: RuleCollection,
        compiled: CompiledRules,
        rule: Rule,
        priority: Priority = Priority.DEBUG,
        static: StaticFields | None = None,
    ) -> None:
        self._rule = rule
        self._priority = priority
        self._compiled = compiled
        self._explainers = Explainers(collection, static)
        self._rule_id = next(
            (entry.rule_id for entry in compiled.rules if entry.rule.name == rule.name), None
        )

    def explain(self, view: ContextView) -> Explanation:
        """What becomes of the rule at the event of a callback."""
        condition = self._explainers.condition(self._rule, view)
        outcome, remarks = self._outcome(view, condition.holds)
        return explanation(self._rule, view, outcome, remarks, condition)

    def _outcome(self, view: ContextView, holds: bool) -> tuple[str, tuple[str, ...]]:
        if self._rule_id is None:
            would = "would match" if holds else "would not match either"
            return NOT_TRIED, (f"the rule is off: {self._why_off()}; on, it {would}",)
        ruleset = self._compiled.rulesets[self._rule.source]
        if self._rule_id not in ruleset.rules_of(view.code):
            return NOT_TRIED, (self._of_other_types(ruleset, view.code),)
        matched = ruleset.matching(view)
        if self._rule_id in matched:
            return MATCH, ()
        if not holds:
            return NO_MATCH, ()
        first = self._compiled.rules[matched[0]].rule.name
        return NO_MATCH, (
            f"the condition holds, but {first!r} stands before this rule and holds as well: "
            "with rule_matching: first an event raises one alert",
        )

    def _why_off(self) -> str:
        if not self._rule.enabled:
            return "enabled is false"
        if self._rule.priority > self._priority:
            return (
                f"{self._rule.priority.label} is less severe than priority: {self._priority.label}"
            )
        return "rules: switches it off"

    def _of_other_types(self, ruleset: Ruleset, code: int) -> str:
        names = sorted({
            event.name for event in EVENTS.values() if self._rule_id in ruleset.rules_of(event.code)
        })  # fmt: skip
        if not names:
            return "no event of any type can match the rule"
        told = ", ".join(names[:TYPES_TOLD])
        more = f" and {len(names) - TYPES_TOLD} more" if len(names) > TYPES_TOLD else ""
        return f"the rule is not tried on {EVENTS[code].name} events, only on: {told}{more}"


def explain_event(config: Config, name: str, path: str, number: int) -> Explanation:
    """What becomes of a rule at the event of that number in a capture.

    Raises UserError where there is no such rule or no such event.
    """
    collection = load_collection(config)
    rule = collection.rules.get(name)
    if rule is None:
        raise UserError(_unknown_rule(name, collection))
    compiled = load_rules(config)
    if name in compiled.left_out:
        raise UserError(
            f"rule {name!r} is left out, for it has a fault:\n{compiled.left_out[name]}"
        )
    static = StaticFields.of(config.static_fields)
    trial = RuleTrial(collection, compiled, rule, Priority.parse(config.priority), static)
    capture = open_capture(path, thread_limit=config.falco_libs.thread_table_size)
    try:
        if capture.event_source != rule.source:
            raise UserError(
                f"rule {name!r} is about events of source {rule.source}, "
                f"but those of {path} are of source {capture.event_source}"
            )
        return _at(capture, number, trial)
    finally:
        capture.close()


def _at(capture: Capture, number: int, trial: RuleTrial) -> Explanation:
    """Reads a capture up to an event."""
    found: list[Explanation] = []
    errors: list[BaseException] = []

    def on_match(_rule_ids: tuple[int, ...], view: ContextView) -> None:
        found.append(trial.explain(view))

    builder = RulesetBuilder()
    builder.rule(0, builder.check("evt.num", "=", (str(number),)), tuple(EVENTS))
    engine = capture.engine({capture.event_source: builder.build()}, on_match, errors.append)
    while not (found or errors or engine.at_end):
        engine.run(100, BATCH_EVENTS)
    if errors:
        raise errors[0]
    if found:
        return found[0]
    count = engine.counters()["events"]
    has = f"its events are numbered from 1 to {count}" if count else "it has no events"
    fault = f"\n{capture.fault}" if capture.fault else ""
    raise UserError(f"{capture.path}: no event {number}: {has}{fault}")


def _unknown_rule(name: str, collection: RuleCollection) -> str:
    by_lower = {known.lower(): known for known in collection.rules}
    close = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    hint = " or ".join(repr(by_lower[found]) for found in close)
    if hint:
        return f"no rule {name!r}; did you mean {hint}?"
    return f"no rule {name!r}; `falcomod rules list` shows those there are"
