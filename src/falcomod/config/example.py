# SPDX-License-Identifier: Apache-2.0
"""The commented example: every key with its documentation and its default."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from falcomod.config.keys import Option, all_options, block_of, item_kind, options
from falcomod.config.model import Config
from falcomod.config.words import remarks
from falcomod.config.writing import STEP, lines, scalar

WIDTH = 98
HEAD = (
    "# The configuration of falcomod: every key at its default, so that none is needed.",
    "# Printed by `falcomod config example`.  A falco.yaml is read as well.",
    "#",
    "# A change takes effect at a reload, which happens by itself when this file is saved; of some",
    "# keys it is said that it does at the next start.  `falcomod config check` tells what is",
    "# wrong.  ${NAME} in a value is the variable NAME of the environment, $${ is ${ itself.",
)


def text() -> str:
    """A file that is read as the defaults."""
    found = list(HEAD)
    for option in options(Config).values():
        found += ["", *_option(option, "")]
    return "\n".join([*found, ""])


def _option(option: Option, indent: str) -> Iterator[str]:
    yield from _comment(remarks(option), f"{indent}# ")
    if option.block is not None:
        yield f"{indent}{option.name}:"
        for below in options(option.block).values():
            yield from _option(below, indent + STEP)
        return
    item = block_of(item_kind(option.kind))
    if item is not None:
        yield f"{indent}# Keys of its items:"
        for key, below in all_options(item):
            yield from _comment(f"{key}: {remarks(below)}", f"{indent}#   ", STEP)
    if isinstance(option.default, (list, dict)) and option.default:
        yield from lines({option.name: option.default}, indent)
    else:
        yield f"{indent}{option.name}: {scalar(option.default)}"


def _comment(words: str, start: str, further: str = "") -> Iterator[str]:
    """Words as lines of a comment; *further* stands before all but the first."""
    yield from textwrap.wrap(
        words,
        WIDTH,
        initial_indent=start,
        subsequent_indent=start + further,
        break_on_hyphens=False,
    )
