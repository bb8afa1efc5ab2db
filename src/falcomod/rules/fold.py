# SPDX-License-Identifier: Apache-2.0
"""Parts of a condition whose value is known before any event.

Only what cannot change any answer is folded: the number of an event is 1 or
more, so the comparisons with 0 that users write for "never" and "always" are
constants.  Everything else is left to the event, because a field may have no
value, and then even a comparison with itself is false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable

from falcomod.rules import ast
from falcomod.rules.ast import And, Check, Constant, Node, Not, Or

_NUMBER = "evt.num"
_FIRST = 1  # number of the first event
_DIGITS_MAX = 100  # of a constant that is looked at


class Folder:
    """Folds the trees of one load; what is equal afterwards is one object.

    The trees have to live as long as the folder, which knows them by identity.
    """

    def __init__(self) -> None:
        self._folded: dict[int, tuple[Node, Node]] = {}
        self._made: dict[Hashable, Node] = {}

    def fold(self, node: Node) -> Node:
        """A tree with the same answer for every event; a Constant stands only at its root."""
        return ast.bottom_up(node, self._fold, self._folded)

    def _fold(self, node: Node, children: list[Node]) -> Node:
        if isinstance(node, And | Or):
            return self._joined(node, children)
        if isinstance(node, Not):
            child = children[0]
            if isinstance(child, Constant):
                return self._one(not child.value)
            if isinstance(child, Not):
                return child.child
            return self._made.setdefault((Not, id(child)), ast.rebuilt(node, children))
        if isinstance(node, Check):
            value = _known(node)
            return self._made.setdefault(node, node) if value is None else self._one(value)
        return self._made.setdefault(node, node)

    def _joined(self, node: And | Or, children: Iterable[Node]) -> Node:
        """And or Or of what is left when constants and repetitions are gone."""
        neutral = isinstance(node, And)
        kept: dict[int, Node] = {}  # by identity: children that are equal are one object
        for child in children:
            if not isinstance(child, Constant):
                kept.setdefault(id(child), child)
            elif child.value is not neutral:
                return child
        if not kept:
            return self._one(neutral)
        left = tuple(kept.values())
        if len(left) == 1:
            return left[0]
        key = (type(node), *kept)
        if key not in self._made:
            same = len(left) == len(node.children)
            self._made[key] = ast.rebuilt(node, left) if same else type(node)(left)
        return self._made[key]

    def _one(self, value: bool) -> Node:
        return self._made.setdefault(Constant(value), Constant(value))


def _known(check: Check) -> bool | None:
    """The answer of a comparison with the number of an event, if it is always the same."""
    if check.field != _NUMBER or check.rhs:
        return None
    if check.operator == "exists":
        return True
    if not all(value.isascii() and value.isdigit() for value in check.values):
        return None
    if any(len(value) > _DIGITS_MAX for value in check.values):
        return None
    numbers = [int(value) for value in check.values]
    if check.operator in ("in", "intersects"):
        return False if all(number < _FIRST for number in numbers) else None
    if len(numbers) != 1 or check.operator not in _ORDER:
        return None
    return _ORDER[check.operator](numbers[0])


def _never_equal(number: int) -> bool | None:
    return False if number < _FIRST else None


def _always_different(number: int) -> bool | None:
    return True if number < _FIRST else None


def _bounded(compare: Callable[[int, int], bool], settled: bool) -> Callable[[int], bool | None]:
    """What a comparison says of every event, once it says *settled* of the first."""
    return lambda number: settled if compare(_FIRST, number) is settled else None


# Numbers grow: what is above a bound at the first event stays there.
_ORDER: dict[str, Callable[[int], bool | None]] = {
    "=": _never_equal,
    "==": _never_equal,
    "!=": _always_different,
    "<": _bounded(operator.lt, False),
    "<=": _bounded(operator.le, False),
    ">": _bounded(operator.gt, True),
    ">=": _bounded(operator.ge, True),
}
