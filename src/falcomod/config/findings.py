# SPDX-License-Identifier: Apache-2.0
"""What is found while a configuration is read: faults and warnings, each with its place.

A fault does not end the reading, so that all of them are told at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from falcomod.errors import ConfigError, Location

# Of each kind; a file full of nonsense is as clear after so many.
MAX_FINDINGS = 100
MAX_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or an override; *lines* for quotes, none of an override, which is its own place."""

    path: str
    lines: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; line and column count from 1, 0 where unknown."""

    source: Source
    line: int = 0
    column: int = 0

    @property
    def location(self) -> Location:
        """The place as errors name it."""
        if not self.source.lines:
            return Location(self.source.path)
        return Location(self.source.path, self.line, self.column)

    @property
    def quote(self) -> str:
        """The line of the place; empty where there is none."""
        lines = self.source.lines
        return lines[self.line - 1] if 0 < self.line <= len(lines) else ""


class Findings:
    """Faults and warnings, in the order they were found; none of them twice."""

    def __init__(self) -> None:
        self.faults: list[ConfigError] = []
        self.warnings: list[ConfigError] = []  # never raised
        self._told: set[tuple[Location, str]] = set()

    def fault(self, place: Place, message: str, remedy: str = "") -> None:
        """What is wrong, so that there is no configuration."""
        self._add(self.faults, place, message, remedy)

    def warn(self, place: Place, message: str, remedy: str = "") -> None:
        """What changes nothing, though somebody may count on it."""
        self._add(self.warnings, place, message, remedy)

    def is_full(self) -> bool:
        """True where further warnings are not told."""
        return len(self.warnings) >= MAX_FINDINGS

    def _add(self, found: list[ConfigError], place: Place, message: str, remedy: str) -> None:
        location = place.location
        if (location, message) in self._told:
            return
        if len(found) > MAX_FINDINGS:
            return
        if len(found) == MAX_FINDINGS:
            found.append(ConfigError("further ones are not told", Location(location.path)))
            return
        self._told.add((location, message))
        found.append(ConfigError(message, location, quote=place.quote, remedy=remedy))


def shown(text: str) -> str:
    """A text of a file as a message can show it: printable, and not too long."""
    cut = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
