# SPDX-License-Identifier: Apache-2.0
"""Options: each documented, each with a default of its own type."""

from __future__ import annotations

import dataclasses
from typing import Any

from falcomod.config.model import Config


def options(target: Any, prefix: str = "") -> list[tuple[str, Any, Any]]:
    found = []
    for field in dataclasses.fields(target):
        value = getattr(target, field.name)
        found.append((prefix + field.name, field, value))
        if dataclasses.is_dataclass(value):
            found += options(value, f"{prefix}{field.name}.")
    return found


def test_every_option_is_documented() -> None:
    assert [name for name, field, _ in options(Config()) if not field.metadata.get("doc")] == []


def test_defaults_are_among_the_choices() -> None:
    for name, field, value in options(Config()):
        if field.metadata.get("choices"):
            assert value in field.metadata["choices"], name


def test_synonyms_lead_to_choices_and_are_none_themselves() -> None:
    for name, field, _ in options(Config()):
        for synonym, value in field.metadata["synonyms"].items():
            assert value in field.metadata["choices"], name
            assert synonym not in field.metadata["choices"], name


def test_defaults_are_within_their_bounds() -> None:
    for name, field, value in options(Config()):
        least, most = field.metadata["least"], field.metadata["most"]
        assert least is None or value >= least, name
        assert most is None or value <= most, name


def test_lists_are_not_shared_between_configurations() -> None:
    assert Config().rules_files is not Config().rules_files
