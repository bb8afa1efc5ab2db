# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.alert.static_fields import StaticFields
from falcomod.engine.fields.registry import bind
from falcomod.errors import FieldError, UserError
from tests.unit.engine.fields.host import NOTHING, host

HARD = 'a"b\\ é\udcff\n'
FIELDS = StaticFields.of({"env": "prod", "env.zone": HARD, "empty": ""})


def read(text: str, fields: StaticFields = FIELDS) -> tuple[str, str]:
    """The value of the expression that *text* begins with, and what follows it."""
    probe = host()
    ref, size = fields.bind_prefix(text)
    return ref.value(probe.at(NOTHING)), text[size:]


@pytest.mark.parametrize(
    ("text", "value", "rest"),
    [
        ("static.env.", "prod", "."),
        ("static.env)", "prod", ")"),
        ("static.env.zonex", "prod", ".zonex"),
        ("static.empty", "", ""),
        ("tolower(static.env), static.env", "prod", ", static.env"),
        ('concat(static.env, "static.env", proc.name).', "prodstatic.envcat", "."),
        ("join('-', (static.env, static.env)) it's static.env", "prod-prod", " it's static.env"),
        ("len(static.env)%static.env", 4, "%static.env"),
        ("proc.name of static.env", "cat", " of static.env"),
        ("proc.name of static.unknown", "cat", " of static.unknown"),
        ("proc.name", "cat", ""),
    ],
)
def test_a_name_in_a_text_gives_way_to_its_value(text: str, value: object, rest: str) -> None:
    assert read(text) == (value, rest)


def test_a_value_may_hold_anything_a_text_can() -> None:
    # A byte that is no UTF-8 is shown as in any other value.
    assert read("static.env.zone.") == ('a"b\\ é\ufffd\n', ".")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_every_text_comes_back(value: str) -> None:
    assert read("static.x", StaticFields.of({"x": value})) == (value, "")
    joined = read("concat(static.x, static.x)!", StaticFields.of({"x": value}))
    assert joined == (value * 2, "!")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("static.nope", "unknown field static.nope; add nope to static_fields"),
        ("static.envs", r"unknown field static.envs; did you mean static.env\?"),
        ("tolower(static.nope)", "unknown field static.nope; add nope to static_fields"),
        ("static.", "a name of static_fields was expected after static."),
        ("tolower(proc.nam, static.env)", "did you mean proc.name"),
    ],
)
def test_an_unknown_name_says_what_to_do(text: str, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        FIELDS.bind_prefix(text)


def test_names_in_an_expression() -> None:
    probe = host()
    put_in = FIELDS.put_in('concat(static.env, "static.env", x.static.env)')
    assert put_in == 'concat(concat("prod", ""), "static.env", x.static.env)'
    assert bind(FIELDS.put_in("toupper(static.env)")).text(probe.at(NOTHING)) == "PROD"
    assert FIELDS.put_in("proc.name") == "proc.name"
    with pytest.raises(FieldError, match="add nope to static_fields"):
        FIELDS.put_in("tolower(static.nope)")


def test_the_value_of_a_field() -> None:
    assert FIELDS.value("static.env") == "prod"
    assert FIELDS.value("proc.name") is None
    assert FIELDS.value("tolower(static.env)") is None
    with pytest.raises(FieldError, match="add nope"):
        FIELDS.value("static.nope")


@pytest.mark.parametrize("name", ["", "a b", "1a", "a.", "a-b", "é", "a.1"])
def test_names_that_no_condition_could_write_are_refused(name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name of a field"):
        StaticFields.of({name: "v"})


def test_nul_is_refused() -> None:
    with pytest.raises(UserError, match=r"static_fields\.a: .* NUL"):
        StaticFields.of({"a": "x\0y"})


def test_equal_values_are_equal_whatever_their_order() -> None:
    assert StaticFields.of({"a": "1", "b": "2"}) == StaticFields.of({"b": "2", "a": "1"})
    assert repr(StaticFields.of({"a": "1"})) != repr(StaticFields.of({"a": "2"}))


PIECES = st.sampled_from(
    ["static.", "env", ".zone", "tolower(", "concat(", ")", ",", "(", "'", '"', "\\", " ", "%", "é",
     "proc.name", "[0]", "nope", "len(", "static.env", "static.env.zone"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_read_as_it_is_without_static_fields(text: str) -> None:
    try:
        ref, size = FIELDS.bind_prefix(text)
    except FieldError:
        return
    assert 0 < size <= len(text)
    # What was read means the same when nothing follows.
    again, whole = FIELDS.bind_prefix(text[:size])
    assert whole == size
    assert again.name == ref.name
