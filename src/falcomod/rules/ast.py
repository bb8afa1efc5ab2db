# SPDX-License-Identifier: Apache-2.0
"""The tree of a condition.  Nodes never change; a pass returns new ones.

Two nodes are equal when they mean the same, wherever they were written, so the
place of a node takes no part in comparison.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TypeVar

from falcomod.rules import expression
from falcomod.rules.text import Place

LIST_OPERATORS = frozenset({"in", "intersects", "pmatch"})

# What may stand without quotes; the grammar reads by the same pattern.
BARE = r"""[^()"'=,\s\x08]+"""
_BARE = re.compile(BARE, re.ASCII)


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
    """A field compared with values, or with another field.

    *field* is a field expression as expression writes it: a field with its
    argument, or a transformer of some.  exists has no values, list operators and
    operators with a modifier ("= anyof") any number, others one.  With *rhs*, a
    field expression as well, there are no values.
    """

    field: str
    operator: str
    values: tuple[str, ...] = ()
    rhs: str = ""
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
T = TypeVar("T")


def takes_list(operator: str) -> bool:
    """True for operators that compare with a list in brackets."""
    return operator in LIST_OPERATORS or " " in operator


def children_of(node: Node) -> Sequence[Node]:
    """The nodes right below *node*."""
    if isinstance(node, And | Or):
        return node.children
    return (node.child,) if isinstance(node, Not) else ()


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, parents first, children in order."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(children_of(current)))


def bottom_up(
    tree: Node, answer: Callable[[Node, list[T]], T], known: dict[int, tuple[Node, T]]
) -> T:
    """What *answer* makes of the tree's root, given the answers of its children.

    Each node is asked about once, however many trees share it: *known* keeps the
    answers by identity, and the nodes with them, so that no other node can be taken
    for one of them.  Depth costs no Python recursion.
    """
    pending = [tree]
    while pending:
        node = pending[-1]
        if id(node) in known:
            pending.pop()
            continue
        children = children_of(node)
        unknown = [child for child in children if id(child) not in known]
        if unknown:
            pending.extend(reversed(unknown))
        else:
            pending.pop()
            known[id(node)] = (node, answer(node, [known[id(child)][1] for child in children]))
    return known[id(tree)][1]


def rebuilt(node: Node, children: Sequence[Node]) -> Node:
    """And, Or or Not with other children; the same node if they are the same."""
    if all(new is old for new, old in zip(children, children_of(node), strict=True)):
        return node
    if isinstance(node, Not):
        return Not(children[0])
    return And(tuple(children)) if isinstance(node, And) else Or(tuple(children))


def to_text(node: Node) -> str:
    """The condition as text that parses to the same tree."""
    return bottom_up(node, _text, {})


def _text(node: Node, children: list[str]) -> str:
    if isinstance(node, Check):
        return _check_text(node)
    if isinstance(node, MacroRef):
        return node.name
    if isinstance(node, Constant):
        return "true" if node.value else "false"
    operands = [
        f"({text})" if isinstance(child, And | Or) else text
        for child, text in zip(children_of(node), children, strict=True)
    ]
    if isinstance(node, Not):
        return f"not {operands[0]}"
    return (" and " if isinstance(node, And) else " or ").join(operands)


def _check_text(check: Check) -> str:
    start = f"{expression.typed(check.field)} {check.operator}"
    if check.rhs:
        right = expression.typed(check.rhs)
        return f"{start} {right}" if expression.is_call(check.rhs) else f"{start} val({right})"
    if check.operator == "exists":
        return start
    values = [quote(value) for value in check.values]
    return (
        f"{start} ({', '.join(values)})" if takes_list(check.operator) else f"{start} {values[0]}"
    )


def quote(value: str) -> str:
    """*value* as it has to be written in a condition."""
    if _BARE.fullmatch(value) and value.isprintable() and value not in expression.MODIFIERS:
        return value
    return expression.quoted(value)
