# SPDX-License-Identifier: Apache-2.0
"""Rules, told to people and programs: the list of all, or all about one."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from falcomod.alert.additions import additions_of
from falcomod.alert.model import Priority
from falcomod.app import rules_files
from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.rules.compile import CompiledRule, CompiledRules, compile_rules
from falcomod.rules.describe import Description
from falcomod.rules.load import load_files
from falcomod.rules.lost import without_lost
from falcomod.rules.model import RuleCollection
from falcomod.rules.select import EVERY_RULE, by_configuration, select

# Columns of the list, as Falco prints them.
_NAME_WIDTH = 50
_LINE_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rules that a configuration names, those that are off as well."""

    collection: RuleCollection
    compiled: CompiledRules
    chosen: frozenset[str]  # rules that the configuration leaves on, if it selects any

    @classmethod
    def configured(cls, config: Config) -> Catalogue:
        """Loads the rules; RuleLoadError and UserError as for a start."""
        skip_bad = config.skip_bad_rules
        paths = rules_files.resolve(config.rules_files)
        collection, _ = without_lost(load_files(paths, skip_bad=skip_bad))
        compiled = compile_rules(
            collection,
            selection=EVERY_RULE,
            skip_bad=skip_bad,
            additions=additions_of(config),
        )
        return cls(collection, compiled, _chosen(config, collection))

    def as_json(self, name: str = "") -> str:
        """One line: everything, or the rule of a name."""
        entries = [self._entry(name)] if name else self._entries()
        description = Description(self.collection, entries)
        told = {"rules": [description.rule(entries[0])]} if name else description.everything()
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    def lines(self) -> Iterator[str]:
        """Names and descriptions in two columns."""
        return table(self._entries())

    def details(self, name: str) -> Iterator[str]:
        """All about one rule, a block for each thing that can be said."""
        entry = self._entry(name)
        told = Description(self.collection, [entry]).rule(entry)
        for key, value in {**told["info"], **told["details"]}.items():
            text = _shown(value)
            if text:
                yield textwrap.fill(
                    text, _LINE_WIDTH, initial_indent=f"{key}: ", subsequent_indent="    ",
                    break_long_words=False, break_on_hyphens=False,
                )  # fmt: skip

    def _entries(self) -> Sequence[CompiledRule]:
        return [entry for entry in self.compiled.rules if entry.rule.name in self.chosen]

    def _entry(self, name: str) -> CompiledRule:
        found = next((entry for entry in self.compiled.rules if entry.rule.name == name), None)
        if found is None:
            raise UserError(f'Rule "{name}" is not loaded')
        return found


def table(entries: Iterable[CompiledRule]) -> Iterator[str]:
    """Rules and their descriptions, a blank line after each."""
    yield from _columns("Rule", "Description")
    yield from _columns("----", "-----------")
    for entry in entries:
        yield from _columns(entry.rule.name, entry.rule.desc)
        yield ""


def _chosen(config: Config, collection: RuleCollection) -> frozenset[str]:
    rules: Mapping[str, Any] = collection.rules
    steps = by_configuration(config.rules)
    on = select(collection.rules.values(), steps) if steps else frozenset(rules)
    least = Priority.parse(config.priority)
    return frozenset(name for name in on if collection.rules[name].priority <= least)


def _columns(left: str, right: str) -> Iterator[str]:
    width = _LINE_WIDTH - _NAME_WIDTH - 1
    wrapped = textwrap.wrap(right, width, break_long_words=False, break_on_hyphens=False)
    for line in wrapped or [""]:
        yield f"{left:{_NAME_WIDTH}} {line}".rstrip()
        left = ""


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value) if value else ""
