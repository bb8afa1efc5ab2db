# SPDX-License-Identifier: Apache-2.0
"""Sets of texts of every size."""

from __future__ import annotations

import pytest

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.operators import prepare

KIND = PARAM_TYPES["CHARBUF"]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, 1000])
def test_has_its_members_and_nothing_else(count: int) -> None:
    members = ["x" * (n % 40) + str(n) for n in range(count)]
    matcher = prepare(KIND, "in", members)
    assert all(matcher.matches(member.encode()) for member in members)
    assert not any(matcher.matches(member.encode() + b"!") for member in [*members, "y"])
    assert not any(matcher.matches(b"y" + member.encode()[1:]) for member in members if member[1:])


def test_sizes_that_are_equal_modulo_64_are_told_apart() -> None:
    matcher = prepare(KIND, "in", ["a" * 3])
    assert not matcher.matches(b"a" * 67)


def test_the_empty_text_can_be_a_member() -> None:
    assert prepare(KIND, "in", ["", "a"]).matches(b"")
    assert not prepare(KIND, "in", ["a"]).matches(b"")


def test_a_member_given_twice_is_one() -> None:
    assert prepare(KIND, "in", ["a"] * 100).matches(b"a")
