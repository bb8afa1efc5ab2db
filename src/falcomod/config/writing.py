# SPDX-License-Identifier: Apache-2.0
"""Plain values as YAML that is read back as it was: blocks, and texts in quotes where needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from falcomod.config.environment import escaped

STEP = "  "
_BARE = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*")
# What YAML 1.1 takes for something else than a text.
NO_TEXTS = ("true", "false", "yes", "no", "on", "off", "y", "n", "null")
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def lines(value: Any, indent: str = "") -> Iterator[str]:
    """The lines of keys and values, or of a list, that is not empty."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _entry(f"{indent}{_quoted(str(key))}:", below, indent + STEP)
    else:
        for item in value:
            yield from _entry(f"{indent}-", item, indent + STEP)


def scalar(value: Any) -> str:
    """A single value, or an empty collection, on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        mantissa, exponent, power = repr(value).partition("e")
        return (mantissa if "." in mantissa else mantissa + ".0") + exponent + power
    if isinstance(value, (list, dict)):
        return "{}" if isinstance(value, dict) else "[]"
    return str(value) if isinstance(value, int) else _quoted(escaped(str(value)))


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    """A key or a dash with what belongs to it, below it where that takes lines."""
    if not isinstance(value, (list, dict)) or not value:
        yield f"{head} {scalar(value)}"
        return
    below = lines(value, indent)
    if head.endswith("-"):  # the first line stands behind the dash
        yield f"{head} {next(below).lstrip(' ')}"
    else:
        yield head
    yield from below


def _quoted(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in NO_TEXTS:
        return text
    return f'"{"".join(_escape(character) for character in text)}"'


def _escape(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
