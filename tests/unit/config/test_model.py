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


def test_lists_are_not_shared_between_configurations() -> None:
    assert Config().rules_files is not Config().rules_files
