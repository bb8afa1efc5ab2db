# SPDX-License-Identifier: Apache-2.0
"""What depends on several lists: processes of threads, and servers among connections."""

from __future__ import annotations

from pathlib import Path

import pytest

from falcomod.engine.capture.savefile import SavefileSource
from falcomod.engine.state.tables import State
from tests import capture_builder as made
from tests.record_builder import build

EVENT = made.event(build("close", tid=7, fd=4))
CONTAINER = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74734567890abcdef01"
LOCAL = made.interfaces(
    [made.interface("eth0", "10.0.0.1", netmask="255.0.0.0", broadcast="10.255.255.255")]
)
TWO = made.processes([made.process(tid=7), made.process(tid=8)])


def seeded(tmp_path: Path, *blocks: bytes) -> State:
    path = tmp_path / "capture.scap"
    path.write_bytes(made.capture(*blocks, EVENT))
    state = State()
    source = SavefileSource(str(path), state=state)
    source.start()
    assert source.fault is None
    return state


def test_threads_in_any_order_share_their_process(tmp_path: Path) -> None:
    entries = [
        made.process(tid=9, pid=7, flags=2), made.process(tid=7), made.process(tid=8, pid=7),
    ]  # fmt: skip
    state = seeded(tmp_path, made.processes(entries), made.descriptors(7, [made.named(3, 7, "p")]))
    assert state.thread(7)["others"] == 2
    assert [state.thread(tid)["fds_owners"] for tid in (7, 8, 9)] == [3, 3, 3]
    assert state.fd(9, 3)["name"] == state.fd(8, 3)["name"] == "p"
    assert state.kin_faults() == []


def test_parents_in_any_order(tmp_path: Path) -> None:
    entries = [made.process(tid=9, ptid=7), made.process(tid=8, ptid=7), made.process(tid=7)]
    state = seeded(tmp_path, made.processes(entries))
    assert state.children(7) == [8, 9]


def test_thread_that_is_listed_again_is_replaced(tmp_path: Path) -> None:
    lists = [made.processes([made.process(tid=7, comm=comm)]) for comm in (b"old", b"new")]
    state = seeded(tmp_path, lists[0], made.descriptors(7, [made.named(3, 7, "p")]), lists[1])
    assert state.thread(7)["comm"] == "new"
    assert state.fds(7) == [3]
    assert state.kin_faults() == []


def test_container_of_the_cgroups(tmp_path: Path) -> None:
    cgroups = f"cpuset=/docker/{CONTAINER}\0cpu=/docker/{CONTAINER}\0".encode()
    state = seeded(tmp_path, made.processes([made.process(tid=7, cgroups=cgroups)]))
    assert state.thread(7)["container_id"] == CONTAINER[:12]


def test_kernel_thread_has_no_program(tmp_path: Path) -> None:
    entry = made.process(tid=7, exe=b"", exepath=b"", args=b"", cwd=b"", root=b"", cgroups=b"")
    facts = seeded(tmp_path, made.processes([entry])).thread(7)
    assert [facts[name] for name in ("exe", "exepath", "cwd", "root")] == [None] * 4
    assert facts["args"] == []


def test_list_of_a_thread_that_nobody_lists(tmp_path: Path) -> None:
    path = tmp_path / "capture.scap"
    path.write_bytes(made.capture(made.descriptors(7, [made.named(3, 7, "p")]), EVENT))
    state = State()
    source = SavefileSource(str(path), state=state)
    source.start()
    assert state.tids() == []
    assert source.counters()["descriptors_refused"] == 1


# Source, dest, listeners (tid, port) and who the process 7 is: (role, source port, dest port).
CLIENT, SERVER = 1, 2
ROLES = {
    "client of another host": ("10.0.0.1", 40000, "9.9.9.9", 80, [], (CLIENT, 40000, 80)),
    "client of a port that is served here, too": (
        "10.0.0.1", 40000, "9.9.9.9", 80, [(8, 80)], (CLIENT, 40000, 80)
    ),
    "server by /proc, local end first": (
        "10.0.0.1", 80, "9.9.9.9", 40000, [(8, 80)], (SERVER, 40000, 80)
    ),
    "server as its accept was seen": (
        "9.9.9.9", 40000, "10.0.0.1", 80, [(8, 80)], (SERVER, 40000, 80)
    ),
    "container that calls its host": ("172.17.0.2", 40000, "10.0.0.1", 80, [], (CLIENT, 40000, 80)),
    "loopback, server by /proc": (
        "127.0.0.1", 80, "127.0.0.1", 40000, [(8, 80)], (SERVER, 40000, 80)
    ),
    "loopback, server as its accept was seen": (
        "127.0.0.1", 40000, "127.0.0.1", 80, [(7, 80)], (SERVER, 40000, 80)
    ),
    "loopback, client": ("127.0.0.1", 40000, "127.0.0.1", 80, [(8, 80)], (CLIENT, 40000, 80)),
    "in a namespace, server": (
        "172.17.0.2", 80, "172.17.0.1", 40000, [(7, 80)], (SERVER, 40000, 80)
    ),
    "in a namespace, client": ("172.17.0.2", 40000, "172.17.0.1", 80, [], (CLIENT, 40000, 80)),
}  # fmt: skip


@pytest.mark.parametrize("case", ROLES)
@pytest.mark.parametrize("listeners_first", [False, True])
def test_role_in_a_connection(tmp_path: Path, case: str, listeners_first: bool) -> None:
    source, sport, dest, dport, listeners, expected = ROLES[case]
    lists = [made.descriptors(7, [made.connection(3, source, sport, dest, dport)])]
    lists += [made.descriptors(tid, [made.listener(9, "0.0.0.0", port)]) for tid, port in listeners]
    state = seeded(tmp_path, TWO, *(lists[::-1] if listeners_first else lists), LOCAL)
    facts = state.fd(7, 3)
    assert (facts["role"], facts["source_port"], facts["dest_port"]) == expected
    assert facts["is_connected"]
    client = facts["source"] if facts["source_port"] == 40000 else facts["dest"]
    assert ".".join(map(str, client)) == (source if sport == 40000 else dest)


def test_listener_of_another_protocol_makes_no_server(tmp_path: Path) -> None:
    entries = [
        made.connection(3, "10.0.0.1", 53, "9.9.9.9", 40000), made.listener(4, "::", 53, l4proto=3),
    ]  # fmt: skip
    state = seeded(tmp_path, TWO, made.descriptors(7, entries), LOCAL)
    assert state.fd(7, 3)["role"] == CLIENT


def test_socket_without_a_peer_has_no_role(tmp_path: Path) -> None:
    entry = made.connection(3, "0.0.0.0", 0, "0.0.0.0", 0)
    facts = seeded(tmp_path, TWO, made.descriptors(7, [entry])).fd(7, 3)
    assert (facts["role"], facts["is_connected"]) == (0, False)


def test_datagrams_are_not_taken_for_connected(tmp_path: Path) -> None:
    entry = made.connection(3, "10.0.0.1", 40000, "9.9.9.9", 53, l4proto=3)
    facts = seeded(tmp_path, TWO, made.descriptors(7, [entry])).fd(7, 3)
    assert (facts["role"], facts["is_connected"]) == (CLIENT, False)
