# SPDX-License-Identifier: Apache-2.0
"""What cannot mean what it says, because a list that it names was left out.

A list is text: where it is not known its name stands for itself, and a rule
would quietly compare with that word.  So everything that names a lost list is
left out with it, and told.  (A lost macro needs no care: its name alone is an
error wherever it stands.)
"""

from __future__ import annotations

import dataclasses
import re

from falcomod.errors import RuleError
from falcomod.rules import exceptions
from falcomod.rules.model import Rule, RuleCollection
from falcomod.rules.text import SourceText

_WORD = re.compile(r"[^ \t\n\r(),=]+")


def without_lost(collection: RuleCollection) -> tuple[RuleCollection, dict[str, RuleError]]:
    """The collection without what names a lost list, and the fault of each rule that goes.

    All faults, those of lists and macros as well, stand in the *skipped* of the new collection.
    """
    if not collection.lost_lists:
        return collection, {}
    pruned = dataclasses.replace(
        collection,
        rules=dict(collection.rules),
        macros=dict(collection.macros),
        lists=dict(collection.lists),
        skipped=list(collection.skipped),
        lost_lists=set(collection.lost_lists),
    )
    _prune_lists(pruned)
    for name, macro in collection.macros.items():
        fault = _fault(macro.condition, "Macro", name, pruned.lost_lists)
        if fault:
            pruned.skipped.append(fault)
            del pruned.macros[name]
    faults = {}
    for name, rule in collection.rules.items():
        fault = _rule_fault(rule, pruned.lost_lists)
        if fault:
            faults[name] = fault
            pruned.skipped.append(fault)
            del pruned.rules[name]
    return pruned, faults


def _prune_lists(pruned: RuleCollection) -> None:
    """Lists that name a lost one, until no more are lost by that."""
    found = True
    while found:
        found = False
        for name, words in list(pruned.lists.items()):
            for item in words.items:
                if item.value in pruned.lost_lists and item.value != name:
                    pruned.skipped.append(_told(SourceText.of(item), 0, "List", name, item.value))
                    del pruned.lists[name]
                    pruned.lost_lists.add(name)
                    found = True
                    break


def _rule_fault(rule: Rule, lost: set[str]) -> RuleError | None:
    fault = _fault(rule.condition, "Rule", rule.name, lost)
    if fault is None:
        try:
            excepted = exceptions.condition(rule.exceptions)
        except RuleError:
            return None  # told when the rule is compiled
        if excepted is not None:
            fault = _fault(excepted, "Rule", rule.name, lost)
    return fault


def _fault(text: SourceText, kind: str, name: str, lost: set[str]) -> RuleError | None:
    for match in _WORD.finditer(text.text):
        if match.group() in lost:
            return _told(text, match.start(), kind, name, match.group())
    return None


def _told(text: SourceText, offset: int, kind: str, name: str, lost: str) -> RuleError:
    message = f"{kind} '{name}' is left out: it names the list '{lost}', which is left out"
    return text.error(message, offset, code="LOAD_ERR_VALIDATE")
