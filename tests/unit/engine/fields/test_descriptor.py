# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import FD_TYPES, State
from tests.record_builder import build
from tests.unit.engine.fields.host import TS

# What seed_fd() calls a type → fd.type, fd.typechar.
WORDS = {
    "file": ("file", "f"),
    "directory": ("directory", "d"),
    "ipv4": ("ipv4", "4"),
    "ipv6": ("ipv6", "6"),
    "ipv4_listening": ("ipv4", "4"),
    "ipv6_listening": ("ipv6", "6"),
    "pipe": ("pipe", "p"),
    "unix": ("unix", "u"),
    "event": ("event", "e"),
    "unsupported": ("unsupported", "X"),
    "signalfd": ("signalfd", "s"),
    "eventpoll": ("eventpoll", "l"),
    "inotify": ("inotify", "i"),
    "timerfd": ("timerfd", "t"),
    "netlink": ("netlink", "n"),
    "bpf": ("bpf", "b"),
    "userfaultfd": ("userfaultfd", "u"),
    "io_uring": ("io_uring", "r"),
    "memfd": ("memfd", "m"),
    "pidfd": ("pidfd", "P"),
}


def descriptor(**facts: object) -> tuple[Probe, bytes]:
    state = State()
    state.seed_thread(tid=7, pid=7)
    state.seed_fd(7, 3, **facts)
    return Probe(state), build("fchmod", ts=TS, tid=7, res=0, fd=3, mode=0)


@pytest.mark.parametrize("name", FD_TYPES)
def test_every_type_has_a_word_and_a_letter(name: str) -> None:
    probe, record = descriptor(type=FD_TYPES[name])
    view = probe.at(record)
    assert (bind("fd.type").text(view), bind("fd.typechar").text(view)) == WORDS[name]


@pytest.mark.parametrize("type_", [0, 22, 255])
def test_unknown_type_has_no_word(type_: int) -> None:
    probe, record = descriptor(type=type_)
    view = probe.at(record)
    assert (bind("fd.type").text(view), bind("fd.typechar").text(view)) == (None, "o")


@pytest.mark.parametrize(
    ("l4proto", "word"),
    [(0, None), (1, None), (2, "tcp"), (3, "udp"), (4, "icmp"), (5, "raw"), (6, None)],
)
def test_transport_protocols(l4proto: int, word: str | None) -> None:
    probe, record = descriptor(type=FD_TYPES["ipv4"], l4proto=l4proto, role=1)
    assert bind("fd.l4proto").text(probe.at(record)) == word


@pytest.mark.parametrize(
    ("type_", "l4proto", "port", "word"),
    [
        ("ipv4", 2, 0, None),
        ("ipv4", 5, 0, "raw"),
        ("ipv4_listening", 2, 80, "tcp"),
        ("ipv6_listening", 3, 0, None),
    ],
)
def test_transport_protocol_before_the_role_is_known(
    type_: str, l4proto: int, port: int, word: str | None
) -> None:
    probe, record = descriptor(type=FD_TYPES[type_], l4proto=l4proto, dest_port=port)
    assert bind("fd.l4proto").text(probe.at(record)) == word


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"type": FD_TYPES["ipv4"], "l4proto": 2}, "<4>"),
        ({"type": FD_TYPES["ipv4"], "l4proto": 2, "role": 1}, "<4t>"),
        ({"type": FD_TYPES["ipv4"], "l4proto": 3, "role": 2}, "<4u>"),
        ({"type": FD_TYPES["ipv6"], "l4proto": 4, "role": 1}, "<6>"),
        ({"type": FD_TYPES["unix"], "name": "/run/s"}, "<u>/run/s"),
        ({"type": FD_TYPES["memfd"], "name": "memfd:x"}, "<m>memfd:x"),
        (
            {"type": FD_TYPES["ipv6_listening"], "l4proto": 2, "dest": bytes(16), "dest_port": 80},
            "<6t>:::80",
        ),
    ],
)
def test_descriptors_as_arguments(facts: dict[str, object], text: str) -> None:
    probe, record = descriptor(**facts)
    view = probe.at(record)
    assert bind("evt.arg.fd").text(view) == text
    assert bind("evt.args").text(view) == f"res=0 fd=3({text}) mode=0"
