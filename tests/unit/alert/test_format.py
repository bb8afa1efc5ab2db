# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.alert.format import Template, json_line, text_line
from falcomod.alert.model import Alert, Priority
from falcomod.errors import TemplateError
from tests.record_builder import build
from tests.unit.engine.fields.host import NOTHING, TS, host

TEXT = st.text(st.characters(codec=None))


def alert(**changes: object) -> Alert:
    facts: dict[str, object] = {
        "time_ns": TS,
        "priority": Priority.WARNING,
        "rule": "Shell",
        "output": "a shell",
        "hostname": "node-1",
    }
    return Alert(**(facts | changes))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# Templates


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("", ""),
        ("no fields", "no fields"),
        ("%proc.name", "cat"),
        ("*%proc.name", "cat"),
        ("(%proc.name) (%proc.pid)", "(cat) (200)"),
        ("%proc.name%proc.pid", "cat200"),
        ("%proc.name.", "cat."),
        ("parent=%proc.aname[1] %proc.aname[9]", "parent=bash <NA>"),
        ("%10proc.name|", "cat       |"),
        ("%2proc.name|", "ca|"),
        ("%4fd.nameraw|", "<NA>|"),
        ("%evt.time %evt.arg.fd", "22:13:20.012345678 99"),
        ("100* %user.name", "100* ada"),
        ("%toupper(proc.name).", "CAT."),
        ('%6concat( proc.name,"(")|', "cat(  |"),
        ("%tolower(fd.nameraw)", "<NA>"),
        ("%getopt((proc.args[0]), 'n')", "(n)"),
    ],
)
def test_render(text: str, rendered: str) -> None:
    probe = host()
    assert Template.parse(text).render(probe.at(NOTHING)) == rendered


def test_fields_have_types_and_the_time_of_the_event() -> None:
    probe = host()
    template = Template.parse("%proc.name %proc.pid %fd.nameraw %evt.time %proc.name %evt.failed")
    assert template.field_names == ("proc.name", "proc.pid", "fd.nameraw", "evt.time", "evt.failed")
    assert template.fields(probe.at(NOTHING)) == {
        "proc.name": "cat",
        "proc.pid": 200,
        "fd.nameraw": None,
        "evt.time": TS,
        "evt.failed": False,
    }


def test_transformers_are_named_as_written_and_may_be_numbers_or_lists() -> None:
    probe = host()
    template = Template.parse("%len( proc.name ) %toupper((proc.name,'b'))%toupper(proc.name)")
    names = ("len( proc.name )", "toupper((proc.name,'b'))", "toupper(proc.name)")
    assert template.field_names == names
    assert template.fields(probe.at(NOTHING)) == {
        **dict(zip(names, (3, ["CAT", "B"], "CAT"), strict=True)),
        "evt.time": TS,
    }


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("cost 5%", 7, "a field was expected after %"),
        ("%", 1, "a field was expected"),
        ("%" + "9" * 5000 + "proc.name", 1, "a width has 4 digits at most"),
        ("x %% y", 3, "unknown field"),
        ("x %proc.nam y", 3, "did you mean proc.name?"),
        ("%fd.ip", 1, "can be compared but not printed"),
        ("%proc.name %tolower(proc.pid)", 12, "tolower expects text or list"),
        ("%proc.name %tolower(proc.nam)", 12, "did you mean proc.name?"),
        ("%tolower(proc.name", 1, "tolower: expected ',' or ')' at the end"),
        ("%evt.arg", 1, "needs an argument"),
    ],
)
def test_unreadable_template_is_refused_with_the_place(
    text: str, column: int, message: str
) -> None:
    with pytest.raises(TemplateError) as raised:
        Template.parse(text)
    lines = str(raised.value).splitlines()
    assert lines[0].startswith(f"column {column}: ")
    assert message in lines[0]
    assert lines[1:] == [f"    {text}", " " * (3 + column) + "^"]
    assert message in raised.value.reason
    assert raised.value.offset == column - 1


# Lines


def test_text_line() -> None:
    assert text_line(alert()) == "22:13:20.012345678: Warning a shell"
    iso = text_line(alert(), iso_time=True)
    assert iso == "2023-11-14T22:13:20.012345678+0000: Warning a shell"


def test_text_line_has_the_time_of_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "IST-5:30")
    time.tzset()
    later = alert(time_ns=TS + 7_000_000_000)
    assert text_line(later) == "03:43:27.012345678: Warning a shell"
    assert json.loads(json_line(later))["time"] == "2023-11-14T22:13:27.012345678Z"


def test_text_line_cannot_be_broken_by_a_value() -> None:
    line = text_line(alert(output='a "b"\n00:00:00: Critical \\ \x1b[2J\udcff é'))
    assert line.endswith('Warning a \\"b\\"\\n00:00:00: Critical \\\\ \\u001b[2J\ufffd é')


def test_lines_hold_nothing_that_a_terminal_obeys() -> None:
    said = "\x1b[2J\r\x7f\x9b1A\u2028\u202e\u2066é"
    made = alert(output=said, output_fields={"proc.name": said})
    for line in (text_line(made), json_line(made)):
        assert line.isprintable()
        assert "é" in line
    assert json.loads(json_line(made))["output_fields"]["proc.name"] == said


def test_json_line_is_the_reference_s() -> None:
    found = json_line(
        alert(output_fields={"proc.pid": 200, "evt.time": TS, "fd.nameraw": None}, tags=("b", "a"))
    )
    assert found == (
        '{"hostname":"node-1","output":"22:13:20.012345678: Warning a shell",'
        '"output_fields":{"evt.time":1700000000012345678,"fd.nameraw":null,"proc.pid":200},'
        '"priority":"Warning","rule":"Shell","source":"syscall","tags":["a","b"],'
        '"time":"2023-11-14T22:13:20.012345678Z"}'
    )


@given(TEXT, TEXT)
def test_lines_are_one_line_of_utf_8(output: str, value: str) -> None:
    made = alert(output=output, output_fields={"f": value})
    for line in (text_line(made), json_line(made)):
        assert "\n" not in line
        line.encode()
    read = json.loads(json_line(made))
    assert read["output_fields"]["f"] == "".join(
        "\ufffd" if "\ud800" <= character <= "\udfff" else character for character in value
    )


def test_an_alert_from_a_record() -> None:
    probe = host()
    record = build("openat", ts=TS, tid=200, fd=-13, dirfd=-100, name="/etc/shadow", flags=1)
    template = Template.parse("%user.name opened %fd.name (%evt.res %evt.arg.flags)")
    view = probe.at(record)
    made = alert(output=template.render(view), output_fields=template.fields(view))
    assert text_line(made).endswith("Warning ada opened /etc/shadow (EACCES O_RDONLY)")
    assert json.loads(json_line(made))["output_fields"]["evt.res"] == "EACCES"
