# SPDX-License-Identifier: Apache-2.0
"""Names to what they stand for: lists in the text, macros in the tree.

A list is text: its items, with commas, take the place of its name before the
condition is parsed.  A macro is a condition of its own: it is parsed once and
its tree shared by all who name it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from falcomod.errors import RuleError
from falcomod.rules import ast, exceptions
from falcomod.rules.ast import MacroRef, Node
from falcomod.rules.expression import MODIFIERS
from falcomod.rules.grammar import parse
from falcomod.rules.model import Macro, Rule, RuleCollection
from falcomod.rules.text import SourceText

# Names in names grow faster than any text: trees are walked recursively, lists held whole.
MAX_DEPTH = 1000
MAX_NODES = 100_000
MAX_ITEMS = 100_000
MAX_CHAIN = 50

# A name is a name wherever these stand around it, in quotes as well: lists are text.
_WORD = re.compile(r"[^ \t\n\r(),=]+")
_BEFORE_LIST = re.compile(
    rf"[ \t\n\r=](?:{'|'.join(sorted(ast.LIST_OPERATORS))}|{'|'.join(MODIFIERS)})[ \t\n\r]+$"
)
_COMMA_AFTER = re.compile(r"[ \t\n\r]*,")
_COMMA_BEFORE = re.compile(r",[ \t\n\r]*$")


class _Expanded(NamedTuple):
    """A tree without names, how many nodes lie on its longest way down, and how many it has."""

    tree: Node
    depth: int
    nodes: int


@dataclass(slots=True)
class Resolver:
    """The conditions of one collection, each parsed once.

    *used_lists* and *used_macros* grow as conditions are resolved.
    """

    collection: RuleCollection
    used_lists: set[str] = field(default_factory=set)
    used_macros: set[str] = field(default_factory=set)
    _items: dict[str, list[str]] = field(default_factory=dict)
    _trees: dict[str, Node] = field(default_factory=dict)
    _resolved: dict[str, _Expanded] = field(default_factory=dict)

    def rule(self, rule: Rule) -> Node:
        """The tree of a rule, exceptions and macros put in; RuleError at the first fault."""
        tree = self._parsed(rule.condition)
        excepted = exceptions.condition(rule.exceptions)
        if excepted is not None:
            tree = ast.And((tree, ast.Not(self._parsed(excepted))))
        return self._expanded(tree, rule.condition, visibility=None, path=()).tree

    def macro(self, macro: Macro) -> Node:
        """The tree of a macro, parsed but with the names of other macros in it."""
        if macro.name not in self._trees:
            self._trees[macro.name] = self._parsed(macro.condition)
        return self._trees[macro.name]

    def expanded_macro(self, macro: Macro) -> Node:
        """The tree of a macro with all other macros put in.

        Asked in the order of definition, no macro waits for a long chain of others.
        """
        return self._macro(macro, (macro.name,)).tree

    def _parsed(self, condition: SourceText) -> Node:
        return parse(self.with_lists(condition))

    def with_lists(self, condition: SourceText) -> SourceText:
        """The text with the names of lists exchanged for their items.

        After in, intersects, pmatch and modifiers a name without brackets gets them.
        """
        changes: list[tuple[int, int, str]] = []
        text = condition.text
        lists = self.collection.lists
        for match in _WORD.finditer(text):
            if match.group() not in lists:
                continue
            self.used_lists.add(match.group())
            start, end = match.span()
            items = ", ".join(self._list_items(match.group(), ()))
            if _BEFORE_LIST.search(text, max(start - 24, 0), start):
                items = f"({items})"
            elif not items:
                start, end = _with_comma(text, start, end, changes[-1][1] if changes else 0)
            changes.append((start, end, items))
        return condition.replaced(changes) if changes else condition

    def _list_items(self, name: str, path: tuple[str, ...]) -> list[str]:
        """The items of a list as they are written in a condition, lists in it put in.

        A list that holds itself, at once or over others, means the word there.
        """
        if name in self._items:
            return self._items[name]
        items: list[str] = []
        for item in self.collection.lists[name].items:
            inner = item.value
            if inner in self.collection.lists and inner != name and inner not in path:
                self.used_lists.add(inner)
                items.extend(self._list_items(inner, (*path, name)))
            else:
                items.append(exceptions.item(inner))
            if len(items) > MAX_ITEMS:
                message = f"list '{name}' has more than {MAX_ITEMS} items with the lists in it"
                raise SourceText.of(item).error(message, 0, code="LOAD_ERR_VALIDATE")
        self._items[name] = items
        return items

    def _expanded(
        self, tree: Node, origin: SourceText, *, visibility: int | None, path: tuple[str, ...]
    ) -> _Expanded:
        def put_in(node: Node, below: list[_Expanded]) -> _Expanded:
            if isinstance(node, MacroRef):
                return self._referred(node, visibility=visibility, path=path)
            if not below:
                return _Expanded(node, 1, 1)
            return _Expanded(
                ast.rebuilt(node, [child.tree for child in below]),
                1 + max(child.depth for child in below),
                1 + sum(child.nodes for child in below),
            )

        expanded = ast.bottom_up(tree, put_in, {})
        if expanded.depth > MAX_DEPTH or expanded.nodes > MAX_NODES:
            limits = f"{MAX_DEPTH} levels or {MAX_NODES} checks"
            message = f"the condition with its macros has more than {limits}"
            raise origin.error(message, 0, code="LOAD_ERR_VALIDATE")
        return expanded

    def _referred(
        self, node: MacroRef, *, visibility: int | None, path: tuple[str, ...]
    ) -> _Expanded:
        macro = self.collection.macros.get(node.name)
        if macro is None or (visibility is not None and macro.index >= visibility):
            raise self._undefined(node, macro)
        if node.name in path:
            raise _fault(node, f"reference loop in macro '{node.name}'")
        if len(path) >= MAX_CHAIN:
            raise _fault(node, f"a chain of more than {MAX_CHAIN} macros, each in the next")
        self.used_macros.add(node.name)
        return self._macro(macro, (*path, node.name))

    def _macro(self, macro: Macro, path: tuple[str, ...]) -> _Expanded:
        if macro.name not in self._resolved:
            tree = self.macro(macro)
            self._resolved[macro.name] = self._expanded(
                tree, macro.condition, visibility=macro.visibility, path=path
            )
        return self._resolved[macro.name]

    def _undefined(self, node: MacroRef, macro: Macro | None) -> RuleError:
        if macro is not None:
            remedy = "define it before the macro that uses it"
        elif node.name in self.collection.lists:
            remedy = "this is the name of a list: write <field> in (name)"
        else:
            remedy = "define the macro, or write <field> <operator> <value>"
        return _fault(node, f"Undefined macro '{node.name}' used in filter.", remedy)


def _with_comma(text: str, start: int, end: int, done: int) -> tuple[int, int]:
    """The span of an empty list's name with one comma next to it, which goes too."""
    if after := _COMMA_AFTER.match(text, end):
        return start, after.end()
    if (before := _COMMA_BEFORE.search(text, 0, start)) and before.start() >= done:
        return before.start(), end
    return start, end


def _fault(node: MacroRef, message: str, remedy: str = "") -> RuleError:
    assert node.place is not None, "nodes of a parsed condition have a place"
    return node.place.error(message, code="LOAD_ERR_VALIDATE", remedy=remedy)


def syntax_faults(collection: RuleCollection) -> list[RuleError]:
    """What is wrong with conditions by themselves, whatever the names in them stand for."""
    resolver = Resolver(collection)
    faults = []
    conditions = [macro.condition for macro in collection.macros.values()]
    conditions.extend(rule.condition for rule in collection.rules.values())
    for condition in conditions:
        try:
            parse(resolver.with_lists(condition))
        except RuleError as error:
            faults.append(error)
    return faults
