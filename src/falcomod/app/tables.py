# SPDX-License-Identifier: Apache-2.0
"""Tables as text: columns that line up, the last one wrapped or all cut to fit; and as Markdown."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

GAP = "  "
LAST_MIN = 30  # columns for the last one, however narrow the terminal is
LABEL_MIN = 20  # columns for the first one, as long as others can be left out for it


def columns(rows: Sequence[Sequence[str]], *, width: int, indent: str = "") -> Iterator[str]:
    """Lines of at most *width* characters."""
    if not rows:
        return
    sizes = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for *cells, last in rows:
        start = indent + "".join(
            f"{cell:<{size}}{GAP}" for cell, size in zip(cells, sizes, strict=True)
        )
        room = max(LAST_MIN, width - len(start))
        for line in textwrap.wrap(last, room, break_on_hyphens=False) or [""]:
            yield (start + line).rstrip()
            start = " " * len(start)


def fitted(rows: Sequence[Sequence[str]], *, width: int, spare: Sequence[str] = ()) -> list[str]:
    """Lines of at most *width* columns of a terminal: texts to the left, numbers to the right.

    Where there is no room, the first column is shortened; where that is not enough, the
    columns whose heads are *spare* are left out, in that order.
    """
    if not rows:
        return []
    left_out = list(spare)
    while left_out and _label_room(rows, width) < min(LABEL_MIN, _sizes(rows)[0]):
        place = rows[0].index(left_out.pop(0))
        rows = [(*row[:place], *row[place + 1 :]) for row in rows]
    room = max(1, _label_room(rows, width))
    rows = [(shortened(label, room), *cells) for label, *cells in rows]
    return [shortened(line, width) for line in aligned(rows)]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines in which columns line up; numbers, with their heads, to the right; - is none."""
    sizes = _sizes(rows)
    numbers = [
        place > 0 and all(row[place] == "-" or row[place][:1].isdigit() for row in rows[1:])
        for place in range(len(sizes))
    ]
    return [GAP.join(map(_padded, row, sizes, numbers)).rstrip() for row in rows]


def _padded(cell: str, size: int, is_number: bool) -> str:
    blanks = " " * (size - width_of(cell))
    return blanks + cell if is_number else cell + blanks


def _sizes(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(width_of, column)) for column in zip(*rows, strict=True)]


def _label_room(rows: Sequence[Sequence[str]], width: int) -> int:
    """What the other columns leave for the first one."""
    _, *others = _sizes(rows)
    return width - sum(others) - len(GAP) * len(others)


def width_of(text: str) -> int:
    """Columns of a terminal that a text takes: Chinese letters two each, accents none."""
    if text.isascii():
        return len(text)
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def shortened(text: str, width: int) -> str:
    """The text, or as much of its beginning as *width* columns take, and a sign for the rest."""
    if width_of(text) <= width:
        return text
    room = width - 1
    end = 0
    while (room := room - _width(text[end])) >= 0:
        end += 1
    return text[:end] + "…"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of Markdown, without a line behind it."""
    yield f"| {' | '.join(header)} |"
    yield f"|{'|'.join(' --- ' for _ in header)}|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def code(text: str) -> str:
    """*text* as Markdown shows what is typed; nothing for nothing."""
    return f"`{text}`" if text else ""
