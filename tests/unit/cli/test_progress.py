# SPDX-License-Identifier: Apache-2.0
"""The bar on a terminal."""

from __future__ import annotations

import io

from falcomod.cli.progress import CLEAR_LINE, MIB, WIDTH, ProgressBar, progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_shows_the_share() -> None:
    terminal = Terminal()
    ProgressBar(terminal).show("a/x.scap", MIB, 4 * MIB)
    shown = terminal.getvalue()
    assert shown.startswith(CLEAR_LINE + "x.scap")
    assert f"[{'#' * (WIDTH // 4)}{' ' * (WIDTH - WIDTH // 4)}]  25%  1.0 MiB" in shown
    assert "\n" not in shown


def test_without_a_size_bytes_are_shown() -> None:
    terminal = Terminal()
    ProgressBar(terminal).show("-", 3 * MIB, 0)
    assert terminal.getvalue() == f"{CLEAR_LINE}-  3.0 MiB"


def test_bar_is_full_at_the_most() -> None:
    terminal = Terminal()
    ProgressBar(terminal).show("x", 5 * MIB, MIB)
    assert f"[{'#' * WIDTH}] 100%" in terminal.getvalue()


def test_clear_takes_it_away_once() -> None:
    terminal = Terminal()
    bar = ProgressBar(terminal)
    bar.clear()
    assert terminal.getvalue() == ""
    bar.show("x", 1, 2)
    bar.clear()
    bar.clear()
    assert terminal.getvalue().endswith(CLEAR_LINE)
    assert terminal.getvalue().count(CLEAR_LINE) == 2


def test_only_on_a_terminal() -> None:
    assert progress_bar(io.StringIO()) is None
    assert progress_bar(Terminal()) is not None
