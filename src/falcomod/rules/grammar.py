# SPDX-License-Identifier: Apache-2.0
"""The grammar of conditions: text to tree.

pyparsing describes the words (checks, lists, quoting, macro names, brackets).
The precedence, not before and before or, is laid over them by a loop with a
stack of its own, so that brackets in brackets cost no Python recursion and
every message can say what was expected at that very place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import pyparsing as pp

from falcomod.errors import RuleError
from falcomod.rules.ast import BARE, LIST_OPERATORS, And, Check, MacroRef, Node, Not, Or
from falcomod.rules.text import Place, SourceText

MAX_DEPTH = 100
TRANSFORMERS = ("tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt")
WORD_OPERATORS = (
    "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith",
    "glob", "iglob", "regex",
)  # fmt: skip

MODIFIERS = ("oneof", "anyof", "allof")

_CODE = "LOAD_ERR_COMPILE_CONDITION"
_BLANK = " \t\b\r\n"
# Groups are not repeated possessively: Python before 3.11.5 then drops part of what a
# failed last round has read (python/cpython issue 106052).
_NAME = r"[A-Za-z][A-Za-z0-9_]*+"
_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_ITEM = rf"(?:{_QUOTED}|{BARE}+(?!\s*\())"
_ARGUMENT = rf"""\[(?:{_QUOTED}|[^\]\["'\s]+)\]"""
_ITEM_RE = re.compile(_ITEM, re.ASCII | re.DOTALL)
_ESCAPE_RE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "/": "/", " ": "\\"}


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of a condition and where it begins.

    *kind* is and, or, not, a bracket, "check" (field, operator, values) or "macro" (name).
    """

    kind: str
    offset: int
    words: tuple[str, ...] = ()


def parse(source: SourceText) -> Node:
    """The tree of a condition.

    Raises RuleError, with the place in the rules file, when the text is none.
    """
    if not source.text.strip(_BLANK):
        raise source.error("the condition is empty", 0, code=_CODE)
    try:
        tokens = _WORDS.parse_string(source.text).as_list()
    except pp.ParseBaseException as error:
        raise _explained(source, error) from None
    return _Tree(source).build(tokens)


def unquote(text: str) -> str:
    """The value that *text* stands for, quoted or bare; ValueError names a bad escape."""
    if text[0] not in "\"'":
        return text
    content = text[1:-1]
    if "\\" not in content:
        return content
    value = _ESCAPE_RE.sub(lambda match: _unescaped(match, text[0]), content)
    # \xHH gives a byte; neighbours that make up one UTF-8 character become it.
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


@dataclass
class _Level:
    """What is open between two brackets: finished or-terms, the and-term, pending nots."""

    opened: int
    terms: list[Node] = field(default_factory=list)
    factors: list[Node] = field(default_factory=list)
    nots: int = 0


class _Tree:
    """Builds the tree of one condition out of its words."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._levels = [_Level(opened=-1)]
        self._nots = 0
        self._operand_next = True

    def build(self, tokens: Sequence[_Token]) -> Node:
        for token in tokens:
            if self._operand_next:
                self._operand(token)
            else:
                self._operator(token)
        if self._operand_next:
            self._fail("the condition ends where a check, a macro or '(' is expected", None)
        if len(self._levels) > 1:
            opened = self._levels[-1].opened
            self._fail("this bracket is never closed", opened)
        return self._closed()

    def _operand(self, token: _Token) -> None:
        level = self._levels[-1]
        if token.kind == "not":
            level.nots += 1
            self._nots += 1
            self._check_depth(token)
        elif token.kind == "(":
            self._levels.append(_Level(opened=token.offset))
            self._check_depth(token)
        elif token.kind == "check":
            name, operator, *values = token.words
            self._add(Check(name, operator, tuple(values), Place(self._source, token.offset)))
        elif token.kind == "macro":
            self._add(MacroRef(token.words[0], Place(self._source, token.offset)))
        else:
            self._fail(f"a check, a macro or '(' is expected before '{token.kind}'", token.offset)

    def _operator(self, token: _Token) -> None:
        level = self._levels[-1]
        if token.kind in ("and", "or"):
            if token.kind == "or":
                level.terms.append(_joined(And, level.factors))
                level.factors = []
            self._operand_next = True
        elif token.kind == ")" and len(self._levels) > 1:
            node = self._closed()
            self._levels.pop()
            self._add(node)
        elif token.kind == ")":
            self._fail("this bracket closes nothing", token.offset)
        else:
            self._fail("'and' or 'or' is expected between two checks", token.offset)

    def _add(self, node: Node) -> None:
        level = self._levels[-1]
        for _ in range(level.nots):
            node = Not(node)
        self._nots -= level.nots
        level.nots = 0
        level.factors.append(node)
        self._operand_next = False

    def _closed(self) -> Node:
        level = self._levels[-1]
        return _joined(Or, [*level.terms, _joined(And, level.factors)])

    def _check_depth(self, token: _Token) -> None:
        if len(self._levels) + self._nots > MAX_DEPTH:
            self._fail(f"more than {MAX_DEPTH} brackets and nots in each other", token.offset)

    def _fail(self, message: str, offset: int | None) -> NoReturn:
        text = self._source.text
        raise self._source.error(message, len(text) if offset is None else offset, code=_CODE)


def _joined(kind: type[And] | type[Or], nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else kind(tuple(nodes))


def _unescaped(match: re.Match[str], quote: str) -> str:
    escape = match[1]
    if escape[0] == "x" and len(escape) == 3:
        if escape == "x00":
            raise ValueError("a value cannot hold the character NUL")
        return bytes([int(escape[1:], 16)]).decode("ascii", "surrogateescape")
    if escape == quote:
        return quote
    if escape not in _ESCAPES:
        raise ValueError(f"\\{escape} is no escape that a quoted value knows")
    return _ESCAPES[escape]


def _explained(source: SourceText, error: pp.ParseBaseException) -> RuleError:
    """The fault that pyparsing found, in the words of this language."""
    offset = error.loc
    while source.text[offset : offset + 1] and source.text[offset] in _BLANK:
        offset += 1
    rest = source.text[offset:]
    for pattern, message, remedy in _FAULTS:
        if re.match(pattern, rest, re.ASCII | re.DOTALL):
            return source.error(message, offset, code=_CODE, remedy=remedy)
    if quoted := re.match(_QUOTED, rest, re.DOTALL):
        try:
            unquote(quoted.group())
        except ValueError as fault:
            return source.error(str(fault), offset, code=_CODE, remedy=_QUOTING)
    expected = error.msg[:1].lower() + error.msg[1:]
    return source.error(f"{expected}, found {_shown(rest)}", offset, code=_CODE)


def _shown(rest: str) -> str:
    word = re.match(r"[^\s()]+|\S", rest)
    return repr(word.group()[:40]) if word else "the end of the condition"


def _read_values(text: str, offset: int, tokens: pp.ParseResults) -> list[str]:
    """Values out of a run of items with commas between them."""
    values = []
    for match in _ITEM_RE.finditer(tokens[0]):
        try:
            values.append(unquote(match.group()))
        except ValueError as error:
            raise pp.ParseFatalException(text, offset + match.start(), str(error)) from None
    return values


def _pattern(pattern: str, name: str) -> pp.ParserElement:
    element = pp.Regex(pattern, flags=re.ASCII | re.DOTALL)
    return element.set_whitespace_chars(_BLANK).set_name(name)


def _words() -> pp.ParserElement:
    """The words of a condition, in any order; _Tree says which may follow which."""
    any_name = _pattern(rf"{_NAME}(?:\.{_NAME})+(?:{_ARGUMENT})?(?![.\[\w(])", "a field")
    exists = _pattern(r"exists(?!\w)", "exists")
    compare = _pattern(
        rf"==|=|!=|<=|<|>=|>|(?:{'|'.join(WORD_OPERATORS)})(?=[\s\x08\"'(])", "a comparison"
    )
    member = _pattern(rf"(?:{'|'.join(sorted(LIST_OPERATORS))})(?=[\s\x08(])", "a list operator")
    value = _pattern(_ITEM, "a value").set_parse_action(_read_values)
    items = _pattern(rf"{_ITEM}(?:[\s\x08]*,[\s\x08]*{_ITEM})*", "values").set_parse_action(
        _read_values
    )
    opening = _pattern(r"\(", "'('").suppress()
    closing = _pattern(r"\)", "',' or ')'").suppress()
    values = (opening - pp.Optional(items) - closing | value).set_name("a list in brackets")
    comparison = (exists | compare - value | member - values).set_name(
        "an operator such as = or in"
    )
    check = (any_name - comparison).set_parse_action(
        lambda text, offset, tokens: _Token("check", offset, tuple(tokens))
    )
    macro = _pattern(rf"{_NAME}(?![.\[(])", "a macro").set_parse_action(
        lambda text, offset, tokens: _Token("macro", offset, (tokens[0],))
    )
    word = _pattern(r"[()]|(?:and|or|not)(?![\w.\[])", "and, or, not").set_parse_action(
        lambda text, offset, tokens: _Token(tokens[0], offset)
    )
    end = _pattern(r"\Z", "a check, a macro, 'and', 'or' or ')'").suppress()
    # Tabs are kept because offsets into the text are what errors point with.
    return (pp.ZeroOrMore(word | check | macro) + end).parse_with_tabs()


_QUOTING = r"inside quotes: \b \f \n \r \t \\ \/ \xHH and the quote itself"

# What users write that is no condition, told from the text where reading stopped.
# fmt: off
_FAULTS = (
    (rf"(?:{'|'.join(TRANSFORMERS)})\s*\(",
     "transformers are not supported yet", "compare the field itself"),
    (r"val\s*\(",
     "val() is not supported yet", "compare with a constant value"),
    (rf"(?:{'|'.join(MODIFIERS)})\s*\(",
     "oneof, anyof and allof are not supported yet",
     "write the comparisons out with 'or' and 'and'"),
    (rf"(?!{_QUOTED})[\"']",
     "this quote is never closed", _QUOTING),
    (rf"{_NAME}(?:\.{_NAME})+\[",
     "the field's argument is not as expected",
     "an argument is one word or quoted text between [ and ]"),
    (r"[=!<>]",
     "a comparison without a field before it",
     "a field has a class and a name, such as proc.name; a value with = in it needs quotes"),
    (r",\s*[,)]",
     "a value is expected after ','", "take the comma out, or add the value"),
    (rf"{BARE}\s*\(",
     "a word followed by '(' is no field, macro or value",
     "put quotes around a value with brackets in it"),
)
# fmt: on

_WORDS = _words()
