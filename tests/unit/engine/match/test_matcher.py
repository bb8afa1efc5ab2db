# SPDX-License-Identifier: Apache-2.0
"""The matcher as Python sees it."""

from __future__ import annotations

import gc

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.operators import prepare, prepare_between


def test_constants_live_as_long_as_the_matcher() -> None:
    matchers = [prepare(PARAM_TYPES["CHARBUF"], "=", [f"constant {n}"]) for n in range(1000)]
    sets = [prepare(PARAM_TYPES["CHARBUF"], "in", [f"member {n}"]) for n in range(1000)]
    gc.collect()
    assert all(matcher.matches(f"constant {n}".encode()) for n, matcher in enumerate(matchers))
    assert all(matcher.matches(f"member {n}".encode()) for n, matcher in enumerate(sets))


def test_equality_is_thought_cheaper_and_rarer_than_its_opposite() -> None:
    equal = prepare(PARAM_TYPES["CHARBUF"], "=", ["a"])
    differs = prepare(PARAM_TYPES["CHARBUF"], "!=", ["a"])
    search = prepare(PARAM_TYPES["CHARBUF"], "contains", ["a"])
    assert equal.cost < search.cost
    assert equal.chance < differs.chance


def test_comparisons_can_be_repeated() -> None:
    matcher = prepare(PARAM_TYPES["CHARBUF"], "=", ["a"])
    assert (matcher.count(b"a", 5), matcher.count(b"b", 5)) == (5, 0)


def test_values_of_every_kind_can_be_given() -> None:
    assert prepare(PARAM_TYPES["INT64"], "=", ["-1"]).matches(-1)
    assert prepare(PARAM_TYPES["DOUBLE"], "=", ["0.5"]).matches(0.5)
    assert prepare(PARAM_TYPES["CHARBUF"], "in", ["a", "b"], True).matches([b"b", b"a"])
    assert prepare_between(PARAM_TYPES["CHARBUF"], "intersects", True).compares([b"a"], [b"a"])
