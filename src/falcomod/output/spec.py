# SPDX-License-Identifier: Apache-2.0
"""An output that is wanted: what it is called, what it depends on, how it is opened.

Each module of a sink has a function `spec(config, line)` that makes one of the configuration,
or None where the output is switched off; output.table has them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.output.sink import Sink

Line = Callable[[Alert], str]  # an alert as text or JSON, without a line end

# What the look of an alert depends on.
LOOK = (
    "json_output",
    "json_include_output_property",
    "json_include_message_property",
    "json_include_output_fields_property",
    "json_include_tags_property",
    "time_format_iso_8601",
)


@dataclass(frozen=True)
class Spec:
    """A wanted output; two that are equal are the same output, which a reload leaves alone."""

    name: str  # as in Sink
    settings: object  # everything that the sink depends on, compared by ==
    # Makes the sink; raises UserError or OSError, and never waits for a receiver.
    open: Callable[[], Sink] = field(compare=False)
    is_aside: bool = False  # it says more about alerts, and is no output by itself


def look(config: Config) -> tuple[object, ...]:
    """What lines depend on: part of the settings of every sink that writes lines."""
    return tuple(getattr(config, name) for name in LOOK)
