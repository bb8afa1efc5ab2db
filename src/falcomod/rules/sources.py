# SPDX-License-Identifier: Apache-2.0
"""Where events come from: what the rules of each source are tried on, and their fields.

A field belongs to the sources that its class names, so a rule about audit events
cannot ask for a process, nor one about system calls for a user of the cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from falcomod.engine.decode.schema import EVENTS, SYSCALLS, codes_of
from falcomod.engine.fields.registry import bind
from falcomod.errors import FieldError
from falcomod.rules.model import SOURCE_K8S_AUDIT, SOURCE_SYSCALL

# The event that everything is which no driver records.
PLUGIN_TYPE = "pluginevent"

# Names that evt.type can be compared with.
EVENT_TYPES = frozenset(
    {event.name for event in EVENTS.values()} | {name for name in SYSCALLS if codes_of(name)}
)


@dataclass(frozen=True, slots=True)
class EventSource:
    """One source of events."""

    name: str
    types: frozenset[str]  # that its events can have

    def bind(self, text: str) -> Any:
        """The field or expression that *text* is; raises FieldError, also for another source's."""
        ref = bind(text)
        self.require(ref)
        return ref

    def require(self, ref: Any) -> None:
        """Raises FieldError for a field that events of this source do not have."""
        if ref.info.field_class is None:  # an expression
            for name in ref.fields:
                self.bind(name)
        elif self.name not in ref.info.field_class.sources:
            raise FieldError(f"{ref.info.name} is no field of events of the source {self.name}")


SOURCES = {
    source.name: source
    for source in (
        EventSource(SOURCE_SYSCALL, EVENT_TYPES - {PLUGIN_TYPE}),
        EventSource(SOURCE_K8S_AUDIT, frozenset({PLUGIN_TYPE})),
    )
}
