# SPDX-License-Identifier: Apache-2.0
"""The words of a condition, described with pyparsing: checks, macros, brackets, and, or, not.

Of a check the usual shape is known as one pattern, which is fast, and every shape
as a composition, which says what is expected where one goes wrong.  What may follow
what is left to precedence.  Who wants a tree asks grammar, which imports this module
when it is needed: pyparsing takes as long to import as hundreds of conditions to read.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pyparsing as pp

from falcomod.errors import RuleError
from falcomod.rules import expression
from falcomod.rules.ast import BARE
from falcomod.rules.expression import ARGUMENT, CALL, FIELD, NAME, QUOTED, QUOTING
from falcomod.rules.lexis import (
    BLANK,
    COMPARE,
    EXISTS,
    FLAGS,
    ITEM,
    ITEM_RE,
    LIST,
    LOOSE_ITEMS,
    MACRO,
    MEMBER,
    MODIFIER,
)
from falcomod.rules.precedence import CODE, Token, Tree
from falcomod.rules.text import SourceText


def read(source: SourceText) -> list[Token]:
    """The words of a condition, in any order; raises RuleError where there is none."""
    try:
        return list(_WORDS.parse_string(source.text).as_list())
    except pp.ParseBaseException as error:
        raise _explained(source, error) from None


def _explained(source: SourceText, error: pp.ParseBaseException) -> RuleError:
    """The fault that pyparsing found, in the words of this language."""
    offset = error.loc
    while source.text[offset : offset + 1] and source.text[offset] in BLANK:
        offset += 1
    rest = source.text[offset:]
    message, remedy = _described(rest)
    if isinstance(error, _Refused):
        message, remedy = error.msg, error.remedy
    elif isinstance(error, pp.ParseSyntaxException) and not message:
        expected = error.msg[:1].lower() + error.msg[1:]
        message = f"{expected}, found {_shown(rest)}"
    elif not isinstance(error, pp.ParseFatalException):
        # Everything before was words; if they are at odds, that comes first.
        before = Tree(source)
        with suppress(pp.ParseBaseException):
            before.take(_WORDS.parse_string(source.text[: error.loc]).as_list())
        if not before.is_operand_next:
            message, remedy = before.unexpected(), remedy or message
        elif not message:
            message = f"a check, a macro or '(' is expected, found {_shown(rest)}"
    return source.error(message, offset, code=CODE, remedy=remedy)


def _described(rest: str) -> tuple[str, str]:
    """What is wrong at the beginning of *rest*, where it is known, and what to do."""
    for pattern, message, remedy in _FAULTS:
        if re.match(pattern, rest, FLAGS):
            return message, remedy
    return "", ""


def _shown(rest: str) -> str:
    word = re.match(r"[^\s()]+|\S", rest)
    return repr(word.group()[:40]) if word else "the end of the condition"


class _Refused(pp.ParseFatalException):
    """A fault that has been put into words already."""

    remedy = ""


def _refuse(text: str, offset: int, message: str, remedy: str) -> _Refused:
    refused = _Refused(text, offset, message)
    refused.remedy = remedy
    return refused


def _values(text: str, offset: int, items: str) -> tuple[str, ...]:
    """Values out of a run of items with commas between them, which stands at *offset*."""
    if "\\" not in items and '"' not in items and "'" not in items:
        return tuple(ITEM_RE.findall(items))
    values = []
    for match in ITEM_RE.finditer(items):
        try:
            values.append(expression.unquote(match.group()))
        except ValueError as error:
            raise _refuse(text, offset + match.start(), str(error), QUOTING) from None
    return tuple(values)


def _field(text: str, offset: int, written: str) -> str:
    """A field in its one spelling."""
    try:
        return expression.field(written, offset)
    except expression.Unreadable as error:
        raise _refuse(text, error.offset, error.message, error.remedy) from None


class _Call(pp.Token):
    """A transformer: nested as deep as it likes, so that no pattern can describe it."""

    def __init__(self) -> None:
        super().__init__()
        self._start = re.compile(CALL, FLAGS)
        self.set_whitespace_chars(BLANK)
        self.set_name("a transformer")

    def _generateDefaultName(self) -> str:
        return "a transformer"

    def parseImpl(self, text: str, at: int, do_actions: bool = True) -> tuple[int, Any]:
        if not self._start.match(text, at):
            raise pp.ParseException(text, at, "a transformer is expected", self)
        try:
            spelling, end = expression.read_call(text, at)
        except expression.Unreadable as error:
            raise _refuse(text, error.offset, error.message, error.remedy) from None
        return end, spelling


def _pattern(pattern: str, name: str) -> pp.ParserElement:
    element = pp.Regex(pattern, flags=FLAGS)
    return element.set_whitespace_chars(BLANK).set_name(name)


class _Usual(pp.Token):
    """A run of words in their usual shape, at once: pyparsing's price is one for each element.

    They are and, or, not, brackets, macros, and fields compared with constants.
    """

    def __init__(self) -> None:
        super().__init__()
        comparison = (
            rf"(?P<exists>{EXISTS})"
            rf"|(?P<compare>{COMPARE})[\s\x08]*(?!{MODIFIER}|{CALL}|val\()(?P<value>{ITEM})"
            rf"|(?P<member>{MEMBER})[\s\x08]*(?P<list>{LIST})"
        )
        self._word = re.compile(
            r"[\s\x08]*(?:"
            r"(?P<sign>[()]|(?:and|or|not)(?![\w.\[]))"
            rf"|(?P<field>{FIELD})[\s\x08]*(?:{comparison})"
            rf"|(?P<macro>{MACRO})"
            r")",
            FLAGS,
        )
        self.set_name("a word")

    def _generateDefaultName(self) -> str:
        return "a word"

    def parseImpl(self, text: str, at: int, do_actions: bool = True) -> tuple[int, Any]:
        tokens = []
        while match := self._word.match(text, at):
            tokens.append(_usual_token(text, match))
            at = match.end()
        if not tokens:
            raise pp.ParseException(text, at, "a word is expected", self)
        return at, tokens


def _usual_token(text: str, match: re.Match[str]) -> Token:
    kind = match.lastgroup
    if kind == "sign":
        return Token(match["sign"], match.start("sign"))
    if kind == "macro":
        return Token("macro", match.start("macro"), match["macro"])
    field, offset = match["field"], match.start("field")
    if "[" in field:
        field = _field(text, offset, field)
    if kind == "exists":
        return Token("check", offset, field, "exists")
    if kind == "value":
        values = _values(text, match.start("value"), match["value"])
        return Token("check", offset, field, match["compare"], values)
    values = _values(text, match.start("list") + 1, match["list"][1:-1])
    return Token("check", offset, field, match["member"], values)


def _check() -> pp.ParserElement:
    """A check in every shape, told apart piece by piece."""
    field = _pattern(FIELD, "a field").add_parse_action(
        lambda t, at, found: _field(t, at, found[0])
    )
    call = _Call()
    opening = _pattern(r"\(", "'('").suppress()
    closing = _pattern(r"\)", "',' or ')'").suppress()

    def read(text: str, offset: int, found: pp.ParseResults) -> list[tuple[str, ...]]:
        return [_values(text, offset, found[0])]

    one = _pattern(ITEM, "a value").add_parse_action(read)
    several = _pattern(LOOSE_ITEMS, "values").add_parse_action(read)
    other = _pattern(r"val\(", "val(").suppress() - field - closing | call
    other = other.set_parse_action(lambda found: _Right(found[0]))
    values = (opening - several - closing | one).set_name("a list in brackets")
    modifier = _pattern(MODIFIER, "oneof, anyof or allof")
    text_operator = _pattern(rf"(?![<>]){COMPARE}", "a comparison")
    number_operator = _pattern(r"<=|<|>=|>", "a comparison")
    right = (modifier - values | other | one).set_name("a value")
    comparison = (
        _pattern(EXISTS, "exists")
        | text_operator - right
        | number_operator - (other | one).set_name("a value")
        | _pattern(MEMBER, "a list operator") - (other | values).set_name("a list in brackets")
    ).set_name("an operator such as = or in")
    return ((field | call) - comparison).set_parse_action(_check_token)


class _Right(str):
    """A field expression on the right side."""

    __slots__ = ()


def _check_token(text: str, offset: int, tokens: pp.ParseResults) -> Token:
    field, *operators, last = tokens
    if not operators:
        return Token("check", offset, field, last)
    operator = " ".join(operators)
    if isinstance(last, _Right):
        return Token("check", offset, field, operator, (), str(last))
    return Token("check", offset, field, operator, last)


def _words() -> pp.ParserElement:
    """The words of a condition, in any order; precedence says which may follow which."""
    end = _pattern(r"\Z", "a check, a macro, 'and', 'or' or ')'").suppress()
    usual = _Usual()
    # Most conditions have usual words only.
    words = usual + end | pp.ZeroOrMore(usual | _check()) + end
    # Tabs are kept because offsets into the text are what errors point with.
    return words.parse_with_tabs()


# What users write that is no condition, told from the text where reading stopped.
# fmt: off
_FAULTS = (
    (rf"(?!{QUOTED})[\"']",
     "this quote is never closed", QUOTING),
    (rf"{NAME}(?:\.{NAME})+\[(?!{ARGUMENT[2:]})",
     "the field's argument is not as expected",
     "an argument is one word or quoted text between [ and ]"),
    (r"val\(",
     "val() is the whole right side of a comparison and nothing else", "write the field itself"),
    (r"[=!<>]",
     "a comparison without a field before it",
     "a field has a class and a name, such as proc.name; a value with = in it needs quotes"),
    (rf"{BARE}\s*\(",
     "a word followed by '(' is no field, macro or value",
     "put quotes around a value with brackets in it; transformers are "
     + ", ".join(expression.TRANSFORMERS)),
)
# fmt: on

_WORDS = _words()
