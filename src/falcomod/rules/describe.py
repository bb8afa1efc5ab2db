# SPDX-License-Identifier: Apache-2.0
"""What can be said about loaded rules, macros and lists: the object that Falco's -L prints.

What stands in no order of its own (fields, operators, events) is sorted, so that
two descriptions can be compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from falcomod.engine.fields.registry import bind
from falcomod.errors import FieldError, RuleError
from falcomod.rules import ast
from falcomod.rules.ast import And, Check, MacroRef, Node, Not, Or
from falcomod.rules.compile import CompiledRule
from falcomod.rules.fold import Folder
from falcomod.rules.grammar import parse
from falcomod.rules.model import (
    SOURCE_SYSCALL,
    Macro,
    Rule,
    RuleCollection,
    RuleException,
    RuleList,
)
from falcomod.rules.narrow import Narrower
from falcomod.rules.requirements import version_text
from falcomod.rules.resolve import Resolver
from falcomod.rules.sources import SOURCES
from falcomod.rules.text import SourceText

# Of the plugins that are built in, which give the fields of a class.
PLUGIN_OF_CLASS = {
    "container": "container",
    "k8s": "container",
    "k8smeta": "k8smeta",
    "ka": "k8saudit",
    "json": "json",
    "jevt": "json",
}
PLUGIN_OF_SOURCE = {"k8s_audit": "k8saudit"}


@dataclass(slots=True)
class Description:
    """Describes the *compiled* rules of a collection, and all its macros and lists."""

    collection: RuleCollection
    compiled: Collection[CompiledRule]
    _resolver: Resolver = field(init=False)
    _folder: Folder = field(default_factory=Folder)
    _narrowers: dict[str, Narrower] = field(default_factory=dict)
    _trees: list[Node] = field(default_factory=list)  # kept: folder and narrower know identities

    def __post_init__(self) -> None:
        self._resolver = Resolver(self.collection)
        for source in SOURCES.values():
            self._narrowers[source.name] = Narrower(source.types)

    def everything(self) -> dict[str, Any]:
        """Rules, macros, lists and what the files require."""
        rules = [self.rule(entry) for entry in self.compiled]
        macros = list(self._macros())  # before "used" is asked for: a macro may be in another
        for macro in macros:
            macro["details"]["used"] = macro["info"]["name"] in self._resolver.used_macros
        return {
            "required_engine_version": version_text(self.collection.engine_version),
            "required_plugin_versions": [
                _plugin(group.alternatives) for group in self.collection.plugin_versions
            ],
            "rules": rules,
            "macros": macros,
            "lists": [self._list(words) for words in self.collection.lists.values()],
        }

    def rule(self, entry: CompiledRule) -> dict[str, Any]:
        """One rule, under the keys info and details."""
        rule = entry.rule
        tree = self._kept(self._resolver.rule(rule))
        fields, output_fields = _fields(tree), list(entry.template.field_names)
        details = {
            **self._named(rule.condition),
            **_checked(tree),
            "output_fields": output_fields,
            "exception_fields": sorted(
                {name.value for each in rule.exceptions if each.values for name in each.fields}
            ),
            "exception_names": sorted({each.name.value for each in rule.exceptions}),
            "exception_operators": sorted(
                {comp for each in rule.exceptions for comp in _operators(each)}
            ),
            "events": self._events(tree, rule.source),
            "output_compiled": entry.template.text,
            "plugins": _plugins(rule.source, [*fields, *output_fields]),
        }
        return {"info": _rule_info(rule), "details": details}

    def _macros(self) -> Iterator[dict[str, Any]]:
        for macro in self.collection.macros.values():
            try:
                yield self._macro(macro)
            except RuleError:
                continue  # left out and told where it was loaded

    def _macro(self, macro: Macro) -> dict[str, Any]:
        tree = self._kept(self._resolver.expanded_macro(macro))
        details = {
            "used": False,
            **self._named(macro.condition),
            **_checked(tree),
            "events": self._events(tree, SOURCE_SYSCALL),
            # Which plugin gives a field depends on the source of the rule that uses the macro.
            "plugins": [],
        }
        info = {"name": macro.name, "condition": macro.condition.text}
        return {"info": info, "details": details}

    def _list(self, words: RuleList) -> dict[str, Any]:
        known = self.collection.lists
        items = [item.value for item in words.items]
        lists = sorted({item for item in items if item in known and item != words.name})
        return {
            "info": {
                "name": words.name,
                "items": [item for item in items if item not in lists],
            },
            "details": {
                "used": words.name in self._resolver.used_lists,
                "lists": lists,
                "items_compiled": list(self._items(words, (words.name,))),
                "plugins": [],
            },
        }

    def _items(self, words: RuleList, path: tuple[str, ...]) -> Iterator[str]:
        """The items with those of lists in it; a list within itself is a word."""
        for item in words.items:
            inner = self.collection.lists.get(item.value)
            if inner is None or inner.name in path:
                yield item.value
            else:
                yield from self._items(inner, (*path, inner.name))

    def _named(self, condition: SourceText) -> dict[str, Any]:
        """The macros and lists that a condition itself names."""
        try:
            tree = parse(condition)
        except RuleError:  # a list's items may be more than values
            return {"macros": [], "lists": []}
        nodes = list(ast.walk(tree))
        values = {value for node in nodes if isinstance(node, Check) for value in node.values}
        return {
            "macros": sorted({node.name for node in nodes if isinstance(node, MacroRef)}),
            "lists": sorted(values & self.collection.lists.keys()),
        }

    def _events(self, tree: Node, source: str) -> list[str]:
        return sorted(self._narrowers[source].types(self._kept(self._folder.fold(tree))))

    def _kept(self, tree: Node) -> Node:
        self._trees.append(tree)
        return tree


def condition_text(tree: Node) -> str:
    """A condition with brackets around every and and or."""

    def text(node: Node, children: list[str]) -> str:
        if isinstance(node, And | Or):
            word = " and " if isinstance(node, And) else " or "
            return f"({word.join(children)})"
        return f"not {children[0]}" if isinstance(node, Not) else ast.to_text(node)

    return ast.bottom_up(tree, text, {})


def _rule_info(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "condition": rule.condition.text,
        "priority": rule.priority.label,
        "output": rule.output.text.strip(),
        "description": rule.desc,
        "enabled": rule.enabled,
        "source": rule.source,
        "capture": rule.capture,
        "capture_duration": rule.capture_duration_ms,
        "tags": sorted(rule.tags),
    }


def _checked(tree: Node) -> dict[str, Any]:
    """What the checks of a tree are made of, and the tree as text."""
    checks = [node for node in ast.walk(tree) if isinstance(node, Check)]
    return {
        "condition_operators": sorted({check.operator for check in checks}),
        "condition_fields": _fields(tree),
        "condition_compiled": condition_text(tree),
    }


def _fields(tree: Node) -> list[str]:
    """The fields that a tree compares, those within transformers as well."""
    checks = [node for node in ast.walk(tree) if isinstance(node, Check)]
    written = {check.field for check in checks} | {check.rhs for check in checks if check.rhs}
    return sorted({name for expression in written for name in _within(expression)})


def _within(expression: str) -> Iterator[str]:
    """The fields of an expression; a field is one of its own."""
    try:
        ref = bind(expression)
    except FieldError:  # in a macro that no rule uses
        yield expression
        return
    if ref.info.field_class is not None:
        yield expression
        return
    for inner in ref.fields:
        yield from _within(inner)


def _operators(exception: RuleException) -> list[str]:
    """The operators of an exception, those that it has by default as well."""
    if exception.comps:
        return [comp.value for comp in exception.comps]
    return ["in" if exception.single else "="]


def _plugins(source: str, fields: Iterable[str]) -> list[str]:
    """The built-in plugins without which a rule could not be."""
    found = {PLUGIN_OF_SOURCE[source]} if source in PLUGIN_OF_SOURCE else set()
    names = {name.partition(".")[0] for expression in fields for name in _within(expression)}
    return sorted(found | {PLUGIN_OF_CLASS[name] for name in names if name in PLUGIN_OF_CLASS})


def _plugin(alternatives: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    first, *others = ({"name": name, "version": version} for name, version in alternatives)
    return {**first, "alternatives": others}
