# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
import itertools
import json
from typing import Any

import pytest

from falcomod.alert.model import SOURCE_INTERNAL, Alert, Priority
from falcomod.alert.render import line_of
from falcomod.config.model import Config

ALERT = Alert(
    time_ns=1_700_000_000_123_456_789,
    priority=Priority.WARNING,
    rule="r",
    output='te"xt',
    output_fields={"evt.time": 1},
    tags=("t",),
    hostname="h",
    source="syscall",
)
ALL = ["hostname", "output", "output_fields", "priority", "rule", "source", "tags", "time"]


def line(alert: Alert = ALERT, **changes: object) -> str:
    return line_of(dataclasses.replace(Config(), **changes))(alert)  # type: ignore[arg-type]


def in_json(alert: Alert = ALERT, **changes: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line(alert, json_output=True, **changes))
    return found


def test_text_with_iso_time() -> None:
    assert line(time_format_iso_8601=True) == (
        '2023-11-14T22:13:20.123456789+0000: Warning te\\"xt'
    )


def test_text_is_the_same_whatever_is_asked_of_json() -> None:
    assert line(json_include_output_property=False, json_include_message_property=True) == line()


@pytest.mark.parametrize(
    "off",
    [
        keys
        for size in range(4)
        for keys in itertools.combinations(("output", "output_fields", "tags"), size)
    ],
)
def test_keys_can_be_left_out_of_json(off: tuple[str, ...]) -> None:
    found = in_json(**{f"json_include_{key}_property": False for key in off})
    assert list(found) == [key for key in ALL if key not in off]


def test_message_is_the_output_without_time_and_priority() -> None:
    found = in_json(json_include_message_property=True, time_format_iso_8601=True)
    assert list(found) == sorted([*ALL, "message"])
    assert found["message"] == 'te"xt'
    assert found["output"] == '2023-11-14T22:13:20.123456789+0000: Warning te"xt'
    assert found["time"] == "2023-11-14T22:13:20.123456789Z"


def test_messages_about_falcomod_have_no_tags() -> None:
    internal = dataclasses.replace(ALERT, source=SOURCE_INTERNAL, tags=())
    assert list(in_json(internal)) == [key for key in ALL if key != "tags"]


def test_alerts_of_a_rule_that_was_loaded_anew_have_its_new_words() -> None:
    assert in_json()["tags"] == ["t"]
    changed = dataclasses.replace(ALERT, tags=("z", "a"), priority=Priority.ERROR)
    assert in_json(changed)["tags"] == ["a", "z"]
    assert in_json(changed)["priority"] == "Error"
