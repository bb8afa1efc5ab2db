# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.state.paths import absolute


@pytest.mark.parametrize(
    ("directory", "path", "expected"),
    [
        (b"/home/u/", b"a", b"/home/u/a"),
        (b"/home/u", b"a", b"/home/u/a"),
        (b"/home/u/", b"/etc/shadow", b"/etc/shadow"),
        (b"/home/u/", b"../../etc//./shadow", b"/etc/shadow"),
        (b"/home/u/", b"../../../../etc/shadow", b"/etc/shadow"),
        (b"/home/u/", b"", b"/home/u"),
        (b"/home/u/", b"x/", b"/home/u/x"),
        (b"/", b".", b"/"),
        (b"/", b"..", b"/"),
        (b"", b"a", b"/a"),
        (b"/a/", b"...", b"/a/..."),
        (b"/a/", b".hidden/..b", b"/a/.hidden/..b"),
        (b"<UNKNOWN>", b"a/b", b"<UNKNOWN>/a/b"),
        (b"<UNKNOWN>", b"../../b", b"<UNKNOWN>/b"),
        (b"<UNKNOWN>", b"/b", b"/b"),
        (b"pipe:[7]", b"x", b"pipe:[7]/x"),
    ],
)
def test_absolute(directory: bytes, path: bytes, expected: bytes) -> None:
    assert absolute(directory, path) == expected


PIECES = st.lists(st.sampled_from([b"/", b".", b"..", b"a", b"bc", b"//"]), max_size=30)


@given(PIECES, PIECES)
def test_absolute_agrees_with_posixpath(directory: list[bytes], path: list[bytes]) -> None:
    start = b"/" + b"".join(directory)
    joined = posixpath.join(start, b"".join(path))
    # POSIX keeps two leading slashes apart; Linux does not.
    assert absolute(start, b"".join(path)) == posixpath.normpath(b"/" + joined.lstrip(b"/"))


def test_absolute_of_longest_paths() -> None:
    assert absolute(b"/x" * 20000 + b"/", b"y/" * 30000) == b"/x" * 20000 + b"/y" * 30000
