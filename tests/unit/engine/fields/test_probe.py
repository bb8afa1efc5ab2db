# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.record_builder import build

RECORD = build("openat", ts=5, tid=7, fd=3, dirfd=-100, name="/etc/passwd")


def test_records_change_the_state() -> None:
    probe = Probe(State())
    probe.at(RECORD)
    view = probe.at(build("read", ts=6, tid=7, res=1, fd=3, data=b"x", size=1))
    assert bind("fd.name").text(view) == "/etc/passwd"


def test_view_is_of_the_last_record() -> None:
    probe = Probe(State())
    first = probe.at(RECORD)
    second = probe.at(build("chdir", ts=6, tid=7, res=0, path="/"))
    assert bind("evt.type").text(first) == bind("evt.type").text(second) == "chdir"
    assert (second.number, second.ts_ns) == (2, 6)


def test_view_ends_with_its_probe() -> None:
    view = Probe(State()).at(RECORD)
    with pytest.raises(ValueError, match="after its callback"):
        bind("evt.type").text(view)


def test_corrupt_record_is_refused_and_ends_the_view() -> None:
    probe = Probe(State())
    view = probe.at(RECORD)
    with pytest.raises(ValueError, match="refuses"):
        probe.at(RECORD[:-1])
    assert not view.is_valid


def test_end_by_hand() -> None:
    probe = Probe(State())
    view = probe.at(RECORD)
    assert view.is_valid
    probe.close()
    assert not view.is_valid
