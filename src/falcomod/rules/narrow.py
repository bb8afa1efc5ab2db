# SPDX-License-Identifier: Apache-2.0
"""The event types for which a condition can be true at all.

A rule is tried only on those, and a system call that no rule asks for need not
be captured.  For every part two sets are carried, the types for which it can be
true and those for which it can be false; not exchanges them, and and or are
intersection and union one way for the first and the other way for the second.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from falcomod.rules import ast
from falcomod.rules.ast import And, Check, Constant, Node, Not, Or

TYPE_FIELD = "evt.type"
# The same for system calls; other events have no value of it.
CALL_FIELD = "syscall.type"

_Types = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Possible:
    """Event types for which a part can be true, and those for which it can be false."""

    true: _Types
    false: _Types


class Narrower:
    """Narrows the trees of one load to the types out of *known*, which are all there are.

    Shared parts are looked at once; the trees have to live as long as this
    knows them, which is by identity.
    """

    def __init__(self, known: _Types) -> None:
        self._anything = _Possible(known, known)
        self._known = known
        self._found: dict[int, tuple[Node, _Possible]] = {}

    def types(self, tree: Node) -> _Types:
        """The types for which *tree* can be true.

        Every event has a type, so what is compared with it is true or false, never
        without an answer; of all other fields nothing is assumed.
        """
        return ast.bottom_up(tree, self._possible, self._found).true

    def _possible(self, node: Node, children: list[_Possible]) -> _Possible:
        if isinstance(node, Not):
            return _Possible(children[0].false, children[0].true)
        if isinstance(node, And | Or):
            true = [child.true for child in children]
            false = [child.false for child in children]
            if isinstance(node, And):
                return _Possible(self._in_all(true), self._in_any(false))
            return _Possible(self._in_any(true), self._in_all(false))
        if isinstance(node, Constant):
            nothing: _Types = frozenset()
            return (
                _Possible(self._known, nothing) if node.value else _Possible(nothing, self._known)
            )
        if isinstance(node, Check) and not node.rhs:
            if node.field == TYPE_FIELD:
                return self._compared(node)
            if node.field == CALL_FIELD:
                # Events that are no calls, and calls under names that events do not bear.
                if not self._known.issuperset(node.values):
                    return self._anything
                return _Possible(self._compared(node).true, self._known)
        return self._anything

    def _in_all(self, sets: list[_Types]) -> _Types:
        # Most parts say nothing of the type, and sets of all types are large.
        telling = [types for types in sets if types is not self._known]
        if len(telling) < 2:
            return telling[0] if telling else self._known
        return telling[0].intersection(*telling[1:])

    def _in_any(self, sets: list[_Types]) -> _Types:
        if any(types is self._known for types in sets):
            return self._known
        return frozenset().union(*sets)

    def _compared(self, check: Check) -> _Possible:
        if check.operator == "exists":
            return _Possible(self._known, frozenset())
        word, _, modifier = check.operator.partition(" ")
        if word not in _HOLDS or modifier not in _MODIFIED:
            return self._anything
        if modifier == "oneof" and len(set(check.values)) < len(check.values):
            return self._anything  # what is written twice may count once or twice
        if check.values and word in _EQUAL and not modifier:
            return self._split(self._known.intersection(check.values))
        if word in _DIFFERENT and not modifier:
            return self._split(self._known.difference(check.values))
        holds, enough = _HOLDS[word], _MODIFIED[modifier]
        return self._split(
            frozenset(
                name
                for name in self._known
                if check.values
                and enough(sum(holds(name, value) for value in check.values), len(check.values))
            )
        )

    def _split(self, true: _Types) -> _Possible:
        return _Possible(true, self._known - true)


def type_values(check: Check) -> tuple[str, ...]:
    """The event types that a check names; none if it compares something else."""
    if check.field == TYPE_FIELD and check.operator.partition(" ")[0] in _EQUAL | _DIFFERENT:
        return check.values
    return ()


_EQUAL = frozenset({"=", "==", "in", "intersects"})
_DIFFERENT = frozenset({"!="})

# Whether a type compares so with a value, by operator; patterns are left to the event.
_HOLDS: dict[str, Callable[[str, str], bool]] = {
    **dict.fromkeys(_EQUAL, operator.eq),
    **dict.fromkeys(_DIFFERENT, operator.ne),
    "contains": operator.contains,
    "startswith": str.startswith,
    "endswith": str.endswith,
}

# Whether so many values that compare so, of so many, are enough, by modifier.
_MODIFIED: dict[str, Callable[[int, int], bool]] = {
    "": lambda found, of: found > 0,
    "oneof": lambda found, of: found == 1,
    "anyof": lambda found, of: found > 0,
    "allof": lambda found, of: found == of,
}
