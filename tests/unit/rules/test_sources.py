# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.registry import all_fields
from falcomod.errors import FieldError
from falcomod.rules.sources import EVENT_TYPES, SOURCES

SYSCALL, AUDIT = SOURCES["syscall"], SOURCES["k8s_audit"]


def test_every_source_of_a_field_exists() -> None:
    assert {name for info in all_fields() for name in info.field_class.sources} <= set(SOURCES)


def test_every_event_type_belongs_to_one_source() -> None:
    assert AUDIT.types == {"pluginevent"}
    assert SYSCALL.types | AUDIT.types == EVENT_TYPES
    assert not SYSCALL.types & AUDIT.types


@pytest.mark.parametrize(
    "text",
    ["evt.num", "ka.verb", "jevt.value[/a]", "tolower(ka.verb)", "concat(ka.verb, evt.hostname)"],
)
def test_fields_of_audit_events(text: str) -> None:
    AUDIT.bind(text)
    if text != "evt.num":
        with pytest.raises(FieldError, match="is no field of events of the source syscall"):
            SYSCALL.bind(text)


@pytest.mark.parametrize("text", ["proc.name", "proc.aname[2]", "toupper(tolower(fd.name))"])
def test_fields_of_system_calls(text: str) -> None:
    SYSCALL.bind(text)
    with pytest.raises(FieldError, match="is no field of events of the source k8s_audit"):
        AUDIT.bind(text)


def test_what_is_no_field_at_all_is_told_as_such() -> None:
    with pytest.raises(FieldError, match=r"ka\.verbs"):
        AUDIT.bind("ka.verbs")
