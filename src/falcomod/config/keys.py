# SPDX-License-Identifier: Apache-2.0
"""The options of the dataclasses, by their keys: what reading, checking and printing walk along."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import types
import typing
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

MAX_COMPARED = 64  # characters of a key that is compared with those there are
MAX_LISTED = 16  # keys that a message lists
SURE = 0.8  # how alike two keys are of which one is likely meant, 0 to 1


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One option: its key, the type of its value and what config.option says of it."""

    name: str
    kind: Any
    about: Mapping[str, Any]
    default: Any

    @property
    def block(self) -> type[Any] | None:
        """The class of the options below it; None where there are none."""
        return block_of(self.kind)


def options(block: type[Any]) -> Mapping[str, Option]:
    """The options of a block by name, in the order they are stated."""
    return _options(typing.cast(Hashable, block))


def by_key(block: type[Any]) -> Mapping[str, Option]:
    """The options of a block by every spelling of their keys."""
    return _by_key(typing.cast(Hashable, block))


@functools.cache
def _options(block: Any) -> Mapping[str, Option]:
    kinds = typing.get_type_hints(block)
    return {
        field.name: Option(field.name, kinds[field.name], field.metadata, default_of(field))
        for field in dataclasses.fields(block)
    }


@functools.cache
def _by_key(block: Any) -> Mapping[str, Option]:
    found = dict(options(block))
    for option in options(block).values():
        if option.about.get("also"):
            found[option.about["also"]] = option
    return found


def all_options(block: type[Any], prefix: str = "") -> Iterator[tuple[str, Option]]:
    """Every option below a block with its dotted key; [] stands behind keys of lists of blocks."""
    for option in options(block).values():
        key = prefix + option.name
        yield key, option
        if option.block:
            yield from all_options(option.block, key + ".")
        elif (item := block_of(item_kind(option.kind))) is not None:
            yield from all_options(item, key + "[].")


def default_of(field: dataclasses.Field[Any]) -> Any:
    """The default of a field, made anew."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def block_of(kind: Any) -> type[Any] | None:
    """The class of options that a type is; None for another type."""
    return kind if isinstance(kind, type) and dataclasses.is_dataclass(kind) else None


def item_kind(kind: Any) -> Any:
    """The type of the items of a list, of one that may be missing, too; None for no list."""
    kind = without_none(kind)
    return typing.get_args(kind)[0] if typing.get_origin(kind) is list else None


def without_none(kind: Any) -> Any:
    """T of `T | None`."""
    if typing.get_origin(kind) is not types.UnionType:
        return kind
    left = [part for part in typing.get_args(kind) if part is not type(None)]
    return left[0] if len(left) == 1 else kind


def text_key(block: type[Any]) -> str:
    """The key that a text stands for where the block is wanted; empty where none does."""
    return str(getattr(block, "TEXT", ""))


def nearest(key: str, block: type[Any], root: type[Any]) -> str:
    """What to do about an unknown key of a block, as a remedy; *root*: all options."""
    known = by_key(block)
    if len(key) <= MAX_COMPARED:
        elsewhere = [name for name, _ in all_options(root) if name.rpartition(".")[2] == key]
        found = [
            *difflib.get_close_matches(key.lower(), known, n=1, cutoff=SURE),
            *(elsewhere if len(elsewhere) == 1 else ()),
            *difflib.get_close_matches(key.lower(), known, n=1),
        ]
        if found:
            return f"did you mean '{found[0]}'?"
    if len(known) <= MAX_LISTED:
        return f"known keys: {', '.join(sorted(known))}"
    return "`falcomod config example` shows all keys"
