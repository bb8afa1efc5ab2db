# SPDX-License-Identifier: Apache-2.0
"""Inputs that once made a fuzz target fail, and the first that each target makes.

Here they are tried on the usual build; `make fuzz` tries them under sanitizers.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import count, islice
from pathlib import Path

import pytest

from tests.fuzz import campaign
from tests.fuzz.campaign import Target

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(
    path.stem
    for path in (ROOT / "tests" / "fuzz").glob("*.py")
    if "campaign.run(TARGET)" in path.read_text()
)
FIRST = 12


def target(name: str) -> Target:
    made: Target = import_module(f"tests.fuzz.{name}").TARGET
    return made


def test_make_runs_every_target() -> None:
    (line,) = (
        line
        for line in (ROOT / "Makefile").read_text().splitlines()
        if line.startswith("FUZZ_TARGETS := ")
    )
    assert sorted(line.split()[2:]) == NAMES
    assert {path.parent.name for path in campaign.CORPUS.glob("*/*")} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_makes_the_same_inputs(name: str) -> None:
    tried = target(name)
    assert tried.name == name
    first = list(islice(tried.inputs(random.Random(1)), FIRST))
    assert first == list(islice(tried.inputs(random.Random(1)), FIRST))


@pytest.mark.parametrize("name", NAMES)
def test_an_input_does_the_same_again(name: str) -> None:
    tried = target(name)
    for data in islice(tried.inputs(random.Random(1)), FIRST):
        assert tried.attempt(data) == tried.attempt(data)


@pytest.mark.parametrize("name", NAMES)
def test_what_once_failed(name: str) -> None:
    for path in campaign.corpus_of(name):
        target(name).attempt(path.read_bytes())


def test_pieces_are_packed_into_one_input() -> None:
    pieces = [b"", b"a", b"\0" * 300]
    assert campaign.unpacked(campaign.packed(pieces)) == pieces


def ran(
    attempt: Callable[[bytes], Counter[str]],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *arguments: str,
) -> None:
    """A target as a program, of inputs b"0", b"1" and so on; a tenth of a second."""

    def inputs(rng: random.Random) -> Iterator[bytes]:
        return (str(number).encode() for number in count())

    monkeypatch.setattr(campaign, "CURRENT", folder / "current")
    monkeypatch.setattr(campaign, "CORPUS", folder / "corpus")
    monkeypatch.setenv("FALCOMOD_FUZZ_S", "0.1")
    monkeypatch.setattr("sys.argv", ["made", *arguments])
    campaign.run(Target("made", "Made.", inputs, attempt, frozenset({"seen"})))


def test_what_fails_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def attempt(data: bytes) -> Counter[str]:
        if data == b"3":
            raise AssertionError("three")
        return Counter(seen=1)

    with pytest.raises(AssertionError, match="three"):
        ran(attempt, tmp_path, monkeypatch)
    assert (tmp_path / "current" / "made").read_bytes() == b"3"


def test_the_corpus_is_tried_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []

    def attempt(data: bytes) -> Counter[str]:
        tried.append(data)
        return Counter(seen=1)

    kept = tmp_path / "corpus" / "made" / "kept"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"kept")
    ran(attempt, tmp_path, monkeypatch, "--seed", "1")
    assert tried[:3] == [b"kept", b"0", b"1"]
    assert not (tmp_path / "current" / "made").exists()
    tried.clear()
    ran(attempt, tmp_path, monkeypatch, str(kept))
    assert tried == [b"kept"]


def test_what_was_not_tried_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="nothing was tried that ends as"):
        ran(lambda data: Counter(seen=0), tmp_path, monkeypatch)
