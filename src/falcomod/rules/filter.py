# SPDX-License-Identifier: Apache-2.0
"""A condition by itself, as people type it to look for events."""

from __future__ import annotations

from falcomod.alert.model import Priority
from falcomod.engine.match.ruleset import Ruleset
from falcomod.rules.compile import compile_rules
from falcomod.rules.model import Rule, RuleCollection
from falcomod.rules.text import Scalar, SourceFile, SourceText

NAME = "filter"


def compile_filter(condition: str, source: str, collection: RuleCollection) -> Ruleset:
    """What matches the events of a source for which *condition* holds, as rule 0.

    Macros and lists are those of *collection*.  It is read, checked and compiled as a
    rule's condition is; raises RuleLoadError.
    """
    text = SourceFile(NAME, condition)
    whole = SourceText.of(Scalar(condition, text, 0, len(condition)))
    rule = Rule(
        name=NAME,
        desc="",
        condition=whole,
        output=SourceText.of(Scalar(NAME, text, 0, 0)),
        priority=Priority.DEBUG,
        defined=whole,
        source=source,
        warn_evttypes=False,
    )
    alone = RuleCollection(rules={NAME: rule}, macros=collection.macros, lists=collection.lists)
    ruleset: Ruleset = compile_rules(alone).rulesets[source]
    return ruleset
