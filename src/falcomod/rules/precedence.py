# SPDX-License-Identifier: Apache-2.0
"""Words of a condition to its tree: not before and before or, brackets before all.

A loop with a stack of its own, not a recursion: conditions may be nested as deep
as MAX_DEPTH of expression says, and each fault is told at the word where it is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from falcomod.rules.ast import And, Check, MacroRef, Node, Not, Or, takes_list
from falcomod.rules.expression import MAX_DEPTH
from falcomod.rules.text import Place, SourceText

CODE = "LOAD_ERR_COMPILE_CONDITION"


class Token(NamedTuple):
    """A word of a condition and where it begins.

    *kind* is and, or, not, a bracket, "check" or "macro" (whose name is *name*).
    """

    kind: str
    offset: int
    name: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    rhs: str = ""

    def last(self) -> str:
        """What the word ends with, as messages quote it."""
        if self.kind == "macro":
            return self.name
        if self.kind != "check":
            return self.kind
        if self.rhs or takes_list(self.operator):
            return ")"
        return self.values[0] if self.values else self.operator


@dataclass(slots=True)
class _Level:
    """What is open between two brackets: finished or-terms, the and-term, pending nots."""

    opened: int
    terms: list[Node] = field(default_factory=list)
    factors: list[Node] = field(default_factory=list)
    nots: int = 0


class Tree:
    """Builds the tree of one condition out of its words."""

    def __init__(self, source: SourceText) -> None:
        self.is_operand_next = True
        self._source = source
        self._levels = [_Level(opened=-1)]
        self._nots = 0
        self._last = Token("", 0)

    def build(self, tokens: Iterable[Token]) -> Node:
        """The tree of all words; raises RuleError at the first that is out of place."""
        self.take(tokens)
        if self.is_operand_next:
            self._fail("the condition ends where a check, a macro or '(' is expected", None)
        if len(self._levels) > 1:
            opened = self._levels[-1].opened
            self._fail("this bracket is never closed", opened)
        return self._closed()

    def take(self, tokens: Iterable[Token]) -> None:
        """Takes words, without an end; raises RuleError like build."""
        for token in tokens:
            if self.is_operand_next:
                self._operand(token)
            else:
                self._operator(token)
            self._last = token

    def unexpected(self) -> str:
        """What to say of anything that follows the words so far but and, or and brackets."""
        closing = ", ')'" if len(self._levels) > 1 else ""
        return f"unexpected token after '{self._last.last()}', expecting 'or', 'and'{closing}"

    def _operand(self, token: Token) -> None:
        level = self._levels[-1]
        if token.kind == "check":
            _, offset, name, operator, values, rhs = token
            self._add(Check(name, operator, values, rhs, Place(self._source, offset)))
        elif token.kind == "macro":
            self._add(MacroRef(token.name, Place(self._source, token.offset)))
        elif token.kind == "not":
            level.nots += 1
            self._nots += 1
            self._check_depth(token)
        elif token.kind == "(":
            self._levels.append(_Level(opened=token.offset))
            self._check_depth(token)
        else:
            self._fail(f"a check, a macro or '(' is expected before '{token.kind}'", token.offset)

    def _operator(self, token: Token) -> None:
        level = self._levels[-1]
        if token.kind in ("and", "or"):
            if token.kind == "or":
                level.terms.append(_joined(And, level.factors))
                level.factors = []
            self.is_operand_next = True
        elif token.kind == ")" and len(self._levels) > 1:
            node = self._closed()
            self._levels.pop()
            self._add(node)
        else:
            self._fail(self.unexpected(), token.offset)

    def _add(self, node: Node) -> None:
        level = self._levels[-1]
        for _ in range(level.nots):
            node = Not(node)
        self._nots -= level.nots
        level.nots = 0
        level.factors.append(node)
        self.is_operand_next = False

    def _closed(self) -> Node:
        level = self._levels[-1]
        if not level.terms:
            return _joined(And, level.factors)
        return _joined(Or, [*level.terms, _joined(And, level.factors)])

    def _check_depth(self, token: Token) -> None:
        if len(self._levels) + self._nots > MAX_DEPTH:
            self._fail(f"exceeded max depth limit of {MAX_DEPTH}", token.offset)

    def _fail(self, message: str, offset: int | None) -> NoReturn:
        text = self._source.text
        raise self._source.error(message, len(text) if offset is None else offset, code=CODE)


def _joined(kind: type[And] | type[Or], nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else kind(tuple(nodes))
