# SPDX-License-Identifier: Apache-2.0
"""Configuration files, and the further ones that `config_files` merges into them.

Merging is done key by key at the outermost level, as Falco does it: of a block that is there
already nothing is left where it is replaced.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from collections.abc import Mapping as Variables
from pathlib import Path

from falcomod.config.document import MAX_BYTES, Mapping, Scalar, Sequence, parse
from falcomod.config.environment import Expansion
from falcomod.config.findings import Findings, Place, Source
from falcomod.config.keys import by_key, item_kind
from falcomod.config.model import Config, ConfigFile
from falcomod.config.read import MISSING, Reader

log = logging.getLogger(__name__)

KEY = "config_files"
NO_FILE = "name a readable file with -c, or leave -c out to run with the defaults"


class Files:
    """Reads files; *read* are their paths, in order."""

    def __init__(self, findings: Findings, variables: Variables[str, str]) -> None:
        self.findings = findings
        self.variables = variables
        self.read: list[str] = []

    def tree(self, path: str) -> Mapping:
        """The keys and values of a file; none where there is a fault."""
        place = Place(Source(path))
        self.read.append(path)
        text = self._text(path, place)
        return Mapping(place) if text is None else self.tree_of(text, path)

    def tree_of(self, text: str, path: str) -> Mapping:
        """The keys and values in the text of a file."""
        source = Source(path, tuple(text.splitlines()))
        node = parse(text, source, self.findings)
        if isinstance(node, Mapping):
            Expansion(self.variables, self.findings).expand(node)
            return node
        if node is not None and not (isinstance(node, Scalar) and node.is_null):
            self.findings.fault(node.place, "the configuration must be a mapping of keys to values")
        return Mapping(Place(source))

    def include(self, root: Mapping, main: str | None) -> None:
        """Merges what `config_files` names into the tree of the main file."""
        node = root.get(KEY)
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return
        found = Reader(self.findings).value(list[ConfigFile], node, KEY)
        for further in found if found is not MISSING else ():
            for path in self._paths(further.path):
                if main is not None and _is_same(main, path):
                    self.findings.fault(
                        node.place,
                        f"'{KEY}' directive tried to recursively include main config file: {path}",
                        "leave the main file out of the list, or its folder",
                    )
                    continue
                self._merge(root, self.tree(path), further.strategy)

    def _paths(self, path: str) -> Iterator[str]:
        """The file, or the files of the folder in order of their names."""
        if not os.path.exists(path):
            log.info("configuration not there: path=%s", path)
        elif os.path.isfile(path):
            yield path
        elif not os.path.isdir(path):
            # A FIFO would be waited for, also by a reload.
            self.findings.fault(Place(Source(path)), f"'{KEY}' names what is no file and no folder")
        else:
            try:
                names = sorted(os.listdir(path))
            except OSError as error:
                self.findings.fault(Place(Source(path)), f"cannot list it: {error.strerror}")
                return
            yield from (joined for name in names if os.path.isfile(joined := f"{path}/{name}"))

    def _merge(self, root: Mapping, added: Mapping, strategy: str) -> None:
        nested = added.get(KEY)
        if nested is not None:
            self.findings.fault(
                nested.place,
                f"'{KEY}' stands in a file that is itself included",
                "name all files in the main one",
            )
            added.remove(KEY)
        known = by_key(Config)
        for name, value in added.pairs:
            option = known.get(name.text)
            spellings = [key for key in known if known[key] is option] if option else [name.text]
            key = next((key for key in spellings if root.get(key) is not None), name.text)
            before = root.get(key)
            if before is None or strategy == "override":
                root.put(key, value, name.place)
            elif strategy == "append" and option and item_kind(option.kind) is not None:
                items = [*_items(before), *_items(value)]
                root.put(key, Sequence(items, value.place), name.place)
            elif strategy == "append":
                root.put(key, value, name.place)

    def _text(self, path: str, place: Place) -> str | None:
        """The text of a file; None after a fault."""
        try:
            with Path(path).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:  # ValueError: of a path that cannot be one
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self.findings.fault(place, f"cannot read the configuration: {reason}", NO_FILE)
            return None
        if len(data) > MAX_BYTES:
            self.findings.fault(place, f"larger than {MAX_BYTES} bytes")
            return None
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.findings.fault(place, f"not UTF-8 text: {error.reason}")
            return None


def _is_same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:  # one of them is not there any more
        return False


def _items(node: Mapping | Sequence | Scalar) -> list[Mapping | Sequence | Scalar]:
    """The items of a list; what is none is an item, which is what one text is taken for."""
    if isinstance(node, Sequence):
        return node.items
    return [] if isinstance(node, Scalar) and node.is_null else [node]
