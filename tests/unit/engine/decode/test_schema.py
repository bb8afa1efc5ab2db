# SPDX-License-Identifier: Apache-2.0
"""The event table: against the public facts, against the headers, against C's own layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.engine.decode import schema
from tools.print_golden import print_abi

ROOT = Path(__file__).resolve().parents[4]
GOLDEN = ROOT / "tests" / "golden"
UAPI = ROOT / "driver" / "uapi"
HEADER = (UAPI / "falcomod_events.h").read_text()


def rows(name: str) -> Iterator[list[str]]:
    lines = (GOLDEN / name).read_text().splitlines()
    return (line.split("\t") for line in lines[1:])


PUBLIC_EVENTS = {int(row[0]): row for row in rows("events.tsv")}


def test_codes_are_those_of_the_public_table() -> None:
    assert set(schema.EVENTS) == set(PUBLIC_EVENTS)


@pytest.mark.parametrize("code", PUBLIC_EVENTS)
def test_event_is_that_of_the_public_table(code: int) -> None:
    _, public_id, name, direction, categories, flags, _ = PUBLIC_EVENTS[code]
    event = schema.EVENTS[code]
    assert event.id == re.sub("^(SYSCALL|SOCKET)_", "", public_id)
    assert event.name == name
    assert event.is_exit == (direction == "<")
    assert {event.category, event.origin} == set(categories.split("|"))
    named = {getattr(schema, f"EF_{flag}") for flag in flags.split("|") if flag != "NONE"}
    assert event.flags == sum(named)


@pytest.mark.parametrize("code", PUBLIC_EVENTS)
def test_parameters_are_those_of_the_public_table(code: int) -> None:
    event = schema.EVENTS[code]
    found = []
    for param in event.params:
        found.append(f"{param.name}:{param.type.lower()}")
    expected = re.sub(r"\([^)]*\)", "", PUBLIC_EVENTS[code][6]).split()
    assert found == [text for text in expected if text != "-"]


@pytest.mark.parametrize("code", PUBLIC_EVENTS)
def test_vocabularies_of_parameters_are_those_of_the_public_table(code: int) -> None:
    groups = schema.vocabularies()
    for text, param in zip(
        PUBLIC_EVENTS[code][6].split(), schema.EVENTS[code].params, strict=False
    ):
        match = re.search(r":(\w+)\((\w+)\)", text)
        if match is None or match.group(1) in ("fspath", "fsrelpath", "dyn"):
            assert param.vocabulary is None
        else:
            assert dict(param.vocabulary) == groups[match.group(2)]


def test_vocabularies_are_the_public_ones() -> None:
    public: dict[str, dict[str, int]] = {}
    for group, name, value in rows("flags.tsv"):
        public.setdefault(group, {})[name] = int(value, 0) & 0xFFFFFFFF
    assert schema.vocabularies() == public


def test_relative_paths_name_a_directory_parameter_that_exists() -> None:
    for event in schema.EVENTS.values():
        for param in event.params:
            assert param.dirfd < len(event.params)
            if param.type == "FSRELPATH":
                assert event.params[param.dirfd].type == "FD", event.id


def enumerators(name: str) -> list[str]:
    body = re.search(rf"enum {name} \{{(.*?)\}}", HEADER, re.DOTALL)
    assert body is not None
    return [found for found in re.findall(r"FM_\w+", body.group(1)) if not found.endswith("_MAX")]


def test_every_parameter_type_has_a_name() -> None:
    expected = [name.removeprefix("FM_PT_") for name in enumerators("fm_param_type")]
    assert list(schema.PARAM_TYPES) == expected


def test_every_category_origin_and_class_has_a_name() -> None:
    classes = [name.removeprefix("FM_CLASS_").lower() for name in enumerators("fm_loss_class")]
    assert list(schema.LOSS_CLASSES) == classes
    assert len(schema.LOSS_REASONS) == 4
    used = {event.category for event in schema.EVENTS.values()}
    assert {f"FM_CATEGORY_{name}" for name in used} < set(enumerators("fm_category"))
    used = {event.origin for event in schema.EVENTS.values()}
    assert {f"FM_ORIGIN_{name}" for name in used} < set(enumerators("fm_origin"))


def test_system_call_names_and_numbers() -> None:
    openat = schema.SYSCALLS["openat"]
    assert (openat.x86_64, openat.arm64, openat.capture_class) == (257, 56, "STATE")
    assert schema.EVENTS[openat.event].id == "OPENAT_2_X"
    assert len({syscall.sc for syscall in schema.SYSCALLS.values()}) == len(schema.SYSCALLS)
    assert all(syscall.event in schema.EVENTS for syscall in schema.SYSCALLS.values())


@pytest.mark.parametrize(
    ("evt_type", "ids"),
    [
        ("openat", {"OPENAT_2_E", "OPENAT_2_X"}),
        ("procexit", {"PROCEXIT_1_E"}),
        ("getpid", {"GENERIC_X"}),
        ("no_such_call", set()),
    ],
)
def test_codes_of(evt_type: str, ids: set[str]) -> None:
    assert {schema.EVENTS[code].id for code in schema.codes_of(evt_type)} == ids


def test_index_of_a_parameter() -> None:
    assert schema.EVENTS[307].index("name") == 2
    with pytest.raises(KeyError):
        schema.EVENTS[307].index("path")


def test_layout_seen_by_the_engine_is_the_golden_one() -> None:
    assert schema.abi_text() == (GOLDEN / "abi.txt").read_text()


def test_abi_version_is_the_golden_one() -> None:
    first = (GOLDEN / "abi.txt").read_text().splitlines()[0]
    assert first == f"abi_version {schema.ABI_VERSION}"


def test_layout_printed_by_c_is_the_golden_one() -> None:
    assert print_abi() == (GOLDEN / "abi.txt").read_text()
