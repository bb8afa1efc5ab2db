# SPDX-License-Identifier: Apache-2.0
"""Rules files to a collection.

Reads files in the order given (a directory: its *.yaml and *.yml files by name)
and merges them into one collection.  A fault does not stop the reading: all of
them are raised together, sorted by place; or, where the user wants to go on
without what is bad, kept beside what is good.
"""

from __future__ import annotations

import errno
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from falcomod.errors import Location, RuleError, RuleLoadError
from falcomod.rules.document import Mapping, is_null, items_apart, read_documents
from falcomod.rules.document import Sequence as SequenceNode
from falcomod.rules.items import read_item
from falcomod.rules.merge import merge
from falcomod.rules.model import RuleCollection
from falcomod.rules.requirements import read_requirement, unmet_plugins
from falcomod.rules.resolve import syntax_faults
from falcomod.rules.text import Scalar, SourceFile

FILE_MAX = 64 << 20  # bytes; all rules that are published have two millions
_SUFFIXES = (".yaml", ".yml")
_LIST = re.compile(r"""\s*-\s+list:\s*["']?(.*?)["']?\s*$""", re.MULTILINE)


def load_files(paths: Iterable[str | Path], *, skip_bad: bool = False) -> RuleCollection:
    """The rules, macros and lists of all files.

    Raises RuleLoadError with every fault of every file; with *skip_bad* what has
    a fault is left out instead, and told in the collection's *skipped*.
    """
    errors: list[RuleError] = []
    return load_sources(read_files(paths, errors), errors, skip_bad=skip_bad)


def read_files(paths: Iterable[str | Path], errors: list[RuleError]) -> list[SourceFile]:
    """The texts of all files; of those that cannot be read *errors* are told."""
    return [file for path in paths for file in _files(str(path), errors)]


def load_sources(
    files: Iterable[SourceFile], errors: Iterable[RuleError] = (), *, skip_bad: bool = False
) -> RuleCollection:
    """The same for texts that are at hand; *errors* are those met in reaching them."""
    collection = RuleCollection()
    errors = list(errors)
    for file in files:
        _load_file(file, collection, errors, apart=skip_bad)
    errors.extend(unmet_plugins(collection))
    if errors and not skip_bad:
        # Conditions are read on the way to a program, which this load will not reach.
        errors.extend(syntax_faults(collection))
        raise RuleLoadError(errors, collection.warnings)
    collection.skipped.extend(errors)
    return collection


def _load_file(
    file: SourceFile, collection: RuleCollection, errors: list[RuleError], *, apart: bool
) -> None:
    """With *apart*, the items that are YAML are read out of a file that is not."""
    try:
        roots = read_documents(file)
        for root in list(roots) if apart else roots:
            _load_document(file, root, collection, errors)
    except RuleError as error:
        if apart and error.code == "LOAD_ERR_YAML_PARSE":
            _load_apart(file, error, collection, errors)
        else:
            errors.append(error)


def _load_apart(
    file: SourceFile, fault: RuleError, collection: RuleCollection, errors: list[RuleError]
) -> None:
    before = len(errors)
    for text in items_apart(file):
        try:
            for root in read_documents(file, text):
                _load_document(file, root, collection, errors)
        except RuleError as error:
            errors.append(_within(file, text, error))
            _note_lost_text(text, collection)
    if len(errors) == before:
        errors.append(fault)  # which stands outside of all items


def _within(file: SourceFile, text: str, fault: RuleError) -> RuleError:
    """The fault of an item, at its beginning where what ends too soon is told behind its end."""
    if fault.location < file.location(len(text)):
        return fault
    place = file.location(len(text) - len(text.lstrip()))
    return RuleError(fault.message, place, code=fault.code, quote=file.quote(place))


def files_in(folder: Path) -> list[Path]:
    """The rules files that a folder stands for: its .yaml and .yml files, sorted by name."""
    inside = sorted(entry for entry in folder.iterdir() if entry.suffix in _SUFFIXES)
    return [entry for entry in inside if entry.is_file()]


def _files(path: str, errors: list[RuleError]) -> Sequence[SourceFile]:
    found = Path(path)
    try:
        return [_read(entry) for entry in (files_in(found) if found.is_dir() else [found])]
    except RuleError as error:
        errors.append(error)
    except OSError as error:
        message = f"this rules file cannot be read: {error.strerror}"
        remedy = "give the path of a readable file or directory"
        place = Location(error.filename or path)
        errors.append(RuleError(message, place, code="LOAD_ERR_FILE_READ", remedy=remedy))
    return []


def check_readable(path: Path) -> None:
    """Raises OSError where reading it all would not end, or take all memory."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    if found.st_size > FILE_MAX:
        raise OSError(errno.EFBIG, f"it is larger than {FILE_MAX} bytes", str(path))


def _read(path: Path) -> SourceFile:
    check_readable(path)
    content = path.read_bytes()
    try:
        return SourceFile(str(path), content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RuleError(
            "this rules file is not UTF-8 text",
            Location(str(path), line),
            code="LOAD_ERR_FILE_READ",
            remedy="save it as UTF-8",
        ) from None


def _load_document(
    file: SourceFile, root: object, collection: RuleCollection, errors: list[RuleError]
) -> None:
    if isinstance(root, Scalar) and is_null(root):
        return
    if not isinstance(root, SequenceNode):
        place = root.location if isinstance(root, Scalar | Mapping) else Location(file.path)
        message = (
            "Rules content is not yaml array of objects"
            if isinstance(root, Mapping)
            else "Rules content is not yaml"
        )
        remedy = "a rules file is a sequence of items, each beginning with '- '"
        raise _fault(file, place, message, remedy)
    for node in root.items:
        if is_null(node):
            continue
        if isinstance(node, Mapping):
            _load_item(file, node, collection, errors)
        else:
            message = "Unexpected element type. Each element should be a yaml associative array."
            remedy = "an item of a rules file has keys, such as 'rule:' or 'macro:'"
            errors.append(_fault(file, node.location, message, remedy))


def _load_item(
    file: SourceFile, node: Mapping, collection: RuleCollection, errors: list[RuleError]
) -> None:
    found: list[RuleError] = []
    try:
        if read_requirement(file, node, collection):
            return
        item = read_item(file, node, collection.warnings, found)
        if item is not None and not found:
            merge(collection, item)
            collection.lost_lists.discard(item.name.value if item.kind == "list" else "")
    except RuleError as error:
        found.append(error)
    if found:
        errors.extend(found)
        _note_lost_list(node, collection)


def _note_lost_list(node: Mapping, collection: RuleCollection) -> None:
    for key, value in node.pairs:
        if isinstance(key, Scalar) and key.value == "list" and isinstance(value, Scalar):
            if value.value not in collection.lists:
                collection.lost_lists.add(value.value)
            return


def _note_lost_text(text: str, collection: RuleCollection) -> None:
    """The same for an item that is no YAML; its first line tells whether it was a list."""
    match = _LIST.match(text)
    if match and match[1] not in collection.lists:
        collection.lost_lists.add(match[1])


def _fault(file: SourceFile, place: Location, message: str, remedy: str) -> RuleError:
    quote = file.quote(place)
    return RuleError(message, place, code="LOAD_ERR_YAML_VALIDATE", quote=quote, remedy=remedy)
