# SPDX-License-Identifier: Apache-2.0
"""Parts of a condition whose value is known before any event.

Only what cannot change any answer is folded: the number of an event is 1 or
more, so the comparisons with 0 that users write for "never" and "always" are
constants.  Everything else is left to the event, because a field may have no
value, and then even a comparison with itself is false.
"""

from __future__ import annotations

from collections.abc import Iterable

from falcomod.rules.ast import And, Check, Constant, Node, Not, Or

_NUMBER = "evt.num"
_AGAINST_ZERO = {"=": False, "==": False, "<": False, "<=": False,
                 ">": True, ">=": True, "!=": True}  # fmt: skip


class Folder:
    """Folds the trees of one load; shared parts are folded once and stay shared.

    The trees have to live as long as the folder, which knows them by identity.
    """

    def __init__(self) -> None:
        self._folded: dict[int, tuple[Node, Node]] = {}

    def fold(self, node: Node) -> Node:
        """A tree with the same answer for every event; a Constant stands only at its root."""
        known = self._folded.get(id(node))
        if known is None:
            known = self._folded[id(node)] = (node, self._folded_anew(node))
        return known[1]

    def _folded_anew(self, node: Node) -> Node:
        if isinstance(node, And | Or):
            children = [self.fold(child) for child in node.children]
            folded = _joined(type(node), children, neutral=isinstance(node, And))
            same = isinstance(folded, And | Or) and _identical(folded.children, node.children)
            return node if same else folded
        if isinstance(node, Not):
            child = self.fold(node.child)
            if isinstance(child, Constant):
                return Constant(not child.value)
            if isinstance(child, Not):
                return child.child
            return node if child is node.child else Not(child)
        if isinstance(node, Check):
            return _check(node)
        return node


def _joined(kind: type[And] | type[Or], nodes: Iterable[Node], *, neutral: bool) -> Node:
    """And or Or of what is left when constants and repetitions are gone."""
    kept: dict[Node, None] = {}
    for node in nodes:
        if not isinstance(node, Constant):
            kept.setdefault(node)
        elif node.value is not neutral:
            return node
    if not kept:
        return Constant(neutral)
    return next(iter(kept)) if len(kept) == 1 else kind(tuple(kept))


def _check(check: Check) -> Node:
    zero = check.values == ("0",)
    if check.field == _NUMBER and zero and check.operator in _AGAINST_ZERO:
        return Constant(_AGAINST_ZERO[check.operator])
    return check


def _identical(new: tuple[Node, ...], old: tuple[Node, ...]) -> bool:
    return len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True))
