# SPDX-License-Identifier: Apache-2.0
"""The matcher as Python sees it."""

from __future__ import annotations

import gc

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.operators import prepare


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
