# SPDX-License-Identifier: Apache-2.0
"""Why a rule matched an event or did not: plain values, to be shown or sent.

A finding is a part of a condition as it was written, and whether it holds;
below it are the parts that it is made of.  rules.explain makes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from falcomod.alert.model import FieldValue

VALUE_COLUMN = 68  # where values stand beside short parts
REASONS_MAX = 8
TEXT_MAX = 100  # of a part in a line; JSON has all of it


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a condition, tried on an event.

    *kind* is "check" (which may be negated), "all" or "any" of the parts, "not" the one
    part, or "unless": none of them.  Of a check, *values* are those of the fields it
    compares, by name; None where the event has none.
    """

    kind: str
    text: str
    holds: bool
    values: tuple[tuple[str, FieldValue], ...] = ()
    parts: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": self.kind, "text": self.text, "holds": self.holds}
        if self.values:
            found["values"] = dict(self.values)
        if self.parts:
            found["parts"] = [part.as_json() for part in self.parts]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What became of a rule at an event."""

    rule: str
    event: str  # "openat by cat (1234)"
    number: int
    outcome: str  # "match", "no match", "not tried"
    remarks: tuple[str, ...] = ()  # why a condition that holds raises no alert, and the like
    condition: Finding

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """The checks that decide: had they come out otherwise, so might have the whole."""
        return tuple(_decisive(self.condition))

    @property
    def others(self) -> tuple[str, ...]:
        """Further outermost parts that would have been enough to keep it from holding."""
        if self.condition.holds or self.condition.kind != "all":
            return ()
        reasons = self.reasons
        missing = [part for part in self.condition.parts if not part.holds]
        told = next((part for part in missing if tuple(_decisive(part)) == reasons), None)
        return tuple(part.text for part in missing if part is not told)

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "event": self.event,
            "number": self.number,
            "outcome": self.outcome,
            "remarks": list(self.remarks),
            "reasons": [_reason(finding) for finding in self.reasons],
            "others": list(self.others),
            "condition": self.condition.as_json(),
        }

    def lines(self) -> Iterator[str]:
        """As text: the outcome, the tree with a verdict before each part, the reasons."""
        yield f"rule {self.rule!r} at event {self.number}, {self.event}: {self.outcome}"
        for remark in self.remarks:
            yield f"  {remark}"
        yield ""
        yield from (printable(line) for line in _tree(self.condition, 0))
        yield ""
        word = "holds" if self.condition.holds else "does not hold"
        reasons = self.reasons
        yield f"The condition {word} because:"
        for finding in reasons[:REASONS_MAX]:
            yield printable(f"  {_reason(finding)}")
        if len(reasons) > REASONS_MAX:
            yield f"  and {len(reasons) - REASONS_MAX} more checks like these"
        for text in self.others:
            yield printable(f"  nor does: {_short(text)}")


def printable(text: str) -> str:
    """The text with what could steer a terminal or break the line shown as \\xNN."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def value_text(value: FieldValue) -> str:
    """A value as people read it: texts in quotes, lists in brackets."""
    if value is None:
        return "no value"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"({', '.join(value_text(item) for item in value)})"
    return str(value)


def _tree(finding: Finding, depth: int) -> Iterator[str]:
    verdict = "yes" if finding.holds else "no "
    line = f"{verdict}  {'  ' * depth}{_short(finding.text)}"
    if finding.values:
        line = f"{line:<{VALUE_COLUMN}}  {_values(finding)}"
    yield line
    for part in finding.parts:
        yield from _tree(part, depth + 1)


def _values(finding: Finding) -> str:
    if len(finding.values) == 1:
        return _short(value_text(finding.values[0][1]))
    return ", ".join(f"{name}: {_short(value_text(value))}" for name, value in finding.values)


def _reason(finding: Finding) -> str:
    word = "holds" if finding.holds else "does not hold"
    values = " and ".join(
        f"{name} has no value" if value is None else f"{name} is {_short(value_text(value))}"
        for name, value in finding.values
    )
    return f"{_short(finding.text)} {word}" + (f": {values}" if values else "")


def _decisive(finding: Finding) -> list[Finding]:
    """The fewest checks that settle a finding, the first of equals."""
    if not finding.parts:
        return [finding]
    below = [_decisive(part) for part in finding.parts if _settles(finding, part)]
    if finding.holds is _needs_all(finding):
        return list({id(found): found for part in below for found in part}.values())
    return min(below, key=len)


def _needs_all(finding: Finding) -> bool:
    """Whether every part has to hold for the whole; else one is enough."""
    return finding.kind != "any"


def _settles(finding: Finding, part: Finding) -> bool:
    return part.holds is (finding.holds ^ (finding.kind in ("not", "unless")))


def _short(text: str) -> str:
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
