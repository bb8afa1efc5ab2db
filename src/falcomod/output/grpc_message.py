# SPDX-License-Identifier: Apache-2.0
"""An alert as the message of Falco's gRPC interface: falco.outputs.response.

What Falco wrote into it: `output` is the whole line, as every other output writes it (so it
is JSON with json_output), and output_fields are texts.  To be imported where gRPC is used:
protobuf takes its time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from falcomod.alert.model import Alert, FieldValue
from falcomod.api import outputs_pb2, schema_pb2

# Clients in Go refuse messages over 4 MiB, and end the call: that alert would come back for ever.
SIZE_MAX = 3 << 20
CUT_CHARACTERS = 16 << 10  # what is left of a long text where an alert is too large
CUT_FIELDS = 16  # and how many fields are: these texts fit, whatever characters they are of

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_SURROGATES = re.compile("[\ud800-\udfff]")  # UTF-8 cannot write them

# The number of a source, for clients from before sources had names.
SOURCES = {
    "syscall": schema_pb2.SYSCALL,
    "k8s_audit": schema_pb2.K8S_AUDIT,
    "internal": schema_pb2.INTERNAL,
}


def encode(alert: Alert, line: str) -> bytes:
    """The message; *line* is the alert as other outputs write it.

    Of an alert that is too large its texts are cut, and most fields are left out.
    """
    fields = {_whole(name): _text(value) for name, value in alert.output_fields.items()}
    body = _message(alert, line, fields, alert.tags)
    if len(body) <= SIZE_MAX:
        return body
    few = {_cut(name): _cut(text) for name, text in list(fields.items())[:CUT_FIELDS]}
    return _message(alert, _cut(line), few, alert.tags[:CUT_FIELDS])


def _message(alert: Alert, line: str, fields: Mapping[str, str], tags: tuple[str, ...]) -> bytes:
    message = outputs_pb2.response(
        priority=schema_pb2.priority.Name(alert.priority),
        source_deprecated=SOURCES.get(alert.source, schema_pb2.PLUGIN),
        rule=_whole(alert.rule),
        output=_whole(line),
        output_fields=fields,
        hostname=_whole(alert.hostname),
        tags=[_whole(tag) for tag in tags],
        source=_whole(alert.source),
    )
    message.time.FromNanoseconds(alert.time_ns)
    return message.SerializeToString()


def _text(value: FieldValue) -> str:
    """A field's value: texts are themselves, what else there is is JSON."""
    return _whole(value if isinstance(value, str) else _JSON.encode(value))


def _whole(text: str) -> str:
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def _cut(text: str) -> str:
    return text if len(text) <= CUT_CHARACTERS else text[: CUT_CHARACTERS - 1] + "…"
