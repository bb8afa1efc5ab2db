# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.match.textindex import index_of

PATTERNS = [
    ("whole", b"/etc/passwd", 0),
    ("beginning", b"/etc/", 1),
    ("beginning", b"/etc/pam.d/", 2),
    ("ending", b".pem", 3),
    ("part", b"/.ssh/", 4),
    ("whole", b"", 6),
    ("beginning", b"", 7),
    ("whole", b"/etc/passwd-", 64),
]


def test_survivors_are_the_rules_that_a_text_can_satisfy() -> None:
    index = index_of(PATTERNS, 66)
    always = {5, *range(8, 64), 65}
    for text, expected in [
        (b"/etc/passwd", {0, 1, 7}),
        (b"/etc/passwd-", {1, 7, 64}),
        (b"/etc/passw", {1, 7}),
        (b"/etc/pam.d/sshd", {1, 2, 7}),
        (b"/home/a/.ssh/key.pem", {3, 4, 7}),
        (b".pem", {3, 7}),
        (b"pem", {7}),
        (b"", {6, 7}),
        (b"/srv/www", {7}),
    ]:
        assert index.survivors(text) == always | expected, text


def test_an_index_without_patterns_rules_nothing_out() -> None:
    assert index_of([], 3).survivors(b"/etc/passwd") == {0, 1, 2}


TEXTS = st.text("ab/", max_size=9).map(str.encode)
KINDS = st.sampled_from(["whole", "beginning", "ending", "part"])
NEEDS = st.tuples(KINDS, TEXTS, st.integers(0, 70)).filter(
    lambda need: need[0] != "part" or len(need[1]) >= 4
)


def satisfied(kind: str, pattern: bytes, text: bytes) -> bool:
    if kind == "whole":
        return text == pattern
    if kind == "beginning":
        return text.startswith(pattern)
    return text.endswith(pattern) if kind == "ending" else pattern in text


@given(st.lists(NEEDS, max_size=20), st.lists(TEXTS, max_size=10))
def test_no_rule_is_ruled_out_that_the_text_satisfies(
    patterns: list[tuple[str, bytes, int]], texts: list[bytes]
) -> None:
    index = index_of(patterns, 71)
    parts = {position for kind, _, position in patterns if kind == "part"}
    always = set(range(71)) - {position for _, _, position in patterns}
    for text in texts:
        wanted = {
            position for kind, pattern, position in patterns if satisfied(kind, pattern, text)
        }
        survivors = index.survivors(text)
        assert wanted | always <= survivors
        assert survivors - parts == (wanted | always) - parts
