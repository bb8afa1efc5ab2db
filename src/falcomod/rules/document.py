# SPDX-License-Identifier: Apache-2.0
"""YAML documents as nodes that know their place in the file.

The nodes are made from PyYAML's events and not by its composer: every scalar
stays the text that was typed, whatever YAML would make of it, the slice of the
file is kept with it, and nesting is bounded without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from falcomod.errors import Location, RuleError
from falcomod.rules.text import Scalar, SourceFile

MAX_NESTING = 32

# Items and documents, as nearly all files have them: not indented.
_BEGIN = re.compile(r"^(?:-(?=[ \t\r\n])|---|\.\.\.)", re.MULTILINE)

_PARSE = "LOAD_ERR_YAML_PARSE"
# libyaml's parser where PyYAML was built with it: ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A YAML sequence."""

    items: tuple[Node, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Mapping:
    """A YAML mapping, pairs in the order of the file; keys may repeat."""

    pairs: tuple[tuple[Node, Node], ...]
    location: Location


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A collection that has begun: its nodes so far, keys and values in turn."""

    event: yaml.CollectionStartEvent
    nodes: list[Node] = field(default_factory=list)


def is_null(node: Node) -> bool:
    """True for what YAML reads as null: nothing at all, ~ and null."""
    return isinstance(node, Scalar) and not node.style and node.value.lower() in ("", "~", "null")


def read_documents(file: SourceFile, text: str | None = None) -> Iterator[Node]:
    """The root node of each document of *file*, or of *text*, some of it with blanks for the rest.

    Raises RuleError at the first place that is not YAML.
    """
    reader = _Reader(file)
    text = file.text if text is None else text
    try:
        for event in yaml.parse(text, Loader=_Loader):
            root = reader.take(event)
            if root is not None:
                yield root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(text for text in (error.problem, error.context) if text)
        raise fault(file, file.location(_index(mark)), f"this is not YAML: {message}") from None
    except yaml.reader.ReaderError as error:
        message = "this is not YAML: a control character stands in the file"
        raise fault(file, file.location(_first_unprintable(text)), message) from error


def items_apart(file: SourceFile) -> Iterator[str]:
    """The text of each item of *file* with blanks in place of all others, every place kept.

    For a file that is not YAML as a whole: what is wrong is in few of its items.
    An item begins with a dash at the begin of a line.
    """
    starts = [match.start() for match in _BEGIN.finditer(file.text)]
    for start, end in pairwise([*starts, len(file.text)]):
        if file.text[start] == "-" and file.text[start : start + 3] != "---":
            before = "\n" * file.text.count("\n", 0, start)
            yield " " * (start - len(before)) + before + file.text[start:end]


def fault(
    file: SourceFile, location: Location, message: str, *, code: str = _PARSE, remedy: str = ""
) -> RuleError:
    """A RuleError at *location* that quotes its line."""
    return RuleError(message, location, code=code, quote=file.quote(location), remedy=remedy)


def _index(mark: Any) -> int:
    """The characters before *mark*; PyYAML says where everything is, its types say perhaps."""
    return int(mark.index) if mark is not None else 0


def _first_unprintable(text: str) -> int:
    match = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return match.start() if match else 0


class _Reader:
    """Builds the nodes of one file out of its events."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}

    def take(self, event: yaml.Event) -> Node | None:
        """The root, when *event* completes a document."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()
        elif isinstance(event, yaml.ScalarEvent):
            start, end = _index(event.start_mark), _index(event.end_mark)
            style = event.style if event.style and event.style in "'\"|>" else ""
            return self._done(Scalar(event.value, self._file, start, end, style), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            return self._done(self._aliased(event), None)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._open) >= MAX_NESTING:
                raise self._fault(event, f"nested more than {MAX_NESTING} levels deep")
            self._open.append(_Open(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            opened = self._open.pop()
            return self._done(self._collection(opened), opened.event.anchor)
        return None

    def _collection(self, opened: _Open) -> Node:
        location = self._file.location(_index(opened.event.start_mark))
        if isinstance(opened.event, yaml.SequenceStartEvent):
            return Sequence(tuple(opened.nodes), location)
        pairs = zip(opened.nodes[::2], opened.nodes[1::2], strict=True)
        return Mapping(tuple(pairs), location)

    def _aliased(self, event: yaml.AliasEvent) -> Node:
        # An anchor is known when its node is complete, so no node holds itself.
        if event.anchor not in self._anchors:
            raise self._fault(event, f"no anchor {event.anchor!r} stands before this alias")
        return self._anchors[event.anchor]

    def _done(self, node: Node, anchor: str | None) -> Node | None:
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            return node
        self._open[-1].nodes.append(node)
        return None

    def _fault(self, event: yaml.Event, message: str) -> RuleError:
        return fault(self._file, self._file.location(_index(event.start_mark)), message)
