# SPDX-License-Identifier: Apache-2.0
"""How falcomod's own messages look, by the lines that Falco prints."""

from __future__ import annotations

import json

import pytest

from falcomod.alert.format import json_line, text_line
from falcomod.alert.internal import internal_alert, message_with_fields
from falcomod.alert.model import Alert, FieldValue, Priority

TIME_NS = 1_700_000_000_012_345_678


def message(text: str = "Falco internal: it. Said", **fields: FieldValue) -> Alert:
    return internal_alert(
        "Falco internal: it",
        Priority.DEBUG,
        text,
        fields,
        hostname="node-1",
        time_ns=TIME_NS,
    )


def test_text_names_the_fields_sorted_with_values_as_json() -> None:
    alert = message(n_evts="10", b=1, a=None, c=1.5, d=True)
    assert text_line(alert, iso_time=True) == (
        "2023-11-14T22:13:20.012345678+0000: Debug Falco internal: it. Said "
        '(a=null b=1 c=1.5 d=true n_evts="10")'
    )


def test_text_without_fields_is_the_message() -> None:
    assert message_with_fields(message()) == "Falco internal: it. Said"


@pytest.mark.parametrize("text", ["a\nb", 'say "a"', "a\x1b[31m", "\ud800"])
def test_no_text_breaks_the_line(text: str) -> None:
    line = text_line(message(text, key=text))
    assert line.isprintable()
    assert len(line.splitlines()) == 1


def test_quotes_in_a_message_stay_as_they_are() -> None:
    assert message_with_fields(message('no "x"')) == 'no "x"'


def test_json_has_falcos_keys_sorted_and_no_tags() -> None:
    line = json_line(message(k="v"))
    assert list(json.loads(line)) == [
        "hostname",
        "output",
        "output_fields",
        "priority",
        "rule",
        "source",
        "time",
    ]
    assert json.loads(line) == {
        "hostname": "node-1",
        "output": "Falco internal: it. Said",
        "output_fields": {"k": "v"},
        "priority": "Debug",
        "rule": "Falco internal: it",
        "source": "internal",
        "time": "2023-11-14T22:13:20.012345678Z",
    }


def test_what_is_left_out_of_alerts_stays_in_messages() -> None:
    line = json_line(message(k="v"), leave_out=frozenset({"output_fields", "output"}), message=True)
    assert json.loads(line)["output_fields"] == {"k": "v"}
