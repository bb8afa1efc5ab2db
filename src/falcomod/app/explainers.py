# SPDX-License-Identifier: Apache-2.0
"""Explanations of the alerts of a run."""

from __future__ import annotations

from functools import cache

from falcomod.alert.explanation import Explanation, Finding
from falcomod.alert.format import Template
from falcomod.alert.static_fields import StaticFields
from falcomod.app import rules_files
from falcomod.config.model import Config
from falcomod.engine.state.context import ContextView
from falcomod.rules.explain import Explainer
from falcomod.rules.load import load_files
from falcomod.rules.model import Rule, RuleCollection

MATCH = "match"


class Explainers:
    """The rules of a run, each prepared for being explained when it is first asked for."""

    def __init__(self, collection: RuleCollection, static: StaticFields | None = None) -> None:
        self._collection = collection
        self._static = static
        self._known: dict[str, Explainer] = {}

    @classmethod
    def configured(cls, config: Config) -> Explainers:
        """Of the rules that a configuration names."""
        return cls(load_collection(config), StaticFields.of(config.static_fields))

    def condition(self, rule: Rule, view: ContextView) -> Finding:
        """Each part of a rule's condition at the event of a callback."""
        if rule.name not in self._known:
            # Compiled rules may come from the cache, which has no texts.
            written = self._collection.rules[rule.name]
            self._known[rule.name] = Explainer(self._collection, written, self._static)
        return self._known[rule.name].condition(view)

    def of_alert(self, rule: Rule, view: ContextView) -> Explanation:
        """Why a rule matched the event of a callback."""
        return explanation(rule, view, MATCH, (), self.condition(rule, view))


def load_collection(config: Config) -> RuleCollection:
    """The rules that a configuration names, as they were written."""
    paths = rules_files.resolve(config.rules_files)
    return load_files(paths, skip_bad=config.skip_bad_rules)


def explanation(
    rule: Rule, view: ContextView, outcome: str, remarks: tuple[str, ...], condition: Finding
) -> Explanation:
    """What became of a rule at the event of a callback, in words."""
    return Explanation(
        rule=rule.name,
        event=_event_text(view.source).render(view),
        number=view.number,
        outcome=outcome,
        remarks=remarks,
        condition=condition,
    )


@cache
def _event_text(source: str) -> Template:
    return Template.parse(EVENT_TEXTS[source])


EVENT_TEXTS = {
    "syscall": "%evt.type by %proc.name (%thread.tid)",
    "k8s_audit": "%ka.verb %ka.target.resource by %ka.user.name",
}
