# SPDX-License-Identifier: Apache-2.0
"""Checks of fields static.NAME: decided where that is plain, else asked of the engine.

What is decided falls out of the condition, with all that depends on it; a rule that cannot
hold in this configuration costs nothing.  A name that is unknown stays, for the checker to
tell of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from falcomod.alert.static_fields import PREFIX, StaticFields
from falcomod.errors import FieldError
from falcomod.rules import ast
from falcomod.rules.ast import Check, Constant, Node


class StaticChecks:
    """The trees of one load with static fields in them; what they share is looked at once."""

    def __init__(self, fields: StaticFields) -> None:
        self._fields = fields
        self._known: dict[int, tuple[Node, Node]] = {}

    def tree(self, node: Node) -> Node:
        """A tree with the same answers and without names of static fields that there are."""
        return ast.bottom_up(node, self._put_in, self._known)

    def check(self, check: Check) -> Check:
        """The check with values in place of names; raises FieldError for an unknown one."""
        if PREFIX not in check.field and PREFIX not in check.rhs:
            return check
        return replace(
            check, field=self._fields.put_in(check.field), rhs=self._fields.put_in(check.rhs)
        )

    def _put_in(self, node: Node, children: list[Node]) -> Node:
        if not isinstance(node, Check):
            return ast.rebuilt(node, children)
        try:
            value = self._fields.value(node.field)
            if value is not None and not node.rhs and node.operator in _DECIDED:
                return Constant(_DECIDED[node.operator](value, node.values))
            return self.check(node)
        except FieldError:
            return node


_DECIDED: dict[str, Callable[[str, tuple[str, ...]], bool]] = {
    "=": lambda value, others: value in others,
    "==": lambda value, others: value in others,
    "!=": lambda value, others: value not in others,
    "in": lambda value, others: value in others,
    "exists": lambda value, others: True,
}
