# SPDX-License-Identifier: Apache-2.0
"""Wildcards, compared with the C library's fnmatch(3)."""

from __future__ import annotations

import random
import time

import pytest

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.glob import CLASSES
from falcomod.engine.match.operators import prepare
from falcomod.errors import CheckError
from tests.reference.match import FNM_CASEFOLD, fnmatch

KIND = PARAM_TYPES["CHARBUF"]
PATTERNS = [
    "", "*", "?", "a", "a*", "*a", "*a*", "a?c", "**", "a**b", "*?", "?*",
    "[abc]", "[!abc]", "[^abc]", "[a-c]x", "[]]", "[!]]", "[]a]", "[a-]", "[-a]", "[a", "[",
    "[]", "[a-", "[?-", "*[!a-", "[]-",
    "a[", "*[", "[!", "[c-a]", "[[:digit:]]*", "[![:space:]]", "[[:alpha:]_]", "[[:alpha]",
    r"\*", r"\a", r"a\?", "a\\", r"[\]]", r"[\a-c]", "*/etc/*", "/etc/*.conf", ".*", "/*/x",
]  # fmt: skip
TEXTS = [
    "", "a", "b", "c", "A", "ab", "abc", "aXc", "ba", "cab", "*", "?", "]", "[", "-", "x", "ax",
    "[a", "a[", "[a-", "[?-", "x[!a-", "[]-", "\\", "a\\", "a?", "1", "12", " ", "_", "/",
    "/etc/a", "x/etc/y/z", "/etc/a.conf",
    "/etc/d/a.conf", ".x", "/a/x", "/a/b/x", "!", "^", "[[:alpha]", "aab", "aabb", "abab",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_glob_is_fnmatch(pattern: str) -> None:
    for name, flags in (("glob", 0), ("iglob", FNM_CASEFOLD)):
        matcher = prepare(KIND, name, [pattern])
        for text in TEXTS:
            expected = fnmatch(text.encode(), pattern.encode(), flags)
            assert matcher.matches(text.encode()) == expected, (name, text)


def test_random_globs_are_fnmatch() -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(3000):
        pattern = "".join(rng.choice("aabAB*?[]!-\\/") for _ in range(rng.randrange(10)))
        text = "".join(rng.choice("aabAB[]!-\\/") for _ in range(rng.randrange(10)))
        matcher = prepare(KIND, "glob", [pattern])
        assert matcher.matches(text.encode()) == fnmatch(text.encode(), pattern.encode()), (
            pattern,
            text,
        )


def test_every_class_is_that_of_the_c_locale() -> None:
    for name in sorted(CLASSES):
        matcher = prepare(KIND, "glob", [f"[[:{name}:]]"])
        for byte in range(1, 256):
            text = bytes([byte])
            assert matcher.matches(text) == fnmatch(text, f"[[:{name}:]]".encode()), (name, byte)


def test_case_is_folded_before_a_set_is_inverted() -> None:
    assert not prepare(KIND, "iglob", ["[!a]"]).matches(b"A")


def test_many_stars_stay_cheap() -> None:
    matcher = prepare(KIND, "glob", ["*a" * 50 + "*b"])
    start = time.process_time()
    assert not matcher.matches(b"a" * 60000)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("pattern", ["[[:nope:]]", "[[.a.]]", "[[=a=]]"])
def test_glob_refuses(pattern: str) -> None:
    with pytest.raises(CheckError):
        prepare(KIND, "glob", [pattern])
