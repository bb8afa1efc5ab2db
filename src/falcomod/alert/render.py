# SPDX-License-Identifier: Apache-2.0
"""How alerts look in this configuration: the line that every output of lines writes."""

from __future__ import annotations

from collections.abc import Callable

from falcomod.alert.format import json_line, text_line
from falcomod.alert.model import Alert
from falcomod.config.model import Config


def line_of(config: Config) -> Callable[[Alert], str]:
    """What makes an alert a line, without its end, by the json_… and time options."""
    iso_time = config.time_format_iso_8601
    if not config.json_output:
        return lambda alert: text_line(alert, iso_time=iso_time)
    kept = {
        "output": config.json_include_output_property,
        "output_fields": config.json_include_output_fields_property,
        "tags": config.json_include_tags_property,
    }
    leave_out = frozenset(key for key, wanted in kept.items() if not wanted)
    message = config.json_include_message_property
    return lambda alert: json_line(alert, iso_time=iso_time, message=message, leave_out=leave_out)
