# SPDX-License-Identifier: Apache-2.0
"""Overrides of the command line: `-o key.sub=value`.

list[0]=value, list[]=value (one more), list[].key=value (one more, with that key),
key={yaml} and key=[yaml]; a full stop, a bracket or a backslash that belongs to a key has a
backslash in front.  An override changes nodes, so that what it sets is read as files are.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence as Parts
from typing import Any

from falcomod.config.document import Mapping, Node, Scalar, Sequence, parse
from falcomod.config.findings import Findings, Place, Source, shown
from falcomod.config.former import is_former
from falcomod.config.keys import (
    block_of,
    by_key,
    item_kind,
    nearest,
    options,
    text_key,
    without_none,
)
from falcomod.config.model import Config

APPEND = -1
FORM = "Must be of the form key=val or key.subkey=val"
_PART = re.compile(r"(?P<dot>\.)|\[(?P<index>[0-9]{0,6})\]|(?P<text>(?:\\.|[^.\[\\])+)", re.S)

Part = str | int  # a key; or an index, APPEND for an item behind the last one


class Unusable(Exception):
    """Why an override cannot be carried out; never leaves this module."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def first_key(text: str) -> str:
    """The first key that an override names; empty where it names none."""
    try:
        parts = _parts(text.partition("=")[0].strip())
    except Unusable:
        return ""
    return str(parts[0])


def apply(root: Mapping, text: str, findings: Findings) -> None:
    """Changes the tree of a configuration by one override; what is wrong with it is a fault."""
    place = Place(Source(f"-o {shown(text)}"))
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        findings.fault(place, f'Error parsing config option "{shown(text)}". {FORM}')
        return
    try:
        parts = _parts(key.strip())
        former = is_former([part for part in parts if isinstance(part, str)])
        kind = str if former else _kind(parts)
        node = _node(kind, value.strip(), place, findings)
        if node is not None:
            _set(root, parts, node)
    except Unusable as reason:
        findings.fault(place, str(reason), reason.remedy)


def _parts(key: str) -> list[Part]:
    parts: list[Part] = []
    position, joined = 0, True  # whether a key may follow
    while position < len(key):
        match = _PART.match(key, position)
        if match is None or (match["text"] is not None and not joined):
            break
        if match["dot"]:
            if joined:
                break
            joined = True
        elif match["text"] is not None:
            parts.append(re.sub(r"\\(.)", r"\1", match["text"], flags=re.S))
            joined = False
        else:
            if joined:
                break
            parts.append(int(match["index"]) if match["index"] else APPEND)
        position = match.end()
    if position < len(key) or joined:
        raise Unusable(f"'{shown(key)}' is no key: expected such as a.b, list[0].a or list[].a")
    return parts


def _kind(parts: Parts[Part]) -> Any:
    """The type of what the parts lead to; Any below what has no keys of its own."""
    kind: Any = Config
    path = ""
    for part in parts:
        kind = without_none(kind)
        block = block_of(kind)
        if kind is Any:
            return Any
        if isinstance(part, int):
            kind = item_kind(kind)
            if kind is None:
                raise Unusable(f"'{path}' is no list")
            path += "[]"
            continue
        if typing.get_origin(kind) is dict:
            kind = str
        elif block is not None:
            option = by_key(block).get(part)
            if option is None:
                name = shown(f"{path}.{part}".lstrip("."))
                raise Unusable(f"unknown key '{name}'", nearest(part, block, Config))
            kind = option.kind
        elif item_kind(kind) is not None:
            raise Unusable(f"'{path}' is a list", f"write {path}[].{part} or {path}[0].{part}")
        elif str not in typing.get_args(kind):
            raise Unusable(f"'{path}' has no keys below it")
        else:  # a text, or keys with texts
            kind = str
        path = f"{path}.{part}".lstrip(".")
    return without_none(kind)


def _node(kind: Any, text: str, place: Place, findings: Findings) -> Node | None:
    """What an override sets; None for YAML with a fault."""
    braces = text[:1] + text[-1:]
    if kind is not str and braces in ("{}", "[]"):
        return parse(text, place.source, findings)
    block = block_of(kind)
    if block is not None and not text_key(block):
        raise Unusable("keys and values are set here", "name a key below it, or write {key: value}")
    return Scalar(text, place, plain=kind is Any and text != "")


def _set(root: Mapping, parts: Parts[Part], value: Node) -> None:
    """Puts a node where the parts lead to; what is missing on the way is made."""
    here: Node = root
    block: Any = Config
    for part, following in zip(parts, (*parts[1:], None), strict=True):
        block = without_none(block)
        child: Node
        if following is None:
            child = value
        elif isinstance(following, str):
            child = Mapping(value.place)
        else:
            child = Sequence(_defaults(block, part, value.place), value.place)
        here = _step(here, part, child, block, last=following is None)
        block = _below(block, part)


def _step(here: Node, part: Part, child: Node, block: Any, *, last: bool) -> Node:
    """One step of the way; *child* is put there unless something of its kind is there."""
    if isinstance(part, int):
        assert isinstance(here, Sequence)
        if part == APPEND or part == len(here.items):
            here.items.append(child)
        elif part > len(here.items):
            raise Unusable(f"item {part} of a list that has {len(here.items)}")
        elif last or type(here.items[part]) is not type(child):
            here.items[part] = child
        return here.items[part]
    assert isinstance(here, Mapping)
    key = _spelling(here, part, block)
    before = here.get(key)
    if isinstance(child, Sequence) and not last and isinstance(before, Scalar):
        # One text in place of a list of one.
        child.items[:] = [] if before.is_null else [before]
    if last or type(before) is not type(child):
        here.put(key, child)
        return child
    assert before is not None
    return before


def _spelling(here: Mapping, key: str, block: Any) -> str:
    """The key, in the spelling that is there already."""
    known = by_key(block) if block_of(block) else {}
    if key not in known:
        return key
    there = (name.text for name, _ in here.pairs)
    return next((name for name in there if known.get(name) is known[key]), key)


def _below(kind: Any, part: Part) -> Any:
    if isinstance(part, int):
        return item_kind(kind)
    block = block_of(kind)
    option = by_key(block).get(part) if block else None
    return option.kind if option else None


def _defaults(kind: Any, part: Part, place: Place) -> list[Node]:
    """The items that a list has which is not set: those of its default."""
    block = block_of(kind)
    if block is None or not isinstance(part, str) or part not in by_key(block):
        return []
    default = options(block)[by_key(block)[part].name].default
    return [Scalar(text, place) for text in default or [] if isinstance(text, str)]
