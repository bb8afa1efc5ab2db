# SPDX-License-Identifier: Apache-2.0
"""How far a long reading is, in the last line of a terminal."""

from __future__ import annotations

from typing import TextIO

import click

WIDTH = 40
MIB = 1 << 20
CLEAR_LINE = "\r\x1b[K"  # to the first column, and the rest of the line away (ECMA-48)


class ProgressBar:
    """A bar where the size is known, else the bytes that were read."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._is_shown = False

    def show(self, path: str, position: int, size: int) -> None:
        """Draws it anew for a file of *size* bytes; 0: unknown."""
        read = f"{position / MIB:.1f} MiB"
        if size:
            share = min(1.0, position / size)
            read = f"[{'#' * int(share * WIDTH):<{WIDTH}}] {share:4.0%}  {read}"
        click.echo(f"{CLEAR_LINE}{click.format_filename(path, shorten=True)}  {read}", nl=False,
                   file=self._terminal)  # fmt: skip
        self._is_shown = True

    def clear(self) -> None:
        """Takes it away, until it is shown again."""
        if self._is_shown:
            click.echo(CLEAR_LINE, nl=False, file=self._terminal)
        self._is_shown = False


def progress_bar(stream: TextIO) -> ProgressBar | None:
    """One on *stream* if that is a terminal."""
    return ProgressBar(stream) if stream.isatty() else None
