# SPDX-License-Identifier: Apache-2.0
"""How an option is stated."""

from __future__ import annotations

from dataclasses import dataclass, fields

from falcomod.config.option import PRIORITIES, option


@dataclass(frozen=True)
class Inner:
    value: int = option(1, "a number", least=0, most=5)


@dataclass(frozen=True)
class Outer:
    listed: list[str] = option(["a"], "a list")
    mapped: dict[str, str] = option({"a": "b"}, "a mapping")
    inner: Inner = option(Inner, "a block", also="other", restart=True)


def test_lists_mappings_and_blocks_are_made_for_each_instance() -> None:
    first, second = Outer(), Outer()
    assert first == second
    assert first.listed is not second.listed
    assert first.mapped is not second.mapped
    assert first.inner == Inner(1)


def test_what_is_said_of_an_option_is_kept() -> None:
    (value,) = fields(Inner)
    assert (value.metadata["doc"], value.metadata["least"], value.metadata["most"]) == (
        "a number", 0, 5,
    )  # fmt: skip
    inner = fields(Outer)[2].metadata
    assert (inner["also"], inner["restart"], inner["unused"], inner["secret"]) == (
        "other", True, "", False,
    )  # fmt: skip


def test_priorities_go_from_the_most_severe_to_the_least() -> None:
    assert (PRIORITIES[0], PRIORITIES[-1]) == ("emergency", "debug")
