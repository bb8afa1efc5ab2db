# SPDX-License-Identifier: Apache-2.0
"""What an alert looks like: templates of rules, the text line and the JSON line.

    Shell in a container (user=%user.name cmd=%proc.cmdline parent=%proc.aname[2])

A token is % and the longest field that can be read after it, with its argument
if it has one, or a transformer, as in %tolower(proc.name); digits between the two
pad with blanks or cut to that width. A
value that the event does not have is printed as <NA>, in JSON it is null.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from falcomod.alert.internal import json_body, message_with_fields
from falcomod.alert.model import SOURCE_INTERNAL, Alert, FieldValue, Priority
from falcomod.engine.fields.registry import bind_prefix
from falcomod.errors import FieldError, TemplateError

NO_VALUE = "<NA>"
TIME_FIELD = "evt.time"
TIME_FIELD_ISO = "evt.time.iso8601"
SECOND_NS = 1_000_000_000

WIDTH = re.compile(r"\d+", re.ASCII)
WIDTH_DIGITS_MAX = 4
# Made once: making one costs more than most alerts.
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

_LABELS = tuple(priority.label for priority in Priority)

SURROGATES = re.compile("[\ud800-\udfff]")
# What a terminal obeys and JSON need not escape: DEL, the controls of ISO 8859, ends of lines
# of Unicode, and what turns the direction of reading.
OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


# The field or expression at the start of a text, and how many characters of it; raises FieldError.
BindPrefix = Callable[[str], tuple[Any, int]]


class Readable(Protocol):
    """What gives a value at an event, as a reference to a field does."""

    def value(self, view: Any, /) -> FieldValue:
        """For JSON; None where the event has none."""


class Token(NamedTuple):
    """A field or transformer in a template."""

    written: str  # as in the template, by which JSON names it
    ref: Any
    width: int  # of its text; 0: as wide as it is


class Template:
    """A rule's output text, its fields bound once.

    *extra* are further values of JSON by their names; *time_field* is the name under which
    that has the time of the event.
    """

    def __init__(
        self,
        text: str,
        parts: Sequence[str | Token],
        *,
        extra: Mapping[str, Readable] = MappingProxyType({}),
        time_field: str = TIME_FIELD,
    ) -> None:
        self.text = text
        self._parts = tuple(parts)
        self._refs = {part.written: part.ref for part in parts if not isinstance(part, str)}
        self._times = tuple({time_field, *({TIME_FIELD} & self._refs.keys())})
        # Later ones take the place of earlier ones of the same name.
        named = [(name, ref) for name, ref in self._refs.items() if name not in self._times]
        self._values = [(name, ref.value) for name, ref in (*named, *extra.items())]

    @classmethod
    def parse(cls, text: str, bind: BindPrefix = bind_prefix) -> Template:
        """The template that *text* is; raises TemplateError with the column of the fault."""
        parts: list[str | Token] = []
        # Alerts are always written, so the mark that asks for that says nothing.
        position = 1 if text.startswith("*") else 0
        while (percent := text.find("%", position)) >= 0:
            if percent > position:
                parts.append(text[position:percent])
            token, position = _token(text, percent, bind)
            parts.append(token)
        if position < len(text):
            parts.append(text[position:])
        return cls(text, parts)

    def followed_by(self, others: Iterable[Template]) -> Template:
        """This one and the others behind it, each after a blank."""
        text, parts = self.text, list(self._parts)
        for other in others:
            text = f"{text} {other.text}"
            parts += (" ", *other._parts)
        return Template(text, parts)

    def with_fields(self, extra: Mapping[str, Readable], time_field: str) -> Template:
        """This one with other values beside its own."""
        return Template(self.text, self._parts, extra=extra, time_field=time_field)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields as written, in order, each once."""
        return tuple(self._refs)

    @property
    def refs(self) -> tuple[Any, ...]:
        """The fields themselves, in that order."""
        return tuple(self._refs.values())

    def render(self, view: Any) -> str:
        """The text with the values of the view's event."""
        done = []
        for part in self._parts:
            if isinstance(part, str):
                done.append(part)
                continue
            value = part.ref.text(view)
            value = NO_VALUE if value is None else value
            done.append(value.ljust(part.width)[: part.width] if part.width else value)
        return "".join(done)

    def fields(self, view: Any) -> dict[str, FieldValue]:
        """Its fields with typed values, and the time in nanoseconds since the epoch."""
        values: dict[str, FieldValue] = dict.fromkeys(self._times, view.ts_ns)
        for name, value in self._values:
            values[name] = value(view)
        return values


def text_line(alert: Alert, *, iso_time: bool = False) -> str:
    """One line of text, without its end: time (local, or UTC in ISO 8601), priority, message.

    Escaped like a JSON string, so that no value can break the line or forge another.
    """
    if alert.source == SOURCE_INTERNAL:
        return _whole(_timed(alert, message_with_fields(alert), iso_time))
    return _whole(_JSON.encode(_spoken(alert, iso_time))[1:-1])


def json_line(
    alert: Alert,
    *,
    iso_time: bool = False,
    message: bool = False,
    leave_out: frozenset[str] = frozenset(),
) -> str:
    """One line of JSON, without its end, keys sorted; "output" begins with time and priority.

    *message* asks for the output without those as a key of its own, *leave_out* names keys
    of output, output_fields and tags that the line is to do without.  Messages about falcomod
    itself are whole whatever is asked for, and have no tags.
    """
    if alert.source == SOURCE_INTERNAL:
        return _whole(_JSON.encode(json_body(alert, _iso(alert.time_ns, "Z"))))
    parts = []
    if alert.explanation is not None:
        parts.append(f'"explanation":{_JSON.encode(alert.explanation.as_json())}')
    parts.append(f'"hostname":{_JSON.encode(alert.hostname)}')
    if message:
        parts.append(f'"message":{_JSON.encode(alert.output)}')
    if "output" not in leave_out:
        parts.append(f'"output":{_JSON.encode(_spoken(alert, iso_time))}')
    if "output_fields" not in leave_out:
        parts.append(f'"output_fields":{_JSON.encode(dict(alert.output_fields))}')
    tags = None if "tags" in leave_out else alert.tags
    parts.append(_of_the_rule(alert.rule, alert.priority, alert.source, tags))
    return _whole(f'{{{",".join(parts)},"time":"{_iso(alert.time_ns, "Z")}"}}')


# Far more alerts than rules: what is the same for all of a rule is written once.
@lru_cache(maxsize=1024)
def _of_the_rule(rule: str, priority: Priority, source: str, tags: tuple[str, ...] | None) -> str:
    body: dict[str, Any] = {"priority": priority.label, "rule": rule, "source": source}
    if tags is not None:
        body["tags"] = sorted(tags)
    return _JSON.encode(body)[1:-1]


def _spoken(alert: Alert, iso_time: bool) -> str:
    """Time, priority and what the rule says."""
    return _timed(alert, alert.output, iso_time)


def _timed(alert: Alert, said: str, iso_time: bool) -> str:
    clock = _iso(alert.time_ns, "+0000") if iso_time else local_clock(alert.time_ns)
    return f"{clock}: {_LABELS[alert.priority]} {said}"


def local_clock(time_ns: int) -> str:
    """HH:MM:SS.nnnnnnnnn in the zone of this process."""
    return f"{_local_second(time_ns // SECOND_NS)}.{time_ns % SECOND_NS:09d}"


def _token(text: str, percent: int, bind: BindPrefix) -> tuple[Token, int]:
    """What stands at a %, and where it ends."""
    start = percent + 1
    match = WIDTH.match(text, start)
    width = 0
    if match:
        if len(match.group()) > WIDTH_DIGITS_MAX:
            raise _fault(text, percent, f"a width has {WIDTH_DIGITS_MAX} digits at most")
        width, start = int(match.group()), match.end()
    if start == len(text):
        raise _fault(text, percent, "a field was expected after %")
    try:
        ref, size = bind(text[start:])
    except FieldError as error:
        raise _fault(text, percent, str(error)) from None
    if "filter-only" in ref.info.flags:
        raise _fault(text, percent, f"{ref.name} can be compared but not printed")
    return Token(text[start : start + size], ref, width), start + size


def _fault(text: str, position: int, what: str) -> TemplateError:
    quoted = text.replace("\n", " ")
    message = f"column {position + 1}: {what}\n    {quoted}\n    {' ' * position}^"
    return TemplateError(message, reason=what, offset=position)


def _iso(time_ns: int, zone: str) -> str:
    return f"{_utc_second(time_ns // SECOND_NS)}.{time_ns % SECOND_NS:09d}{zone}"


# Alerts come in bursts: most share their second with the one before.
@lru_cache(maxsize=8)
def _local_second(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))


@lru_cache(maxsize=8)
def _utc_second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def _whole(line: str) -> str:
    """The line with what cannot be written in UTF-8 replaced, and escaped what OBEYED says."""
    if line.isascii() and "\x7f" not in line:
        return line
    line = SURROGATES.sub("\ufffd", line)
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
