# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ipaddress
import struct
from typing import Any

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import FD_TYPES, State
from falcomod.engine.state.update import apply_record
from tests.record_builder import ABSENT, build, dyn, sockaddr, socktuple, unix_tuple

UNKNOWN, NONE, TCP, UDP, ICMP, RAW = range(6)
NO_ROLE, CLIENT, SERVER = range(3)
CLOEXEC = 0x80000


@pytest.fixture
def state() -> State:
    state = State()
    state.seed_thread(tid=7, pid=7)
    return state


def fd(state: State, number: int = 5) -> dict[str, Any]:
    facts = state.fd(7, number)
    assert facts is not None
    return dict(facts)


def ends(state: State, number: int = 5) -> tuple[str, int, str, int]:
    """Client and server of an IP socket."""
    facts = fd(state, number)
    return (
        str(ipaddress.ip_address(facts["source"])), facts["source_port"],
        str(ipaddress.ip_address(facts["dest"])), facts["dest_port"],
    )  # fmt: skip


def make(state: State, domain: str = "AF_INET", type_: int = 1, **params: Any) -> None:
    apply_record(state, build("socket", tid=7, fd=5, domain=domain, type=type_, **params))


@pytest.mark.parametrize(
    ("domain", "type_", "proto", "kind", "l4"),
    [
        ("AF_INET", 1, 0, "ipv4", TCP),
        ("AF_INET", 1, 6, "ipv4", TCP),
        ("AF_INET", 2 | CLOEXEC, 17, "ipv4", UDP),
        ("AF_INET6", 2, 0, "ipv6", UDP),
        ("AF_INET", 2, 1, "ipv4", ICMP),
        ("AF_INET6", 2, 58, "ipv6", ICMP),
        ("AF_INET", 3, 1, "ipv4", RAW),
        ("AF_INET", 1, 132, "ipv4", UNKNOWN),
        ("AF_UNIX", 1, 0, "unix", NONE),
        ("AF_NETLINK", 3, 0, "netlink", NONE),
        ("AF_PACKET", 3, 0, "unsupported", NONE),
    ],
)
def test_socket(state: State, domain: str, type_: int, proto: int, kind: str, l4: int) -> None:
    make(state, domain, type_, proto=proto)
    made = fd(state)
    assert (made["type"], made["l4proto"]) == (FD_TYPES[kind], l4)
    assert (made["role"], made["is_connected"]) == (NO_ROLE, False)
    assert made["close_on_exec"] == bool(type_ & CLOEXEC)


def test_socket_with_close_on_exec_in_its_flags(state: State) -> None:
    make(state, flags=["O_CLOEXEC"])
    assert fd(state)["close_on_exec"]


@pytest.mark.parametrize(
    ("domain", "tuple_"),
    [
        ("AF_INET", ("10.0.0.1", 40000, "1.1.1.1", 443)),
        ("AF_INET6", ("2001:db8::1", 40000, "2001:db8::2", 443)),
    ],
)
def test_connect(state: State, domain: str, tuple_: tuple[str, int, str, int]) -> None:
    make(state, domain)
    record = build(
        "connect", tid=7, res=0, fd=5, tuple=socktuple(*tuple_), addr=sockaddr(*tuple_[2:])
    )
    seen = apply_record(state, record)
    assert ends(state) == tuple_
    assert (fd(state)["role"], fd(state)["is_connected"], seen["fd_number"]) == (CLIENT, True, 5)


def test_connect_in_progress_is_connected_once_there_is_no_error(state: State) -> None:
    make(state)
    tuple_ = ("10.0.0.1", 40000, "1.1.1.1", 443)
    apply_record(state, build("connect", tid=7, res=-115, fd=5, tuple=socktuple(*tuple_)))
    assert ends(state) == tuple_
    assert (fd(state)["role"], fd(state)["is_connected"]) == (CLIENT, False)
    option = {"level": "SOL_SOCKET", "optname": "SO_ERROR", "optlen": 4}
    for error, connected in ((111, False), (0, True)):
        value = dyn(1, struct.pack("<q", error))
        apply_record(state, build("getsockopt", tid=7, res=0, fd=5, val=value, **option))
        assert fd(state)["is_connected"] == connected


def test_refused_connect_tells_where_it_was_meant_to_go(state: State) -> None:
    make(state)
    record = build("connect", tid=7, res=-111, fd=5, tuple=ABSENT, addr=sockaddr("1.1.1.1", 25))
    apply_record(state, record)
    assert ends(state) == ("0.0.0.0", 0, "1.1.1.1", 25)
    assert (fd(state)["role"], fd(state)["is_connected"]) == (CLIENT, False)


def test_failed_connect_of_a_connected_socket_keeps_its_ends(state: State) -> None:
    make(state)
    tuple_ = ("10.0.0.1", 40000, "1.1.1.1", 443)
    apply_record(state, build("connect", tid=7, res=0, fd=5, tuple=socktuple(*tuple_)))
    apply_record(state, build("connect", tid=7, res=-106, fd=5, addr=sockaddr("2.2.2.2", 1)))
    assert ends(state) == tuple_


def test_connect_of_a_unix_socket(state: State) -> None:
    make(state, "AF_UNIX")
    apply_record(
        state, build("connect", tid=7, res=0, fd=5, tuple=unix_tuple(0xAB, 0xCD, "/run/x.sock"))
    )
    made = fd(state)
    assert (made["name"], made["is_connected"]) == ("/run/x.sock", True)
    assert made["source"][:8] == struct.pack("<Q", 0xAB)
    assert made["dest"][:8] == struct.pack("<Q", 0xCD)


def test_refused_connect_of_a_unix_socket(state: State) -> None:
    make(state, "AF_UNIX")
    apply_record(
        state, build("connect", tid=7, res=-111, fd=5, tuple=ABSENT, addr=sockaddr("/run/no"))
    )
    assert (fd(state)["name"], fd(state)["is_connected"]) == ("/run/no", False)


def test_ends_of_a_unix_socket_that_was_not_connected_are_nobody_s(state: State) -> None:
    make(state, "AF_UNIX")
    tuple_ = unix_tuple(0, 0xCD, "/run/no")
    apply_record(
        state, build("connect", tid=7, res=-2, fd=5, tuple=tuple_, addr=sockaddr("/run/no"))
    )
    made = fd(state)
    assert (made["name"], made["is_connected"], made["dest"][:8]) == ("/run/no", False, bytes(8))
    apply_record(state, build("connect", tid=7, res=-115, fd=5, tuple=tuple_))
    assert fd(state)["dest"][:8] == struct.pack("<Q", 0xCD)


def test_connect_of_an_unknown_descriptor_makes_it_known(state: State) -> None:
    tuple_ = ("10.0.0.1", 40000, "1.1.1.1", 443)
    seen = apply_record(state, build("connect", tid=7, res=0, fd=5, tuple=socktuple(*tuple_)))
    assert ends(state) == tuple_
    assert seen["fd_type"] == FD_TYPES["ipv4"]


def test_udp_association_is_dissolved(state: State) -> None:
    make(state, type_=2)
    tuple_ = ("10.0.0.1", 40000, "1.1.1.1", 53)
    apply_record(state, build("connect", tid=7, res=0, fd=5, tuple=socktuple(*tuple_)))
    apply_record(state, build("connect", tid=7, res=0, fd=5, tuple=ABSENT, addr=ABSENT))
    assert not fd(state)["is_connected"]


@pytest.mark.parametrize(
    ("domain", "address", "kind"),
    [("AF_INET", "127.0.0.1", "ipv4_listening"), ("AF_INET6", "::1", "ipv6_listening")],
)
def test_bind(state: State, domain: str, address: str, kind: str) -> None:
    make(state, domain)
    apply_record(state, build("bind", tid=7, res=-98, fd=5, addr=sockaddr(address, 80)))
    assert fd(state)["role"] == NO_ROLE
    apply_record(state, build("bind", tid=7, res=0, fd=5, addr=sockaddr(address, 80)))
    assert (fd(state)["type"], fd(state)["role"]) == (FD_TYPES[kind], SERVER)
    assert ends(state)[2:] == (address, 80)


def test_bind_to_an_address_alone_makes_no_server(state: State) -> None:
    make(state)
    apply_record(state, build("bind", tid=7, res=0, fd=5, addr=sockaddr("10.0.0.1", 0)))
    assert fd(state)["role"] == NO_ROLE
    assert ends(state)[2:] == ("10.0.0.1", 0)


def test_bind_of_a_unix_socket(state: State) -> None:
    make(state, "AF_UNIX")
    apply_record(state, build("bind", tid=7, res=0, fd=5, addr=sockaddr("/run/srv")))
    assert (fd(state)["name"], fd(state)["type"]) == ("/run/srv", FD_TYPES["unix"])


def test_bound_socket_that_connects_is_a_client(state: State) -> None:
    make(state)
    apply_record(state, build("bind", tid=7, res=0, fd=5, addr=sockaddr("10.0.0.1", 700)))
    tuple_ = ("10.0.0.1", 700, "1.1.1.1", 443)
    apply_record(state, build("connect", tid=7, res=0, fd=5, tuple=socktuple(*tuple_)))
    assert ends(state) == tuple_
    assert (fd(state)["type"], fd(state)["role"]) == (FD_TYPES["ipv4"], CLIENT)


def test_listen_makes_a_server(state: State) -> None:
    make(state)
    apply_record(state, build("listen", tid=7, res=-22, fd=5))
    assert fd(state)["role"] == NO_ROLE
    apply_record(state, build("listen", tid=7, res=0, fd=5))
    assert fd(state)["role"] == SERVER


@pytest.mark.parametrize("event", ["accept", "accept4"])
def test_accept(state: State, event: str) -> None:
    tuple_ = ("1.1.1.1", 40000, "10.0.0.1", 22)
    seen = apply_record(state, build(event, tid=7, fd=6, tuple=socktuple(*tuple_)))
    made = fd(state, 6)
    assert ends(state, 6) == tuple_
    assert (made["role"], made["is_connected"], made["l4proto"]) == (SERVER, True, TCP)
    assert (seen["fd_number"], made["close_on_exec"]) == (6, False)


def test_accept4_with_close_on_exec(state: State) -> None:
    apply_record(state, build("accept4", tid=7, fd=6, tuple=ABSENT, flags=4096))
    assert fd(state, 6)["close_on_exec"]
    assert fd(state, 6)["type"] == FD_TYPES["unsupported"]


def test_accept_of_a_unix_socket(state: State) -> None:
    apply_record(state, build("accept", tid=7, fd=6, tuple=unix_tuple(1, 2, "/run/srv")))
    made = fd(state, 6)
    assert (made["type"], made["name"], made["l4proto"]) == (FD_TYPES["unix"], "/run/srv", NONE)


def test_socketpair(state: State) -> None:
    record = build(
        "socketpair", tid=7, res=0, fd1=8, fd2=9, source=1, peer=2, domain="AF_UNIX",
        type=1 | CLOEXEC,
    )  # fmt: skip
    seen = apply_record(state, record)
    assert seen["fd_number"] == 9
    one, two = fd(state, 8), fd(state, 9)
    assert one["source"][:8] == two["dest"][:8] == struct.pack("<Q", 1)
    assert one["dest"][:8] == two["source"][:8] == struct.pack("<Q", 2)
    assert one["type"] == two["type"] == FD_TYPES["unix"]
    assert (one["is_connected"], two["is_connected"], one["close_on_exec"]) == (True, True, True)


# Datagrams: each call may name another peer

LOCAL, PEER = ("10.0.0.1", 40000), ("1.1.1.1", 53)
SENDING = ["send", "sendto", "sendmsg", "sendmmsg"]
RECEIVING = ["recv", "recvfrom", "recvmsg", "recvmmsg"]


@pytest.mark.parametrize("event", SENDING)
def test_who_sends_first_is_the_client(state: State, event: str) -> None:
    make(state, type_=2)
    apply_record(state, build(event, tid=7, res=9, fd=5, tuple=socktuple(*LOCAL, *PEER)))
    assert ends(state) == (*LOCAL, *PEER)
    assert fd(state)["role"] == CLIENT


@pytest.mark.parametrize("event", RECEIVING)
def test_who_receives_first_is_the_server(state: State, event: str) -> None:
    make(state, type_=2)
    apply_record(state, build(event, tid=7, res=9, fd=5, tuple=socktuple(*PEER, *LOCAL)))
    assert ends(state) == (*PEER, *LOCAL)
    assert fd(state)["role"] == SERVER


@pytest.mark.parametrize("event", RECEIVING)
def test_answer_to_a_client_leaves_its_role(state: State, event: str) -> None:
    make(state, type_=2)
    apply_record(state, build("sendto", tid=7, res=9, fd=5, tuple=socktuple(*LOCAL, *PEER)))
    other = ("2.2.2.2", 53)
    apply_record(state, build(event, tid=7, res=9, fd=5, tuple=socktuple(*other, *LOCAL)))
    assert ends(state) == (*LOCAL, *other)
    assert fd(state)["role"] == CLIENT


@pytest.mark.parametrize("event", SENDING)
def test_answer_of_a_server_leaves_its_role(state: State, event: str) -> None:
    make(state, type_=2)
    apply_record(state, build("bind", tid=7, res=0, fd=5, addr=sockaddr(*LOCAL)))
    apply_record(state, build(event, tid=7, res=9, fd=5, tuple=socktuple(*LOCAL, *PEER)))
    assert ends(state) == (*PEER, *LOCAL)
    assert fd(state)["role"] == SERVER


@pytest.mark.parametrize("event", SENDING + RECEIVING)
def test_failed_traffic_tells_nothing(state: State, event: str) -> None:
    make(state, type_=2)
    before = fd(state)
    apply_record(state, build(event, tid=7, res=-1, fd=5, tuple=socktuple(*LOCAL, *PEER)))
    apply_record(state, build(event, tid=7, res=9, fd=5, tuple=ABSENT))
    assert fd(state) == before


def test_traffic_of_a_connection_does_not_change_its_ends(state: State) -> None:
    tuple_ = ("1.1.1.1", 40000, "10.0.0.1", 22)
    apply_record(state, build("accept", tid=7, fd=5, tuple=socktuple(*tuple_)))
    apply_record(state, build("sendto", tid=7, res=9, fd=5, tuple=socktuple(*LOCAL, *PEER)))
    assert ends(state) == tuple_


def test_traffic_of_an_unknown_descriptor_makes_it_known(state: State) -> None:
    seen = apply_record(state, build("sendto", tid=7, res=9, fd=5, tuple=socktuple(*LOCAL, *PEER)))
    assert seen["fd_type"] == FD_TYPES["ipv4"]
    assert ends(state) == (*LOCAL, *PEER)


@pytest.mark.parametrize(("how", "connected"), [("SHUT_RD", True), ("SHUT_RDWR", False)])
def test_shutdown(state: State, how: str, connected: bool) -> None:
    apply_record(state, build("accept", tid=7, fd=5, tuple=socktuple(*PEER, *LOCAL)))
    apply_record(state, build("shutdown", tid=7, res=-107, fd=5, how="SHUT_RDWR"))
    assert fd(state)["is_connected"]
    apply_record(state, build("shutdown", tid=7, res=0, fd=5, how=how))
    assert fd(state)["is_connected"] == connected


@pytest.mark.parametrize(
    ("port", "is_renamed"), [(53, False), (54, True)], ids=["the same peer", "another peer"]
)
def test_traffic_with_another_peer_renames_a_socket(
    state: State, port: int, is_renamed: bool
) -> None:
    def sent(to: int) -> bytes:
        peers = socktuple("10.0.0.1", 4000, "10.0.0.2", to)
        return build("sendto", tid=7, res=1, fd=5, data=b"x", size=1, tuple_=peers)

    make(state, type_=2)
    probe = Probe(state)
    changed = bind("fd.name_changed")
    assert changed.value(probe.at(sent(53))) is True
    assert changed.value(probe.at(sent(port))) is is_renamed
    assert changed.value(probe.at(build("fchmod", tid=7, res=0, fd=5, mode=0))) is False
