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


class Narrower:
    """Narrows the trees of one load to the types out of *known*, which are all there are.

    Shared parts are looked at once; the trees have to live as long as this
    knows them, which is by identity.
    """

    def __init__(self, known: frozenset[str]) -> None:
        self._anything = _Types(known, known)
        self._known = known
        self._found: dict[int, tuple[Node, _Types]] = {}

    def types(self, tree: Node) -> frozenset[str]:
        """The types for which *tree* can be true.

        Every event has a type, so what is compared with it is true or false, never
        without an answer; of all other fields nothing is assumed.
        """
        return self._types(tree).true

    def _types(self, node: Node) -> _Types:
        found = self._found.get(id(node))
        if found is None:
            found = self._found[id(node)] = (node, self._types_anew(node))
        return found[1]

    def _types_anew(self, node: Node) -> _Types:
        if isinstance(node, Not):
            child = self._types(node.child)
            return _Types(child.false, child.true)
        if isinstance(node, And | Or):
            return self._joined(node)
        if isinstance(node, Constant):
            nothing: frozenset[str] = frozenset()
            return _Types(self._known, nothing) if node.value else _Types(nothing, self._known)
        if isinstance(node, Check) and node.field == TYPE_FIELD:
            return self._compared(node)
        return self._anything

    def _joined(self, node: And | Or) -> _Types:
        children = [self._types(child) for child in node.children]
        true = [child.true for child in children]
        false = [child.false for child in children]
        if isinstance(node, And):
            return _Types(self._known.intersection(*true), frozenset().union(*false))
        return _Types(frozenset().union(*true), self._known.intersection(*false))

    def _compared(self, check: Check) -> _Types:
        named = self._known.intersection(check.values)
        others = self._known - named
        if check.operator in _EQUAL:
            return _Types(named, others)
        if check.operator in _DIFFERENT:
            return _Types(others, named)
        if check.operator == "exists":
            return _Types(self._known, frozenset())
        return self._anything


def type_values(check: Check) -> tuple[str, ...]:
    """The event types that a check names; none if it compares something else."""
    if check.field == TYPE_FIELD and check.operator in _EQUAL | _DIFFERENT:
        return check.values
    return ()
