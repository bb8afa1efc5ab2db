# SPDX-License-Identifier: Apache-2.0
"""Every comparison of a condition asked of the engine, before anything is built.

Whether a field exists, takes an operator and can be compared with a value is
known to the engine's fields and operators alone; here their answers get a
place in the rules file.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from falcomod.errors import CheckError, FieldError, RuleError
from falcomod.rules.ast import And, Check, Node, Not, Or
from falcomod.rules.narrow import type_values

# Only exit events are delivered: these fields still have values, but no use.
DEPRECATED_FIELDS = frozenset(
    {
        "evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human",
        "evt.wait_latency",
    }
)  # fmt: skip

_CODE = "LOAD_ERR_COMPILE_CONDITION"
_UNKNOWN = "LOAD_UNKNOWN_FILTER"


class Builder(Protocol):
    """The part of engine.match.ruleset.RulesetBuilder that is asked here."""

    def check(self, field: str, operator: str, values: Sequence[str]) -> int:
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
        found = self._found.get(id(tree))
        if found is None:
            found = self._found[id(tree)] = (tree, self._faults(tree))
        return found[1]

    def _faults(self, node: Node) -> Faults:
        if isinstance(node, Check):
            if node not in self._answers:
                self._answers[node] = self._asked(node)
            answer = self._answers[node]
            errors = (_placed(node, answer.error),) if answer.error else ()
            return Faults(errors, tuple(_placed(node, note) for note in answer.warnings))
        children: tuple[Node, ...] = ()
        if isinstance(node, And | Or):
            children = node.children
        elif isinstance(node, Not):
            children = (node.child,)
        below = [self.faults(child) for child in children]
        return Faults(
            tuple(error for faults in below for error in faults.errors),
            tuple(warning for faults in below for warning in faults.warnings),
        )

    def _asked(self, check: Check) -> _Answer:
        try:
            self.bind(check.field)
        except FieldError as error:
            return _Answer(_Note(str(error), _UNKNOWN, ""))
        for value in type_values(check):
            if value not in self.event_types:
                message = f"unknown event type {value!r}"
                return _Answer(_Note(message, _UNKNOWN, _similar(value, self.event_types)))
        try:
            self.builder.check(check.field, check.operator, check.values)
        except CheckError as error:
            return _Answer(_Note(str(error), _CODE, ""))
        return _Answer(None, tuple(self._warnings(check)))

    def _warnings(self, check: Check) -> Iterator[_Note]:
        if check.field in DEPRECATED_FIELDS:
            message = f"field {check.field} is deprecated: only the end of a call is an event"
            yield _Note(message, "LOAD_DEPRECATED_ITEM", "leave the comparison out")
        for value in check.values:
            if value in self.fields:
                message = f"{value!r} may be a valid field misused as a constant value"
                yield _Note(message, "LOAD_COMPILE_CONDITION", "")
            elif value == "<NA>":
                message = "a field without a value equals nothing, not even '<NA>'"
                remedy = f"write 'not {check.field} exists'"
                yield _Note(message, "LOAD_UNSAFE_NA_CHECK", remedy)


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
