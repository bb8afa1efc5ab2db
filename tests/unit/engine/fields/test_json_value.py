# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import time

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import all_fields, bind
from falcomod.engine.state.tables import State
from falcomod.errors import FieldError
from tests.record_builder import build
from tests.unit.engine.fields.documents import TIME, TS, DocumentCase, case, look

EVENT = {"stageTimestamp": TIME, "user": {"name": "ada"}, "empty": {}}
CLOCK = time.strftime("%H:%M:%S", time.localtime(TS // 10**9)) + ".012345000"

CASES = [
    case("json.value[/user/name]", EVENT, "ada"),
    case("json.value[user/name]", EVENT, "ada"),
    case("json.value[/user/age]", EVENT, None),
    case("json.obj", EVENT, json.dumps(EVENT, indent=2)),
    case("json.rawtime", EVENT, str(TS)),
    case("jevt.value[/empty]", EVENT, "{}"),
    case("jevt.obj", {}, "{}"),
    case("jevt.rawtime", EVENT, str(TS)),
    case("jevt.time", EVENT, CLOCK),
    case("jevt.time.iso8601", EVENT, "2023-11-14T22:13:20.012345000+0000"),
]

NAMES = (
    "json.value", "json.obj", "json.rawtime", "jevt.value", "jevt.obj", "jevt.rawtime",
    "jevt.time", "jevt.time.iso8601",
)  # fmt: skip


def test_fields_are_those_of_the_reference() -> None:
    fields = [info for info in all_fields() if info.field_class.name in ("json", "jevt")]
    assert tuple(info.name for info in fields) == NAMES
    assert {info.field_class.sources for info in fields} == {("k8s_audit",)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: DocumentCase) -> None:
    assert look(case.document, case.field) == [(case.text, case.value)]


def test_pointers_do_not_share_their_keys() -> None:
    names = [f"jevt.value[/{number}]" for number in range(300)]
    event = {str(number): f"value {number}" for number in range(300)}
    assert look(event, *names, *names) == [(text, text) for text in event.values()] * 2


def test_an_event_that_is_no_document_has_none() -> None:
    probe = Probe(State())
    view = probe.at(build("getcwd", ts=TS, tid=3))
    for name in ("json.value[/a]", "json.obj", "json.rawtime", "jevt.value[/a]", "jevt.obj"):
        assert bind(name).text(view) is None


def test_a_pointer_is_needed() -> None:
    with pytest.raises(FieldError, match="needs an argument"):
        bind("jevt.value")
