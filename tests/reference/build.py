# SPDX-License-Identifier: Apache-2.0
"""Records from parameters: what a driver would have written."""

from __future__ import annotations

import struct

from tests.reference import tables
from tests.reference.decode import HEADER, NUMBERS, STRINGS


def record(event_id: str, /, *, ts: int = 1, tid: int = 1, **params: object) -> bytes:
    """The bytes of one record; parameters not given are absent.

    A value may be a number, a string (its NUL is added), or the parameter's bytes.
    """
    event = tables.events()[tables.event_codes()[event_id]]
    unknown = params.keys() - {param.name for param in event.params}
    if unknown:
        raise KeyError(f"{event_id} has no {sorted(unknown)}")
    raw = [_raw(param.type, params.get(param.name)) for param in event.params]
    letter = "I" if "FM_EF_LARGE_PAYLOAD" in event.flags else "H"
    lengths = struct.pack(f"<{len(raw)}{letter}", *map(len, raw))
    size = HEADER.size + len(lengths) + sum(map(len, raw))
    header = HEADER.pack(ts, tid, size, event.code, len(raw))
    return header + lengths + b"".join(raw)


def _raw(type_: str, value: object) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if type_ in STRINGS and isinstance(value, str):
        return value.encode("utf-8", "surrogateescape") + b"\0"
    return struct.pack(NUMBERS[type_], value)
