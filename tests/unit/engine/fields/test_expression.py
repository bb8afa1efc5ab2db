# SPDX-License-Identifier: Apache-2.0
"""Reading expressions of transformers: their names, types and errors."""

from __future__ import annotations

import pytest

from falcomod.engine.fields.expression import DEPTH_MAX, quoted
from falcomod.engine.fields.registry import bind, bind_prefix
from falcomod.errors import FieldError
from tests.unit.engine.fields.host import NOTHING, host


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tolower(proc.name)", "tolower(proc.name)"),
        ("tolower( \tproc.name\n)", "tolower(proc.name)"),
        ('concat(proc.name,\'a"b\',"c")', 'concat(proc.name, "a\\"b", "c")'),
        ("join( ',',(proc.name , 'x') )", 'join(",", (proc.name, "x"))'),
        ("toupper(tolower(proc.env[HOME]))", "toupper(tolower(proc.env[HOME]))"),
        ('toupper(proc.env["A B"])', 'toupper(proc.env["A B"])'),
        ('getopt((proc.args[0]), "ab:")["b"]', 'getopt((proc.args[0]), "ab:")[b]'),
        ("concat(proc.name, +5, 0x1f, 1e3)", "concat(proc.name, +5, 0x1f, 1e3)"),
        (r"concat('\x41\t\\\/', '\ ')", r'concat("A\t\\/", "\\")'),
        (r"concat('\xff', '\xc3\xa9')", r'concat("\xff", "é")'),
    ],
)
def test_name_is_canonical_and_can_be_read_again(text: str, name: str) -> None:
    assert bind(text).name == name
    assert bind(name).name == name


@pytest.mark.parametrize(
    ("text", "type_", "flags"),
    [
        ("tolower(proc.name)", "charbuf", set()),
        ("b64(evt.buffer)", "bytebuf", set()),
        ("len(evt.buffer)", "uint64", set()),
        ('getopt(("a"), "a")', "charbuf", {"list"}),
        ('getopt(("a"), "a")[a]', "charbuf", set()),
        ('tolower(getopt(("a"), "a"))', "charbuf", {"list"}),
        ("tolower(evt.dir)", "charbuf", {"deprecated"}),
    ],
)
def test_type(text: str, type_: str, flags: set[str]) -> None:
    info = bind(text).info
    assert (info.type, info.flags, info.argument) == (type_, flags, "none")


def test_fields_of_an_expression_are_named_once() -> None:
    ref = bind("concat(proc.name, tolower(proc.pname), proc.name, proc.env[A])")
    assert ref.fields == ("proc.name", "proc.pname", "proc.env[A]")
    assert bind("proc.env[A]").fields == ("proc.env[A]",)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("tolower(proc.name) x", " x"),
        ("tolower(proc.name))", ")"),
        ("tolower(proc.name)[x]", "[x]"),
        ('getopt(("-a"), "a")[a][b]', "[b]"),
    ],
)
def test_expression_at_the_start_of_a_text(text: str, rest: str) -> None:
    ref, size = bind_prefix(text)
    assert ref.name == text[:size]
    assert text[size:] == rest
    with pytest.raises(FieldError, match="after the transformer"):
        bind(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tolower(proc.nam)", "unknown field 'proc.nam'; did you mean proc.name?"),
        ("lower(proc.name)", "unknown transformer 'lower': expected one of tolower, toupper"),
        ("tolower(lower(proc.name))", "unknown transformer 'lower': expected one of"),
        ("tolower(proc.aname)", "field proc.aname does not support transformers"),
        ("tolower(fd.ip)", "field fd.ip does not support transformers"),
        ("tolower(proc.pid)", "tolower expects text or list, but proc.pid is of type int64"),
        ("join(proc.name, proc.pname)", "join expects list, but proc.pname is of type charbuf"),
        ("concat((proc.name), 'a')", "concat expects text, but (proc.name) is a list"),
        ("concat(((proc.name)), 'a')", "a list expects text, but (proc.name) is a list"),
        ("tolower(evt.buffer)", "tolower expects text or list, but evt.buffer is of type bytebuf"),
        ("concat(proc.name)", "concat takes 2 or more arguments, as in concat(text, text, ...)"),
        ("tolower(proc.name, proc.name)", "tolower takes 1 argument, as in tolower(text or list)"),
        ("tolower()", "tolower: expected a field, a transformer, a list, a number or a quoted"),
        ("tolower(proc.name", "tolower: expected ',' or ')' at the end"),
        ("tolower(proc.name proc.name)", "tolower: expected ',' or ')' before 'proc.name)'"),
        ("tolower('a)", "tolower: a quoted text without an end before ''a)'"),
        (r"tolower('\"')", "unsupported string escape sequence '\\\"'"),
        (r"tolower('\xg')", "unsupported string escape sequence '\\x'"),
        (r"tolower('\x00')", "holds a NUL"),
        ("getopt(('a'), 'a')[ab]", "getopt: expected one character in brackets"),
        ("getopt(('a'), 'a')[]", "getopt: expected one character in brackets"),
        ("getopt(('a'), 'a')[:]", "getopt: expected one character in brackets"),
    ],
)
def test_what_is_no_expression_is_named(text: str, message: str) -> None:
    with pytest.raises(FieldError) as raised:
        bind(text)
    assert message in str(raised.value)


def nested(depth: int) -> str:
    return "tolower(" * depth + "proc.name" + ")" * depth


def test_nesting_is_bounded() -> None:
    probe = host()
    assert bind(nested(DEPTH_MAX)).value(probe.at(NOTHING)) == "cat"
    for text in (nested(DEPTH_MAX + 1), nested(100_000), "len(" + "(" * 100_000):
        with pytest.raises(FieldError, match="nested more than"):
            bind(text)


def test_quoted_escapes_what_would_end_or_hide() -> None:
    assert quoted('a"\\\n\udcff') == r'"a\"\\\n\xff"'
