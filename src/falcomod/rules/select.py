# SPDX-License-Identifier: Apache-2.0
"""Which rules are on: what their definitions say, changed by the user's selections.

Selections are applied in order, after all files are loaded, so the last one that
names a rule decides.  They never change the order in which rules are tried: that
stays the order of definition.  (With Falco a rule that is switched on again moves
behind all others of its event types.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from falcomod.config.model import RulesNamed, RulesSwitched
from falcomod.errors import UserError
from falcomod.rules.model import Rule


@dataclass(frozen=True, slots=True)
class Selection:
    """Switches on or off the rules of a name (* is any text in it), of a tag, or of either."""

    enable: bool
    rule: str = ""
    tag: str = ""

    def __str__(self) -> str:
        by = [f"name: {self.rule}"] if self.rule else []
        by += [f"tag: {self.tag}"] if self.tag else []
        return f"{'Enabling' if self.enable else 'Disabling'} rules with {', '.join(by)}"

    def names(self, rule: Rule) -> bool:
        """Whether the selection is about *rule*."""
        by_name = bool(self.rule) and _pattern(self.rule).fullmatch(rule.name) is not None
        return by_name or self.tag in rule.tags


def select(rules: Iterable[Rule], selections: Sequence[Selection]) -> frozenset[str]:
    """The names of the rules that are on."""
    return frozenset(rule.name for rule in rules if _is_on(rule, selections))


def unused(rules: Iterable[Rule], selections: Sequence[Selection]) -> list[Selection]:
    """The selections that name no rule at all: most likely misspelt."""
    known = tuple(rules)
    return [chosen for chosen in selections if not any(chosen.names(rule) for rule in known)]


def by_configuration(steps: Sequence[RulesSwitched]) -> list[Selection]:
    """What the key `rules` of a configuration says; UserError for a step that names nothing."""
    selections = []
    for number, step in enumerate(steps, 1):
        named = [(True, step.enable), (False, step.disable)]
        found = [Selection(on, by.rule, by.tag) for on, by in named if by.rule or by.tag]
        if not found:
            raise UserError(
                f"rules: entry {number} names no rule: write enable or disable, and below it "
                "a rule or a tag, such as 'disable: {tag: network}'"
            )
        selections += found
    return selections


def by_options(
    only_tags: Sequence[str], without_tags: Sequence[str], without_names: Sequence[str]
) -> list[RulesSwitched]:
    """What -t TAG, -T TAG and -D SUBSTRING say, as steps of a configuration."""
    steps = [RulesSwitched(disable=RulesNamed(rule="*"))] if only_tags else []
    steps += [RulesSwitched(enable=RulesNamed(tag=tag)) for tag in only_tags]
    steps += [RulesSwitched(disable=RulesNamed(tag=tag)) for tag in without_tags]
    names = [f"*{part}*" for part in without_names]
    return steps + [RulesSwitched(disable=RulesNamed(rule=name)) for name in names]


def _is_on(rule: Rule, selections: Sequence[Selection]) -> bool:
    return next((chosen.enable for chosen in reversed(selections) if chosen.names(rule)),
                rule.enabled)  # fmt: skip


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in name.split("*")), re.DOTALL)


# Switches on what is off as well, for those who look at rules without running them.
EVERY_RULE = (Selection(True, rule="*"),)
