# SPDX-License-Identifier: Apache-2.0
"""The event types for which a condition can be true at all.

A rule is tried only on those, and a system call that no rule asks for need not
be captured.  For every part two sets are carried, the types for which it can be
true and those for which it can be false; not exchanges them, and and or are
intersection and union one way for the first and the other way for the second.
"""

from __future__ import annotations

from dataclasses import dataclass

from falcomod.rules.ast import And, Check, Constant, Node, Not, Or

TYPE_FIELD = "evt.type"

_EQUAL = frozenset({"=", "==", "in", "intersects"})
_DIFFERENT = frozenset({"!="})


@dataclass(frozen=True, slots=True)
class _Types:
    """Event types for which a part can be true, and those for which it can be false."""

    true: frozenset[str]
    false: frozenset[str]


def types(tree: Node, known: frozenset[str]) -> frozenset[str]:
    """The types out of *known*, all there are, for which *tree* can be true.

    Every event has a type, so what is compared with it is true or false, never
    without an answer; of all other fields nothing is assumed.
    """
    return _types(tree, known).true


def type_values(check: Check) -> tuple[str, ...]:
    """The event types that a check names; none if it compares something else."""
    if check.field == TYPE_FIELD and check.operator in _EQUAL | _DIFFERENT:
        return check.values
    return ()


def _types(node: Node, known: frozenset[str]) -> _Types:
    if isinstance(node, Not):
        child = _types(node.child, known)
        return _Types(child.false, child.true)
    if isinstance(node, And | Or):
        children = [_types(child, known) for child in node.children]
        every = [child.true for child in children], [child.false for child in children]
        if isinstance(node, And):
            return _Types(known.intersection(*every[0]), frozenset().union(*every[1]))
        return _Types(frozenset().union(*every[0]), known.intersection(*every[1]))
    if isinstance(node, Constant):
        return _Types(known, frozenset()) if node.value else _Types(frozenset(), known)
    if isinstance(node, Check) and node.field == TYPE_FIELD:
        return _compared(node, known)
    return _Types(known, known)


def _compared(check: Check, known: frozenset[str]) -> _Types:
    named = known.intersection(check.values)
    if check.operator in _EQUAL:
        return _Types(named, known - named)
    if check.operator in _DIFFERENT:
        return _Types(known - named, named)
    if check.operator == "exists":
        return _Types(known, frozenset())
    return _Types(known, known)
