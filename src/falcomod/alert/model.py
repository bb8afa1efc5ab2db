# SPDX-License-Identifier: Apache-2.0
"""The alert: one rule that matched one event, ready to be sent.

It holds plain values only, so it may be kept, queued and handed to another
thread long after its event is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from falcomod.alert.explanation import Explanation

# What a field can be in JSON; lists are of texts.
FieldValue = int | float | bool | str | list[str] | None

# Of messages about falcomod itself.
SOURCE_INTERNAL = "internal"


class Priority(IntEnum):
    """How bad it is, most severe first; the numbers are those of syslog (RFC 5424)."""

    EMERGENCY = 0
    ALERT = 1
    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFORMATIONAL = 6
    DEBUG = 7

    @property
    def label(self) -> str:
        """The word in alerts: "Warning"."""
        return self.name.capitalize()

    @classmethod
    def parse(cls, text: str) -> Priority:
        """The priority that *text* names, upper and lower case alike; ValueError for none."""
        name = text.strip().upper()
        try:
            return cls["INFORMATIONAL" if name == "INFO" else name]
        except KeyError:
            known = ", ".join(priority.label for priority in cls)
            raise ValueError(f"no priority {text!r}; there are {known}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert."""

    time_ns: int  # of the event, since the epoch
    priority: Priority
    rule: str  # its name
    output: str  # the rule's text with its fields filled in, without time and priority
    output_fields: Mapping[str, FieldValue] = field(default_factory=dict)
    tags: tuple[str, ...] = ()  # of the rule, sorted
    hostname: str = ""
    source: str = "syscall"
    explanation: Explanation | None = None  # why the rule matched, where that was asked for
