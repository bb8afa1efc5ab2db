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
    "a whole number": (
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
    "a real number": (
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
    "a boolean": (
        "BOOL",
        {
            "=": (["true"], True, False),
            "!=": (["true"], False, True),
            "in": (["false"], False, True),
            "intersects": (["true"], True, False),
        },
    ),
    "a text": (
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
            "regex": (["/etc/(a|b)+"], b"/etc/abba", b"/etc/abc"),
            "in": (["cat", "tac"], b"tac", b"act"),
            "intersects": (["cat", "tac"], b"cat", b"ca"),
            "pmatch": (["/etc", "/usr/*/bin"], b"/usr/local/bin/x", b"/etcetera"),
        },
    ),
    "a byte buffer": (
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
    "a list": (
        "CHARBUF",
        {
            "in": (["a", "b", "c"], [b"a", b"c", b"a"], [b"a", b"d"]),
            "intersects": (["a", "b"], [b"x", b"b"], [b"x", b"y"]),
        },
    ),
    "an IP address": (
        "IPADDR",
        {
            "=": (["10.1.2.3"], V4, V6),
            "!=": (["10.1.2.3"], V6, V4),
            "in": (["10.1.2.3", "fe80::1"], V6, b"\x0a\1\2\4"),
            "intersects": (["fe80::1"], V6, V4),
        },
    ),
    "an IP network": (
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
    groups = (*operators.GROUPS, operators.LIST_GROUP)
    return [(group.name, name) for group in groups for name in group.rows]


@pytest.mark.parametrize(("group", "name"), pairs())
def test_operator_of_group(group: str, name: str) -> None:
    kind, cases = CASES[group]
    constants, fits, differs = cases[name]
    matcher = operators.prepare(PARAM_TYPES[kind], name, constants, group == "a list")
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
        ("IPADDR", "startswith", ["a"], "'startswith' operator not supported for an IP address"),
        ("IPNET", ">", ["a"], "'>' operator not supported for an IP network"),
        ("SOCKTUPLE", "=", ["a"], "cannot be compared"),
        ("INT64", "regex", ["a"], "'regex' operator not supported for a whole number"),
        ("CHARBUF", "regex", ["(a"], "invalid regular expression '(a': missing )"),
        (
            "BYTEBUF",
            "bcontains",
            ["0"],
            "bcontains and bstartswith operator support hex strings only",
        ),
        ("BOOL", "=", ["1"], "unrecognized boolean value '1'"),
        ("PORT", "=", ["nope"], "unrecognized protocol 'nope'"),
        ("IPADDR", "=", ["1.2.3"], "unrecognized IPv4 address '1.2.3'"),
        ("IPADDR", "=", ["nope"], "unrecognized IPv6 address 'nope'"),
        ("IPNET", "=", ["1.2.3.4"], "unrecognized IP network '1.2.3.4'"),
        ("INT64", "= anyof", ["1"], "'= anyof' operator not supported for a whole number"),
        ("CHARBUF", "in anyof", ["a"], "unknown operator 'in anyof'"),
        ("CHARBUF", "< anyof", ["a"], "unknown operator '< anyof'"),
        ("CHARBUF", "= someof", ["a"], "unknown operator '= someof'"),
        ("CHARBUF", "= ", ["a"], "unknown operator '= '"),
        (
            "CHARBUF",
            "bcontains oneof",
            ["61"],
            "'bcontains oneof' operator not supported for a text",
        ),
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


@pytest.mark.parametrize("name", ["=", "contains", "pmatch", "= anyof", "regex"])
def test_list_takes_list_operators_only(name: str) -> None:
    with pytest.raises(CheckError, match="not supported for a list: it takes exists, in, inters"):
        operators.prepare(PARAM_TYPES["CHARBUF"], name, ["a"], True)


def test_list_without_items_is_in_nothing() -> None:
    for constants in ([], ["a"]):
        for name in ("in", "intersects"):
            assert not operators.prepare(PARAM_TYPES["CHARBUF"], name, constants, True).matches([])
    assert operators.prepare(PARAM_TYPES["CHARBUF"], "exists", [], True).matches([])


# group → operator → (a value, another that it satisfies, one that it does not)
BETWEEN: dict[str, dict[str, tuple[Any, Any, Any]]] = {
    "a whole number": {
        "=": (-5, -5, 5), "!=": (1, 2, 1), "<": (-1, 0, -1), "<=": (0, 0, -1),
        ">": (0, -1, 0), ">=": (0, 0, 1), "in": (3, 3, 4), "intersects": (3, 3, 4),
    },
    "a real number": {
        "=": (1.5, 1.5, 1.0), "!=": (1.5, 1.0, 1.5), "<": (1.0, 1.5, 1.0), "<=": (1.0, 1.0, 0.5),
        ">": (1.0, 0.5, 1.0), ">=": (1.0, 1.0, 1.5), "in": (1.0, 1.0, 2.0),
        "intersects": (1.0, 1.0, 2.0),
    },
    "a boolean": {
        "=": (True, True, False), "!=": (True, False, True), "in": (True, True, False),
        "intersects": (False, False, True),
    },
    "a text": {
        "=": (b"a", b"a", b"ab"), "!=": (b"a", b"b", b"a"), "<": (b"a", b"ab", b"a"),
        "<=": (b"a", b"a", b""), ">": (b"ab", b"a", b"ab"), ">=": (b"b", b"ab", b"ba"),
        "contains": (b"abc", b"b", b"d"), "icontains": (b"xAbC", b"aBc", b"ac"),
        "startswith": (b"abc", b"ab", b"b"), "endswith": (b"abc", b"bc", b"b"),
        "glob": (b"abc", b"a[b]*", b"A*"), "iglob": (b"abc", b"A*[C]", b"b*"),
        "in": (b"a", b"a", b"ab"), "intersects": (b"a", b"a", b""),
    },
    "a byte buffer": {
        "=": (b"a", b"a", b"a\0"), "!=": (b"a", b"b", b"a"), "contains": (b"abc", b"b", b"x"),
        "startswith": (b"ab", b"a", b"b"), "endswith": (b"ab", b"b", b"a"),
        "bcontains": (b"\0\1\2", b"\1", b"\3"), "bstartswith": (b"\0\1", b"\0", b"\1"),
        "in": (b"a", b"a", b"b"), "intersects": (b"a", b"a", b"b"),
    },
    "an IP address": {
        "=": (V4, V4, V6), "!=": (V4, V6, V4), "in": (V6, V6, V4), "intersects": (V6, V6, V4),
    },
    "an IP network": {},
    "a list": {
        "in": ([b"a", b"a"], [b"b", b"a"], [b"b"]),
        "intersects": ([b"a", b"c"], [b"b", b"a"], []),
    },
}  # fmt: skip


def group_of(name: str) -> operators.Group:
    return next(g for g in (*operators.GROUPS, operators.LIST_GROUP) if g.name == name)


@pytest.mark.parametrize("name", BETWEEN)
def test_operators_with_another_field(name: str) -> None:
    kind = PARAM_TYPES[CASES[name][0]]
    assert BETWEEN[name].keys() == group_of(name).between(kind).keys()
    for operator, (value, fits, differs) in BETWEEN[name].items():
        matcher = operators.prepare_between(kind, operator, name == "a list")
        assert matcher.compares(value, fits) is True, operator
        assert matcher.compares(value, differs) is False, operator


def test_unsigned_numbers_of_two_fields_have_no_sign() -> None:
    matcher = operators.prepare_between(PARAM_TYPES["UINT64"], "<")
    assert matcher.compares(1, 2**64 - 1) is True


@pytest.mark.parametrize(
    ("kind", "name"),
    [("CHARBUF", "regex"), ("CHARBUF", "pmatch"), ("CHARBUF", "exists"), ("IPNET", "="),
     ("CHARBUF", "= anyof"), ("BOOL", "<")],
)  # fmt: skip
def test_not_every_operator_takes_another_field(kind: str, name: str) -> None:
    with pytest.raises(CheckError, match="with another field on the right side"):
        operators.prepare_between(PARAM_TYPES[kind], name)


def test_operators_of_a_type_are_in_order_of_the_table() -> None:
    assert operators.operators_of(PARAM_TYPES["BOOL"]) == ("exists", "=", "!=", "in", "intersects")
    assert operators.operators_of(PARAM_TYPES["SOCKTUPLE"]) == ()
    assert operators.operators_of(PARAM_TYPES["BOOL"], True) == ("exists", "in", "intersects")


# (operator, constants, value → whether it holds with oneof, anyof, allof)
MODIFIED: list[tuple[str, list[str], dict[bytes, tuple[bool, bool, bool]]]] = [
    ("=", ["a", "b"], {b"a": (True, True, False), b"c": (False, False, False)}),
    ("=", ["a", "a"], {b"a": (False, True, True)}),
    ("!=", ["a", "b"], {b"a": (True, True, False), b"c": (False, True, True)}),
    ("!=", ["a"], {b"a": (False, False, False), b"b": (True, True, True)}),
    ("contains", ["ab", "bc"], {b"xabc": (False, True, True), b"bcd": (True, True, False)}),
    ("contains", list("abcde"), {b"xe": (True, True, False), b"x": (False, False, False)}),
    ("icontains", ["AB", "bC"], {b"xaBc": (False, True, True), b"Bc": (True, True, False)}),
    ("startswith", ["/a", "/ab"], {b"/abc": (False, True, True), b"/ac": (True, True, False)}),
    ("startswith", ["", "x"], {b"": (True, True, False), b"x": (False, True, True)}),
    ("endswith", ["a", "ba"], {b"cba": (False, True, True), b"ca": (True, True, False)}),
    ("endswith", ["a", "b"], {b"": (False, False, False)}),
    ("glob", ["a*", "*b"], {b"ab": (False, True, True), b"bb": (True, True, False)}),
    ("iglob", ["A*", "*B"], {b"ab": (False, True, True), b"c": (False, False, False)}),
    ("regex", ["a.*", "[ab]+"], {b"ab": (False, True, True), b"ac": (True, True, False)}),
]


@pytest.mark.parametrize(("name", "constants", "results"), MODIFIED)
def test_modifiers(
    name: str, constants: list[str], results: dict[bytes, tuple[bool, bool, bool]]
) -> None:
    for value, expected in results.items():
        for modifier, holds in zip(("oneof", "anyof", "allof"), expected, strict=True):
            matcher = operators.prepare(PARAM_TYPES["CHARBUF"], f"{name} {modifier}", constants)
            assert matcher.matches(value) is holds, (value, modifier)


@pytest.mark.parametrize("name", sorted(operators.MODIFIED))
@pytest.mark.parametrize("modifier", operators.MODIFIERS)
def test_modifier_of_an_empty_list_never_holds(name: str, modifier: str) -> None:
    kind = "BYTEBUF" if name.startswith("b") else "CHARBUF"
    matcher = operators.prepare(PARAM_TYPES[kind], f"{name} {modifier}", [])
    assert not matcher.matches(b"")
    assert not matcher.matches(b"a")


def test_every_operator_with_modifiers_has_a_case() -> None:
    buffers = {"bcontains", "bstartswith"}
    assert {name for name, _, _ in MODIFIED} | buffers == operators.MODIFIED
    kind = PARAM_TYPES["BYTEBUF"]
    assert operators.prepare(kind, "bcontains anyof", ["0001", "ff"]).matches(b"x\0\1")
    assert not operators.prepare(kind, "bstartswith anyof", ["01", "ff"]).matches(b"x\xff")
    assert operators.takes_modifiers(kind)
    assert not operators.takes_modifiers(kind, True)
    assert not operators.takes_modifiers(PARAM_TYPES["INT64"])
