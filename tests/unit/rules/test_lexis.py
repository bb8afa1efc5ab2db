# SPDX-License-Identifier: Apache-2.0
"""Values and lists as they are typed."""

import pytest

from falcomod.rules.lexis import is_list, is_one_value


@pytest.mark.parametrize("text", ["a", "'a b'", '"a, \\" b"', "/usr/*", "a\\b", "<NA>", "é"])
def test_one_value(text: str) -> None:
    assert is_one_value(text)
    assert is_list(text)


@pytest.mark.parametrize("text", ["a,b", "a , 'b c'", 'a,\n"b",c'])
def test_several_values(text: str) -> None:
    assert is_list(text)
    assert not is_one_value(text)


@pytest.mark.parametrize("text", ["", "a b", "a=b", "(a)", "f(a)", "'a", "a,", ",a", "a,,b"])
def test_no_values(text: str) -> None:
    assert not is_list(text)
    assert not is_one_value(text)
