# SPDX-License-Identifier: Apache-2.0
"""Records of every generation: what they become, and what is refused."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from falcomod.engine.capture.convert import COUNT_NAMES, Converter
from falcomod.engine.capture.enters import LIMITS
from falcomod.engine.decode.event import decode_record
from falcomod.engine.decode.schema import EVENTS
from tests.record_builder import HEADER, build, sockaddr
from tests.reference import convert as reference
from tests.reference.decode import NUMBERS, STRINGS

CAPTURES = sorted((Path(__file__).resolve().parents[3] / "captures").glob("*.scap"))
EVENTS_V1, EVENTS_V2 = (0x204, 0x8010ABCD), (0x216, 0x221)
FLAGGED_V1, FLAGGED_V2 = (0x208,), (0x217, 0x222)
TID = 17


def record(id_: str, *params: bytes, tid: int = TID, v1: bool = False, excess: int = 0) -> bytes:
    """A record of an event of any generation."""
    code = reference.by_id()[id_].code
    letter = reference.letter(id_)
    body = struct.pack(f"<{len(params)}{letter}", *map(len, params)) + b"".join(params)
    if v1:
        return struct.pack("<QQIH", 1, tid, 22 + len(body) + excess, code) + body
    return HEADER.pack(1, tid, HEADER.size + len(body) + excess, code, len(params)) + body


def number(value: int, width: int = 8) -> bytes:
    return value.to_bytes(width, "little", signed=value < 0)


def is_narrow(id_: str) -> bool:
    """Whether lengths are 16 bits wide; other events are younger than the first version."""
    return reference.letter(id_) == "H"


def values(id_: str, count: int, seed: int) -> list[bytes]:
    """Parameters of the right widths, all different."""
    found = []
    for index, type_ in enumerate(reference.by_id()[id_].types[:count]):
        mark = seed + index
        if type_ in NUMBERS:
            found.append(bytes([mark]) * struct.calcsize(NUMBERS[type_]))
        elif type_ in STRINGS:
            found.append(b"text %d\0" % mark)
        else:
            found.append(bytes([mark]) * (9 + index))
    return found


def fields(data: bytes) -> tuple[str, dict[str, bytes]]:
    """The id of a current record and its parameters that are there."""
    fault, size, found = decode_record(data)
    assert (fault, size) == ("none", len(data))
    event = EVENTS[found["code"]]
    return event.id, {
        param.name: raw for param, raw in zip(event.params, found["params"], strict=True) if raw
    }


def after(*records: bytes, has_nparams: bool = True) -> tuple[str, dict[str, bytes]]:
    """What the last record becomes when the others came before it."""
    converter = Converter()
    for data in records[:-1]:
        converter.converted(data, has_nparams)
    result, made = converter.converted(records[-1], has_nparams)
    assert result == "made"
    assert made is not None
    return fields(made)


@pytest.mark.parametrize("code", EVENTS)
def test_current_record_is_passed_as_it_is(code: int) -> None:
    converter = Converter()
    data = build(EVENTS[code].id, ts=5, tid=TID)
    assert converter.converted(data + b"padding") == ("pass", data)
    assert converter.counters()["passed"] == sum(converter.counters().values()) == 1


@pytest.mark.parametrize("code", [code for code in EVENTS if is_narrow(EVENTS[code].id)])
def test_record_of_the_first_version_gets_the_number_of_its_parameters(code: int) -> None:
    event = EVENTS[code]
    current = build(event.id, ts=1, tid=TID)
    excess = reference.EXCESS.get(event.id, 0)
    params = reference.slices(current[HEADER.size :], len(event.params), "H")
    data = record(event.id, *params, v1=True, excess=excess)
    assert Converter().converted(data, False) == ("made", current)


# Each row of the public table.

STEPS = [
    (id_, count)
    for (id_, count), (result, _) in reference.conversions().items()
    if result not in ("PASS", "STORE_AND_PASS")
]


def enters_of(id_: str) -> list[bytes]:
    """What may come before an event: nothing, its own enter, and another one."""
    enter = f"{id_.removesuffix('_X')}_E"
    found = [b"", record("READ_E" if id_ != "READ_X" else "WRITE_E", *values("READ_E", 2, 200))]
    if enter in reference.by_id():
        count = len(reference.by_id()[enter].types)
        found.append(record(enter, *values(enter, count, 100)))
        found.append(record(enter, *values(enter, count - 1, 100)) if count else b"")
    return found


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[0]}-{step[1]}")
def test_conversion_is_the_twin_s(step: tuple[str, int]) -> None:
    id_, count = step
    for enter in enters_of(id_):
        converter, twin = Converter(), reference.Converter()
        if enter:
            converter.converted(enter)
            twin.convert(enter)
        data = record(id_, *values(id_, count, 1))
        result, made = converter.converted(data)
        assert (result, made) == twin.convert(data)
        if id_.endswith("_X"):
            assert result == "made"
        if made is not None:
            fields(made)


def test_every_kind_of_source_is_filled_in_by_hand() -> None:
    """Against expectations that no table made."""
    res = number(3)
    read = record("READ_E", number(9), number(512, 4))
    assert after(read, record("READ_X", res, b"abc")) == (
        "READ_X",
        {"res": res, "data": b"abc", "fd": number(9), "size": number(512, 4)},
    )
    assert after(record("READ_X", res, b"abc"))[1] == {
        "res": res,
        "data": b"abc",
        "fd": number(0),
        "size": number(0, 4),
    }
    openat = record("OPENAT_E", number(-100), b"/etc/passwd\0", number(1, 4), number(0o644, 4))
    assert after(openat, record("OPENAT_X", res)) == (
        "OPENAT_2_X",
        {
            "fd": res,
            "dirfd": number(-100),
            "name": b"/etc/passwd\0",
            "flags": number(1, 4),
            "mode": number(0o644, 4),
        },
    )
    assert after(record("OPENAT_X", res)) == ("OPENAT_2_X", {"fd": res})
    assert after(record("SEND_X", res, b"abc"))[1]["fd"] == number(0)


def test_first_execve_becomes_today_s() -> None:
    params = values("EXECVE_8_X", 8, 1)
    id_, found = after(record("EXECVE_8_E"), record("EXECVE_8_X", *params))
    assert id_ == "EXECVE_19_X"
    assert list(found.values()) == params


@pytest.mark.parametrize("enter", ["EXECVE_18_E", "EXECVE_19_E"])
@pytest.mark.parametrize("exit_id", ["EXECVE_18_X", "EXECVE_19_X"])
def test_execve_takes_its_file_name_from_the_enter(enter: str, exit_id: str) -> None:
    count = 17 if exit_id == "EXECVE_18_X" else 30
    params = values(exit_id, count, 1)
    id_, found = after(record(enter, b"/bin/ls\0"), record(exit_id, *params))
    assert id_ == "EXECVE_19_X"
    assert list(found.values()) == [*params, b"/bin/ls\0"]


def test_connect_takes_both_parameters_from_its_enter() -> None:
    address = sockaddr("10.0.0.1", 80)
    converter = Converter()
    enter = record("CONNECT_E", number(5), address)
    assert converter.converted(enter) == ("pass", enter)
    _, made = converter.converted(record("CONNECT_X", number(0), b""))
    assert made is not None
    assert fields(made) == ("CONNECT_X", {"res": number(0), "fd": number(5), "addr": address})


def test_old_connect_enter_gets_an_address_and_is_kept() -> None:
    converter = Converter()
    _, made = converter.converted(record("CONNECT_E", number(5)))
    assert made is not None
    assert fields(made) == ("CONNECT_E", {"fd": number(5)})
    assert decode_record(made)[2]["params"] == [number(5), b""]
    assert fields(converter.converted(record("CONNECT_X", number(0), b""))[1] or b"")[1] == {
        "res": number(0),
        "fd": number(5),
    }


def test_descriptor_of_an_old_bpf_call_is_without_its_layout_byte() -> None:
    enter = record("BPF_E", number(5))
    assert after(enter, record("BPF_X", b"\x00" + number(9))) == (
        "BPF_2_X",
        {"fd": number(9), "cmd": number(5, 4)},
    )
    assert after(record("BPF_X", b""))[1] == {}


def test_container_event_of_the_first_generation_becomes_a_text() -> None:
    id_, found = after(
        record("CONTAINER_E", b"0123456789ab\0", number(7, 4), b'a "name"\\\n\0', b"(NULL)\0")
    )
    assert id_ == "CONTAINER_JSON_2_E"
    assert json.loads(found["json"][:-1]) == {
        "container": {"id": "0123456789ab", "type": 7, "name": 'a "name"\\\n', "image": ""}
    }


def test_container_event_of_the_second_generation_gets_wide_lengths() -> None:
    assert after(record("CONTAINER_JSON_E", b"{}\0")) == ("CONTAINER_JSON_2_E", {"json": b"{}\0"})


# What is no event any more.


@pytest.mark.parametrize("id_", ["CLONE_11_E", "EXECVEAT_E", "PROCEXIT_X", "CLOSE_RANGE_E"])
def test_event_that_nobody_needs_is_dropped_unread(id_: str) -> None:
    converter = Converter()
    data = HEADER.pack(1, TID, HEADER.size, reference.by_id()[id_].code, 2**32 - 1)
    assert converter.converted(data) == ("drop", None)
    assert converter.counters()["dropped_old"] == 1


@pytest.mark.parametrize("code", [454, 1000, 65535])
def test_event_of_unknown_code_is_dropped(code: int) -> None:
    converter = Converter()
    assert converter.converted(HEADER.pack(1, TID, HEADER.size, code, 0)) == ("drop", None)
    assert converter.counters()["dropped_unknown"] == 1


def test_enter_is_kept_for_its_exit_alone() -> None:
    converter = Converter()
    assert converter.converted(record("CLOSE_E", number(5))) == ("drop", None)
    assert fields(converter.converted(record("CLOSE_X", number(0)))[1] or b"")[1]["fd"] == number(5)
    assert fields(converter.converted(record("CLOSE_X", number(0)))[1] or b"")[1]["fd"] == number(0)
    counters = converter.counters()
    assert (counters["stored"], counters["converted"], counters["enter_missing"]) == (1, 2, 1)


def test_enters_of_threads_do_not_mix() -> None:
    converter = Converter()
    for tid in (1, 2, 2**64 - 1):
        converter.converted(record("CLOSE_E", number(tid % 97), tid=tid))
    for tid in (2**64 - 1, 1, 2):
        _, made = converter.converted(record("CLOSE_X", number(0), tid=tid))
        assert fields(made or b"")[1]["fd"] == number(tid % 97)


def test_enter_of_another_call_is_not_taken() -> None:
    converter = Converter()
    converter.converted(record("READ_E", number(5), number(6, 4)))
    for missing in range(2):
        _, made = converter.converted(record("CLOSE_X", number(0)))
        assert fields(made or b"")[1]["fd"] == number(0)
        assert converter.counters()["enter_other"] == 1
        assert converter.counters()["enter_missing"] == missing


@pytest.mark.parametrize("end", [record("PROCEXIT_E"), build("procexit", tid=TID), None])
def test_enter_ends_with_its_thread_and_with_its_section(end: bytes | None) -> None:
    converter = Converter()
    converter.converted(record("CLOSE_E", number(5)))
    if end is None:
        converter.reset()
    else:
        converter.converted(end)
    converter.converted(record("CLOSE_X", number(0)))
    assert converter.counters()["enter_missing"] == 1


def test_enters_beyond_the_limit_are_counted() -> None:
    converter = Converter()
    threads = LIMITS["threads"] + 1
    for tid in range(threads):
        converter.converted(record("CLOSE_E", number(5), tid=tid))
    assert converter.counters()["stored"] == threads
    assert 0 < converter.counters()["enter_refused"] <= LIMITS["threads"] // 8 + 1


# Strings and widths.


def test_text_null_is_absent() -> None:
    converter = Converter()
    data = build("openat", tid=TID, name="(NULL)", fd=3)
    result, made = converter.converted(data)
    assert result == "made"
    assert "name" not in fields(made or b"")[1]
    other = build("openat", tid=TID, name="(null)", fd=3)
    assert converter.converted(other) == ("pass", other)


def test_text_null_of_an_enter_is_absent_in_its_exit() -> None:
    enter = record("OPENAT_E", number(-100), b"(NULL)\0", number(1, 4), number(0, 4))
    assert "name" not in after(enter, record("OPENAT_X", number(-14)))[1]


def test_text_null_in_data_is_data() -> None:
    data = build("read", tid=TID, data=b"(NULL)\0")
    assert Converter().converted(data) == ("pass", data)


def test_number_that_is_too_wide_is_cut() -> None:
    enter = record("READ_E", number(9), number(512))
    assert after(enter, record("READ_X", number(3), b""))[1]["size"] == number(512, 4)


def test_parameters_beyond_the_schema_are_cut_where_that_is_allowed() -> None:
    params = values("STAT_X", 2, 1)
    assert after(record("STAT_X", *params, b"more", b""))[1] == dict(
        zip(("res", "path"), params, strict=True)
    )
    many = record("STAT_X", *params, *([b"x"] * 1000))
    assert after(many)[0] == "STAT_X"


# What cannot be read.


def corrupt(data: bytes, has_nparams: bool = True) -> str:
    """The counter that a refused record adds to."""
    converter = Converter()
    assert converter.converted(data, has_nparams) == ("corrupt", None)
    (name,) = [name for name, count in converter.counters().items() if count]
    return name


@pytest.mark.parametrize("has_nparams", [True, False])
def test_record_that_is_cut_short_is_corrupt(has_nparams: bool) -> None:
    data = record("READ_X", number(3), b"abc", v1=not has_nparams)
    for size in range(len(data)):
        assert corrupt(data[:size], has_nparams) == "corrupt_length"


@pytest.mark.parametrize("length", [0, 21, 25, 27, 2**32 - 1])
def test_length_out_of_bounds_is_corrupt(length: int) -> None:
    data = HEADER.pack(1, TID, length, 7, 0)
    assert corrupt(data) == "corrupt_length"


@pytest.mark.parametrize("has_nparams", [True, False])
@pytest.mark.parametrize("excess", [1, -1])
def test_lengths_that_do_not_add_up_are_corrupt(excess: int, has_nparams: bool) -> None:
    data = record("READ_X", number(3), b"abc", v1=not has_nparams, excess=excess)
    assert corrupt(data + b"\xff", has_nparams) == "corrupt_sizes"


@pytest.mark.parametrize("id_", ["READ_X", "READ_E", "OPENAT_X", "OPEN_E"])
def test_more_parameters_than_a_managed_event_has_are_corrupt(id_: str) -> None:
    count = len(reference.by_id()[id_].types) + 1
    assert corrupt(record(id_, *([b""] * count))) == "corrupt_count"


@pytest.mark.parametrize("count", [2**16, 2**31, 2**32 - 1])
def test_number_of_parameters_that_cannot_be_is_corrupt(count: int) -> None:
    stat = reference.by_id()["STAT_X"].code
    assert corrupt(HEADER.pack(1, TID, HEADER.size, stat, count)) == "corrupt_sizes"


@pytest.mark.parametrize("event", [("READ_X", 1), ("OPEN_E", 1), ("EXECVE_19_X", 21)])
def test_number_of_parameters_that_no_generation_had_is_corrupt(event: tuple[str, int]) -> None:
    assert corrupt(record(event[0], *([b""] * event[1]))) == "corrupt_plan"


def test_large_record_is_made() -> None:
    params = [number(60_000), b"x" * 65_535]
    _, found = after(record("READ_X", *params))
    assert found["data"] == params[1]


def test_every_counter_has_a_name() -> None:
    assert set(Converter().counters()) == set(COUNT_NAMES)


# The sample captures, without the reader.


def events_of(path: Path) -> Iterator[tuple[bytes, bool]]:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + size - 4]
        if kind in (*EVENTS_V1, *EVENTS_V2):
            yield body[2:], kind in EVENTS_V2
        elif kind in (*FLAGGED_V1, *FLAGGED_V2):
            yield body[6:], kind in FLAGGED_V2
        at += size


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_event_of_a_sample_is_converted(path: Path) -> None:
    converter, twin = Converter(), reference.Converter()
    count = 0
    for data, has_nparams in events_of(path):
        result, made = converter.converted(data, has_nparams)
        assert (result, made) == twin.convert(data, has_nparams)
        assert result != "corrupt"
        if made is not None:
            fields(made)
        count += 1
    assert count > 50
    counters = converter.counters()
    assert sum(counters[name] for name in COUNT_NAMES[:9]) == count
    # At most the call that was under way when the capture began.
    assert counters["enter_missing"] + counters["enter_other"] <= 1


def of_thread(path: str, wanted: Sequence[str]) -> list[tuple[str, dict[str, bytes]]]:
    """Converted events of a sample that have one of the ids."""
    converter = Converter()
    found = []
    for data, has_nparams in events_of(CAPTURES[0].parent / path):
        _, made = converter.converted(data, has_nparams)
        if made is not None and fields(made)[0] in wanted:
            found.append(fields(made))
    return found


def test_calls_of_a_sample_are_what_sysdig_shows() -> None:
    """The first of each, as `sysdig -r` 0.29.3 prints enter and exit."""
    found = of_thread("curl_google.scap", ("READ_X", "MMAP_X", "POLL_X", "RECVFROM_X", "FUTEX_X"))
    first: dict[str, dict[str, bytes]] = {}
    for id_, params in found:
        first.setdefault(id_, params)
    assert first["READ_X"]["fd"] == number(3)
    assert first["READ_X"]["size"] == number(832, 4)
    assert first["READ_X"]["data"].startswith(b"\x7fELF")
    assert first["MMAP_X"] == {
        "res": number(0x7FA69774E000),
        "vm_size": number(536, 4),
        "vm_rss": number(4, 4),
        "vm_swap": number(0, 4),
        "addr": number(0),
        "length": number(24778),
        "prot": number(1, 4),
        "flags": number(2, 4),
        "fd": number(3),
        "offset": number(0),
    }
    assert first["POLL_X"]["timeout"] == number(0)
    assert first["RECVFROM_X"]["fd"] == number(4)
    assert first["RECVFROM_X"]["size"] == number(1024, 4)
    assert first["FUTEX_X"]["addr"] == number(0x7FA6955AF740)
    assert first["FUTEX_X"]["op"] == number(129, 2)
    assert first["FUTEX_X"]["val"] == number(2147483647)
