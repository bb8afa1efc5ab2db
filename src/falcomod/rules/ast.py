# SPDX-License-Identifier: Apache-2.0
"""The tree of a condition.  Nodes never change; a pass returns new ones.

Two nodes are equal when they mean the same, wherever they were written, so the
place of a node takes no part in comparison.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as attribute

from falcomod.rules.text import Place

LIST_OPERATORS = frozenset({"in", "intersects", "pmatch"})

# What may stand without quotes; the grammar reads by the same pattern.
BARE = r"""[^()"'=,\s\x08]+"""
_BARE = re.compile(BARE, re.ASCII)
_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


@dataclass(frozen=True, slots=True)
class And:
    """True when every child is."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True when a child is."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the child is not."""

    child: Node


@dataclass(frozen=True, slots=True)
class Check:
    """A field compared with values; exists has none, list operators any number."""

    field: str
    operator: str
    values: tuple[str, ...] = ()
    place: Place | None = attribute(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MacroRef:
    """A macro named in a condition."""

    name: str
    place: Place | None = attribute(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A part whose value is known before any event; the grammar makes none."""

    value: bool


Node = And | Or | Not | Check | MacroRef | Constant


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, parents first, children in order."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, And | Or):
            pending.extend(reversed(current.children))
        elif isinstance(current, Not):
            pending.append(current.child)


def transform(node: Node, leaf: Callable[[Node], Node]) -> Node:
    """The tree with every Check, MacroRef and Constant replaced by *leaf* of it.

    Subtrees that do not change are kept, not copied.
    """
    if isinstance(node, And | Or):
        children = tuple(transform(child, leaf) for child in node.children)
        if all(new is old for new, old in zip(children, node.children, strict=True)):
            return node
        return type(node)(children)
    if isinstance(node, Not):
        child = transform(node.child, leaf)
        return node if child is node.child else Not(child)
    return leaf(node)


@dataclass(frozen=True, slots=True)
class Extent:
    """How many nodes lie on the longest way down a tree, and how many it has."""

    depth: int = 1
    nodes: int = 1


def measure(node: Node, leaf: Callable[[Node], Extent]) -> Extent:
    """The extent of a tree; *leaf* tells that of a Check, MacroRef or Constant."""
    if isinstance(node, Not):
        children = [measure(node.child, leaf)]
    elif isinstance(node, And | Or):
        children = [measure(child, leaf) for child in node.children]
    else:
        return leaf(node)
    depth = max(child.depth for child in children)
    return Extent(depth + 1, sum(child.nodes for child in children) + 1)


def to_text(node: Node) -> str:
    """The condition as text that parses to the same tree."""
    if isinstance(node, And | Or):
        word = " and " if isinstance(node, And) else " or "
        return word.join(_operand(child) for child in node.children)
    if isinstance(node, Not):
        return f"not {_operand(node.child)}"
    if isinstance(node, Check):
        return _check_text(node)
    if isinstance(node, MacroRef):
        return node.name
    return "true" if node.value else "false"


def _operand(node: Node) -> str:
    text = to_text(node)
    return f"({text})" if isinstance(node, And | Or) else text


def _check_text(check: Check) -> str:
    if check.operator == "exists":
        return f"{check.field} exists"
    values = [quote(value) for value in check.values]
    if check.operator in LIST_OPERATORS:
        return f"{check.field} {check.operator} ({', '.join(values)})"
    return f"{check.field} {check.operator} {values[0]}"


def quote(value: str) -> str:
    """*value* as it has to be written in a condition."""
    if _BARE.fullmatch(value) and value.isprintable():
        return value
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that is not UTF-8, as surrogateescape has it
        return f"\\x{ord(character) - 0xDC00:02x}"
    return _ESCAPES.get(character, character)
