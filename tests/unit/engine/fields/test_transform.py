# SPDX-License-Identifier: Apache-2.0
"""What every transformer makes of texts, buffers and lists; what it is without a value."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.fields.registry import TRANSFORMERS, bind
from falcomod.engine.fields.transform import ARGUMENT_KINDS
from tests.record_builder import build
from tests.unit.engine.fields.host import NOTHING, host

# name → (expression, value); None: no value. The process is cat -n "/etc/pass wd".
CASES: dict[str, list[tuple[str, Any]]] = {
    "tolower": [
        ('tolower("A-Zé\\xff[@`{")', "a-zé\ufffd[@`{"),
        ('tolower("")', ""),
        ("tolower(fd.nameraw)", None),
        ('tolower(("A", proc.name, "B"))', ["a", "cat", "b"]),
        ('tolower(("A", fd.nameraw))', None),
    ],
    "toupper": [("toupper(proc.name)", "CAT"), ('toupper("a-z{`")', "A-Z{`")],
    "b64": [
        ('b64("")', ""),
        ('b64("YQ")', "a"),
        ('b64("YWI")', "ab"),
        ('b64("YWJj")', "abc"),
        ('b64("+/+/")', "\ufffd\ufffd\ufffd"),
        ('b64("YQ==")', None),
        ('b64("Y")', None),
        ('b64("Y W")', None),
        ('b64(("YQ", "YWI"))', ["a", "ab"]),
        ('b64(("YQ", "?"))', None),
    ],
    "basename": [
        ("basename(proc.exepath)", "cat"),
        ('basename("cat")', "cat"),
        ('basename("/usr/bin/")', ""),
        ('basename("")', ""),
        ('basename(("/a/b", "c/d"))', ["b", "d"]),
    ],
    "len": [
        ("len(proc.name)", 3),
        ('len("é")', 2),
        ('len("")', 0),
        ('len(("a", "b", proc.name))', 3),
        ('len(b64("YQBi"))', 1),
        ("len(fd.nameraw)", None),
    ],
    "join": [
        ('join("->", (proc.pname, proc.name))', "bash->cat"),
        ('join("", ("a", "b"))', "ab"),
        ('join(",", ("a"))', "a"),
        ('join(proc.name, ("a", "", "b"))', "acatcatb"),
        ('join(fd.nameraw, ("a", "b"))', None),
        ('join(",", (fd.nameraw, "b"))', None),
    ],
    "concat": [
        ('concat(proc.name, ":", user.name)', "cat:ada"),
        ('concat("", "")', ""),
        ("concat(proc.name, 5, 0x1F)", "cat50x1F"),
        ("concat(proc.name, fd.nameraw)", None),
    ],
    "getopt": [
        ('getopt((proc.args[0], proc.args[1]), "n")', ["n"]),
        ('getopt(("-ab", "-cval", "-c", "next"), "abc:")', ["a", "b", "c", "val", "c", "next"]),
        ('getopt(("-x", "-:"), "a:")', ["?", "?"]),
        ('getopt(("--long", "-a", "--", "-b"), "ab")', ["a"]),
        ('getopt(("-a", "word", "-b"), "ab")', ["a"]),
        ('getopt(("-a", "-", "-b"), "ab")', ["a"]),
        ('getopt(("-oval", "-o", "-a"), "ao::")', ["o", "val", "o", "", "a"]),
        ('getopt(("-c"), "c:")', ["c", ""]),
        ('getopt(("word"), "a")', None),
        ('getopt(("-a"), fd.nameraw)', None),
        ('getopt((fd.nameraw), "a")', None),
        ('getopt(("-a", "-c1", "-c", "2"), "ac:")[c]', "2"),
        ('getopt(("-a"), "a")[a]', "a"),
        ('getopt(("-c"), "c:")[c]', ""),
        ('getopt(("-a"), "ab")[b]', None),
        ('getopt(("-z"), "ab")[z]', None),
        ('getopt(("-z"), "ab")[?]', "?"),
    ],
}


@pytest.mark.parametrize(
    ("expression", "value"), [case for cases in CASES.values() for case in cases]
)
def test_value(expression: str, value: Any) -> None:
    probe = host()
    assert bind(expression).value(probe.at(NOTHING)) == value


def test_every_transformer_has_a_case_and_a_row() -> None:
    assert CASES.keys() == TRANSFORMERS.keys()
    for name, row in TRANSFORMERS.items():
        assert row.name == name
        assert row.signature.startswith(f"{name}(")
        assert row.doc
        assert not row.doc.endswith(".")
        assert set(row.arguments) <= ARGUMENT_KINDS.keys()
        assert row.result in ("same", "text", "list", "number")


@pytest.mark.parametrize(
    ("data", "size", "text"), [(b"YWI", 3, "ab"), (b"YWI\0\0", 5, "ab"), (b"Y\0", 2, None)]
)
def test_buffer_is_decoded_without_the_nuls_at_its_end(
    data: bytes, size: int, text: str | None
) -> None:
    probe = host()
    view = probe.at(build("write", tid=200, fd=3, res=len(data), data=data))
    assert bind("b64(evt.buffer)").value(view) == text
    assert bind("len(evt.buffer)").value(view) == size


def test_what_would_be_too_long_is_no_value() -> None:
    probe = host()
    text = '"' + "x" * 60000 + '"'
    view = probe.at(NOTHING)
    assert bind(f"len(concat({', '.join([text] * 17)}))").value(view) == 17 * 60000
    assert bind(f"len(concat({', '.join([text] * 18)}))").value(view) is None


@given(st.binary(min_size=1, max_size=60))
def test_base64_is_that_of_the_standard_library(data: bytes) -> None:
    text = base64.b64encode(data).rstrip(b"=").decode()
    probe = host()
    view = probe.at(build("write", tid=200, fd=3, res=len(text), data=text.encode()))
    assert bind("len(b64(evt.buffer))").value(view) == len(data)
    printed = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
    assert bind("b64(evt.buffer)").value(view) == printed
