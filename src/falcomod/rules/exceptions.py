# SPDX-License-Identifier: Apache-2.0
"""The exceptions of a rule as the text of a condition.

Exceptions become text first, so that lists, quoting and operators in their
values mean what they mean in a condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from falcomod.errors import RuleError
from falcomod.rules.ast import LIST_OPERATORS
from falcomod.rules.document import Node, Sequence
from falcomod.rules.grammar import WORD_OPERATORS
from falcomod.rules.model import RuleException
from falcomod.rules.text import Piece, Scalar, SourceText

OPERATORS = frozenset({"=", "==", "!=", "<", "<=", ">", ">=", *WORD_OPERATORS, *LIST_OPERATORS})

_NEEDS_QUOTES = re.compile(r"[\s()=,]")


def condition(exceptions: Iterable[RuleException]) -> SourceText | None:
    """The condition under which one of the exceptions holds; None if there is no value."""
    pieces: list[Piece] = []
    for exception in exceptions:
        if exception.values is None:
            continue
        for alternative in _alternatives(exception, exception.values):
            if pieces:
                pieces.append(_glue(" or ", exception.name))
            pieces.extend(alternative)
    return SourceText(tuple(pieces)) if pieces else None


def written(value: str) -> str:
    """*value* as an item in a condition: quoted where it has to be and is not yet."""
    if value[:1] in ('"', "'") or (value and not _NEEDS_QUOTES.search(value)):
        return value
    escaped = value if re.search(r"\s", value) and '"' not in value else value.replace('"', '\\"')
    return f'"{escaped}"'


def _alternatives(exception: RuleException, values: Sequence) -> Iterable[list[Piece]]:
    comps = [comp.value for comp in exception.comps]
    for name in exception.comps:
        if name.value not in OPERATORS:
            raise _fault(name, f"'{name.value}' is not a supported comparison operator")
    if exception.single:
        return _single(exception, comps, values)
    comps = comps or ["="] * len(exception.fields)
    if len(comps) != len(exception.fields):
        raise _fault(exception.name, "fields and comps lists must have equal length")
    return [_tuple(exception, comps, node) for node in values.items]


def _single(exception: RuleException, comps: list[str], values: Sequence) -> list[list[Piece]]:
    """One field, and every value of a flat list: field in (values)."""
    comp = comps[0] if comps else "in"
    if comp not in LIST_OPERATORS:
        names = ", ".join(sorted(LIST_OPERATORS))
        message = f"when fields is a single value, comps must be one of {names}"
        raise _fault(exception.comps[0], message)
    if not values.items:
        return []
    field = exception.fields[0]
    return [
        [*_start(field, comp), _glue("(", field), *_items(exception, values), _glue(")", field)]
    ]


def _tuple(exception: RuleException, comps: list[str], node: Node) -> list[Piece]:
    """A value for each field: (field comp value and …)."""
    if not isinstance(node, Sequence) or len(node.items) != len(exception.fields):
        message = "fields and values lists must have equal length"
        raise _fault(exception.name, message, "give each entry of values one value a field")
    pieces = [_glue("(", exception.name)]
    for field, comp, value in zip(exception.fields, comps, node.items, strict=True):
        if len(pieces) > 1:
            pieces.append(_glue(" and ", exception.name))
        pieces.extend(_start(field, comp))
        pieces.extend(_value(exception, comp, value))
    return [*pieces, _glue(")", exception.name)]


def _start(field: Scalar, comp: str) -> list[Piece]:
    return [Piece(field.value, field, 0), _glue(f" {comp} ", field)]


def _value(exception: RuleException, comp: str, value: Node) -> list[Piece]:
    if isinstance(value, Sequence):
        return [_glue("(", exception.name), *_items(exception, value), _glue(")", exception.name)]
    if not isinstance(value, Scalar):
        raise _fault(exception.name, "a value of an exception is text or a list of texts")
    if comp not in LIST_OPERATORS:
        return [_piece(value)]
    if value.value.startswith("("):
        return [Piece(value.value, value, 0)]
    return [_glue("(", value), _piece(value), _glue(")", value)]


def _items(exception: RuleException, values: Sequence) -> list[Piece]:
    pieces: list[Piece] = []
    for node in values.items:
        if not isinstance(node, Scalar):
            raise _fault(exception.name, "expected values array to contain a list of strings")
        if pieces:
            pieces.append(_glue(", ", node))
        pieces.append(_piece(node))
    return pieces


def _piece(value: Scalar) -> Piece:
    text = written(value.value)
    return Piece(text, value, 0, verbatim=text == value.value)


def _glue(text: str, near: Scalar) -> Piece:
    """Words that nobody typed, told as the place of what they stand next to."""
    return Piece(text, near, 0, verbatim=False)


def _fault(scalar: Scalar, message: str, remedy: str = "") -> RuleError:
    return SourceText.of(scalar).error(message, 0, code="LOAD_ERR_YAML_VALIDATE", remedy=remedy)
