# SPDX-License-Identifier: Apache-2.0
"""The bounds check: what passes, what is refused and why, and the slow twin's opinion."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.decode.event import FAULT_NAMES, decode_record
from falcomod.engine.decode.schema import EVENTS
from tests.record_builder import HEADER, build, pack
from tests.reference import decode as reference

OPENAT = build("openat", ts=2**63, tid=2**40, fd=3, dirfd="AT_FDCWD", name="/etc/shadow")


def with_header(record: bytes, **changes: int) -> bytes:
    names = ("ts", "tid", "len", "type", "nparams")
    fields = dict(zip(names, HEADER.unpack_from(record), strict=True))
    return HEADER.pack(*{**fields, **changes}.values()) + record[HEADER.size :]


def with_length(record: bytes, index: int, length: int) -> bytes:
    at = HEADER.size + 2 * index
    return record[:at] + struct.pack("<H", length) + record[at + 2 :]


@pytest.mark.parametrize("code", EVENTS)
def test_record_of_every_event_passes(code: int) -> None:
    record = build(EVENTS[code].id, ts=code, tid=-1)
    fault, size, fields = decode_record(record + b"more")
    assert (fault, size) == ("none", len(record))
    assert (fields["code"], fields["ts_ns"], fields["tid"]) == (code, code, -1)
    assert len(fields["params"]) == len(EVENTS[code].params)


def test_parameters_are_the_stored_bytes() -> None:
    fields = decode_record(OPENAT)[2]
    assert fields["params"][0] == (3).to_bytes(8, "little")
    assert fields["params"][2] == b"/etc/shadow\0"
    assert (fields["ts_ns"], fields["tid"]) == (2**63, 2**40)


@pytest.mark.parametrize("size", range(len(OPENAT)))
def test_truncated_record_is_refused(size: int) -> None:
    assert decode_record(OPENAT[:size]) == ("length", 0, None)


@pytest.mark.parametrize("length", [0, 1, HEADER.size - 1, len(OPENAT) + 1, 2**32 - 1])
def test_length_out_of_bounds_is_refused(length: int) -> None:
    assert decode_record(with_header(OPENAT, len=length)) == ("length", 0, None)


@pytest.mark.parametrize("code", [0, 4, 452, 454, 65535])
def test_unknown_type_is_refused_and_skipped(code: int) -> None:
    assert decode_record(with_header(OPENAT, type=code)) == ("type", len(OPENAT), None)


@pytest.mark.parametrize("count", [8, 32, 33, 2**31, 2**32 - 1])
def test_too_many_parameters_are_refused(count: int) -> None:
    assert decode_record(with_header(OPENAT, nparams=count)) == ("count", len(OPENAT), None)


def test_fewer_parameters_leave_the_rest_absent() -> None:
    fault, _, fields = decode_record(build("openat", nparams=3, name="/x"))
    assert fault == "none"
    assert fields["params"][2:] == [b"/x\0", b"", b"", b"", b""]


def test_parameters_of_the_event_before_do_not_shine_through() -> None:
    assert decode_record(build("execve"))[0] == "none"
    assert set(decode_record(build("close", nparams=0))[2]["params"]) == {b""}


@pytest.mark.parametrize("length", [0, 7, 9, 200, 65535])
def test_lengths_that_do_not_add_up_are_refused(length: int) -> None:
    assert decode_record(with_length(OPENAT, 0, length)) == ("sizes", len(OPENAT), None)


def test_lengths_beyond_the_record_are_refused() -> None:
    header = with_header(OPENAT, len=HEADER.size + 3)
    assert decode_record(header[: HEADER.size + 3]) == ("sizes", HEADER.size + 3, None)


@pytest.mark.parametrize("width", [1, 4, 7, 9, 16])
def test_number_of_another_width_is_refused(width: int) -> None:
    assert decode_record(build("openat", fd=bytes(width)))[0] == "width"


@pytest.mark.parametrize("text", [b"x", b"no nul", b"a\0b\0", b"\0\0", b"n" * 255])
def test_string_without_its_one_nul_is_refused(text: bytes) -> None:
    assert decode_record(build("openat", name=text))[0] == "string"


@pytest.mark.parametrize("size", [1, 2, 254, 255, 256, 4096, 65000])
def test_string_of_any_length_passes(size: int) -> None:
    assert decode_record(build("openat", name=b"n" * (size - 1) + b"\0"))[0] == "none"


def test_large_payload_lengths_are_wide() -> None:
    record = build("PLUGINEVENT_E", event_data=bytes(70000))
    fault, size, fields = decode_record(record)
    assert (fault, size) == ("none", len(record))
    assert len(fields["params"][-1]) == 70000


def twin(data: bytes) -> tuple[str, int, dict[str, object] | None]:
    try:
        record = reference.decode(data)
    except reference.CorruptError as error:
        return error.fault, error.size or 0, None
    raw = [record.raw.get(param.name, b"") for param in record.event.params]
    fields = {"ts_ns": record.ts, "tid": record.tid, "code": record.event.code, "params": raw}
    return "none", record.size, fields


EVENT = st.sampled_from(sorted(EVENTS))


@given(data=st.data(), code=EVENT)
def test_twin_agrees_on_random_parameters(data: st.DataObject, code: int) -> None:
    event = EVENTS[code]
    sizes = [
        st.sampled_from([param.width, param.width, param.width, 0, 5]) for param in event.params
    ]
    values = [
        data.draw(st.binary(min_size=size, max_size=size + 3)) for size in map(data.draw, sizes)
    ]
    count = data.draw(st.integers(0, len(values)))
    record = pack(event, values[:count], ts=data.draw(st.integers(0, 2**63 - 1)), tid=5)
    assert decode_record(record) == twin(record)


@given(data=st.data(), code=EVENT, flips=st.integers(1, 4))
def test_twin_agrees_on_damaged_records(data: st.DataObject, code: int, flips: int) -> None:
    record = bytearray(build(EVENTS[code].id))
    for _ in range(flips):
        at = data.draw(st.integers(0, len(record) - 1))
        record[at] = data.draw(st.integers(0, 255))
    damaged = bytes(record[: data.draw(st.integers(0, len(record)))])
    assert decode_record(damaged) == twin(damaged)


def test_every_fault_has_a_counter_name() -> None:
    assert FAULT_NAMES == ("none", "length", "type", "count", "sizes", "width", "string")
