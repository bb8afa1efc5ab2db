# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct

import pytest

from falcomod.engine.fields.registry import bind
from tests.record_builder import build
from tests.unit.engine.fields.host import (
    CLIENT,
    FILE,
    LISTENING,
    NOTHING,
    SERVER,
    TS,
    Case,
    host,
    look,
)


def fdlist(*numbers: int) -> bytes:
    return struct.pack("<H", len(numbers)) + b"".join(struct.pack("<qH", n, 1) for n in numbers)


def poll(*numbers: int, event: str = "poll") -> bytes:
    return build(event, ts=TS, tid=200, res=1, fds=fdlist(*numbers))


MIXED = poll(CLIENT, FILE, 99, LISTENING, SERVER)
FILES = poll(FILE, event="ppoll")

CASES = [
    Case("fdlist.nums", MIXED, *2 * ("7,3,99,9,8",)),
    Case("fdlist.nums", FILES, *2 * ("3",)),
    Case("fdlist.nums", poll(), None, None),
    Case("fdlist.nums", NOTHING, None, None),
    Case("fdlist.names", FILES, *2 * ("/etc/ssh/keys",)),
    Case("fdlist.names", MIXED, *2 * (
        "10.0.0.1:40000->93.184.216.34:443,/etc/ssh/keys,<NA>,0.0.0.0:80,fd00::2:5353->fd00::1:53",
    )),
    Case("fdlist.cips", MIXED, *2 * ("10.0.0.1,fd00::2",)),
    Case("fdlist.cips", FILES, None, None),
    Case("fdlist.sips", MIXED, *2 * ("93.184.216.34,0.0.0.0,fd00::1",)),
    Case("fdlist.cports", MIXED, *2 * ("40000,5353",)),
    Case("fdlist.sports", MIXED, *2 * ("443,80,53",)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


@pytest.mark.parametrize("size", range(1, 13))
def test_list_that_ends_early_has_what_is_there(size: int) -> None:
    record = build("poll", ts=TS, tid=200, res=1, fds=fdlist(3, 4)[:size])
    probe = host()
    text = bind("fdlist.nums").text(probe.at(record))
    assert text == ("3" if size == 12 else None)


def test_list_of_a_thread_that_nobody_knows_has_numbers_only() -> None:
    probe = host()
    view = probe.at(build("poll", ts=TS, tid=9999, res=1, fds=fdlist(3, 4)))
    assert bind("fdlist.nums").text(view) == "3,4"
    assert bind("fdlist.names").text(view) == "<NA>,<NA>"
