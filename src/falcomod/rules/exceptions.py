# SPDX-License-Identifier: Apache-2.0
"""The exceptions of a rule as the text of a condition.

Exceptions become text first, so that lists, quoting and operators in their
values mean what they mean in a condition.
"""

from __future__ import annotations

from collections.abc import Iterable

from falcomod.errors import RuleError
from falcomod.rules.ast import LIST_OPERATORS, takes_list
from falcomod.rules.document import Node, Sequence
from falcomod.rules.expression import MODIFIERS, is_call, is_expression, quoted
from falcomod.rules.lexis import NUMBER_OPERATORS, TEXT_OPERATORS, is_list, is_one_value
from falcomod.rules.model import RuleException
from falcomod.rules.text import Piece, Scalar, SourceText

MODIFIED = tuple(f"{name} {modifier}" for name in TEXT_OPERATORS for modifier in MODIFIERS)
OPERATORS = frozenset({*TEXT_OPERATORS, *NUMBER_OPERATORS, *LIST_OPERATORS, *MODIFIED})


def condition(exceptions: Iterable[RuleException]) -> SourceText | None:
    """The condition under which one of the exceptions holds; None if there is no value."""
    pieces: list[Piece] = []
    for exception in exceptions:
        for alternative in _alternatives(exception):
            if pieces:
                pieces.append(_glue(" or ", exception.name))
            pieces.extend(alternative)
    return SourceText(tuple(pieces)) if pieces else None


def scalar(value: str) -> str:
    """*value* as the right side of a comparison: quoted where it has to be and is not yet.

    Blanks alone make quotes; a text that can be read as a transformer or val() is one.
    """
    if " " not in value and _is_right_side(value):
        return value
    return _quoted_if_needed(value)


def item(value: str) -> str:
    """*value* as items of a list in brackets: commas in what has no quotes part it."""
    if " " not in value and is_list(value):
        return value
    return _quoted_if_needed(value)


def _quoted_if_needed(value: str) -> str:
    if value[:1] in ('"', "'"):
        return value
    if " " in value:
        # Escapes in it are escapes, as in a condition; but quotes have to fit.
        return f'"{value}"' if is_one_value(f'"{value}"') else quoted(value)
    return value if is_one_value(value) else quoted(value)


def _is_right_side(value: str) -> bool:
    if value.startswith("val(") and value.endswith(")"):
        return is_expression(value[4:-1])
    return is_call(value) and is_expression(value)


def _in_brackets(value: str) -> str:
    """*value* as a whole list: what is in brackets already, or has commas, or the name of one."""
    if value.startswith("(") or _is_right_side(value):
        return value
    return f"({value if is_list(value) else _quoted_if_needed(value)})"


def _operator(name: Scalar) -> str:
    operator = " ".join(name.value.split())
    if operator not in OPERATORS:
        raise _fault(name, f"'{name.value}' is not a supported comparison operator")
    return operator


def _alternatives(exception: RuleException) -> Iterable[list[Piece]]:
    """What each entry of values says; an exception without any is checked all the same."""
    comps = [_operator(comp) for comp in exception.comps]
    if exception.single:
        return _single(exception, comps[0] if comps else "in")
    comps = comps or ["="] * len(exception.fields)
    if len(comps) != len(exception.fields):
        raise _fault(exception.name, "Fields and comps lists must have equal length")
    entries = exception.values.items if exception.values else ()
    return [_tuple(exception, comps, node) for node in entries]


def _single(exception: RuleException, comp: str) -> list[list[Piece]]:
    """One field, and every value of a flat list: field in (values)."""
    if not takes_list(comp):
        allowed = ", ".join([*sorted(LIST_OPERATORS), *(f"<op> {name}" for name in MODIFIERS)])
        message = f"When fields is a single value, comps must be one of {allowed}"
        raise _fault(exception.comps[0], message)
    if not exception.values or not exception.values.items:
        return []
    field, values = exception.fields[0], _items(exception, exception.values)
    return [[*_start(field, comp), _glue("(", field), *values, _glue(")", field)]]


def _tuple(exception: RuleException, comps: list[str], node: Node) -> list[Piece]:
    """A value for each field: (field comp value and …)."""
    if not isinstance(node, Sequence) or len(node.items) != len(exception.fields):
        message = "Fields and values lists must have equal length"
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
    written = _in_brackets(value.value) if takes_list(comp) else scalar(value.value)
    return [_piece(value, written)]


def _items(exception: RuleException, values: Sequence) -> list[Piece]:
    pieces: list[Piece] = []
    for node in values.items:
        if not isinstance(node, Scalar):
            raise _fault(exception.name, "Expected values array to contain a list of strings")
        if pieces:
            pieces.append(_glue(", ", node))
        pieces.append(_piece(node, item(node.value)))
    return pieces


def _piece(value: Scalar, written: str) -> Piece:
    return Piece(written, value, 0, verbatim=written == value.value)


def _glue(text: str, near: Scalar) -> Piece:
    """Words that nobody typed, told as the place of what they stand next to."""
    return Piece(text, near, 0, verbatim=False)


def _fault(scalar: Scalar, message: str, remedy: str = "") -> RuleError:
    return SourceText.of(scalar).error(message, 0, code="LOAD_ERR_VALIDATE", remedy=remedy)
