# SPDX-License-Identifier: Apache-2.0
"""The evaluator and its plain Python twin agree.

FALCOMOD_EXAMPLES multiplies the number of examples (1: about 20 000 checks);
a failure prints what reproduces it, and --hypothesis-seed replays a run.
"""

from __future__ import annotations

import ipaddress
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match import operators
from tests.reference import match as twin

FACTOR = int(os.environ.get("FALCOMOD_EXAMPLES", "1"))
VALUES = 10  # tried with each check
SETTINGS = settings(
    max_examples=1000 * FACTOR,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)

# Few characters, so that constants and values meet; one letter in both cases.
TEXTS = st.text("aAb/*?[]!-.", max_size=8)
NAMES = st.text("aAb/.-", max_size=8)
V4 = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.128.0.1", "192.168.1.1"])
V6 = st.sampled_from(["::1", "fe80::1", "fe80::2", "fec0::1"])


def numbers(type_: str) -> st.SearchStrategy[int]:
    bits = twin.BITS[type_]
    low = -(1 << (bits - 1)) if type_ in twin.SIGNED else 0
    high = low + (1 << bits) - 1
    near = st.integers(max(low, -3), 3)
    edge = st.sampled_from([low, low + 1, high - 1, high])
    return st.one_of(near, edge, st.integers(low, high))


def written(type_: str) -> st.SearchStrategy[str]:
    """An integer as a rule may write it."""
    mask = (1 << twin.BITS[type_]) - 1
    return st.one_of(numbers(type_).map(str), numbers(type_).map(lambda n: hex(n & mask)))


def nets(addresses: st.SearchStrategy[str], bits: int) -> st.SearchStrategy[str]:
    return st.tuples(addresses, st.integers(0, bits)).map(lambda net: f"{net[0]}/{net[1]}")


def constants_and_values(type_: str, name: str) -> tuple[Any, Any]:
    """Strategies for one constant and for a value."""
    packed = st.one_of(V4, V6).map(lambda text: ipaddress.ip_address(text).packed)
    if type_ in twin.NETS:
        return st.one_of(nets(V4, 32), nets(V6, 128)), packed
    if type_ in twin.ADDRESSES:
        return st.one_of(V4, V6), packed
    if type_ == "BOOL":
        return st.sampled_from(["true", "false"]), st.booleans()
    if type_ == "DOUBLE":
        return st.integers(-2, 2).map(str), st.integers(-4, 4).map(lambda half: half / 2)
    if type_ in twin.BITS:
        return written(type_), numbers(type_)
    if name in twin.TEXT and name.startswith("b"):
        short = st.binary(max_size=3)
        return short.map(bytes.hex).filter(bool), st.lists(short).map(b"".join)
    constant = TEXTS if name in ("glob", "iglob", "pmatch") else NAMES
    if name == "iglob":
        # The C library folds the ends of a range, so [A-b] means [a-b] there.
        constant = constant.filter(lambda pattern: "-" not in pattern)
    return constant, TEXTS.map(str.encode)


@st.composite
def checks(draw: st.DrawFn) -> tuple[str, str, list[str], list[Any]]:
    """A type, an operator it takes, constants, and values to try."""
    types = sorted(name for name, kind in PARAM_TYPES.items() if kind in operators.GROUP_OF)
    type_ = draw(st.sampled_from(types))
    name = draw(st.sampled_from(operators.operators_of(PARAM_TYPES[type_])))
    constant, value = constants_and_values(type_, name)
    takes = operators.OPERATORS[name].values
    sizes = {"none": (0, 0), "one": (1, 1), "list": (0, 6)}[takes]
    constants = draw(st.lists(constant, min_size=sizes[0], max_size=sizes[1]))
    return type_, name, constants, draw(st.lists(value, min_size=VALUES, max_size=VALUES))


@SETTINGS
@given(checks())
def test_operators_agree(case: tuple[str, str, list[str], list[Any]]) -> None:
    type_, name, constants, values = case
    matcher = operators.prepare(PARAM_TYPES[type_], name, constants)
    for value in values:
        expected = twin.holds(type_, name, constants, value)
        assert matcher.matches(value) == expected, value
