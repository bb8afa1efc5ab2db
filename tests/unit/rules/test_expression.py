# SPDX-License-Identifier: Apache-2.0
"""Field expressions: one spelling, quoting, and that the engine reads what is written here."""

import pytest

from falcomod.engine.fields import registry
from falcomod.rules import expression


def test_transformers_are_those_of_the_engine() -> None:
    assert set(expression.TRANSFORMERS) == set(registry.TRANSFORMERS)


@pytest.mark.parametrize(
    "written",
    [
        "proc.name",
        "proc.aname[2]",
        "proc.env['a b']",
        "proc.env['\"']",
        r"proc.env['a\\ b']",
        "tolower( proc.name )",
        "b64(toupper(fd.name))",
        "basename(proc.exepath)",
        "concat(proc.name, '-\\x41\\n\"', fd.name)",
        "join(', ', (proc.name,fd.name))",
        "getopt((proc.name, fd.name), 'ab:')[b]",
        "len(proc.name)",
    ],
)
def test_the_engine_reads_the_spelling(written: str) -> None:
    spelling = expression.spelling(written)
    assert registry.bind(spelling).name == spelling
    assert registry.bind_prefix(spelling + " and")[1] == len(spelling)
    assert expression.spelling(expression.typed(spelling)) == spelling


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("name", 0),
        ("a.b c", 0),
        ("a.b[", 0),
        ('a.b["\'\\""]', 4),
        ("tolower(a.b) x", 12),
        ("tolower(a.b))", 12),
        ("tolower(a.b", 11),
        ("tolower(a.b,)", 12),
        ("tolower(a.b c)", 12),
        ("tolower()", 8),
        ("concat(a.b, '\\q')", 12),
        ("tolower(a.b)[x y]", 12),
    ],
)
def test_what_is_no_expression(text: str, offset: int) -> None:
    assert not expression.is_expression(text)
    with pytest.raises(expression.Unreadable) as caught:
        expression.spelling(text)
    assert caught.value.offset == offset


def test_names_are_those_of_fields_outside_of_texts() -> None:
    assert expression.names_in("proc.aname[2]") == ["proc.aname"]
    text = 'concat(tolower(a.b), "c.d", getopt((e.f[1], g.h["i.j"]), "k.l")[m])'
    assert expression.names_in(text) == ["a.b", "e.f", "g.h"]
    assert expression.names_in("") == []


@pytest.mark.parametrize("value", ["", "a", 'a"b', "a\\b", "\b\f\n\r\t", "\udcff\u00e9", "'"])
def test_quoted_text_is_read_as_what_it_was(value: str) -> None:
    assert expression.unquote(expression.quoted(value)) == value


def test_half_a_character_is_refused_with_escapes_beside_it() -> None:
    with pytest.raises(ValueError, match="half of a character"):
        expression.unquote('"\ud800\\t"')


def test_transformers_in_each_other_have_a_limit_and_no_recursion() -> None:
    def nested(depth: int) -> str:
        return "len(" * depth + "a.b" + ")" * depth

    assert expression.spelling(nested(expression.MAX_DEPTH - 1)) == nested(999)
    with pytest.raises(expression.Unreadable, match="exceeded max depth limit of 1000"):
        expression.spelling(nested(expression.MAX_DEPTH))
