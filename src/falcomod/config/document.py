# SPDX-License-Identifier: Apache-2.0
"""YAML text as nodes that know their place.

The home of PyYAML for configuration.  Nodes are made from its events: nesting, the number of
nodes and so what aliases can blow up are bounded, and each scalar stays the text that was
typed.  An alias becomes a copy, so that a change of one place never changes another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from falcomod.config.findings import Findings, Place, Source, shown

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 100_000

NULLS = ("", "~", "null", "Null", "NULL")
PLAIN_TAGS = tuple(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))
# libyaml's parser where PyYAML was built with it: ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.SafeLoader("")


@dataclass(slots=True, eq=False)
class Scalar:
    """A single value, as text; *plain*: without quotes and tags, so that YAML gives it a type."""

    text: str
    place: Place
    plain: bool = False

    @property
    def is_null(self) -> bool:
        """True for what YAML reads as null: nothing at all, ~ and null."""
        return self.plain and self.text in NULLS


@dataclass(slots=True, eq=False)
class Sequence:
    """A list."""

    items: list[Node]
    place: Place


class Mapping:
    """Keys and values in the order of the file; no key is there twice."""

    __slots__ = ("_entries", "place")

    def __init__(self, place: Place, pairs: Iterable[tuple[Scalar, Node]] = ()) -> None:
        self.place = place
        self._entries = {key.text: (key, value) for key, value in pairs}

    @property
    def pairs(self) -> list[tuple[Scalar, Node]]:
        """The keys, each with its value; a copy."""
        return list(self._entries.values())

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Node | None:
        """The value of a key; None where it is not there."""
        return self._entries[key][1] if key in self._entries else None

    def put(self, key: str, value: Node, place: Place | None = None) -> None:
        """Sets a key, where it stood if it is there; *place*: its own, if not the value's."""
        self._entries[key] = (Scalar(key, place or value.place), value)

    def remove(self, key: str) -> None:
        """Forgets a key, if it is there."""
        self._entries.pop(key, None)


Node = Scalar | Sequence | Mapping


def parse(text: str, source: Source, findings: Findings, *, at: Place | None = None) -> Node | None:
    """The root of a document; None where there is nothing in it, or what is no YAML (a fault).

    *at*: the place of all of it, where the text stands in another one.
    """
    composer = _Composer(source, findings, at)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if not composer.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.problem, error.context) if part)
        findings.fault(composer.place(mark), f"not YAML: {message}")
        return None
    except yaml.YAMLError as error:
        findings.fault(composer.place(None), f"not YAML: {shown(str(error))}")
        return None
    return composer.root


def plain_value(node: Node) -> Any:
    """What YAML makes of a node: dicts, lists, texts, numbers, booleans and None."""
    if isinstance(node, Mapping):
        return {key.text: plain_value(value) for key, value in node.pairs}
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    if not node.plain:
        return node.text
    tag = _RESOLVER.resolve(yaml.ScalarNode, node.text, (True, False))
    if tag not in PLAIN_TAGS:
        return node.text
    try:
        return _RESOLVER.construct_object(yaml.ScalarNode(tag, node.text))
    except ValueError:  # what looks like a number, but is none
        return node.text


@dataclass(slots=True)
class _Open:
    """A collection that has begun: its nodes so far, keys and values in turn."""

    node: Sequence | Mapping
    anchor: str | None
    key: Scalar | None = None


class _Composer:
    """Makes nodes from events, without recursion."""

    def __init__(self, source: Source, findings: Findings, at: Place | None) -> None:
        self.source = source
        self.at = at
        self.findings = findings
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.nodes = 0

    def place(self, mark: Any) -> Place:
        """The place of a mark of PyYAML."""
        if self.at is not None:
            return self.at
        return Place(self.source, mark.line + 1, mark.column + 1) if mark else Place(self.source)

    def take(self, event: yaml.Event) -> bool:
        """Goes on by an event; False after a fault that ends the reading."""
        place = self.place(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.findings.fault(place, "a second document begins here; one is read")
            return False
        if isinstance(event, yaml.CollectionEndEvent):
            closed = self.open.pop()
            return self._placed(closed.node, closed.anchor)
        if not isinstance(event, yaml.NodeEvent):
            return True
        if len(self.open) >= MAX_DEPTH:
            return self._refused(place, f"nested deeper than {MAX_DEPTH} levels")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            return self._refused(place, TOO_MANY)
        if isinstance(event, yaml.ScalarEvent):
            return self._placed(Scalar(event.value, place, event.implicit[0]), event.anchor)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor or "", place)
        is_list = isinstance(event, yaml.SequenceStartEvent)
        node = Sequence([], place) if is_list else Mapping(place)
        self.open.append(_Open(node, event.anchor))
        return True

    def _placed(self, node: Node, anchor: str | None) -> bool:
        """Puts a node that is complete where it belongs."""
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return True
        parent = self.open[-1]
        if isinstance(parent.node, Sequence):
            parent.node.items.append(node)
        elif parent.key is not None:
            if parent.key.text not in parent.node:
                parent.node.put(parent.key.text, node, parent.key.place)
            parent.key = None
        elif not isinstance(node, Scalar):
            return self._refused(node.place, "a key must be a single value")
        else:
            if node.text in parent.node:
                self.findings.fault(node.place, f"key '{shown(node.text)}' stands here twice")
            parent.key = node
        return True

    def _alias(self, anchor: str, place: Place) -> bool:
        node = self.anchors.get(anchor)
        if node is None:
            return self._refused(place, f"alias of '{shown(anchor)}', which is not complete here")
        copied = self._copy(node, len(self.open))
        return copied is not None and self._placed(copied, None)

    def _copy(self, node: Node, depth: int) -> Node | None:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            self.findings.fault(node.place, TOO_MANY)
            return None
        if isinstance(node, Scalar):
            return Scalar(node.text, node.place, node.plain)
        if isinstance(node, Sequence):
            items = []
            for item in node.items:
                copied = self._copy(item, depth + 1)
                if copied is None:
                    return None
                items.append(copied)
            return Sequence(items, node.place)
        pairs = []
        for key, value in node.pairs:
            copied = self._copy(value, depth + 1)
            if copied is None:
                return None
            pairs.append((key, copied))
        return Mapping(node.place, pairs)

    def _refused(self, place: Place, message: str) -> bool:
        self.findings.fault(place, message)
        return False


TOO_MANY = f"too large: more than {MAX_NODES} values, aliases replaced, or nested too deep"
