# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ipaddress

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import FD_TYPES, State
from tests.record_builder import build


def packed(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


def names(state: State, address: str) -> str | None:
    """All names that the table has for an address, or how it is written."""
    kind = "ipv4" if "." in address else "ipv6"
    state.seed_thread(tid=7, pid=7)
    state.seed_fd(7, 3, type=FD_TYPES[kind], role=1, dest=packed(address), dest_port=443)
    probe = Probe(state)
    return bind("fd.sip.name").text(probe.at(build("fchmod", tid=7, res=0, fd=3, mode=0)))


def test_names_of_an_address_are_found_among_others() -> None:
    state = State()
    addresses = {f"host{i}.example": [packed(f"10.0.0.{i}")] for i in range(200)}
    state.set_domains(addresses | {"v6.example": [packed("fd00::1")]})
    assert [names(state, f"10.0.0.{i}") for i in range(200)] == list(addresses)
    assert names(state, "fd00::1") == "v6.example"
    assert names(state, "10.0.1.1") == "10.0.1.1"
    assert state.counters()["domains"] == 201


def test_address_of_several_names_has_all_of_them() -> None:
    state = State()
    state.set_domains({
        "b.example": [packed("10.0.0.1"), packed("10.0.0.2")],
        "a.example": [packed("10.0.0.1"), packed("10.0.0.1")],
    })  # fmt: skip
    assert names(state, "10.0.0.1") == "a.example b.example"
    assert names(state, "10.0.0.2") == "b.example"


def test_address_of_one_family_is_not_one_of_the_other() -> None:
    state = State()
    state.set_domains({"v6.example": [packed("0a00:0001::")]})
    assert names(state, "10.0.0.1") == "10.0.0.1"


def test_table_is_replaced_as_a_whole() -> None:
    state = State()
    state.set_domains({"a.example": [packed("10.0.0.1")]})
    with pytest.raises(ValueError, match="4 or 16 bytes"):
        state.set_domains({"b.example": [b"123"]})
    assert names(state, "10.0.0.1") == "a.example"
    state.set_domains({})
    assert names(state, "10.0.0.1") == "10.0.0.1"
