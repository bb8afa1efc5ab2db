# SPDX-License-Identifier: Apache-2.0
"""Entries of lists in every version: what is there, what is left out, what is damage."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from falcomod.engine.capture.blocks import block_types
from falcomod.engine.capture.lists import PROCESS_FIELDS, PROCESS_TAIL
from falcomod.engine.capture.savefile import SavefileSource
from falcomod.engine.state.tables import State
from tests import capture_builder as made
from tests.record_builder import build

EVENT = made.event(build("close", tid=7, fd=4))

ENTRY = made.process(
    tid=7, pid=6, ptid=5, sid=4, vpgid=3, comm=b"comm", exe=b"exe", exepath=b"/exepath",
    args=b"-a\0-b\0", cwd=b"/cwd", fdlimit=99, flags=5, uid=11, gid=12, vmsize=13, vmrss=14,
    vmswap=15, pfmajor=16, pfminor=17, env=b"E=1\0", vtid=18, vpid=19, cgroups=b"cpu=/x\0",
    root=b"/root", pidns=20, tty=21, loginuid=22, exe_writable=1, cap_inheritable=23,
    cap_permitted=24, cap_effective=25, exe_upper_layer=1, exe_ino=26, exe_ino_ctime=27,
    exe_ino_mtime=28, exe_from_memfd=1, exe_lower_layer=1, pgid=29,
)  # fmt: skip

# What a version adds to the one before it, and what the state has without it.
ADDED: dict[int, dict[str, tuple[Any, Any]]] = {
    1: {
        "tid": (7, None), "pid": (6, None), "ptid": (5, None), "comm": ("comm", None),
        "exe": ("exe", None), "args": (["-a", "-b"], None), "cwd": ("/cwd/", None),
        "fdlimit": (99, None), "clone_flags": (5, None), "uid": (11, None), "gid": (12, None),
    },
    2: {
        "vm_size_kb": (13, 0), "vm_rss_kb": (14, 0), "vm_swap_kb": (15, 0), "pfmajor": (16, 0),
        "pfminor": (17, 0),
    },
    3: {"env": (["E=1"], None)},
    4: {"vtid": (18, -1), "vpid": (19, -1), "cgroups": (["cpu=/x"], None)},
    5: {"root": ("/root", None)},
    6: {"sid": (4, -1)},
    7: {"exepath": ("/exepath", None)},
    8: {"vpgid": (3, -1)},
    9: {
        "pidns_init_start_ns": (20, 0), "tty": (21, 0), "loginuid": (22, 2**32 - 1),
        "exe_flags": (15, 0), "cap_inheritable": (23, 0), "cap_permitted": (24, 0),
        "cap_effective": (25, 0), "exe_ino": (26, 0), "exe_ino_ctime_ns": (27, 0),
        "exe_ino_mtime_ns": (28, 0), "pgid": (29, -1),
    },
}  # fmt: skip

# How many fields of the tail there are → facts that then differ from those of all fields.
TAILS: dict[int, dict[str, Any]] = {
    14: {},
    13: {"pgid": -1},
    12: {"pgid": -1, "exe_flags": 7},
    11: {"pgid": -1, "exe_flags": 3},
}


def seeded(tmp_path: Path, *blocks: bytes) -> tuple[State, SavefileSource]:
    path = tmp_path / "capture.scap"
    path.write_bytes(made.capture(*blocks, EVENT))
    state = State()
    source = SavefileSource(str(path), state=state)
    source.start()
    return state, source


def thread(tmp_path: Path, *blocks: bytes) -> dict[str, Any]:
    state, source = seeded(tmp_path, *blocks)
    assert source.fault is None
    return state.thread(7)


def test_every_version_has_a_case() -> None:
    versions = {version for kind, version in block_types().values() if kind == "a process list"}
    assert versions == set(ADDED) == set(made.PROCESS_VERSIONS.values())


def test_field_tables_agree_on_the_versions() -> None:
    assert [since for _, _, since in PROCESS_FIELDS] == [since for _, _, since in made.PROCESS]
    widths = {"Q": 8, "q": 8, "I": 4, "B": 1}
    assert [width for _, width in PROCESS_TAIL] == [widths[kind] for _, kind in made.PROCESS_TAIL]


@pytest.mark.parametrize(("type", "version"), made.PROCESS_VERSIONS.items(), ids=str)
def test_process_of_every_version(tmp_path: Path, type: int, version: int) -> None:
    facts = thread(tmp_path, made.processes([made.process(tid=6), ENTRY], type=type))
    for since, added in ADDED.items():
        for name, (value, absent) in added.items():
            assert facts[name] == (value if version >= since else absent), name


@pytest.mark.parametrize("tail", TAILS)
def test_process_of_writers_before_the_last_fields(tmp_path: Path, tail: int) -> None:
    facts = thread(tmp_path, made.processes([ENTRY, made.process(tid=8)], tail=tail))
    expected = {name: value for name, (value, _) in ADDED[9].items()} | TAILS[tail]
    assert {name: facts[name] for name in expected} == expected


def test_process_of_writers_before_libs_0_10(tmp_path: Path) -> None:
    facts = thread(tmp_path, made.processes_before_0_10([ENTRY, made.process(tid=8)]))
    expected = {
        "pidns_init_start_ns": 0, "tty": 0, "loginuid": 22, "exe_flags": 1, "cap_inheritable": 23,
        "cap_permitted": 24, "cap_effective": 25, "exe_ino": 0, "pgid": -1, "root": "/root",
    }  # fmt: skip
    assert {name: facts[name] for name in expected} == expected


def test_fields_of_a_newer_writer_are_passed_over(tmp_path: Path) -> None:
    block = made.processes([ENTRY, made.process(tid=8, comm=b"next")], extra=b"newer" * 9)
    state, _ = seeded(tmp_path, block)
    assert state.thread(7)["pgid"] == 29
    assert state.thread(8)["comm"] == "next"


def test_arguments_without_the_last_nul(tmp_path: Path) -> None:
    entry = made.process(tid=7, args=b"-a\0-b", env=b"A=1", cgroups=b"cpu=/x")
    facts = thread(tmp_path, made.processes([entry]))
    assert (facts["args"], facts["env"], facts["cgroups"]) == (["-a", "-b"], ["A=1"], ["cpu=/x"])


def test_what_follows_a_nul_is_no_part_of_a_name(tmp_path: Path) -> None:
    facts = thread(tmp_path, made.processes([made.process(tid=7, exe=b"a\0b", comm=b"c\0d")]))
    assert (facts["exe"], facts["comm"]) == ("a", "c")


@pytest.mark.parametrize("size", [4, 100, 2**32 - 1])
def test_entry_whose_size_is_wrong(tmp_path: Path, size: int) -> None:
    block = bytearray(made.processes([ENTRY, made.process(tid=8)]))
    struct.pack_into("<I", block, 8, size)
    state, source = seeded(tmp_path, bytes(block))
    assert "offset" in source.fault
    assert "entry" in source.fault
    assert state.tids() == []


@pytest.mark.parametrize(
    ("name", "size", "is_kept"),
    [("comm", 1024, True), ("comm", 1025, False), ("args", 4096, True), ("env", 4097, False)],
)
def test_limits_of_texts(tmp_path: Path, name: str, size: int, is_kept: bool) -> None:
    entry = made.process(tid=7) | {name: b"x" * size}
    state, source = seeded(tmp_path, made.processes([entry]))
    assert (source.fault is None) == is_kept
    assert (state.thread(7) is not None) == is_kept


def test_padding_behind_the_last_entry(tmp_path: Path) -> None:
    # Unsized entries of odd length, so that up to three zeros follow.
    for length in range(4):
        block = made.processes([made.process(tid=7, comm=b"x" * length)], type=0x202)
        state, source = seeded(tmp_path, block)
        assert source.fault is None
        assert state.tids() == [7]


DESCRIPTORS = {
    1: made.named(3, 1, "/etc/old"),
    2: made.named(3, 2, "/etc"),
    3: made.connection(3, "10.0.0.1", 40000, "10.0.0.2", 80),
    4: made.connection(3, "2001:db8::1", 40000, "2001:db8::2", 80),
    5: made.listener(3, "0.0.0.0", 80),
    6: made.listener(3, "::", 53, l4proto=3),
    7: made.named(3, 7, "pipe:[5]"),
    8: made.unix(3, 0xFFFF1, 0xFFFF2, "/run/socket"),
    16: made.file(3, "/etc/new", flags=4097, dev=7),
    **{code: made.named(3, code, f"name-{code}") for code in (*range(9, 16), *range(17, 22))},
}
FACTS: dict[int, dict[str, Any]] = {
    1: {"name": "/etc/old"},
    2: {"name": "/etc"},
    3: {
        "source": bytes([10, 0, 0, 1]), "source_port": 40000, "dest": bytes([10, 0, 0, 2]),
        "dest_port": 80, "l4proto": 2, "family": 2, "role": 1, "is_connected": True,
    },
    4: {"source_port": 40000, "dest_port": 80, "l4proto": 2, "family": 10, "role": 1},
    5: {"source": bytes(4), "dest": bytes(4), "dest_port": 80, "l4proto": 2, "role": 2},
    6: {"dest": bytes(16), "dest_port": 53, "l4proto": 3, "role": 2, "family": 10},
    7: {"name": "pipe:[5]"},
    8: {
        "name": "/run/socket", "source": struct.pack("<QQ", 0xFFFF1, 0),
        "dest": struct.pack("<QQ", 0xFFFF2, 0), "family": 1, "l4proto": 1,
    },
    15: {"name": "name-15", "family": 16},
    16: {"name": "/etc/new", "open_flags": 4097, "dev": 7, "ino": 9, "close_on_exec": True},
    **{code: {"name": f"name-{code}"} for code in (*range(9, 15), *range(17, 22))},
}  # fmt: skip


def test_every_type_of_descriptor_has_a_case() -> None:
    assert set(DESCRIPTORS) == set(FACTS) == set(range(1, 22))


@pytest.mark.parametrize("list_type", made.DESCRIPTOR_VERSIONS, ids=hex)
@pytest.mark.parametrize("type", DESCRIPTORS)
def test_descriptor(tmp_path: Path, type: int, list_type: int) -> None:
    entry = DESCRIPTORS[type]
    if type == 16 and made.DESCRIPTOR_VERSIONS[list_type] == 1:
        entry = made.file(3, "/etc/new", flags=4097, dev=None)
    entries = [entry, made.named(4, 7, "behind")]
    state, source = seeded(
        tmp_path,
        made.processes([made.process(tid=7)]),
        made.descriptors(7, entries, type=list_type),
    )
    facts = state.fd(7, 3)
    expected = FACTS[type] | {"type": type}
    if type == 16 and made.DESCRIPTOR_VERSIONS[list_type] == 1:
        expected["dev"] = 0
    assert source.fault is None
    assert {name: facts[name] for name in expected} == expected
    assert state.fd(7, 4)["name"] == "behind"
    assert source.counters()["descriptors"] == 2


def test_file_of_an_early_version_2_has_no_device(tmp_path: Path) -> None:
    blocks = made.descriptors(7, [made.file(3, "/x", dev=None), made.file(4, "/y")])
    state, _ = seeded(tmp_path, made.processes([made.process(tid=7)]), blocks)
    assert (state.fd(7, 3)["dev"], state.fd(7, 4)["dev"]) == (0, 5)


def test_descriptor_of_a_newer_type(tmp_path: Path) -> None:
    entries = [made.descriptor(3, 99, b"whatever it has"), made.named(4, 7, "behind")]
    state, _ = seeded(tmp_path, made.processes([made.process(tid=7)]), made.descriptors(7, entries))
    assert (state.fd(7, 3)["type"], state.fd(7, 3)["name"]) == (10, "unknown-type:[99]")
    assert state.fd(7, 4)["name"] == "behind"


def test_thread_without_descriptors_of_its_own(tmp_path: Path) -> None:
    state, source = seeded(tmp_path, made.processes([made.process(tid=7)]), made.descriptors(7, []))
    assert source.fault is None
    assert state.fds(7) == []


@pytest.mark.parametrize("type", made.INTERFACE_VERSIONS, ids=hex)
def test_interfaces(tmp_path: Path, type: int) -> None:
    masks = {"netmask": "255.255.255.0", "broadcast": "10.0.0.255"}
    masks6 = {"netmask": "ffff:ffff::", "broadcast": "::"}
    entries = [
        made.interface("eth0", "10.0.0.1", **masks),
        made.interface("eth1", "10.0.0.2", **masks, speed=None),
        made.interface("eth2", "fe80::1", **masks6, speed=7),
        made.interface("eth3", "fe80::2", **masks6, speed=None),
    ]
    _, source = seeded(tmp_path, made.interfaces(entries, type=type))
    assert source.interfaces == [
        {"name": "eth0", "address": "10.0.0.1", "link_speed": 1000} | masks,
        {"name": "eth1", "address": "10.0.0.2", "link_speed": 0} | masks,
        {"name": "eth2", "address": "fe80::1", "link_speed": 7} | masks6,
        {"name": "eth3", "address": "fe80::2", "link_speed": 0} | masks6,
    ]


def test_interface_of_an_unknown_type(tmp_path: Path) -> None:
    entry = struct.pack("<HH", 9, 0) + bytes(16)
    known = made.interface("lo", "127.0.0.1", netmask="255.0.0.0", broadcast="0.0.0.0")
    _, source = seeded(tmp_path, made.interfaces([entry, known]))
    assert [interface["name"] for interface in source.interfaces] == ["lo"]
    assert source.counters()["interfaces_refused"] == 1
    _, source = seeded(tmp_path, made.interfaces([entry, known], type=0x205))
    assert "an interface of the unknown type 9" in source.fault


@pytest.mark.parametrize("type", made.USER_VERSIONS, ids=hex)
def test_users_and_groups(tmp_path: Path, type: int) -> None:
    entries = [
        made.user(0, 0, "root", "/root", "/bin/bash"), made.group(27, "sudo"),
        made.user(1000, 1000, "an" * 300, "/home/an", ""),
    ]  # fmt: skip
    state, source = seeded(tmp_path, made.users(entries, type=type))
    assert source.fault is None
    assert state.user(0) == ("root", "/root", "/bin/bash")
    assert state.user(1000) == ("an" * 300, "/home/an", "")
    assert state.group(27) == "sudo"
    assert (source.counters()["users"], source.counters()["groups"]) == (2, 1)


def test_list_that_is_cut_gives_the_entries_before(tmp_path: Path) -> None:
    entries = [made.process(tid=tid) for tid in range(1, 100)]
    data = made.capture(made.processes(entries))
    path = tmp_path / "capture.scap"
    for end in range(28, len(data), 997):
        path.write_bytes(data[:end])
        state = State()
        source = SavefileSource(str(path), state=state)
        source.start()
        # All entries are as long as the first; the header of the file and the block's come before.
        kept = max(0, end - 36) // (len(data) - 40) * 99
        assert source.fault is not None or end == 28
        assert len(state.tids()) >= kept
        assert sorted(state.tids()) == list(range(1, len(state.tids()) + 1))
