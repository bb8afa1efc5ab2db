# SPDX-License-Identifier: Apache-2.0
"""Texts at their edges: empty ones, bytes that are no UTF-8, constants longer than values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.texts import TEXT, buffer, encoded, text
from falcomod.errors import CheckError

KIND = PARAM_TYPES["CHARBUF"]


@pytest.mark.parametrize("name", ["contains", "icontains", "startswith", "endswith", "glob"])
def test_constant_longer_than_the_value_does_not_fit(name: str) -> None:
    assert not text(KIND, name, ["abcdef"]).matches(b"abcde")


@pytest.mark.parametrize("name", ["contains", "icontains", "startswith", "endswith", "="])
def test_empty_constant_fits_the_empty_value(name: str) -> None:
    assert text(KIND, name, [""]).matches(b"")


@pytest.mark.parametrize("name", sorted(TEXT.keys() - {"!=", "<", "<=", "pmatch", "regex"}))
def test_value_that_is_no_utf8(name: str) -> None:
    value = b"\xff\xfe/x"
    assert not text(KIND, name, ["\u00e9"]).matches(b"\xc3")
    constant = value.decode("utf-8", "surrogateescape")
    if name not in (">",):
        assert text(KIND, name, [constant]).matches(value)


def test_prefix_is_less_than_the_whole() -> None:
    assert text(KIND, "<", ["ab"]).matches(b"a")
    assert not text(KIND, "<", ["a"]).matches(b"ab")
    assert text(KIND, ">", ["a\x7f"]).matches(b"a\x80")


def test_icontains_folds_ascii_only() -> None:
    assert text(KIND, "icontains", ["\u00c9X"]).matches("\u00c9x".encode())
    assert not text(KIND, "icontains", ["\u00c9X"]).matches("\u00e9x".encode())


@pytest.mark.parametrize("value", ["", "0", "zz", "00 11", "0x00"])
def test_buffer_wants_hex_digits(value: str) -> None:
    with pytest.raises(CheckError, match="hex strings only"):
        buffer(PARAM_TYPES["BYTEBUF"], "bcontains", [value])


def test_encoded_gives_back_undecodable_bytes() -> None:
    assert encoded("a\udcff") == b"a\xff"


@given(st.text("ab", max_size=4), st.lists(st.text("ab", max_size=30), max_size=4))
def test_contains_in_values_of_many_false_beginnings(constant: str, parts: list[str]) -> None:
    matcher = text(KIND, "contains", [constant])
    value = "a".join(parts)
    assert matcher.matches(value.encode()) == (constant in value)


@pytest.mark.parametrize("constant", ["", "z", "zz", "az", "/z"])
@pytest.mark.parametrize("value", ["", "z" * 40, "z" * 40 + "a", "a" * 40 + "z", "/" * 40 + "zz"])
def test_contains_with_the_rarest_byte_first_or_last(constant: str, value: str) -> None:
    assert text(KIND, "contains", [constant]).matches(value.encode()) == (constant in value)
