# SPDX-License-Identifier: Apache-2.0
"""Old records to current ones, one step of the public table after the other.

The twin of falcomod.engine.capture.convert.  Its table is the copy of the public facts in
tests/golden, so it shares nothing with old_events.  It differs from the reference
implementation where the engine does, and says so there.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.reference import tables
from tests.reference.decode import HEADER, NUMBERS, STRINGS

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
HEADER_V1 = struct.Struct("<QqIH")  # without nparams
# Events of which the first version's writer counted three bytes too much.
EXCESS = {"NOTIFICATION_E": 3, "INFRASTRUCTURE_EVENT_E": 3}


class Row(NamedTuple):
    """An event of any generation."""

    code: int
    id: str
    is_exit: bool
    flags: frozenset[str]
    types: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    ts: int
    tid: int
    id: str
    params: tuple[bytes, ...]


class CorruptError(Exception):
    """A record that cannot be read, or that the table says nothing about."""


def rows(name: str) -> list[list[str]]:
    """The lines of a file of tests/golden, without its first."""
    lines = (GOLDEN / name).read_text().splitlines()[1:]
    return [line.split("\t") for line in lines]


@cache
def events() -> dict[int, Row]:
    """Every event there ever was, by code."""
    found = {}
    for code, id_, _, direction, _, flags, params in rows("events.tsv") + rows("old_events.tsv"):
        found[int(code)] = Row(
            code=int(code),
            id=re.sub("^(SYSCALL|SOCKET)_", "", id_),
            is_exit=direction == "<",
            flags=frozenset(flags.split("|")),
            types=tuple(
                re.sub(r"\(.*", "", text.split(":")[1]).upper()
                for text in params.split()
                if ":" in text
            ),
        )
    return found


@cache
def by_id() -> dict[str, Row]:
    return {row.id: row for row in events().values()}


@cache
def conversions() -> dict[tuple[str, int], tuple[str, tuple[str, ...]]]:
    """Result ("ADD", "PASS" … or an id) and sources by id and number of parameters."""
    return {
        (id_, int(nparams)): (result, tuple(sources.split()))
        for id_, nparams, result, sources in rows("conversions.tsv")
    }


@cache
def needed() -> frozenset[str]:
    """Enters that an exit, or a later generation of it, takes parameters from."""
    return frozenset(
        f"{id_.removesuffix('_X')}_E"
        for (id_, _), (_, sources) in conversions().items()
        if any(source.startswith("e") for source in sources)
    )


@cache
def is_kept(id_: str) -> bool:
    """Whether an enter, or what it becomes, is needed."""
    later = {result for key, (result, _) in conversions().items() if key[0] == id_}
    return id_ in needed() or any(is_kept(result) for result in later & by_id().keys())


@cache
def is_dropped_unread(id_: str) -> bool:
    row = by_id()[id_]
    if "UNUSED" in row.flags:
        return True
    if "CONVERTER_MANAGED" not in row.flags:
        return "OLD_VERSION" in row.flags
    # A managed enter that is no current event, needed by no exit and becomes no other one.
    if row.is_exit or row.code in tables.events() or id_ in needed():
        return False
    return not any(
        key[0] == id_ and result in by_id() for key, (result, _) in conversions().items()
    )


def letter(id_: str) -> str:
    return "I" if "LARGE_PAYLOAD" in by_id()[id_].flags else "H"


def header(data: bytes, has_nparams: bool) -> tuple[int, int, int, int]:
    """Code, number of parameters (-1: not told), and where lengths begin and the record ends."""
    layout = HEADER if has_nparams else HEADER_V1
    if len(data) < layout.size:
        raise CorruptError
    _, _, size, code, *rest = layout.unpack_from(data)
    if not has_nparams and code in events():
        size -= EXCESS.get(events()[code].id, 0)
    if not layout.size <= size <= len(data):
        raise CorruptError
    return code, rest[0] if rest else -1, layout.size, size


def slices(body: bytes, count: int, code: str) -> tuple[bytes, ...]:
    """The parameters, or CorruptError where their lengths do not add up."""
    width = struct.calcsize(code)
    if count * width > len(body):
        raise CorruptError
    sizes = struct.unpack_from(f"<{count}{code}", body)
    if count * width + sum(sizes) != len(body):
        raise CorruptError
    params = []
    at = count * width
    for size in sizes:
        params.append(body[at : at + size])
        at += size
    return tuple(params)


def guess(body: bytes, most: int) -> tuple[bytes, ...]:
    """Parameters of a record that does not tell how many it has."""
    for count in range(most, -1, -1):
        try:
            return slices(body, count, "H")
        except CorruptError:
            continue
    raise CorruptError


def pack(event: Event) -> bytes:
    sizes = struct.pack(f"<{len(event.params)}{letter(event.id)}", *map(len, event.params))
    body = sizes + b"".join(event.params)
    size = HEADER.size + len(body)
    return HEADER.pack(event.ts, event.tid, size, by_id()[event.id].code, len(event.params)) + body


def default(type_: str) -> bytes:
    if type_ in ("UID", "GID"):
        return b"\xff\xff\xff\xff"
    return bytes(struct.calcsize(NUMBERS[type_])) if type_ in NUMBERS else b""


def capped(type_: str, raw: bytes) -> bytes:
    return raw[: struct.calcsize(NUMBERS[type_])] if type_ in NUMBERS else raw


def without_null(type_: str, raw: bytes) -> bytes:
    return b"" if type_ in STRINGS and raw == b"(NULL)\0" else raw


def container_json(params: tuple[bytes, ...]) -> bytes:
    id_, type_, name, image = params
    number = int.from_bytes(type_, "little") if len(type_) == 4 else 0
    texts = [quoted(raw) for raw in (id_, name, image)]
    return b'{"container":{"id":%b,"type":%d,"name":%b,"image":%b}}\0' % (
        texts[0],
        number,
        *texts[1:],
    )


def quoted(raw: bytes) -> bytes:
    text = b"" if raw == b"(NULL)\0" else raw.split(b"\0")[0]
    return (
        b'"'
        + b"".join(
            b"\\u%04x" % byte if byte < 0x20 or byte in b'"\\' else bytes([byte]) for byte in text
        )
        + b'"'
    )


@dataclass
class Converter:
    """Converts the records of one file, in their order."""

    kept: dict[int, Event] = field(default_factory=dict)
    uses_enter: bool = False  # the record in hand has taken something from its enter

    def convert(self, data: bytes, has_nparams: bool = True) -> tuple[str, bytes | None]:
        """("pass" or "made", the record), ("drop", None) or ("corrupt", None)."""
        try:
            event = self._read(data, has_nparams)
            result = self._follow(event) if event else None
        except CorruptError:
            return "corrupt", None
        if event and "PROCEXIT" in event.id:
            self.kept.pop(event.tid, None)
        if result is None or by_id()[result.id].code not in tables.events():
            return "drop", None
        types = by_id()[result.id].types
        params = [
            without_null(type_, raw) for type_, raw in zip(types, result.params, strict=False)
        ]
        record = pack(replace(result, params=tuple(params)))
        return ("pass" if record == data[: len(record)] and has_nparams else "made"), record

    def _read(self, data: bytes, has_nparams: bool) -> Event | None:
        """The record taken apart; None: its event is none any more."""
        code, nparams, start, end = header(data, has_nparams)
        row = events().get(code)
        if row is None or is_dropped_unread(row.id):
            return None
        body = data[start:end]
        if has_nparams:
            if "CONVERTER_MANAGED" in row.flags and nparams > len(row.types):
                raise CorruptError
            params = slices(body, nparams, letter(row.id))
        else:
            params = guess(body, len(row.types))
        ts, tid, *_ = HEADER_V1.unpack_from(data)
        return Event(ts, tid, row.id, params)

    def _follow(self, event: Event) -> Event | None:
        """The event after all steps that the table has for it."""
        self.uses_enter = False
        is_changed = False
        while True:
            row = by_id()[event.id]
            key = (event.id, len(event.params))
            result, sources = conversions().get(key, ("", ()))
            is_current = row.code in tables.events() and len(event.params) == len(row.types)
            if result in ("", "PASS", "STORE_AND_PASS"):
                if event.id in needed():
                    self.kept[event.tid] = event
                if "CONVERTER_MANAGED" not in row.flags or is_current:
                    break
                if is_kept(event.id) and row.code not in tables.events():
                    return None
                raise CorruptError
            event = self._step(event, result, sources)
            is_changed = True
        if self.uses_enter:
            # The reference implementation forgets it at once, so a second step misses it.
            self.kept.pop(event.tid, None)
        if not is_changed:
            return event
        params = zip(row.types, event.params, strict=False)
        return replace(event, params=tuple(capped(type_, raw) for type_, raw in params))

    def _step(self, event: Event, result: str, sources: tuple[str, ...]) -> Event:
        if result == "ADD":
            target = by_id()[event.id]
            params = list(event.params)
        else:
            target = by_id()[result]
            params = []
        for source in sources:
            params.append(self._source(event, source, target.types[len(params)]))
        return replace(event, id=target.id, params=tuple(params))

    def _source(self, event: Event, source: str, type_: str) -> bytes:
        if source.startswith("CB"):
            return container_json(event.params)
        if source == "Z":
            return b""
        if source == "D":
            return default(type_)
        index = int(source.strip("oez"))
        if source.startswith("o"):
            raw = event.params[index]
            # The reference implementation copies the layout byte as part of the descriptor.
            is_dyn = by_id()[event.id].types[index] == "DYN" and type_ != "DYN"
            return raw[1:] if is_dyn else raw
        enter = self.kept.get(event.tid)
        if enter is not None:
            self.uses_enter = True
            # The reference implementation gives up where the enter is that of another call,
            # or has too few parameters.
            is_ours = by_id()[enter.id].code == by_id()[event.id].code - 1
            if is_ours and index < len(enter.params):
                return enter.params[index]
        return b"" if source.endswith("z") else default(type_)
