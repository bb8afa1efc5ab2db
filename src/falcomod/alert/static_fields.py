# SPDX-License-Identifier: Apache-2.0
"""Fields static.NAME, whose values stand in the configuration: `static_fields`.

In a field expression a name gives way to its value, as a transformer that yields it; so
conditions and outputs know nothing of them, and every operator does with them what it does.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from falcomod.engine.fields.expression import quoted
from falcomod.engine.fields.registry import bind_prefix
from falcomod.errors import FieldError, UserError

PREFIX = "static."
# As conditions can write them.
NAME = r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*"

_NAME = re.compile(NAME, re.ASCII)
# Texts are met before names in them could be taken for fields.
_WRITTEN = re.compile(
    rf"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<![\w.]){re.escape(PREFIX)}(?P<name>{NAME})""",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True)
class StaticFields:
    """The values by name, sorted."""

    items: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, str]) -> StaticFields:
        """Those of a configuration; raises UserError for a name that no condition could write."""
        for name, value in values.items():
            if not _NAME.fullmatch(name):
                raise UserError(
                    f"static_fields: {name!r} cannot be the name of a field; take letters, digits "
                    "and _, beginning with a letter"
                )
            if "\0" in value:
                raise UserError(f"static_fields.{name}: a value cannot hold the character NUL")
        return cls(tuple(sorted(values.items())))

    def value(self, field: str) -> str | None:
        """The value of a field static.NAME; None for any other field; raises FieldError."""
        name = field.removeprefix(PREFIX)
        if name == field or not _NAME.fullmatch(name):
            return None
        return self._value(name)

    def put_in(self, expression: str) -> str:
        """A field expression with the values in place of names; raises FieldError."""
        if PREFIX not in expression:
            return expression
        return _WRITTEN.sub(
            lambda match: match["text"] or _constant(self._value(match["name"])), expression
        )

    def bind_prefix(self, text: str) -> tuple[Any, int]:
        """What the registry's function of this name gives, static fields included."""
        if text.startswith(PREFIX):
            return self._bind_name(text)
        if PREFIX not in text:
            ref, size = bind_prefix(text)
            return ref, size
        longer = [(0, 0)]  # the end of each value put in, and by how much the text has grown there
        replaced = _WRITTEN.sub(lambda match: self._value_at(match, longer), text)
        try:
            ref, size = bind_prefix(replaced)
        except FieldError as error:
            for match in _WRITTEN.finditer(text):
                if match["name"] and f"{PREFIX}{match['name']}" in str(error):
                    self._value(match["name"])  # which says what to do
            raise
        return ref, size - max(grown for end, grown in longer if end <= size)

    def _value_at(self, match: re.Match[str], longer: list[tuple[int, int]]) -> str:
        """What takes the place of a match; a name that is not known may be just words."""
        if match["name"] not in self._values:
            return match.group()
        value = _constant(self._values[match["name"]])
        grown = longer[-1][1] + len(value) - len(match.group())
        longer.append((match.end() + grown, grown))
        return value

    def _bind_name(self, text: str) -> tuple[Any, int]:
        """The longest name there is, at the start of a text in which anything may follow."""
        match = _NAME.match(text, len(PREFIX))
        if match is None:
            raise FieldError(f"a name of static_fields was expected after {PREFIX}")
        parts = match.group().split(".")
        names = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
        name = next((name for name in names if name in self._values), match.group())
        ref, _ = bind_prefix(_constant(self._value(name)))
        return ref, len(PREFIX) + len(name)

    def _value(self, name: str) -> str:
        if name in self._values:
            return self._values[name]
        close = difflib.get_close_matches(name, self._values, n=1)
        hint = f"did you mean {PREFIX}{close[0]}?" if close else f"add {name} to static_fields"
        raise FieldError(f"unknown field {PREFIX}{name}; {hint}")

    @cached_property
    def _values(self) -> dict[str, str]:
        return dict(self.items)


def _constant(value: str) -> str:
    """An expression that yields *value* for every event."""
    return f'concat({quoted(value)}, "")'
