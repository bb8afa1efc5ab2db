# SPDX-License-Identifier: Apache-2.0
"""The reference decoder on bytes written out by hand."""

from __future__ import annotations

import struct

import pytest

from tests.reference import tables
from tests.reference.build import record
from tests.reference.decode import (
    COMPOSITES,
    NUMBERS,
    STRINGS,
    CorruptError,
    Dyn,
    Inet,
    InetTuple,
    Unix,
    UnixTuple,
    decode,
    records,
    texts,
)

# close(5) = -9 by thread 77 at 258 ns: header, two lengths of 8, two numbers.
CLOSE = bytes.fromhex(
    "0201000000000000"  # ts
    "4d00000000000000"  # tid
    "2e000000"  # len: 26 + 2 * 2 + 16
    "0500"  # CLOSE_X
    "02000000"  # nparams
    "08000800"
    "f7ffffffffffffff"
    "0500000000000000"
)


def test_record_of_close() -> None:
    found = decode(CLOSE)
    assert (found.ts, found.tid, found.size) == (258, 77, 46)
    assert found.event.id == "CLOSE_X"
    assert found.params == {"res": -9, "fd": 5}


def test_builder_writes_the_bytes_by_hand() -> None:
    assert record("CLOSE_X", ts=258, tid=77, res=-9, fd=5) == CLOSE


def test_builder_refuses_a_parameter_of_another_event() -> None:
    with pytest.raises(KeyError, match="CLOSE_X has no"):
        record("CLOSE_X", path="/etc")


@pytest.mark.parametrize("size", range(len(CLOSE)))
def test_truncated_record(size: int) -> None:
    with pytest.raises(CorruptError) as caught:
        decode(CLOSE[:size])
    assert caught.value.fault == "length"


@pytest.mark.parametrize(
    ("at", "replacement", "fault"),
    [
        (16, struct.pack("<I", 25), "length"),
        (16, struct.pack("<I", 47), "length"),
        (16, struct.pack("<I", 45), "sizes"),
        (20, struct.pack("<H", 4), "type"),
        (20, struct.pack("<H", 65535), "type"),
        (22, struct.pack("<I", 3), "count"),
        (22, struct.pack("<I", 2**32 - 1), "count"),
        (26, struct.pack("<H", 9), "sizes"),
        (26, struct.pack("<HH", 7, 9), "width"),
    ],
)
def test_damaged_record(at: int, replacement: bytes, fault: str) -> None:
    damaged = CLOSE[:at] + replacement + CLOSE[at + len(replacement) :]
    with pytest.raises(CorruptError) as caught:
        decode(damaged)
    assert caught.value.fault == fault


@pytest.mark.parametrize("path", [b"/etc", b"/e\0tc\0", b"/etc\0\0"])
def test_string_without_exactly_one_final_nul(path: bytes) -> None:
    with pytest.raises(CorruptError) as caught:
        decode(record("CHDIR_X", res=0, path=path))
    assert caught.value.fault == "string"


def test_fewer_parameters_than_the_event_has() -> None:
    raw = CLOSE[:16] + struct.pack("<IHIH", 26 + 2 + 8, 5, 1, 8) + CLOSE[30:38]
    assert decode(raw).params == {"res": -9}


def test_absent_parameters() -> None:
    found = decode(record("CONNECT_X", fd=3))
    assert found.params == {"res": None, "tuple": None, "fd": 3, "addr": None}
    assert decode(record("CHDIR_X", path=b"(NULL)\0")).params["path"] is None


def test_strings() -> None:
    assert decode(record("CHDIR_X", path="")).params["path"] == ""
    assert decode(record("CHDIR_X", path=b"/\xff\0")).params["path"] == "/\udcff"
    assert texts(b"-l\0\0x\0") == ["-l", "", "x"]


def test_socket_addresses() -> None:
    def addr(raw: bytes) -> object:
        return decode(record("BIND_X", addr=raw)).params["addr"]

    assert addr(b"\x02\x7f\0\0\x01\x50\0") == Inet("127.0.0.1", 80)
    assert addr(b"\x0a" + b"\0" * 15 + b"\x01\x50\0") == Inet("::1", 80)
    assert addr(b"\x01/run/s\0") == Unix("/run/s")
    assert addr(b"\x02\x7f") == b"\x02\x7f"


def test_socket_tuples() -> None:
    def pair(raw: bytes) -> object:
        return decode(record("CONNECT_X", tuple=raw)).params["tuple"]

    assert pair(b"\x02\x7f\0\0\x01\x01\0\x0a\0\0\x01\x02\0") == InetTuple(
        Inet("127.0.0.1", 1), Inet("10.0.0.1", 2)
    )
    v6 = b"\0" * 15 + b"\x01\x02\0"
    assert pair(b"\x0a" + v6 + v6) == InetTuple(Inet("::1", 2), Inet("::1", 2))
    assert pair(b"\x01" + struct.pack("<QQ", 7, 8) + b"/s\0") == UnixTuple(7, 8, "/s")


def test_lists_of_descriptors() -> None:
    raw = struct.pack("<Hqhqh", 2, 3, 1, -1, 4)
    assert decode(record("POLL_X", fds=raw)).params["fds"] == [(3, 1), (-1, 4)]


def test_values_of_changing_type() -> None:
    found = decode(record("PTRACE_X", addr=b"\0" + bytes(8), data=b"\x01\x09"))
    assert found.params["addr"] == Dyn(0, 0)
    assert found.params["data"] == Dyn(1, 9)
    option = decode(record("SETSOCKOPT_X", val=b"\x02\x01\0\0\0")).params["val"]
    assert option == Dyn(2, 1)
    assert decode(record("KEYCTL_X", arg2=b"\x01key\0")).params["arg2"] == Dyn(1, "key")


def test_large_payload_has_wide_lengths() -> None:
    found = decode(record("ASYNCEVENT_E", plugin_id=1, name="n", data=bytes(70000)))
    assert len(found.params["data"]) == 70000


def test_records_go_on_after_one_that_is_refused() -> None:
    wild = CLOSE[:20] + struct.pack("<H", 65535) + CLOSE[22:]
    first, second, third = records(wild + CLOSE + CLOSE[:30])
    assert isinstance(first, CorruptError)
    assert first.fault == "type"
    assert not isinstance(second, CorruptError)
    assert second.params == {"res": -9, "fd": 5}
    assert isinstance(third, CorruptError)
    assert third.fault == "length"


def test_every_type_of_the_table_is_known() -> None:
    known = NUMBERS.keys() | STRINGS | COMPOSITES.keys() | {"DYN"}
    used = {param.type for event in tables.events().values() for param in event.params}
    assert used <= known


def test_every_name_in_the_tables_leads_somewhere() -> None:
    ids = tables.event_codes()
    assert all(call.event in ids for call in tables.syscalls().values())
    for event in tables.events().values():
        names = [param.name for param in event.params]
        assert len(set(names)) == len(names), event.id
        for param in event.params:
            assert param.dirfd is None or param.dirfd in names, (event.id, param.name)
            assert param.vocabulary is None or tables.vocabulary(param.vocabulary), param
