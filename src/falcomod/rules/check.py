# SPDX-License-Identifier: Apache-2.0
"""Every comparison of a condition asked of the engine, before anything is built.

Whether a field exists, takes an operator and can be compared with a value is
known to the engine's fields and operators alone; here their answers get a
place in the rules file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from falcomod.errors import CheckError, FieldError, RuleError
from falcomod.rules import ast, deprecated, expression
from falcomod.rules.ast import Check, Node
from falcomod.rules.model import RuleException
from falcomod.rules.narrow import type_values
from falcomod.rules.text import SourceText

_CODE = "LOAD_ERR_COMPILE_CONDITION"
_UNKNOWN = "LOAD_UNKNOWN_FILTER"
_VALIDATE = "LOAD_ERR_VALIDATE"

# Fields of audit events; old rules took "<NA>" for a value that they have.
_UNSAFE_NA = re.compile(r"(?:ka|jevt)\.")
_NA_OPERATORS = frozenset({"=", "==", "!=", "in", "intersects", "pmatch"})


class Builder(Protocol):
    """The part of engine.match.ruleset.RulesetBuilder that is asked here."""

    def check(self, field: str, operator: str, values: Sequence[str], rhs: str = "") -> int:
        """The node of a comparison; raises CheckError."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a tree and what is doubtful, in the order of its text."""

    errors: tuple[RuleError, ...]
    warnings: tuple[RuleError, ...]


@dataclass(slots=True)
class Checker:
    """Asks about each different comparison once, however many rules hold it.

    *bind* raises FieldError for what is no field; *event_types* are the values
    that evt.type can have, *fields* the names that are no likely value.
    """

    builder: Builder
    bind: Callable[[str], object]
    event_types: Collection[str]
    fields: Collection[str]
    _answers: dict[Check, _Answer] = field(default_factory=dict)
    _found: dict[int, tuple[Node, Faults]] = field(default_factory=dict)

    def faults(self, tree: Node) -> Faults:
        """The faults of a tree; parts that trees share are looked at once.

        An unknown field or event type has the code LOAD_UNKNOWN_FILTER, by which
        a rule that wants so is left out instead of being an error.
        """
        return ast.bottom_up(tree, self._faults, self._found)

    def exception_faults(self, exceptions: Iterable[RuleException]) -> list[RuleError]:
        """Fields of exceptions that do not exist, whether or not there are values for them."""
        return [
            SourceText.of(name).error(
                f"'{name.value}' is not a supported filter field", 0, code=_VALIDATE
            )
            for exception in exceptions
            for name in exception.fields
            if not self._is_field(name.value.strip())
        ]

    def _is_field(self, text: str) -> bool:
        try:
            self.bind(expression.spelling(text))
        except (FieldError, expression.Unreadable):
            return False
        return True

    def _faults(self, node: Node, below: list[Faults]) -> Faults:
        if isinstance(node, Check):
            if node not in self._answers:
                self._answers[node] = self._asked(node)
            answer = self._answers[node]
            errors = (_placed(node, answer.error),) if answer.error else ()
            return Faults(errors, tuple(_placed(node, note) for note in answer.warnings))
        found = [faults for faults in below if faults.errors or faults.warnings]
        if len(found) < 2:
            return found[0] if found else _NO_FAULTS
        return Faults(
            tuple(error for faults in found for error in faults.errors),
            tuple(warning for faults in found for warning in faults.warnings),
        )

    def _asked(self, check: Check) -> _Answer:
        for side in filter(None, (check.field, check.rhs)):
            try:
                self.bind(side)
            except FieldError as error:
                return _Answer(_Note(str(error), _UNKNOWN, ""))
        for value in type_values(check):
            if value not in self.event_types:
                message = f"unknown event type {value}"
                return _Answer(_Note(message, _UNKNOWN, _similar(value, self.event_types)))
        try:
            checked_by(self.builder, check)
        except CheckError as error:
            return _Answer(_Note(str(error), _CODE, ""))
        return _Answer(None, tuple(self._warnings(check)))

    def _warnings(self, check: Check) -> Iterator[_Note]:
        for name in deprecated.names((check.field, check.rhs)):
            yield _Note(deprecated.message(name, "condition"), deprecated.CODE, deprecated.REMEDY)
        for value in check.values:
            yield from self._doubts(check, value)

    def _doubts(self, check: Check, value: str) -> Iterator[_Note]:
        """What the value, which is right, may have been meant to be."""
        if check.operator.partition(" ")[0] == "regex" and _PLAIN_REGEX.fullmatch(value):
            message = (
                f"regex check with '{value}' may be optimized with simpler operators such as"
                " '=', 'contains', 'startswith', 'endswith'"
            )
            yield _Note(message, "LOAD_COMPILE_CONDITION", _simpler(check, value))
        without_blanks = "".join(value.split())
        if without_blanks.partition("[")[0] in self.fields and self._is_field(without_blanks):
            message = f"'{value}' may be a valid field misused as a const string value"
            remedy = f"to compare with the field, write val({without_blanks})"
            yield _Note(message, "LOAD_COMPILE_CONDITION", remedy)
        if _LIKE_TRANSFORMER.fullmatch(without_blanks):
            message = f"'{value}' may be a valid field transformer misused as a const string value"
            remedy = "to compare with what it gives, take the quotes away"
            yield _Note(message, "LOAD_COMPILE_CONDITION", remedy)
        if value == "<NA>" and check.operator in _NA_OPERATORS and _UNSAFE_NA.match(check.field):
            message = "a field without a value equals nothing, not even '<NA>'"
            remedy = f"write 'not {check.field} exists'"
            yield _Note(message, "LOAD_UNSAFE_NA_CHECK", remedy)


def checked_by(builder: Builder, check: Check) -> int:
    """The node of *check* in a builder's graph; raises CheckError."""
    if check.rhs:
        return builder.check(check.field, check.operator, (), check.rhs)
    return builder.check(check.field, check.operator, check.values)


def _simpler(check: Check, pattern: str) -> str:
    """The comparison that means what a regular expression does, if it is exactly that."""
    match = _PLAIN_REGEX.fullmatch(pattern)
    if not match or " " in check.operator or {match["before"], match["after"]} - {"", ".*"}:
        return ""
    operator = _OPERATOR_FOR[bool(match["before"]), bool(match["after"])]
    return f"write {ast.to_text(Check(check.field, operator, (match['text'],)))}"


@dataclass(frozen=True, slots=True)
class _Note:
    """A fault without its place, which each comparison that has it gives it."""

    message: str
    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Answer:
    error: _Note | None
    warnings: tuple[_Note, ...] = ()


def _placed(check: Check, note: _Note) -> RuleError:
    assert check.place is not None, "checks of a parsed condition have a place"
    return check.place.error(note.message, code=note.code, remedy=note.remedy)


def _similar(name: str, names: Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=3)
    return f"did you mean {' or '.join(close)}?" if close else ""


_NO_FAULTS = Faults((), ())

# Text without patterns in it, but for what may go before and after.
_PLAIN_REGEX = re.compile(
    r"\^?(?P<before>(?:\.[+*?])?)(?P<text>[^.+*?^$()\[\]{}|\\]*)(?P<after>(?:\.[+*?])?)\$?",
    re.DOTALL,
)
_OPERATOR_FOR = {
    (False, False): "=",
    (True, True): "contains",
    (False, True): "startswith",
    (True, False): "endswith",
}
_LIKE_TRANSFORMER = re.compile(rf"(?:val|{'|'.join(expression.TRANSFORMERS)})\(.*\)", re.DOTALL)
