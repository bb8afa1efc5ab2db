# SPDX-License-Identifier: Apache-2.0
"""Regular expressions: POSIX syntax, whole texts, bounded, and bytes that are no UTF-8."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.operators import prepare
from falcomod.engine.match.regex import PLAIN, PLAIN_FORMS, compiled, plain_form, regex, repaired
from falcomod.errors import CheckError


@pytest.mark.parametrize(
    ("pattern", "fits", "differs"),
    [
        ("", [""], ["a"]),
        ("abc", ["abc"], ["abcd", "xabc", "ab"]),
        ("a|ab", ["a", "ab"], ["abb"]),
        ("(ab|a)(bc)?", ["abc", "ab", "abbc"], ["abcbc", "b"]),
        ("/etc/[a-z]+[.]conf", ["/etc/a.conf"], ["/etc/A.conf", "/etc/aXconf"]),
        ("[[:digit:]]{2,3}", ["12", "123"], ["1", "1234", "ab"]),
        (r"a\.b", ["a.b"], ["axb"]),
        ("a.c", ["abc", "aéc"], ["a\nc", "ac"]),
        ("é+", ["éé"], ["e"]),
        ("^abc$", ["abc"], ["abcd"]),
        ("abc.*", ["abc", "abcd"], ["xabc", "abc\n"]),
        (".*abc", ["abc", "xabc"], ["abcx", "\nabc"]),
        (".*abc.*", ["abc", "xabcx"], ["ab", "abc\n", "\nabc"]),
        (".*", ["", "a"], ["\n"]),
        (".*.*", ["", "a"], ["\n"]),
    ],
)
def test_pattern_fits_whole_texts(pattern: str, fits: list[str], differs: list[str]) -> None:
    matcher = regex(pattern.encode())
    assert [text for text in fits if not matcher.matches(text.encode())] == []
    assert [text for text in differs if matcher.matches(text.encode())] == []


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (b"(a", "invalid regular expression '(a': missing )"),
        (b"a{2000}", "invalid regular expression 'a{2000}': invalid repetition size"),
        (b"(?i)a", "no argument for repetition operator: ?"),
        (b"\\d", "invalid escape sequence: \\d"),
        (b"(a)\\1", "invalid escape sequence: \\1"),
        (b"\xff", "invalid UTF-8"),
        (b"([^a]{500}|[^b]{500})" * 200, "regex too large: "),
    ],
)
def test_pattern_that_cannot_be_is_refused(pattern: bytes, message: str) -> None:
    with pytest.raises(CheckError) as refused:
        compiled(pattern)
    assert message in str(refused.value)


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    assert regex(b"a.b").matches(b"a\xffb")
    assert regex("a\ufffdb".encode()).matches(b"a\xffb")
    assert regex("a\ufffd\ufffdb".encode()).matches(b"a\xff\xfeb")
    assert not regex(b"[a-z]+").matches(b"ab\xff")


@given(st.lists(st.sampled_from([*range(0x7E, 0x92), 0xA0, *range(0xC0, 256)]), max_size=10))
def test_text_is_repaired_as_python_does(numbers: list[int]) -> None:
    data = bytes(numbers)
    assert repaired(data) == data.decode("utf-8", "replace").encode()


@given(
    st.sampled_from(PLAIN_FORMS),
    st.text("aé.-:\t ", max_size=3),
    st.lists(st.sampled_from([b"a", "é".encode(), b".", b"\n", b"-", b"\t", b"\xff"]), max_size=6),
)
def test_plain_forms_do_what_the_expression_does(
    form: tuple[str, bytes, bytes], plain: str, value: list[bytes]
) -> None:
    text = b"".join(value)
    pattern = form[1] + plain.replace(".", "[.]").encode() + form[2]
    # In brackets it is no plain form.
    expression = regex(b"(" + pattern + b")")
    assert regex(pattern).matches(text) == expression.matches(text)


def test_plain_texts_are_compared_directly() -> None:
    assert PLAIN.fullmatch(b"/usr/bin/x-y_z: 1")
    for special in b".*+?^$()[]{}|\\\n\0\x7f\x80":
        assert not PLAIN.fullmatch(bytes([special]))
    assert regex(b"/usr/.*").cost < regex(b"/usr/.+").cost


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        (b"abc", ("=", b"abc")),
        (b"abc.*", ("startswith", b"abc")),
        (b".*abc", ("endswith", b"abc")),
        (b".*/abc.*", ("contains", b"/abc")),
        (b"a.c", ("regex", b"a.c")),
        (b".*a+", ("regex", b".*a+")),
    ],
)
def test_simpler_operator_is_named(pattern: bytes, form: tuple[str, bytes]) -> None:
    assert plain_form(pattern) == form


def test_no_pattern_takes_more_than_linear_time() -> None:
    matcher = prepare(PARAM_TYPES["CHARBUF"], "regex", ["(a*)*(a|aa)+b"])
    started = time.process_time()
    assert not matcher.matches(b"a" * 60000)
    assert time.process_time() - started < 1
