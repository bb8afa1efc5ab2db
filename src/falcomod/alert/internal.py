# SPDX-License-Identifier: Apache-2.0
"""Alerts of falcomod about itself: events were lost, rules were read anew.

They go where alerts go and look as Falco's do: no rule has a template for them, so the
text names their fields, and JSON has no tags and the message alone as output.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from falcomod.alert.model import SOURCE_INTERNAL, Alert, FieldValue, Priority

RULE_PREFIX = "Falco internal: "  # of the names of their rules, by which receivers know them

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def internal_alert(
    rule: str,
    priority: Priority,
    message: str,
    fields: Mapping[str, FieldValue],
    *,
    hostname: str,
    time_ns: int,
) -> Alert:
    """The message as an alert; *rule* is its full name."""
    return Alert(
        time_ns=time_ns,
        priority=priority,
        rule=rule,
        output=message,
        output_fields=dict(fields),
        hostname=hostname,
        source=SOURCE_INTERNAL,
    )


def message_with_fields(alert: Alert) -> str:
    """`MESSAGE (k=1 k2="text")`: values as JSON, sorted by name; no line break can be in it."""
    message = _JSON.encode(alert.output)[1:-1].replace('\\"', '"')
    fields = alert.output_fields
    told = " ".join(f"{name}={_JSON.encode(fields[name])}" for name in sorted(fields))
    return f"{message} ({told})" if told else message


def json_body(alert: Alert, time: str) -> dict[str, Any]:
    """What its JSON line holds; *time* is that of the alert in ISO 8601.

    Options that leave out parts of alerts do not apply: without its fields it says nothing.
    """
    return {
        "hostname": alert.hostname,
        "output": alert.output,
        "output_fields": dict(alert.output_fields),
        "priority": alert.priority.label,
        "rule": alert.rule,
        "source": alert.source,
        "time": time,
    }
