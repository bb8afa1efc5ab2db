# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from falcomod.engine.fields.registry import all_fields, bind, bind_prefix
from falcomod.errors import FieldError
from tests.unit.engine.fields import (
    test_abspath,
    test_audit,
    test_bygone,
    test_call,
    test_container,
    test_ends,
    test_evt,
    test_executable,
    test_fd,
    test_fdlist,
    test_fs_path,
    test_infra,
    test_io,
    test_json_value,
    test_k8smeta,
    test_kind,
    test_owner,
    test_pod,
    test_proc,
    test_result,
    test_session,
    test_standard,
    test_syslog,
    test_thread,
    test_transfer,
    test_user,
)

ROOT = Path(__file__).resolve().parents[4]
CLASSES = (
    test_abspath, test_audit, test_bygone, test_call, test_container, test_ends, test_evt,
    test_executable, test_fd, test_fdlist, test_fs_path, test_infra, test_io, test_json_value,
    test_k8smeta, test_kind, test_owner, test_pod, test_proc, test_result, test_session,
    test_standard, test_syslog, test_thread, test_transfer, test_user,
)  # fmt: skip

# Fields of the reference that are not in its table: those of plugins, and old ones.
OTHERS = {
    **dict.fromkeys(test_audit.NAMES, "charbuf"),
    **dict.fromkeys(test_json_value.NAMES, "charbuf"),
}
OTHER_CLASSES = {"container", "k8s", "k8smeta", "syslog", "mesos", "span", "util"}

# Said to need an argument, and taken without one all the same.
WITHOUT_ARGUMENT_TOO = {"evt.abspath"}

# Our word of a flag → the reference's, or how a field with that flag is printed there.
FLAGS = {
    "filter-only": "FILTER_ONLY",
    "print-only": "PRINT_ONLY",
    "table-only": "TABLE_ONLY",
    "no-rhs": "NO_RHS",
    "no-transformer": "NO_TRANSFORMER",
    "list": "IS_LIST",
    "deprecated": "DEPRECATED",
}
PRINTED = {"hex": "hex", "padded": "10_padded_dec"}

with (ROOT / "tests/golden/fields.tsv").open() as file:
    REFERENCE = {row["field"]: row for row in csv.DictReader(file, delimiter="\t")}


def with_case() -> set[str]:
    names = {case.field for module in CLASSES for case in module.CASES}
    names |= set(test_ends.FILTER_CASES)
    return {bind(name).info.name for name in names}


def test_every_field_has_a_case() -> None:
    assert {info.name for info in all_fields()} - with_case() == set()


def test_every_field_of_the_reference_is_there() -> None:
    assert REFERENCE.keys() - {info.name for info in all_fields()} == set()


@pytest.mark.parametrize("info", all_fields(), ids=lambda info: info.name)
def test_field_is_the_reference_s(info) -> None:
    if info.name in OTHERS:
        assert info.type == OTHERS[info.name]
        return
    row = REFERENCE.get(info.name)
    if row is None:
        assert info.field_class.name in OTHER_CLASSES
        return
    flags = set(row["flags"].split("|"))
    argument = (
        "required" if "ARG_REQUIRED" in flags else "optional" if "ARG_ALLOWED" in flags else "none"
    )
    assert info.type == row["type"]
    assert info.argument == ("optional" if info.name in WITHOUT_ARGUMENT_TOO else argument)
    assert info.flags & FLAGS.keys() == {word for word, flag in FLAGS.items() if flag in flags}
    printed = {word for word, form in PRINTED.items() if form == row["print"]}
    assert info.flags & PRINTED.keys() == printed


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
        ("fd.sip.name", "fd.sip.name", 11),
        ("fd.sip.names", "fd.sip.name", 11),
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
