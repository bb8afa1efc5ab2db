# SPDX-License-Identifier: Apache-2.0
"""Which things of a rules file enclose the place of a fault.

    rules content → rule 'Read a file' → rule condition → condition expression

A load keeps none of this.  When results are told the file is read once more,
and the things are found by where they begin: a place lies in the last one that
begins at or before it.  Words and order of the levels are those that tools for
Falco's rules know.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from falcomod.errors import Location, RuleError
from falcomod.rules.document import Mapping, Node, Sequence, items_apart, read_documents
from falcomod.rules.text import Scalar, SourceFile

KINDS = ("required_engine_version", "required_plugin_versions", "list", "macro", "rule")

_SHOWN_CONDITION = 20  # characters of a condition that stand for it
# Faults of a rule as a whole, wherever in it they are shown.
_OF_ITEM = frozenset(
    {
        "LOAD_NO_EVTTYPE", "LOAD_UNKNOWN_SOURCE", "LOAD_UNUSED_MACRO", "LOAD_UNUSED_LIST",
        "LOAD_UNKNOWN_KEY", "LOAD_INVALID_MACRO_NAME", "LOAD_INVALID_LIST_NAME",
    }
)  # fmt: skip
_IN_EXPRESSION = frozenset(
    {"LOAD_ERR_COMPILE_CONDITION", "LOAD_COMPILE_CONDITION", "LOAD_UNKNOWN_FILTER"}
)
_OF_KEY = "LOAD_ERR_YAML_VALIDATE"


@dataclass(frozen=True, slots=True)
class Level:
    """A thing that a fault lies in and where it begins; *shown* stands for a path if it is set."""

    item_type: str
    item_name: str
    place: Location
    shown: str = ""

    @property
    def name(self) -> str:
        """The file, or the condition by its first words."""
        return self.shown or self.place.path


@dataclass(slots=True)
class Outline:
    """The documents of one file, as far as they can be read."""

    file: SourceFile
    _roots: list[Node] = field(init=False)

    def __post_init__(self) -> None:
        self._roots = list(_readable(self.file))

    def levels(self, fault: RuleError) -> list[Level]:
        """What encloses a fault, from the whole content down to the innermost."""
        content = whole(self.file.path)
        if fault.code == "LOAD_ERR_YAML_PARSE":
            return [content, Level("value for", "", fault.location)]
        found = self._item(fault.location)
        if found is None:
            return [content]
        _, item = found
        return [content, *_item_levels(item, fault)]

    def path(self, fault: RuleError) -> str:
        """The item of a fault as a path into the document: <root>[3]."""
        found = self._item(fault.location)
        return "<root>" if found is None else f"<root>[{found[0]}]"

    def _item(self, place: Location) -> tuple[int, Node] | None:
        numbered = [
            (number, item)
            for root in self._roots
            if isinstance(root, Sequence)
            for number, item in enumerate(root.items)
        ]
        around = [pair for pair in numbered if pair[1].location <= place]
        return max(around, key=lambda pair: pair[1].location) if around else None


def whole(path: str) -> Level:
    """The outermost level of every fault."""
    return Level("rules content", "", Location(path, 1, 1))


def _readable(file: SourceFile) -> Iterator[Node]:
    """The documents, or where they are not YAML, the items that are, each as one."""
    try:
        yield from list(read_documents(file))
    except RuleError:
        for text in items_apart(file):
            with contextlib.suppress(RuleError):
                yield from list(read_documents(file, text))


def _item_levels(item: Node, fault: RuleError) -> Iterator[Level]:
    keys = _keys(item)
    kind = next((kind for kind in KINDS if kind in keys), None)
    if kind is None:
        yield Level("rules content item", "", item.location)
        return
    key, value = keys[kind]
    if kind == "required_engine_version":
        yield Level(kind, "", item.location)
    elif kind == "required_plugin_versions":
        yield from _plugin_levels(key, value, fault)
    else:
        name = value.value if isinstance(value, Scalar) else ""
        yield Level(kind, name, item.location)
        yield from _key_levels(kind, item, fault)


def _plugin_levels(key: Scalar, value: Node, fault: RuleError) -> Iterator[Level]:
    title = "required plugin versions"
    yield Level(title, "", value.location)
    entry = _around(_items(value), fault.location)
    if entry is None:
        return
    yield Level(f"{title} entry", _text(entry, "name"), entry.location)
    others = _keys(entry).get("alternatives")
    other = _around(_items(others[1]), fault.location) if others else None
    if other is not None:
        yield Level(f"{title} alternative", _text(other, "name"), other.location)


def _key_levels(kind: str, item: Node, fault: RuleError) -> Iterator[Level]:
    """Levels inside a list, macro or rule."""
    pair = _pair_around(item, fault.location)
    if pair is None or fault.code in _OF_ITEM or fault.location < pair[1].location:
        return
    key, value = pair
    if key.value == kind and isinstance(value, Scalar) and value.value:
        return
    if key.value == "exceptions":
        yield from _exception_levels(value, fault)
    elif key.value == "override":
        yield from _override_levels(value, fault)
    elif key.value == "condition" and fault.code != _OF_KEY:
        yield from _condition_levels(kind, value, fault)
    elif key.value == "output" and fault.code != _OF_KEY:
        yield Level("rule output", "", value.location)
    elif key.value == "priority" and isinstance(value, Scalar) and value.value:
        yield Level("rule priority", "", value.location)
    else:
        yield Level("value for", key.value, value.location)
        word = _around(_items(value), fault.location)
        if word is not None:
            yield Level("list item", "", word.location)


def _condition_levels(kind: str, value: Node, fault: RuleError) -> Iterator[Level]:
    # A name that stands for nothing is the rule's fault, not that of its condition's grammar.
    if fault.code != "LOAD_ERR_VALIDATE":
        yield Level(f"{kind} condition", "", value.location)
    if fault.code in _IN_EXPRESSION or fault.code == "LOAD_ERR_VALIDATE":
        text = value.value if isinstance(value, Scalar) else ""
        if len(text) > _SHOWN_CONDITION:
            text = text[: _SHOWN_CONDITION - 3] + "..."
        shown = '"' + text.replace("\n", " ").replace("\r", " ") + '"'
        yield Level("condition expression", "", fault.location, shown)


def _exception_levels(value: Node, fault: RuleError) -> Iterator[Level]:
    exception = _around(_items(value), fault.location)
    if exception is None or not isinstance(exception, Mapping):
        yield Level("exceptions", "", value.location)
        if exception is not None:
            yield Level("exception", "", exception.location)
        return
    yield Level("exception", _text(exception, "name"), exception.location)
    pair = _pair_around(exception, fault.location)
    if pair is None or fault.location < pair[1].location or pair[0].value == "name":
        return
    key, inner = pair
    if key.value != "values":
        yield Level("value for", key.value, inner.location)
        return
    yield Level("exception values", "", inner.location)
    word = _around(_items(inner), fault.location)
    if word is not None:
        yield Level("exception value", "", word.location)


def _override_levels(value: Node, fault: RuleError) -> Iterator[Level]:
    yield Level("overrides", "", value.location)
    pair = _pair_around(value, fault.location)
    if pair is None:
        return
    if fault.location < pair[1].location:
        yield Level("overrides", pair[0].value, pair[0].location)
    else:
        yield Level("value for", pair[0].value, pair[1].location)


def _keys(node: Node) -> dict[str, tuple[Scalar, Node]]:
    found: dict[str, tuple[Scalar, Node]] = {}
    for key, value in node.pairs if isinstance(node, Mapping) else ():
        if isinstance(key, Scalar):
            found.setdefault(key.value, (key, value))
    return found


def _text(node: Node, key: str) -> str:
    """The word under *key*, if there is one."""
    pair = _keys(node).get(key)
    return pair[1].value if pair and isinstance(pair[1], Scalar) else ""


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _around(nodes: Iterable[Node], place: Location) -> Node | None:
    before = [node for node in nodes if node.location <= place]
    return max(before, key=lambda node: node.location) if before else None


def _pair_around(node: Node, place: Location) -> tuple[Scalar, Node] | None:
    pairs = [
        (key, value)
        for key, value in (node.pairs if isinstance(node, Mapping) else ())
        if isinstance(key, Scalar) and key.location <= place
    ]
    return max(pairs, key=lambda pair: pair[0].location) if pairs else None
