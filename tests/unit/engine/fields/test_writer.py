# SPDX-License-Identifier: Apache-2.0
"""Through the fields that put texts together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.record_builder import build
from tests.unit.engine.fields.host import NOTHING, TS

WORDS = st.lists(st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=300))


def of(args: list[str] | bytes) -> tuple[str, int, int]:
    state = State()
    state.seed_thread(tid=200, pid=200, comm="p", args=args)
    probe = Probe(state)
    view = probe.at(NOTHING)
    return tuple(
        bind(name).value(view) for name in ("proc.args", "proc.cmdnargs", "proc.cmdlenargs")
    )


@given(WORDS)
def test_strings_are_joined_whatever_their_length(args: list[str]) -> None:
    assert of(args) == (" ".join(args), len(args), sum(map(len, args)))


@given(WORDS.filter(bool), st.integers(0, 5))
def test_each_string_is_found_by_its_number(args: list[str], number: int) -> None:
    state = State()
    state.seed_thread(tid=200, pid=200, comm="p", args=args)
    probe = Probe(state)
    found = bind(f"proc.args[{number}]").text(probe.at(NOTHING))
    assert found == (args[number] if number < len(args) else None)


@pytest.mark.parametrize("number", [0, 9, 10, -1, 2**63 - 1, -(2**63)])
def test_numbers_in_every_width(number: int) -> None:
    state = State()
    state.seed_thread(tid=200, pid=200)
    probe = Probe(state)
    view = probe.at(build("getrlimit", ts=TS, tid=200, res=0, cur=number, max=0, resource=0))
    assert f" cur={number} " in bind("evt.args").text(view)


@pytest.mark.parametrize("number", [0, 0xA, 2**64 - 1])
def test_unsigned_numbers_in_hexadecimal(number: int) -> None:
    state = State()
    state.seed_thread(tid=200, pid=200)
    probe = Probe(state)
    view = probe.at(build("mlock", ts=TS, tid=200, res=0, addr=number, len=7))
    assert bind("evt.args").text(view) == f"res=0 addr={number:X} len=7"


def test_texts_of_one_event_do_not_disturb_each_other() -> None:
    state = State()
    state.seed_thread(tid=200, pid=200, comm="p", args=["x" * 4000])
    probe = Probe(state)
    view = probe.at(NOTHING)
    texts = [bind(name).text(view) for name in ("proc.args", "proc.cmdline", "evt.args") * 50]
    assert len(set(texts)) == 3
