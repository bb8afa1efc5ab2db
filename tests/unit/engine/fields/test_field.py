# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.field import FIELDS, FieldRef
from falcomod.engine.fields.registry import all_fields, bind
from falcomod.engine.state.context import ContextView
from tests.record_builder import build
from tests.unit.engine.fields.host import NOTHING, TS, host


def test_rows_are_in_order_of_declaration() -> None:
    assert [index for index, _ in FIELDS.values()] == list(range(len(FIELDS)))
    assert [info for _, info in FIELDS.values()] == list(all_fields())


def test_reference_knows_its_name_and_field() -> None:
    ref = bind("proc.aname[2]")
    assert (ref.name, ref.info.name, repr(ref)) == (
        "proc.aname[2]",
        "proc.aname",
        "<FieldRef proc.aname[2]>",
    )


@pytest.mark.parametrize("name", ["proc.name", "proc.aname"])
def test_view_cannot_be_used_after_its_callback(name: str) -> None:
    probe = host()
    view = probe.at(NOTHING)
    assert bind(name).text(view)
    probe.close()
    for use in (bind(name).text, bind(name).value):
        with pytest.raises(ValueError, match="after its callback"):
            use(view)
        with pytest.raises(ValueError, match="after its callback"):
            use(ContextView())


def test_unknown_name_is_a_bug_of_the_caller() -> None:
    with pytest.raises(KeyError):
        FieldRef("proc.nope", None, "proc.nope")


@pytest.mark.parametrize("name", ["evt.buffer", "evt.rawarg.data"])
def test_data_of_a_buffer_is_its_bytes(name: str) -> None:
    data = b"\x00\xff\x80 text\n"
    probe = host()
    ref = bind(name)
    assert ref.is_buffer
    assert ref.data(probe.at(build("write", ts=TS, tid=200, fd=3, res=9, data=data))) == data
    assert ref.data(probe.at(NOTHING)) is None


@pytest.mark.parametrize("name", ["proc.name", "evt.arg.data", "evt.rawarg.res", "proc.aname"])
def test_what_is_no_buffer_has_no_data(name: str) -> None:
    probe = host()
    view = probe.at(NOTHING)
    assert not bind(name).is_buffer
    with pytest.raises(TypeError, match="is no buffer"):
        bind(name).data(view)
