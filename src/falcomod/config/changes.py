# SPDX-License-Identifier: Apache-2.0
"""Which changes of a configuration have to wait for the next start."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from falcomod.config.model import Config


def later(old: Config, new: Config) -> list[str]:
    """Keys that differ and that a reload does not change, such as engine.kind."""
    return list(_later(old, new, ""))


def _later(old: Any, new: Any, prefix: str) -> Iterator[str]:
    for field in dataclasses.fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if field.metadata.get("restart"):
            yield prefix + field.name
        elif dataclasses.is_dataclass(before):
            yield from _later(before, after, f"{prefix}{field.name}.")
