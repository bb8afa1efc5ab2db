# SPDX-License-Identifier: Apache-2.0
"""Inputs that once made a fuzz target fail, and the first that each target makes.

Here they are tried on the usual build; `make fuzz` tries them under sanitizers.
"""

from __future__ import annotations

import random
from importlib import import_module
from itertools import islice
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
