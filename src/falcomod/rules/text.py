# SPDX-License-Identifier: Apache-2.0
"""Text out of rules files that remembers the place of every character.

A condition is seldom parsed as it stands in the file: YAML folds its lines,
appending joins several pieces, lists are put in place of their names.  The
grammar sees the result, the user has to see the place that was typed.  A
SourceText therefore keeps the pieces it was made of; the mapping back to lines
and columns is computed only when an error needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from falcomod.errors import Location, RuleError

_QUOTE_WIDTH = 160
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_DOUBLE_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n|.)", re.S)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The text of one rules file, for the lines that errors quote."""

    path: str
    text: str = field(repr=False)

    def location(self, index: int) -> Location:
        """The line and column of the character at *index*."""
        line_start = self.text.rfind("\n", 0, index) + 1
        return Location(self.path, self.text.count("\n", 0, index) + 1, index - line_start + 1)

    def quote(self, location: Location) -> str:
        """The line of *location*, cut where it is very long."""
        lines = self.text.splitlines()
        if not 0 < location.line <= len(lines):
            return ""
        return lines[location.line - 1][: max(_QUOTE_WIDTH, location.column + 20)]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A YAML scalar: its value and the slice of the file it was read from.

    *style* is the mark that began it: "" (plain), ', ", | or >.
    """

    value: str
    file: SourceFile = field(repr=False)
    start: int
    end: int
    style: str = ""

    @property
    def location(self) -> Location:
        """Where the scalar begins in the file."""
        return self.file.location(self.start)

    def index_of(self, offset: int) -> int:
        """The index in the file of the character at *offset* of the value.

        Both texts are walked side by side.  YAML drops and changes only white
        space, the quotes around and the escapes inside, so every other
        character of the value meets itself in the file.
        """
        raw = self.file.text[self.start : self.end]
        at = _content_start(raw, self.style)
        for character in self.value[:offset]:
            at = _past(raw, at, character, self.style)
        wanted = self.value[offset : offset + 1]
        if wanted and not wanted.isspace():
            at = _skip_blank(raw, at, self.style)
        return self.start + min(at, len(raw.rstrip()))


def _content_start(raw: str, style: str) -> int:
    """Where the content of a scalar begins behind tags, quotes and headers."""
    match = _PROPERTIES.match(raw)
    start = match.end() if match else 0
    if style in ("|", ">"):
        newline = raw.find("\n", start)
        return len(raw) if newline < 0 else newline + 1
    return start + 1 if style else start


def _skip_blank(raw: str, at: int, style: str) -> int:
    """The next character of *raw* that is content, from *at*."""
    while at < len(raw):
        if style == '"' and (match := re.compile(r"\\\r?\n").match(raw, at)):
            at = match.end()
        elif raw[at].isspace():
            at += 1
        else:
            break
    return at


def _past(raw: str, at: int, character: str, style: str) -> int:
    """The index behind *character* of the value, which stands at or after *at*."""
    if character.isspace() and not (style == '"' and raw[at : at + 1] == "\\"):
        return at + 1 if raw[at : at + 1].isspace() else at
    at = _skip_blank(raw, at, style)
    if style == '"' and raw[at : at + 1] == "\\":
        match = _DOUBLE_ESCAPE.match(raw, at)
        return match.end() if match else at + 1
    if style == "'" and raw[at : at + 2] == "''":
        return at + 2
    return at + 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters out of one scalar.

    A piece that is not verbatim stands in place of something else (a list for
    its name): all of it lies at *offset*, where that something was written.
    """

    text: str
    scalar: Scalar
    offset: int
    verbatim: bool = True


@dataclass(frozen=True, slots=True)
class SourceText:
    """Pieces joined to one text."""

    pieces: tuple[Piece, ...]
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "".join(piece.text for piece in self.pieces))

    @classmethod
    def of(cls, scalar: Scalar) -> SourceText:
        """The whole of *scalar*."""
        return cls((Piece(scalar.value, scalar, 0),))

    def joined(self, other: SourceText) -> SourceText:
        """This text, one space, and *other*: what append means."""
        first = other.pieces[0]
        space = Piece(" ", first.scalar, first.offset, verbatim=False)
        return SourceText((*self.pieces, space, *other.pieces))

    def replaced(self, changes: Iterable[tuple[int, int, str]]) -> SourceText:
        """A text with [start, end) exchanged for new text, *changes* sorted by start."""
        pieces: list[Piece] = []
        done = 0
        for start, end, new in changes:
            pieces.extend(self._slice(done, start))
            here = self._piece_at(start)
            pieces.append(Piece(new, here.scalar, here.offset, verbatim=False))
            done = end
        pieces.extend(self._slice(done, len(self.text)))
        return SourceText(tuple(pieces))

    def _slice(self, start: int, end: int) -> Iterable[Piece]:
        at = 0
        for piece in self.pieces:
            low, high = max(start - at, 0), min(end - at, len(piece.text))
            if low < high:
                shift = low if piece.verbatim else 0
                yield Piece(
                    piece.text[low:high], piece.scalar, piece.offset + shift, piece.verbatim
                )
            at += len(piece.text)

    def _piece_at(self, offset: int) -> Piece:
        """The piece that holds *offset*, cut to begin there."""
        for piece in self._slice(offset, offset + 1):
            return piece
        last = self.pieces[-1]
        end = last.offset + len(last.text.rstrip()) if last.verbatim else last.offset
        return Piece("", last.scalar, end, last.verbatim)

    def location(self, offset: int) -> Location:
        """The place in a file of the character at *offset*."""
        piece = self._piece_at(offset)
        return piece.scalar.file.location(piece.scalar.index_of(piece.offset))

    def error(self, message: str, offset: int, *, code: str, remedy: str = "") -> RuleError:
        """A RuleError that points at *offset* and quotes the line of the file."""
        location = self.location(offset)
        quote = self._piece_at(offset).scalar.file.quote(location)
        return RuleError(message, location, code=code, quote=quote, remedy=remedy)


@dataclass(frozen=True, slots=True)
class Place:
    """An offset in a text: what a node of a condition keeps of its origin."""

    text: SourceText = field(repr=False)
    offset: int

    def error(self, message: str, *, code: str, remedy: str = "") -> RuleError:
        """A RuleError that points here."""
        return self.text.error(message, self.offset, code=code, remedy=remedy)
