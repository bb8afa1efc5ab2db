# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from falcomod.engine.fields.registry import all_fields, bind, bind_prefix
from falcomod.errors import FieldError
from tests.unit.engine.fields import (
    test_audit,
    test_call,
    test_container,
    test_evt,
    test_executable,
    test_fd,
    test_fs_path,
    test_io,
    test_json_value,
    test_proc,
    test_session,
    test_thread,
    test_user,
)

ROOT = Path(__file__).resolve().parents[4]
CLASSES = (
    test_audit, test_call, test_container, test_evt, test_executable, test_fd, test_fs_path,
    test_io, test_json_value, test_proc, test_session, test_thread, test_user,
)  # fmt: skip

# Fields of the reference's plugins, which its table of fields does not list.
PLUGIN_FIELDS = {
    "container.id": "charbuf",
    **dict.fromkeys(test_audit.NAMES, "charbuf"),
    **dict.fromkeys(test_json_value.NAMES, "charbuf"),
}

with (ROOT / "tests/golden/fields.tsv").open() as file:
    REFERENCE = {row["field"]: row for row in csv.DictReader(file, delimiter="\t")}


def with_case() -> set[str]:
    names = {case.field for module in CLASSES for case in module.CASES}
    names |= set(test_fd.FILTER_CASES)
    return {bind(name).info.name for name in names}


def test_every_field_has_a_case() -> None:
    assert {info.name for info in all_fields()} - with_case() == set()


@pytest.mark.parametrize("info", all_fields(), ids=lambda info: info.name)
def test_field_is_the_reference_s(info) -> None:
    if info.name in PLUGIN_FIELDS:
        assert info.type == PLUGIN_FIELDS[info.name]
        return
    row = REFERENCE[info.name]
    flags = set(row["flags"].split("|"))
    assert info.type == row["type"]
    assert info.argument == (
        "required" if "ARG_REQUIRED" in flags else "optional" if "ARG_ALLOWED" in flags else "none"
    )
    assert ("filter-only" in info.flags) == ("FILTER_ONLY" in flags)
    assert ("deprecated" in info.flags) == ("DEPRECATED" in flags)
    assert ("hex" in info.flags) == (row["print"] == "hex")
    assert ("padded" in info.flags) == (row["print"] == "10_padded_dec")


@pytest.mark.parametrize("info", all_fields(), ids=lambda info: info.name)
def test_field_is_described_in_one_line(info) -> None:
    assert re.fullmatch(r"\S.{5,110}[^\s.]", info.doc)


@pytest.mark.parametrize(
    ("text", "name", "size"),
    [
        ("proc.name", "proc.name", 9),
        ("proc.name) x", "proc.name", 9),
        ("proc.name.", "proc.name", 9),
        ("proc.names", "proc.name", 9),
        ("proc.name[1]", "proc.name", 9),
        ("proc.aname[2] x", "proc.aname[2]", 13),
        ("proc.aname x", "proc.aname", 10),
        ("proc.env[HOME]", "proc.env[HOME]", 14),
        ("evt.arg.flags.", "evt.arg.flags", 13),
        ("evt.arg[0]]", "evt.arg[0]", 10),
        ("evt.args", "evt.args", 8),
        ("evt.type.is.open x", "evt.type.is.open", 16),
        ("evt.type.is", "evt.type", 8),
        ("fd.sip.name", "fd.sip", 6),
    ],
)
def test_longest_field_at_the_start_of_a_text(text: str, name: str, size: int) -> None:
    ref, taken = bind_prefix(text)
    assert (ref.name, taken) == (name, size)


@pytest.mark.parametrize("text", ["", "%", "nope", "proc", "evt.arg", "evt.arg.nope", "fd."])
def test_no_field_at_the_start(text: str) -> None:
    with pytest.raises(FieldError):
        bind_prefix(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("proc.nam", "unknown field 'proc.nam'; did you mean proc.name?"),
        ("proc.namex", "unknown field 'proc.namex'; did you mean proc.name?"),
        ("", "unknown field ''"),
        ("zzzz", "unknown field 'zzzz'"),
        ("proc.name[1]", "proc.name takes no argument, but proc.name[1] has one"),
        ("evt.arg", "evt.arg needs an argument, as in evt.arg.name"),
        ("proc.env[", "proc.env[: '[' is not an argument in brackets"),
        ("proc.env[]", "proc.env[]: '[]' is not an argument"),
        ("proc.aname[one]", "proc.aname[one]: 'one' is not a number, as in proc.aname[1]"),
    ],
)
def test_what_is_no_field_is_named(text: str, message: str) -> None:
    with pytest.raises(FieldError) as raised:
        bind(text)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "is_any"),
    [("proc.aname", True), ("proc.aname[2]", False), ("proc.name", False), ("fd.ip", True)],
)
def test_an_argument_picks_one_of_several_candidates(text: str, is_any: bool) -> None:
    assert ("any" in bind(text).info.flags) == (is_any or text == "proc.aname[2]")
    assert bind(text).is_any == is_any
