# SPDX-License-Identifier: Apache-2.0
"""Many texts looked for at once, compared with one after the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.match.automaton import finds

FEW = st.binary(max_size=6).map(lambda data: bytes(b"abA\xff"[byte & 3] for byte in data))
TEXTS = st.lists(FEW.filter(bool), min_size=1, max_size=8)
DATA = st.lists(FEW, max_size=6).map(b"".join)


@given(TEXTS, DATA)
def test_finds_what_is_contained(texts: list[bytes], data: bytes) -> None:
    assert finds(texts, False, data) == any(text in data for text in texts)


@given(TEXTS, DATA)
def test_finds_in_any_case(texts: list[bytes], data: bytes) -> None:
    lower = [text.lower() for text in texts]
    assert finds(lower, True, data) == any(text in data.lower() for text in lower)


def test_text_that_goes_on_after_the_ending_of_another() -> None:
    texts = [b"abcd", b"bce"]
    assert finds(texts, False, b"abce")
    assert not finds(texts, False, b"abc")


def test_every_byte_can_be_looked_for_but_not_all_at_once() -> None:
    for byte in range(256):
        assert finds([bytes([byte])], False, b"ab" + bytes([byte]))
    assert finds([bytes(range(256))], False, b"") is None
    assert finds([bytes(range(254))], False, b"x" + bytes(range(254)))


def test_table_that_would_be_too_large_is_not_made() -> None:
    texts = [b"%dab" % number * 100 for number in range(1000)]
    assert finds(texts, False, b"") is None
