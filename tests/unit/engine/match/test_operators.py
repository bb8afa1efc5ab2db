# SPDX-License-Identifier: Apache-2.0
"""One case at least that holds and one that does not for every operator of every type group."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match import operators
from falcomod.errors import CheckError

V4 = socket.inet_aton("10.1.2.3")
V6 = socket.inet_pton(socket.AF_INET6, "fe80::1")

# group → type to try → operator → (constants, a value that satisfies, one that does not)
CASES: dict[str, tuple[str, dict[str, tuple[list[str], Any, Any]]]] = {
    "whole number": (
        "INT32",
        {
            "=": (["-5"], -5, 5),
            "!=": (["7"], 8, 7),
            "<": (["0"], -1, 0),
            "<=": (["0"], 0, 1),
            ">": (["-2"], -1, -2),
            ">=": (["-2"], -2, -3),
            "in": (["1", "-1", "0x10"], 16, 2),
            "intersects": (["1", "2"], 2, 3),
        },
    ),
    "real number": (
        "DOUBLE",
        {
            "=": (["1.5"], 1.5, 1.25),
            "!=": (["1.5"], 1.25, 1.5),
            "<": (["2"], 1.5, 2.0),
            "<=": (["2"], 2.0, 2.5),
            ">": (["2"], 2.5, 2.0),
            ">=": (["2"], 2.0, 1.5),
            "in": (["1", "2"], 2.0, 3.0),
            "intersects": (["1", "2"], 1.0, 3.0),
        },
    ),
    "boolean": (
        "BOOL",
        {
            "=": (["true"], True, False),
            "!=": (["true"], False, True),
            "in": (["false"], False, True),
            "intersects": (["true"], True, False),
        },
    ),
    "text": (
        "FSPATH",
        {
            "=": (["/bin/sh"], b"/bin/sh", b"/bin/s"),
            "!=": (["/bin/sh"], b"/bin/shx", b"/bin/sh"),
            "<": (["b"], b"abc", b"b"),
            "<=": (["b"], b"b", b"ba"),
            ">": (["b"], b"ba", b"b"),
            ">=": (["b"], b"b", b"azz"),
            "contains": (["etc"], b"/etc/x", b"/et/cx"),
            "icontains": (["ShaDow"], b"/etc/SHADOW", b"/etc/shado"),
            "startswith": (["/etc"], b"/etcetera", b"/et"),
            "endswith": ([".so"], b"libc.so", b"libc.so.6"),
            "glob": (["/etc/*.d/[a-c]?"], b"/etc/x/y.d/b1", b"/etc/x.d/d1"),
            "iglob": (["/ETC/*"], b"/etc/a/b", b"/et/c"),
            "in": (["cat", "tac"], b"tac", b"act"),
            "intersects": (["cat", "tac"], b"cat", b"ca"),
            "pmatch": (["/etc", "/usr/*/bin"], b"/usr/local/bin/x", b"/etcetera"),
        },
    ),
    "byte buffer": (
        "BYTEBUF",
        {
            "=": (["abc"], b"abc", b"abc\0"),
            "!=": (["abc"], b"ab", b"abc"),
            "contains": (["GET"], b"\0GET\0", b"get"),
            "startswith": (["GET"], b"GET /", b" GET"),
            "endswith": (["\n"], b"x\n", b"\nx"),
            "bcontains": (["00ff"], b"a\0\xff", b"\0a\xff"),
            "bstartswith": (["7f454C46"], b"\x7fELF\2", b" \x7fELF"),
            "in": (["a", "b"], b"b", b"ab"),
            "intersects": (["a", "b"], b"a", b"c"),
        },
    ),
    "IP address": (
        "IPADDR",
        {
            "=": (["10.1.2.3"], V4, V6),
            "!=": (["10.1.2.3"], V6, V4),
            "in": (["10.1.2.3", "fe80::1"], V6, b"\x0a\1\2\4"),
            "intersects": (["fe80::1"], V6, V4),
        },
    ),
    "IP network": (
        "IPNET",
        {
            "=": (["10.1.2.0/23"], V4, b"\x0a\1\4\1"),
            "!=": (["10.0.0.0/8"], V6, V4),
            "in": (["192.168.0.0/16", "fe80::/10"], V6, V4),
            "intersects": (["0.0.0.0/0"], V4, V6),
        },
    ),
}


def pairs() -> list[tuple[str, str]]:
    return [(group.name, name) for group in operators.GROUPS for name in group.rows]


@pytest.mark.parametrize(("group", "name"), pairs())
def test_operator_of_group(group: str, name: str) -> None:
    kind, cases = CASES[group]
    constants, fits, differs = cases[name]
    matcher = operators.prepare(PARAM_TYPES[kind], name, constants)
    assert matcher.matches(fits) is True
    assert matcher.matches(differs) is False


def test_every_operator_stands_in_the_table_and_some_group() -> None:
    taken = {name for group in operators.GROUPS for name in group.rows}
    assert taken | {"exists"} == set(operators.OPERATORS)


@pytest.mark.parametrize("kind", sorted(operators.GROUP_OF))
def test_exists_holds_for_any_value_of_any_type(kind: int) -> None:
    assert operators.prepare(kind, "exists", []).matches(b"") is True


def test_two_equal_signs_are_one() -> None:
    assert operators.prepare(PARAM_TYPES["CHARBUF"], "==", ["a"]).matches(b"a")


@pytest.mark.parametrize(
    "kind", ["INT64", "DOUBLE", "BOOL", "CHARBUF", "BYTEBUF", "IPADDR", "IPNET"]
)
@pytest.mark.parametrize("value", [b"abcd", 0, 0.0])
def test_in_an_empty_list_is_nothing(kind: str, value: Any) -> None:
    wants_bytes = kind in ("CHARBUF", "BYTEBUF", "IPADDR", "IPNET")
    if isinstance(value, bytes) == wants_bytes:
        assert operators.prepare(PARAM_TYPES[kind], "in", []).matches(value) is False


@pytest.mark.parametrize(
    ("kind", "name", "constants", "message"),
    [
        ("INT64", "contains", ["x"], "'contains' operator not supported for a whole number"),
        ("BOOL", "<", ["true"], "'<' operator not supported for a boolean"),
        ("CHARBUF", "bcontains", ["00"], "'bcontains' operator not supported for a text"),
        ("BYTEBUF", "pmatch", ["a"], "'pmatch' operator not supported for a byte buffer"),
        ("IPADDR", "startswith", ["a"], "'startswith' operator not supported for a IP address"),
        ("IPNET", ">", ["a"], "'>' operator not supported for a IP network"),
        ("SOCKTUPLE", "=", ["a"], "cannot be compared"),
        ("CHARBUF", "regex", ["a"], "'regex' operator not supported: regular expressions need"),
        ("CHARBUF", "like", ["a"], "unknown operator 'like'"),
        ("CHARBUF", "=", [], "'=' operator takes one value, not 0"),
        ("CHARBUF", "=", ["a", "b"], "'=' operator takes one value, not 2"),
        ("CHARBUF", "exists", ["a"], "'exists' operator takes no value"),
        ("CHARBUF", "=", ["a\0b"], "holds a NUL"),
    ],
)
def test_refusal_says_what_is_wrong(
    kind: str, name: str, constants: list[str], message: str
) -> None:
    with pytest.raises(CheckError) as refused:
        operators.prepare(PARAM_TYPES[kind], name, constants)
    assert message in str(refused.value)


def test_operators_of_a_type_are_in_order_of_the_table() -> None:
    assert operators.operators_of(PARAM_TYPES["BOOL"]) == ("exists", "=", "!=", "in", "intersects")
    assert operators.operators_of(PARAM_TYPES["SOCKTUPLE"]) == ()
