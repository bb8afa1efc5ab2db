# SPDX-License-Identifier: Apache-2.0
"""Values out of JSON that is not believed: what has not the expected type is empty."""

from __future__ import annotations

from typing import Any

from falcomod.enrich import answers
from falcomod.enrich.runtime import ITEMS_MAX

ID_MAX = 255  # characters; a uid has 36, a container's id 64

Labels = dict[str, str]


def member(object: Any, key: str) -> dict[str, Any]:
    """The object under a key; {} when there is none."""
    found = object.get(key) if isinstance(object, dict) else None
    return found if isinstance(found, dict) else {}


def members(object: Any, key: str) -> list[dict[str, Any]]:
    """The objects in the list under a key, as many as are kept of anything."""
    found = object.get(key) if isinstance(object, dict) else None
    items = found[:ITEMS_MAX] if isinstance(found, list) else []
    return [item for item in items if isinstance(item, dict)]


def text(value: Any) -> str:
    """A text; "" when that is none, or is longer than a fact may be."""
    return answers.text(value) or "" if isinstance(value, str) else ""


def identity(value: Any) -> str:
    """A uid or an id; "" when that cannot be one."""
    found = text(value)
    return found if found.isascii() and found.isprintable() and len(found) <= ID_MAX else ""


def labels(value: Any) -> Labels:
    """Labels; those with long values are left out, as Falco does."""
    if not isinstance(value, dict):
        return {}
    return answers.labels(pair for pair in value.items() if isinstance(pair[1], str))


def flag(value: Any) -> bool | None:
    """True or False; None when that is neither."""
    return value if isinstance(value, bool) else None
