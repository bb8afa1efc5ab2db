# SPDX-License-Identifier: Apache-2.0
"""The converter and its plain Python twin make the same of any sequence of records.

FALCOMOD_EXAMPLES multiplies the number of sequences; a failure prints what reproduces it.
"""

from __future__ import annotations

import os
import struct
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from falcomod.engine.capture.convert import Converter
from falcomod.engine.decode.event import decode_record
from tests.record_builder import HEADER
from tests.reference import convert as twin
from tests.reference.decode import NUMBERS, STRINGS

FACTOR = int(os.environ.get("FALCOMOD_EXAMPLES", "1"))

# Calls by the code of their exit, those with a conversion more often than not.
CONVERTED = sorted({twin.by_id()[id_].code | 1 for id_, _ in twin.conversions()})
CALLS = (
    st.sampled_from(CONVERTED)
    | st.sampled_from(CONVERTED)
    | st.integers(0, 226).map(lambda half: 2 * half + 1)
)
COUNTS: dict[str, list[int]] = {}
for _id, _count in twin.conversions():
    COUNTS.setdefault(_id, []).append(_count)
TEXTS = st.sampled_from([b"", b"\0", b"(NULL)\0", b"/etc/passwd\0", b"no end", b"ends\0twice\0"])


class Step(NamedTuple):
    data: bytes
    has_nparams: bool


def value(type_: str) -> st.SearchStrategy[bytes]:
    if type_ in STRINGS:
        return TEXTS
    if type_ not in NUMBERS:
        return st.binary(max_size=24)
    width = struct.calcsize(NUMBERS[type_])
    usual = st.binary(min_size=width, max_size=width)
    return usual | usual | usual | st.binary(max_size=9)


@st.composite
def step(draw: st.DrawFn) -> Step:
    """One record of some event, whole or damaged."""
    row = twin.events()[draw(CALLS) - draw(st.integers(0, 1))]
    usual = [len(row.types), *COUNTS.get(row.id, ())]
    count = draw(st.sampled_from(usual) | st.integers(0, len(row.types) + 2))
    types = [*row.types, "BYTEBUF", "BYTEBUF"][:count]
    params = [draw(value(type_)) for type_ in types]
    has_nparams = draw(st.booleans())
    letter = twin.letter(row.id) if has_nparams else "H"
    body = struct.pack(f"<{count}{letter}", *map(len, params)) + b"".join(params)
    tid = draw(st.integers(1, 2))
    if has_nparams:
        data = HEADER.pack(1, tid, HEADER.size + len(body), row.code, count) + body
    else:
        size = 22 + len(body) + twin.EXCESS.get(row.id, 0)
        data = struct.pack("<QQIH", 1, tid, size, row.code) + body
    if draw(st.integers(0, 9)) == 0:
        data = draw(damaged(data))
    return Step(data + bytes(draw(st.integers(0, 3))), has_nparams)


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        changed[draw(st.integers(16, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(changed[: draw(st.integers(0, len(data)))])


@settings(
    max_examples=400 * FACTOR,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(step(), max_size=12))
def test_converter_agrees_with_its_twin(steps: list[Step]) -> None:
    converter, reference = Converter(), twin.Converter()
    for data, has_nparams in steps:
        result, record = converter.converted(data, has_nparams)
        expected = reference.convert(data, has_nparams)
        if result == "pass" and expected[0] == "corrupt":
            # What is passed is not read: that is the decoder's to refuse.
            assert record is not None
            assert decode_record(record)[0] != "none"
        else:
            assert (result, record) == expected
    counters = converter.counters()
    assert sum(counters[name] for name in list(counters)[:9]) == len(steps)
