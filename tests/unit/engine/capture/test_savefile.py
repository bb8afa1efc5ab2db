# SPDX-License-Identifier: Apache-2.0
"""Events of a capture: handed out as they are, whatever surrounds them.

Types of blocks have test_blocks.py, cut files test_savefile_truncated.py, the conversion of
older events test_convert.py.
"""

from __future__ import annotations

import os
import struct
import threading
from pathlib import Path

import pytest

from bench.mix import Mix
from falcomod.engine.capture.savefile import SavefileSource
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.decode.event import decode_record
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.errors import CaptureError
from tests import capture_builder as made
from tests.record_builder import HEADER, build, pack

SAMPLES = Path(__file__).resolve().parents[3] / "captures"
READ_ENTER = 6  # of older generations: descriptor, size


def written(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "capture.scap"
    path.write_bytes(data)
    return str(path)


def opened(tmp_path: Path, *blocks: bytes, state: State | None = None) -> SavefileSource:
    return SavefileSource(written(tmp_path, made.capture(*blocks)), state=state)


def run(source: SavefileSource, state: State | None) -> dict[str, int]:
    engine = Engine(source, state, None, print)
    while not engine.at_end:
        engine.run(0, 1000)
    return engine.counters()


@pytest.mark.parametrize("packed", [False, True])
def test_records_come_as_they_are_in_any_number(tmp_path: Path, packed: bool) -> None:
    records = Mix().make(20_000)  # many buffers, so that records lie across their ends
    blocks = [made.event(record, cpu=number % 9) for number, record in enumerate(records)]
    path = written(tmp_path, made.capture(*blocks, packed=packed))
    source = SavefileSource(path)
    assert source.take_records() == [
        (number % 9, record, False) for number, record in enumerate(records)
    ]
    assert source.fault is None
    assert source.position == source.size == os.path.getsize(path)
    counters = source.counters()
    assert (counters["events"], counters["sections"]) == (len(records), 1)
    assert counters["bytes"] == 28 + sum(map(len, blocks))


def test_engine_reaches_the_same_state_as_from_memory(tmp_path: Path) -> None:
    records = Mix().make(3000)
    states = State(), State()
    run(opened(tmp_path, *map(made.event, records), state=states[0]), states[0])
    run(ReplaySource(records), states[1])
    assert sorted(states[0].tids()) == sorted(states[1].tids())
    for tid in states[0].tids():
        assert states[0].thread(tid) == states[1].thread(tid)
        assert states[0].fds(tid) == states[1].fds(tid)


def test_event_for_the_state_alone(tmp_path: Path) -> None:
    close = build("close", ts=2, tid=7, fd=4)
    opening = build("openat", ts=1, tid=7, fd=5, dirfd=-100, name="/x")
    state = State()
    source = opened(
        tmp_path, made.event(opening, flags=made.STATE_ONLY), made.event(close, flags=0),
        made.event(close, flags=2), state=state,
    )  # fmt: skip
    counters = run(source, state)
    assert (counters["events"], counters["state_only"]) == (2, 1)
    assert state.fd(7, 5)["name"] == "/x"
    assert source.counters()["state_only"] == 1


def test_large_event(tmp_path: Path) -> None:
    json = b'{"container":"' + b"x" * 3_000_000 + b'"}\0'
    record = pack(EVENTS[324], [json], ts=1, tid=-1)
    source = opened(
        tmp_path, made.event(record, type=made.EVENT_LARGE, cpu=3), made.event(build("close")),
        made.event(record, flags=1, type=made.EVENT_FLAGS_LARGE),
    )  # fmt: skip
    assert source.take_records() == [
        (3, record, False),
        (0, build("close"), False),
        (0, record, True),
    ]
    assert source.fault is None


@pytest.mark.parametrize(
    ("type", "size", "is_read"),
    [
        (0x216, 65544, True),
        (0x216, 65548, False),
        (0x221, 1 << 24, True),
        (0x221, 4 + (1 << 24), False),
    ],
)
def test_longest_block_of_an_event(tmp_path: Path, type: int, size: int, is_read: bool) -> None:
    record = build("close")
    block = made.block(type, (struct.pack("<H", 0) + record).ljust(size - 12, b"\0"))
    source = opened(tmp_path, made.event(record), block, made.event(record))
    assert len(source.take_records()) == (3 if is_read else 1)
    if not is_read:
        offset = 28 + len(made.event(record))
        assert f": offset {offset}: an event's block of {size} bytes, where" in source.fault


def test_event_without_room_for_itself(tmp_path: Path) -> None:
    source = opened(tmp_path, made.event(build("close")), struct.pack("<III", 0x216, 12, 12))
    assert len(source.take_records()) == 1
    assert "an event's block of 12 bytes, where 20 to 65544 can be" in source.fault


def test_record_longer_than_its_block_concerns_itself_alone(tmp_path: Path) -> None:
    record = bytearray(build("close", tid=7, fd=4))
    struct.pack_into("<I", record, 16, 4096)
    sound = build("close", tid=8, fd=4)
    source = opened(tmp_path, made.event(bytes(record)), made.event(sound))
    engine = run(source, State())
    assert source.fault is None
    assert engine["corrupt"] + source.counters()["corrupt"] == 1
    assert engine["events"] == 1


def test_event_of_a_newer_schema_is_dropped(tmp_path: Path) -> None:
    record = bytearray(build("close"))
    struct.pack_into("<H", record, 20, 9999)
    source = opened(tmp_path, made.event(bytes(record)), made.event(build("close")))
    assert len(source.take_records()) == 1
    assert source.counters()["dropped"] == 1


@pytest.mark.parametrize("packed", [False, True])
def test_next_section_begins_anew(tmp_path: Path, packed: bool) -> None:
    close = made.event(build("close", tid=7, fd=4))
    first = made.capture(
        made.machine(hostname="one"), made.processes([made.process(tid=7, comm=b"first")]),
        made.users([made.user(5, 5, "five", "/", "")]), close,
        packed=packed,
    )  # fmt: skip
    second = made.capture(
        made.machine(hostname="two"),
        made.processes([made.process(tid=9, comm=b"second")]),
        close,
        packed=packed,
    )
    state = State()
    source = SavefileSource(written(tmp_path, first + second), state=state)
    source.start()
    assert source.machine["hostname"] == "one"
    assert state.user(5)[0] == "five"
    counters = run(source, state)
    assert source.fault is None
    assert counters["events"] == 2
    assert source.machine["hostname"] == "two"
    assert state.user(5) is None
    assert state.thread(9)["comm"] == "second"
    assert state.is_stub(7)  # the second section's event alone tells of it
    counters = source.counters()
    assert (counters["sections"], counters["threads"], counters["users"]) == (2, 2, 1)


def test_starts_of_calls_do_not_reach_into_the_next_section(tmp_path: Path) -> None:
    descriptor = b"\4" + bytes(7)
    enter = HEADER.pack(1, 7, HEADER.size + 16, READ_ENTER, 2) + struct.pack("<HHqI", 8, 4, 4, 80)
    leave = pack(EVENTS[READ_ENTER + 1], [bytes(8), b"abc"], ts=2, tid=7)
    files = [made.capture(made.event(enter)), made.capture(made.event(leave))]
    joined = SavefileSource(written(tmp_path, files[0] + files[1])).take_records()
    within = SavefileSource(
        written(tmp_path, made.capture(made.event(enter), made.event(leave)))
    ).take_records()
    assert len(joined) == len(within) == 1
    assert decode_record(within[0][1])[2]["params"][2] == descriptor
    assert decode_record(joined[0][1])[2]["params"][2] != descriptor


def test_damage_in_a_later_section(tmp_path: Path) -> None:
    close = made.event(build("close"))
    first = made.capture(close)
    source = SavefileSource(written(tmp_path, first + made.section(magic=1) + close))
    assert len(source.take_records()) == 1
    assert f"offset {len(first) + 24}: the section header has the mark 0x1" in source.fault


def test_capture_without_events(tmp_path: Path) -> None:
    source = opened(tmp_path, made.machine(), made.processes([made.process(tid=7)]))
    assert source.take_records() == []
    assert source.fault is None


def test_source_that_nobody_started(tmp_path: Path) -> None:
    state = State()
    source = opened(
        tmp_path, made.processes([made.process(tid=7)]), made.event(build("close")), state=state
    )
    assert run(source, state)["events"] == 1
    assert not state.is_stub(7)


def test_no_capture_is_an_error_of_the_run_likewise(tmp_path: Path) -> None:
    source = SavefileSource(written(tmp_path, b"no capture"))
    with pytest.raises(CaptureError):
        run(source, None)
    assert source.take_records() == []


def test_closed_source_ends(tmp_path: Path) -> None:
    source = opened(tmp_path, *[made.event(build("close"))] * 5)
    source.start()
    source.close()
    assert run(source, None)["events"] == 0


def test_pipe_that_stops_in_the_middle_of_an_event(tmp_path: Path) -> None:
    data = made.capture(*[made.event(build("close", ts=number)) for number in range(4)])
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    ready = threading.Event()

    def write() -> None:
        with open(fifo, "wb", buffering=0) as file:
            file.write(data[:-30])
            ready.wait(10)
            file.write(data[-30:])

    writer = threading.Thread(target=write)
    writer.start()
    source = SavefileSource(str(fifo))
    engine = Engine(source, None, None, print)
    source.start()
    while engine.counters()["events"] < 3:
        engine.run(1000, 10)
    assert engine.run(10, 10) == 0
    assert not engine.at_end
    ready.set()
    while not engine.at_end:
        engine.run(1000, 10)
    writer.join()
    assert engine.counters()["events"] == 4
    assert (source.fault, source.size, source.position) == (None, 0, len(data))


# File, events delivered, hostname, threads in its lists; events of a kind: how many, and a
# parameter of one.
SAMPLE_FACTS = [
    ("cat_write.scap", 307, "ubuntu", 73, "MMAP_X", 10, b""),
    ("connect_localhost.scap", 371, "ubuntu", 184, "CONNECT_X", 1, b"\2\x7f\0\0\1"),
    ("curl_google.scap", 991, "ip-10-0-0-79", 54, "OPEN_X", 48, b"/etc/resolv.conf\0"),
    ("empty_2016.scap", 83, "ubuntu", 103, "CONTAINER_JSON_2_E", 3, b""),
    ("open_multiple_files.scap", 1243, "ubuntu", 128, "OPEN_X", 13, b"/tmp/file-13\0"),
    ("single_ipv6_conn.scap", 1717, "ubuntu", 154, "ACCEPT_5_X", 1, b"\n\x20\1\r\xb8"),
    ("syscall.scap", 366, "ubuntu", 229, "OPEN_X", 4, b"/dev/null\0"),
]


@pytest.mark.parametrize(
    ("name", "events", "hostname", "threads", "event", "count", "parameter"), SAMPLE_FACTS
)
def test_sample_captures(
    name: str, events: int, hostname: str, threads: int, event: str, count: int, parameter: bytes
) -> None:
    state = State()
    source = SavefileSource(str(SAMPLES / name), state=state)
    counters = run(source, state)
    assert source.fault is None
    assert counters["events"] == events
    assert counters["corrupt"] == source.counters()["corrupt"] == 0
    assert source.counters()["blocks_skipped"] == 0
    assert source.machine["hostname"] == hostname
    assert source.counters()["threads"] == threads
    assert state.user(0)[0] == "root"
    assert "127.0.0.1" in [interface["address"] for interface in source.interfaces]
    taken = SavefileSource(str(SAMPLES / name)).take_records()
    found = [
        facts["params"]
        for _, _, facts in (decode_record(record) for _, record, _ in taken)
        if EVENTS[facts["code"]].id == event
    ]
    assert len(found) == count
    assert any(parameter in value for params in found for value in params)


def test_every_sample_has_its_facts() -> None:
    assert {name for name, *_ in SAMPLE_FACTS} == {path.name for path in SAMPLES.glob("*.scap")}
