# SPDX-License-Identifier: Apache-2.0
"""How an option is stated: a dataclass field with what is to be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any


def option(
    default: Any,
    doc: str,
    choices: tuple[str, ...] = (),
    *,
    synonyms: Mapping[str, str] = MappingProxyType({}),
    least: int | None = None,
    most: int | None = None,
    also: str = "",
    old: str = "",
    secret: bool = False,
    unused: str = "",
    usual: tuple[Any, ...] = (),
    restart: bool = False,
) -> Any:
    """A dataclass field with its documentation; lists and mappings are copied for each instance.

    *default* is a value, or a class of options: then the key is a block of them.
    *choices* are all values there are, *synonyms* other spellings of them; *least* and
    *most* bound a number; *also* is a second spelling of the key, *old* a dotted key that
    Falco had in its place before.  *secret*: not to be shown.  *unused* says of a key
    of Falco that is accepted why it changes nothing here, and what does instead; it is told
    to whoever sets it to something else than Falco's default; *usual* are the values that it
    had in files of earlier releases.  *restart*: a change takes effect at the next start, not
    at a reload.
    """
    metadata = {
        "doc": doc,
        "choices": choices,
        "synonyms": synonyms,
        "least": least,
        "most": most,
        "also": also,
        "old": old,
        "secret": secret,
        "unused": unused,
        "usual": usual,
        "restart": restart,
    }
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    if isinstance(default, type):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


PRIORITIES = (
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "informational",
    "info",
    "debug",
)
