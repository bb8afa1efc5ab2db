# SPDX-License-Identifier: Apache-2.0
"""Values from a runtime's answers, checked and brought within bounds.

Whoever starts a container chooses what is in them, and a socket may be anybody's: every
value may be missing, of another type, or larger than anybody would read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Protocol

from falcomod.enrich.runtime import ITEMS_MAX, LABEL_MAX, TEXT_MAX

JSON_MAX = 1 << 20  # bytes of one document; a runtime's description of a container has 30 000
PAIRS_MAX = 10_000  # that are looked at, to find those worth keeping


class Pair(Protocol):
    """An entry of a map in a message."""

    @property
    def key(self) -> bytes: ...

    @property
    def value(self) -> bytes: ...


def text(value: object, size_max: int = TEXT_MAX) -> str | None:
    """A text that says something and is not too long; None: there is none."""
    if isinstance(value, bytes):
        if not 0 < len(value) <= 4 * size_max:
            return None
        found = value.decode("utf-8", "replace")
    elif isinstance(value, str):
        # JSON can spell halves of characters, which cannot be encoded.
        found = value.encode("utf-8", "replace").decode() if 0 < len(value) <= size_max else ""
    else:
        return None
    return found if 0 < len(found) <= size_max and "\0" not in found else None


def labels(pairs: Iterable[tuple[object, object]], value_max: int = LABEL_MAX) -> dict[str, str]:
    """Names with their values, which may be empty; those that are too long are left out."""
    found: dict[str, str] = {}
    for name, value in islice(pairs, PAIRS_MAX):
        key = text(name)
        word = "" if value in ("", b"") else text(value, value_max)
        if key is not None and word is not None:
            found[key] = word
            if len(found) == ITEMS_MAX:
                break
    return found


def pairs_of(messages: Iterable[Pair]) -> Iterable[tuple[bytes, bytes]]:
    """What a map of a message holds, for labels()."""
    return ((pair.key, pair.value) for pair in messages)


def value_of(messages: Iterable[Pair], key: bytes) -> bytes:
    """One entry of a map, whatever its size; empty: there is none."""
    for pair in islice(messages, PAIRS_MAX):
        if pair.key == key:
            return pair.value
    return b""


def json_object(document: bytes | str) -> Mapping[str, Any]:
    """The object that a JSON document is; empty for any other, and for what is no JSON."""
    if not 0 < len(document) <= JSON_MAX:
        return {}
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return {}
    return mapping(found)


def mapping(value: object) -> Mapping[str, Any]:
    """An object of JSON, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """An array of JSON as far as it is looked at, or an empty one."""
    return value[:ITEMS_MAX] if isinstance(value, list) else []


def at(document: Mapping[str, Any], *names: str) -> Any:
    """What lies at the end of a path of objects; None: the path ends before."""
    found: Any = document
    for name in names:
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


def known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts without those that nobody knows."""
    return {name: value for name, value in facts.items() if value is not None}
