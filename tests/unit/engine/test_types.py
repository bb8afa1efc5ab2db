# SPDX-License-Identifier: Apache-2.0
"""Arena and shared texts."""

from __future__ import annotations

from itertools import pairwise

from falcomod.engine.types import arena_selftest, text_selftest


def test_arena_uses_its_blocks_again_after_a_reset() -> None:
    first, second = arena_selftest([1, 100, 16000, 16000, 8, 40000, 3])
    assert first == second


def test_arena_pieces_do_not_overlap_and_are_aligned() -> None:
    sizes = [1, 7, 8, 9, 5000, 16384, 16385, 70000, 2]
    taken = arena_selftest(sizes)[0]
    spans = sorted(zip(taken, sizes, strict=True))
    assert all(a + size <= b for (a, size), (b, _) in pairwise(spans))
    assert all(address % 8 == 0 for address in taken)


def test_text_keeps_its_bytes_and_ends_in_nul() -> None:
    assert text_selftest(b"/etc/\0x") == (3, 7, b"/etc/\0x\0")


def test_text_empty() -> None:
    assert text_selftest(b"") == (3, 0, b"\0")
