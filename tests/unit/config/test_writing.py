# SPDX-License-Identifier: Apache-2.0
"""Plain values as YAML."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from falcomod.config.writing import lines, scalar


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a/b.c", "a/b.c"), ("", '""'), ("yes", '"yes"'), ("Null", '"Null"'), ("0600", '"0600"'),
        ("a b", '"a b"'), ('a"\\', '"a\\"\\\\"'), ("a\n\x85", '"a\\n\\x85"'), ("${X}", '"$${X}"'),
        (True, "true"), (None, "null"), (5, "5"), (0.5, "0.5"), (1e16, "1.0e+16"),
        (1e-7, "1.0e-07"),
        ([], "[]"), ({}, "{}"), ("größer", '"größer"'), ("\U0001f600", '"\U0001f600"'),
    ],
)  # fmt: skip
def test_single_value(value: Any, text: str) -> None:
    assert scalar(value) == text


def test_blocks() -> None:
    value = {"a": {"b": [1, {"c": 2, "d": [3]}, [4, 5]]}, "e": {}, "f g": "x"}
    assert list(lines(value)) == [
        "a:", "  b:", "    - 1", "    - c: 2", "      d:", "        - 3", "    - - 4", "      - 5",
        "e: {}", '"f g": x',
    ]  # fmt: skip


TEXTS = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(TEXTS, below, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_as_it_was(value: dict[str, Any]) -> None:
    text = "\n".join(lines(value))
    assert yaml.safe_load(text.replace("$${", "${")) == value or "$${" in str(value)
