# SPDX-License-Identifier: Apache-2.0
"""Prefixes of paths, by component."""

from __future__ import annotations

import random

import pytest

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.match.operators import prepare
from falcomod.errors import CheckError
from tests.reference.match import holds

KIND = PARAM_TYPES["FSPATH"]


@pytest.mark.parametrize(
    ("paths", "value", "expected"),
    [
        (["/etc"], b"/etc", True),
        (["/etc/"], b"/etc", True),
        (["/etc"], b"//etc//x", True),
        (["/etc"], b"/etcetera", False),
        (["/etc/ssl"], b"/etc", False),
        (["/"], b"/", True),
        (["/"], b"", True),
        (["/a/b/c", "/a"], b"/a/x", True),
        (["/*/bin"], b"/usr/bin/x", True),
        (["/*/bin"], b"/usr/local/bin", False),
        (["/home/*/.ssh", "/home/root/x"], b"/home/root/.ssh/id", True),
        (["/proc/[0-9]*/mem"], b"/proc/12/mem", True),
        (["/proc/[0-9]*/mem"], b"/proc/self/mem", False),
        (["/a*/b/c", "/?b/b/d", "/ab/b/e"], b"/ab/b/d", True),
        ([], b"/etc", False),
    ],
)
def test_pmatch(paths: list[str], value: bytes, expected: bool) -> None:
    assert prepare(KIND, "pmatch", paths).matches(value) is expected


def test_random_trees_are_as_their_paths_one_by_one() -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    parts = ["a", "b", "ab", "c", "a*", "?", "[ab]", "*", ""]
    for _ in range(300):
        paths = ["/".join(rng.choices(parts, k=rng.randrange(6))) for _ in range(rng.randrange(9))]
        matcher = prepare(KIND, "pmatch", paths)
        for _ in range(20):
            value = "/".join(rng.choices(["a", "b", "ab", "c", ""], k=rng.randrange(7))).encode()
            assert matcher.matches(value) == holds("FSPATH", "pmatch", paths, value), (paths, value)


def test_thousands_of_paths() -> None:
    matcher = prepare(KIND, "pmatch", [f"/srv/{n}/data" for n in range(5000)])
    assert matcher.matches(b"/srv/4999/data/x")
    assert not matcher.matches(b"/srv/5000/data/x")


def test_depth_is_bounded() -> None:
    assert prepare(KIND, "pmatch", ["/a" * 256]).matches(b"/a" * 257)
    with pytest.raises(CheckError, match="257 components, more than 256"):
        prepare(KIND, "pmatch", ["/a" * 257])
