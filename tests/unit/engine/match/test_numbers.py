# SPDX-License-Identifier: Apache-2.0
"""Constants of number checks: widths, signs, service names."""

from __future__ import annotations

import pytest

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.numbers import SIGNED, SIGNED_TYPES, UNSIGNED, boolean, integer, real
from falcomod.errors import CheckError


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("INT8", "0xff", -1),
        ("INT32", "0xffffffff", -1),
        ("INT32", "+5", 5),
        ("INT64", "-9223372036854775808", -(1 << 63)),
        ("INT64", "0xffffffffffffffff", -1),
        ("UINT8", "255", 255),
        ("UINT32", "-1", 0xFFFFFFFF),
        ("UINT64", "18446744073709551615", (1 << 64) - 1),
        ("UINT16", "0X1f", 31),
        ("MODE", "0x1ff", 0o777),
        ("PORT", "https", 443),
        ("PORT", "8080", 8080),
        ("PID", "007", 7),
    ],
)
def test_integer_is_read_with_the_width_of_its_type(kind: str, text: str, value: int) -> None:
    assert integer(PARAM_TYPES[kind], "=", [text]).matches(value)
    assert not integer(PARAM_TYPES[kind], "=", [text]).matches(value ^ 1)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("INT8", "128", "out of range for a signed number of 8 bits"),
        ("INT8", "-129", "out of range for a number of 8 bits"),
        ("UINT8", "256", "out of range for a number of 8 bits"),
        ("UINT64", "18446744073709551616", "out of range for a number of 64 bits"),
        ("UINT64", "9" * 5000, "a number of 5000 digits is out of range for a number of 64 bits"),
        ("INT64", "0x" + "f" * 5000, "out of range for a number of 64 bits"),
        ("INT64", "", "is not a valid number"),
        ("INT64", "1.5", "is not a valid number"),
        ("INT64", "1_000", "is not a valid number"),
        ("INT64", " 1", "is not a valid number"),
        ("INT64", "0x", "is not a valid number"),
        ("INT64", "\u0661", "is not a valid number"),
        ("PORT", "no-such-service", "unrecognized protocol 'no-such-service'"),
        ("PORT", "ssh\0x", "unrecognized protocol"),
        ("PORT", "ssh\ud800", "unrecognized protocol"),
        ("PORT", "65536", "out of range for a number of 16 bits"),
    ],
)
def test_integer_refuses(kind: str, text: str, message: str) -> None:
    with pytest.raises(CheckError) as refused:
        integer(PARAM_TYPES[kind], "=", [text])
    assert message in str(refused.value)


def test_unsigned_order_has_no_sign() -> None:
    assert integer(PARAM_TYPES["UINT64"], ">", ["1"]).matches((1 << 64) - 1)
    assert not integer(PARAM_TYPES["INT64"], ">", ["1"]).matches(-1)


def test_signed_and_unsigned_types_take_the_same_operators() -> None:
    assert SIGNED.keys() == UNSIGNED.keys()
    assert PARAM_TYPES["UINT32"] not in SIGNED_TYPES


def test_membership_in_a_long_list() -> None:
    matcher = integer(PARAM_TYPES["INT64"], "in", [str(n * 3 - 600) for n in range(500)])
    assert [n for n in range(-700, 1000) if matcher.matches(n)] == list(range(-600, 900, 3))


@pytest.mark.parametrize("text", ["True", "1", "yes", ""])
def test_boolean_refuses_all_but_two_words(text: str) -> None:
    with pytest.raises(CheckError, match="unrecognized boolean value"):
        boolean(PARAM_TYPES["BOOL"], "=", [text])


@pytest.mark.parametrize("text", ["nan", "inf", "x", "", "0x10"])
def test_real_refuses(text: str) -> None:
    with pytest.raises(CheckError, match="is not a valid number"):
        real(PARAM_TYPES["DOUBLE"], "=", [text])
