# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import os

import pytest

from falcomod.alert.buffers import DATA, in_base64
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.fields.registry import bind
from tests.record_builder import build
from tests.unit.engine.fields.host import NOTHING, TS, host

BYTES = bytes(range(256)) + "é".encode()


@pytest.mark.parametrize("name", ["evt.buffer", "evt.rawarg.data", "evt.arg.data", "evt.arg[data]"])
@pytest.mark.parametrize("data", [BYTES, b"\0", b"plain", os.urandom(80)])
def test_data_can_be_decoded_to_the_bytes_there_were(name: str, data: bytes) -> None:
    probe = host()
    view = probe.at(build("write", ts=TS, tid=200, fd=3, res=len(data), data=data))
    ref = in_base64(bind(name))
    assert base64.b64decode(ref.text(view), validate=True) == data
    assert ref.value(view) == ref.text(view)
    assert ref.info is bind(name).info


def test_an_event_without_data_has_no_value() -> None:
    probe = host()
    view = probe.at(NOTHING)
    assert in_base64(bind("evt.buffer")).value(view) is None
    assert in_base64(bind("evt.arg.data")).text(view) is None


def test_an_argument_of_that_name_that_is_no_buffer_stays_text() -> None:
    probe = host()
    word = b"\0" + (0x2A).to_bytes(8, "little")
    view = probe.at(build("ptrace", ts=TS, tid=200, res=0, request=1, data=word))
    assert bind("evt.arg.data").text(view) == "2A"
    assert in_base64(bind("evt.arg.data")).text(view) == "2A"


@pytest.mark.parametrize(
    "name", ["proc.name", "evt.rawarg.res", "evt.arg.flags", "len(evt.buffer)"]
)
def test_other_fields_stay_as_they_are(name: str) -> None:
    ref = bind(name)
    assert in_base64(ref) is ref


def test_every_argument_of_that_kind_exists() -> None:
    named = {
        parameter.name
        for event in EVENTS.values()
        for parameter in event.params
        if parameter.type == "BYTEBUF"
    }
    # These are lists of texts, and are shown as such.
    assert named - set(DATA) == {"args", "env", "cgroups", "event_data"}
    for name, field in DATA.items():
        assert bind(field).is_buffer
        assert in_base64(bind(f"evt.arg.{name}")).info.name == "evt.arg"


def test_data_beside_a_message() -> None:
    probe = host()
    view = probe.at(build("recvmsg", ts=TS, tid=200, res=1, size=1, msgcontrol=b"\xff\0"))
    assert in_base64(bind("evt.arg.msgcontrol")).text(view) == "/wA="
