# SPDX-License-Identifier: Apache-2.0
"""Lists against lists, at their edges."""

from __future__ import annotations

import pytest

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.operators import prepare, prepare_between
from falcomod.errors import CheckError

KIND = PARAM_TYPES["CHARBUF"]


@pytest.mark.parametrize(
    ("value", "other", "within", "meets"),
    [
        ([b"a"], [b"a"], True, True),
        ([b"a", b"b"], [b"b"], False, True),
        ([b"a"], [b"b"], False, False),
        ([], [b"a"], False, False),
        ([b"a"], [], False, False),
        ([b""], [b"", b"a"], True, True),
    ],
)
def test_constants_and_another_list_are_the_same(
    value: list[bytes], other: list[bytes], within: bool, meets: bool
) -> None:
    constants = [item.decode() for item in other]
    for name, expected in (("in", within), ("intersects", meets)):
        assert prepare(KIND, name, constants, True).matches(value) is expected
        assert prepare_between(KIND, name, True).compares(value, other) is expected


def test_lists_that_would_take_too_long_are_not_compared() -> None:
    long = [b"%d" % number for number in range(3000)]
    matcher = prepare_between(KIND, "in", True)
    assert not matcher.compares(long, long)
    assert matcher.compares(long[:2000], long[:2000])


def test_constants_are_those_of_texts() -> None:
    with pytest.raises(CheckError, match="NUL"):
        prepare(KIND, "in", ["a\0"], True)
