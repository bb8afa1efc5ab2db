# SPDX-License-Identifier: Apache-2.0
"""Tables as text: columns that line up, the last one wrapped; and as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

GAP = "  "
LAST_MIN = 30  # columns for the last one, however narrow the terminal is


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


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of Markdown, without a line behind it."""
    yield f"| {' | '.join(header)} |"
    yield f"|{'|'.join(' --- ' for _ in header)}|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def code(text: str) -> str:
    """*text* as Markdown shows what is typed; nothing for nothing."""
    return f"`{text}`" if text else ""
