# SPDX-License-Identifier: Apache-2.0
"""Types of blocks and what their frames must be; lists have test_lists.py."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from falcomod.engine.capture.blocks import block_types
from falcomod.engine.capture.savefile import SavefileSource
from falcomod.engine.decode.event import decode_record
from falcomod.errors import CaptureError
from tests import capture_builder as made
from tests.record_builder import build

RECORD = build("close", ts=3, tid=7, fd=4)

# Every type of block once, and how many of what it leaves.
CASES: dict[int, tuple[bytes, str]] = {
    made.SECTION: (made.section(), "sections"),
    0x201: (made.machine(), "machine"),
    0x8002ABCD: (made.machine(type=0x8002ABCD), "machine"),
    0x216: (made.event(RECORD), "events"),
    0x217: (made.event(RECORD, flags=0), "events"),
    0x221: (made.event(RECORD, type=0x221), "events"),
    0x222: (made.event(RECORD, flags=0, type=0x222), "events"),
    0x204: (made.event(made.without_count(RECORD), type=0x204), "events"),
    0x8010ABCD: (made.event(made.without_count(RECORD), type=0x8010ABCD), "events"),
    0x208: (made.event(made.without_count(RECORD), flags=0, type=0x208), "events"),
    **{
        type: (made.processes([made.process(tid=7)], type=type), "threads_refused")
        for type in made.PROCESS_VERSIONS
    },
    **{
        type: (made.descriptors(7, [made.named(1, 7, "pipe")], type=type), "descriptors_refused")
        for type in made.DESCRIPTOR_VERSIONS
    },
    **{
        type: (
            made.interfaces(
                [made.interface("lo", "127.0.0.1", netmask="255.0.0.0", broadcast="0.0.0.0")],
                type=type,
            ),
            "interfaces",
        )
        for type in made.INTERFACE_VERSIONS
    },
    **{
        type: (made.users([made.group(1, "daemon")], type=type), "groups")
        for type in made.USER_VERSIONS
    },
}


def opened(tmp_path: Path, *blocks: bytes) -> SavefileSource:
    path = tmp_path / "capture.scap"
    path.write_bytes(made.capture(*blocks))
    return SavefileSource(str(path))


def test_every_type_has_a_case() -> None:
    assert set(block_types()) == set(CASES)


@pytest.mark.parametrize("type", CASES, ids=hex)
def test_block_is_read(tmp_path: Path, type: int) -> None:
    block, left = CASES[type]
    source = opened(tmp_path, block, made.event(RECORD, cpu=1))
    records = source.take_records()
    counters = source.counters()
    assert source.fault is None
    assert counters["blocks_skipped"] == 0
    assert records[len(records) - 1] == (1, RECORD, False)
    if left == "machine":
        assert source.machine["hostname"] == "host-1"
    else:
        assert counters[left] == (2 if left in ("sections", "events") else 1)
    if left == "events":
        assert [decode_record(record)[2]["params"] for _, record, _ in records] == [
            decode_record(RECORD)[2]["params"]
        ] * 2


def test_machine(tmp_path: Path) -> None:
    facts = {
        "num_cpus": 12, "memory_size_bytes": 5 << 32, "max_pid": 1 << 22, "hostname": "wörk-7",
        "boot_ts_ns": 1_700_000_000_000_000_001,
    }  # fmt: skip
    source = opened(tmp_path, made.machine(**facts))
    source.start()
    assert source.machine == facts


def test_machine_whose_name_fills_its_field(tmp_path: Path) -> None:
    source = opened(tmp_path, made.machine(hostname="x" * 128))
    source.start()
    assert source.machine["hostname"] == "x" * 128


def test_section_header_with_options_and_any_minor_version(tmp_path: Path) -> None:
    path = tmp_path / "capture.scap"
    path.write_bytes(made.section(minor=99, options=bytes(20)) + made.event(RECORD))
    source = SavefileSource(str(path))
    assert source.take_records() == [(0, RECORD, False)]
    assert source.fault is None


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"", "the file is empty"),
        (b"\x0a\x0d\x0d\x0a", "the file ends inside the header of a block"),
        (made.section()[:20], "the file ends inside a section header"),
        (b"#!/bin/sh\nexit 0\n", r"not a capture file \(.scap\)"),
        (made.machine(), r"not a capture file \(.scap\)"),
        (made.section(magic=0x4D3C2B1A), "the other byte order"),
        (made.section(magic=7), "has the mark 0x7, not 0x1a2b3c4d"),
        (made.section(major=2), "version 2; up to 1 can be read"),
        (struct.pack("<II", made.SECTION, 4), "a block of type 0xa0d0d0a says that it has 4 bytes"),
    ],
)
def test_file_that_is_no_capture(tmp_path: Path, header: bytes, message: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(header)
    source = SavefileSource(str(path))
    with pytest.raises(CaptureError, match=rf"{path}: .*{message}"):
        source.start()


def test_unknown_block_is_skipped_and_counted(tmp_path: Path) -> None:
    source = opened(
        tmp_path, made.block(0x777, bytes(500_000)), made.event(RECORD), made.block(0x777, b""),
        made.block(0x20A, b"abc"), made.event(RECORD),
    )  # fmt: skip
    assert source.take_records() == [(0, RECORD, False)] * 2
    counters = source.counters()
    assert source.fault is None
    assert counters["blocks_skipped"] == 3
    assert counters["blocks_skipped_0x777"] == 2
    assert counters["blocks_skipped_0x20a"] == 1


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (made.block(0x777, b"abcd", trailer=17), r"an unknown block \(0x777\) of 16 bytes .*17"),
        (made.processes([], trailer=0), r"a process list \(0x215\) of 12 bytes .*length 0"),
        (struct.pack("<II", 0x215, 11), "a block of type 0x215 says that it has 11 bytes"),
        (struct.pack("<II", 0x777, 1 << 31), r"ends inside an unknown block \(0x777\)"),
        (made.block(0x201, bytes(179)[:176]), "machine information .* ends inside an entry"),
    ],
)
def test_damaged_block_ends_the_file(tmp_path: Path, block: bytes, message: str) -> None:
    source = opened(tmp_path, made.machine(), made.event(RECORD), block, made.event(RECORD))
    path = tmp_path / "capture.scap"
    assert source.take_records() == [(0, RECORD, False)]
    assert source.fault.startswith(f"{path}: offset ")
    assert re.search(message, source.fault)
    assert source.machine["hostname"] == "host-1"


def test_counters_of_unknown_types_are_limited(tmp_path: Path) -> None:
    source = opened(tmp_path, *[made.block(number, b"") for number in range(0x10000, 0x10100)])
    source.start()
    counters = source.counters()
    assert counters["blocks_skipped"] == 256
    assert sum(name.startswith("blocks_skipped_") for name in counters) == 64
