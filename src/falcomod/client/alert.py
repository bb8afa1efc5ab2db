# SPDX-License-Identifier: Apache-2.0
"""An alert, as a client gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from falcomod.api import outputs_pb2

SECOND_NS = 1_000_000_000

# By the number: what servers before Falco 0.31 tell of the source.
SOURCES = ("syscall", "k8s_audit", "internal", "plugin")


class Priority(IntEnum):
    """How bad it is, most severe first: `alert.priority <= Priority.WARNING`."""

    EMERGENCY = 0
    ALERT = 1
    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFORMATIONAL = 6
    DEBUG = 7


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alert."""

    time_ns: int  # of the event, since the epoch
    priority: Priority
    rule: str  # its name
    output: str  # the line that falcomod writes elsewhere: text, or JSON
    fields: Mapping[str, str]  # texts as they are, other values as JSON
    tags: tuple[str, ...]  # of the rule
    hostname: str
    source: str  # of the event: syscall, k8s_audit, internal

    @property
    def time(self) -> datetime:
        """The time in UTC, whole microseconds."""
        seconds, nanoseconds = divmod(self.time_ns, SECOND_NS)
        whole = datetime.fromtimestamp(seconds, UTC)
        return whole.replace(microsecond=nanoseconds // 1000)

    @classmethod
    def of(cls, message: outputs_pb2.response) -> Alert:
        """What a message says; ValueError for a priority that there is not."""
        number = int(message.source_deprecated)
        return cls(
            time_ns=message.time.seconds * SECOND_NS + message.time.nanos,
            priority=Priority(message.priority),
            rule=message.rule,
            output=message.output,
            fields=dict(message.output_fields),
            tags=tuple(message.tags),
            hostname=message.hostname,
            source=message.source or (SOURCES[number] if 0 <= number < len(SOURCES) else ""),
        )
