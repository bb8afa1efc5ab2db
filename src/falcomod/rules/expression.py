# SPDX-License-Identifier: Apache-2.0
"""Field expressions and quoted text: how they are typed, and their one spelling.

A field expression is a field with its argument, proc.aname[2], or a transformer
of field expressions, tolower(basename(proc.exepath)).  Everything behind the
grammar knows it as text in one spelling, which the engine's fields read as well:
no blanks but one after each comma, an argument in brackets without quotes where
it can do without (it holds no escapes either way), any other text in double quotes.
"""

from __future__ import annotations

import re

TRANSFORMERS = ("tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt")
MODIFIERS = ("oneof", "anyof", "allof")

# Brackets, nots and transformers in each other.
MAX_DEPTH = 1000

# Groups are not repeated possessively: Python before 3.11.5 then drops part of what a
# failed last round has read (python/cpython issue 106052).
NAME = r"[A-Za-z][A-Za-z0-9_]*+"
_DOUBLE = r"""\"[^"\\]*+(?:\\.[^"\\]*+)*\""""
QUOTED = rf"""(?:{_DOUBLE}|'[^'\\]*+(?:\\.[^'\\]*+)*')"""
_BARE_ARGUMENT = r"""[^\]\["'\s\x08]++"""
ARGUMENT = rf"\[(?:{QUOTED}|{_BARE_ARGUMENT})\]"
FIELD = rf"{NAME}(?:\.{NAME})+(?:{ARGUMENT})?(?![.\[\w(])"
CALL = rf"(?:{'|'.join(TRANSFORMERS)})\("

QUOTING = r"inside quotes: \b \f \n \r \t \\ \/ \xHH and the quote itself"

_FLAGS = re.ASCII | re.DOTALL
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]+|[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?", _FLAGS)
_BLANKS = re.compile(r"[\s\x08]*", _FLAGS)
_FIELD = re.compile(FIELD, _FLAGS)
_CALL = re.compile(CALL, _FLAGS)
_QUOTED = re.compile(QUOTED, _FLAGS)
_ARGUMENT = re.compile(ARGUMENT, _FLAGS)
_BARE_ARGUMENT_ONLY = re.compile(_BARE_ARGUMENT, _FLAGS)
# Texts are met before arguments in them could be taken for one.
_WRITTEN = re.compile(rf"""(?P<argument>\[(?:"[^"]*"|'[^']*')\])|{_DOUBLE}""", _FLAGS)
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "/": "/", " ": "\\"}
_WRITTEN_AS = {
    "\\": "\\\\",
    '"': '\\"',
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


class Unreadable(ValueError):
    """A text that is no field expression, from *offset* on."""

    def __init__(self, message: str, offset: int, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.remedy = remedy


def unquote(text: str) -> str:
    """The value that *text* stands for, quoted or bare; ValueError names a bad escape."""
    if text[0] not in "\"'":
        return text
    content = text[1:-1]
    if "\\" not in content:
        return content
    value = _ESCAPE.sub(lambda match: _unescaped(match, text[0]), content)
    # \xHH gives a byte; neighbours that make up one UTF-8 character become it.
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ValueError("a value cannot hold half of a character") from None


def quoted(value: str) -> str:
    """*value* in double quotes, as unquote reads it."""
    return '"' + "".join(_escaped(character) for character in value) + '"'


def is_call(expression: str) -> bool:
    """True for a transformer, false for a field."""
    return _CALL.match(expression) is not None


def spelling(text: str) -> str:
    """The one spelling of a field or a transformer of some; raises Unreadable for other text."""
    if not is_call(text):
        if not _FIELD.fullmatch(text):
            raise Unreadable("this is no field", 0)
        return field(text)
    written, end = read_call(text, 0)
    if end < len(text):
        raise Unreadable("nothing is expected behind a transformer", end)
    return written


def is_expression(text: str) -> bool:
    """True if *text*, as typed, is a field or a transformer of some, and nothing else."""
    try:
        spelling(text)
    except Unreadable:
        return False
    return True


def names_in(expression: str) -> list[str]:
    """The fields of an expression without their arguments, in order."""
    bare = _QUOTED.sub('""', expression)
    return [match.group().partition("[")[0] for match in _FIELD.finditer(bare)]


def field(text: str, offset: int = 0) -> str:
    """The spelling of one field as it was typed; *offset* is told with a fault."""
    name, bracket, rest = text.partition("[")
    return name + _argument(bracket + rest, offset + len(name)) if bracket else name


def typed(expression: str) -> str:
    r"""An expression as a condition writes it: a \ in a quoted argument is an escape there."""

    def doubled(match: re.Match[str]) -> str:
        return match.group().replace("\\", "\\\\") if match["argument"] else match.group()

    return _WRITTEN.sub(doubled, expression) if "\\" in expression else expression


def read_call(text: str, start: int) -> tuple[str, int]:
    """The transformer at *start* in its spelling, and where it ends; raises Unreadable."""
    parts: list[str] = []
    opened: list[bool] = []  # for each bracket whether it is a transformer's
    at, operand_next = start, True
    while True:
        at = _past_blanks(text, at)
        if operand_next:
            part, at = _operand(text, at, opened)
            parts.append(part)
            operand_next = part[-1] == "("
        elif text.startswith(",", at):
            parts.append(", ")
            at += 1
            operand_next = True
        elif text.startswith(")", at):
            parts.append(")")
            at += 1
            if opened.pop() and (key := _ARGUMENT.match(text, at)):
                parts.append(_argument(key.group(), at))
                at = key.end()
            if not opened:
                return "".join(parts), at
        else:
            raise Unreadable("',' or ')' is expected in a transformer", at)


def _operand(text: str, at: int, opened: list[bool]) -> tuple[str, int]:
    """What stands at *at* as a whole, or the start of a transformer or of a list of arguments."""
    if match := _CALL.match(text, at) or re.compile(r"\(").match(text, at):
        opened.append(len(match.group()) > 1)
        if len(opened) >= MAX_DEPTH:
            raise Unreadable(f"exceeded max depth limit of {MAX_DEPTH}", at)
        return match.group(), match.end()
    if match := _FIELD.match(text, at):
        return field(match.group(), at), match.end()
    if match := _QUOTED.match(text, at):
        try:
            return quoted(unquote(match.group())), match.end()
        except ValueError as error:
            raise Unreadable(str(error), at, QUOTING) from None
    if match := _NUMBER.match(text, at):
        return match.group(), match.end()
    known = ", ".join(TRANSFORMERS)
    raise Unreadable("a field or a transformer is expected here", at, f"transformers: {known}")


def _past_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _argument(text: str, offset: int) -> str:
    """An argument in brackets, in its one spelling."""
    try:
        value = unquote(text[1:-1])
    except ValueError as error:
        raise Unreadable(str(error), offset + 1, QUOTING) from None
    if _BARE_ARGUMENT_ONLY.fullmatch(value):
        return f"[{value}]"
    if '"' not in value:
        return f'["{value}"]'
    if "'" not in value:
        return f"['{value}']"
    raise Unreadable("an argument cannot hold both kinds of quotes", offset + 1)


def _unescaped(match: re.Match[str], quote: str) -> str:
    escape = match[1]
    if escape[0] == "x" and len(escape) == 3:
        if escape == "x00":
            raise ValueError("a value cannot hold the character NUL")
        return bytes([int(escape[1:], 16)]).decode("ascii", "surrogateescape")
    if escape == quote:
        return quote
    if escape not in _ESCAPES:
        raise ValueError(f"unsupported string escape sequence: \\{escape}")
    return _ESCAPES[escape]


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that is not UTF-8, as surrogateescape has it
        return f"\\x{ord(character) - 0xDC00:02x}"
    return _WRITTEN_AS.get(character, character)
