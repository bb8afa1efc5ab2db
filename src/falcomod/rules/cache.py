# SPDX-License-Identifier: Apache-2.0
"""Compiled rules on disk, so that the next start need not read and parse them again.

What is kept is what the last pass of compiling sees: conditions as one list of nodes,
and of each rule what an alert needs.  An entry is known by a hash of everything that it
was made of: the files' names and texts, the options, and falcomod itself.  So an entry
is never out of date, only unused, and the oldest ones are removed.

An entry is believed only if nobody else could have written it; one that is damaged is
the same as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import falcomod
from falcomod.alert.additions import Additions
from falcomod.alert.model import Priority
from falcomod.errors import FalcomodError, Location, RuleError
from falcomod.rules.ast import And, Check, Constant, Node, Not, Or, bottom_up
from falcomod.rules.compile import CompiledRule, CompiledRules, builders_of, rulesets_of
from falcomod.rules.model import Rule
from falcomod.rules.template import template_of
from falcomod.rules.text import Scalar, SourceFile, SourceText

FORMAT = 1
ENTRIES_MAX = 8
SIZE_MAX = 256 << 20
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class CacheFault(Exception):
    """Why a folder cannot hold the cache."""


class RulesCache:
    """Entries in a folder of our own, which is made where there is none.

    Raises CacheFault if the folder cannot be made or others may write there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.lstat()
        except OSError as error:
            raise CacheFault(f"{folder}: {error.strerror}") from None
        if not stat.S_ISDIR(found.st_mode) or not _is_ours(found):
            raise CacheFault(f"{folder}: is no folder of this user alone; change its owner or mode")

    def load(
        self, key: str, *, matching: str, additions: Additions | None = None
    ) -> CompiledRules | None:
        """The rules under *key*; None where there is no entry, or none to be believed."""
        try:
            return decoded(json.loads(self._read(key)), matching, additions)
        except (OSError, ValueError, TypeError, LookupError, FalcomodError):
            return None

    def save(self, key: str, rules: CompiledRules) -> None:
        """Keeps *rules* under *key*. Raises OSError; what was there is then still there."""
        body = json.dumps(encoded(rules), separators=(",", ":")).encode()
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            os.replace(name, self._folder / key)
        except BaseException:
            os.unlink(name)
            raise
        self._prune()

    def _read(self, key: str) -> bytes:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self._folder / key, flags), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or not _is_ours(found) or found.st_size > SIZE_MAX:
                raise ValueError("not an entry of this user alone")
            digest, _, body = file.read().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            raise ValueError("a damaged entry")
        return body

    def _prune(self) -> None:
        entries = [entry for entry in self._folder.iterdir() if entry.name[:1] != "."]
        entries.sort(key=lambda entry: entry.stat().st_mtime_ns)
        for entry in entries[: max(0, len(entries) - ENTRIES_MAX)]:
            entry.unlink(missing_ok=True)


def _is_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & OTHERS_MAY_WRITE


def key_of(files: Iterable[tuple[str, bytes]], options: Sequence[Any]) -> str:
    """The key of rules made of *files* (path and content, in order) with *options*."""
    digest = hashlib.sha256()
    for part in (FORMAT, _program(), *options):
        digest.update(f"{part!r}\n".encode())
    for path, content in files:
        digest.update(f"{path!r} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _program() -> str:
    """Changes whenever a file of falcomod does."""
    root = Path(falcomod.__file__).parent
    facts = []
    for folder in ("rules", "alert", "engine"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".so"):
                found = path.stat()
                facts.append((str(path), found.st_size, found.st_mtime_ns))
    return f"{falcomod.__version__} {hashlib.sha256(repr(facts).encode()).hexdigest()}"


# Rules to JSON -------------------------------------------------------------------------


def encoded(rules: CompiledRules) -> dict[str, Any]:
    """*rules* as what JSON can hold."""
    nodes: list[list[Any]] = []
    known: dict[int, tuple[Node, int]] = {}

    def placed(node: Node, children: list[int]) -> int:
        nodes.append(_encoded_node(node, children))
        return len(nodes) - 1

    return {
        "rules": [_encoded_rule(rule, bottom_up(rule.tree, placed, known)) for rule in rules.rules],
        "nodes": nodes,
        "codes": sorted(rules.codes),
        "syscalls": sorted(rules.syscalls),
        "warnings": [_encoded_error(warning) for warning in rules.warnings],
        "unused": list(rules.unused),
    }


def _encoded_node(node: Node, children: list[int]) -> list[Any]:
    if isinstance(node, Check):
        return ["check", node.field, node.operator, list(node.values), node.rhs]
    if isinstance(node, Constant):
        return ["constant", node.value]
    if isinstance(node, Not):
        return ["not", children[0]]
    return ["and" if isinstance(node, And) else "or", children]


def _encoded_rule(compiled: CompiledRule, root: int) -> dict[str, Any]:
    rule = compiled.rule
    return {
        "name": rule.name,
        "desc": rule.desc,
        "condition": _encoded_text(rule.condition),
        "output": _encoded_text(rule.output),
        "defined": _encoded_text(rule.defined),
        "priority": int(rule.priority),
        "source": rule.source,
        "tags": sorted(rule.tags),
        "capture": rule.capture,
        "capture_duration_ms": rule.capture_duration_ms,
        "root": root,
        "codes": sorted(compiled.codes),
    }


def _encoded_text(text: SourceText) -> list[str]:
    return [text.text, text.pieces[0].scalar.file.path if text.pieces else ""]


def _encoded_error(error: RuleError) -> list[Any]:
    place = error.location
    return [
        error.message,
        place.path,
        place.line,
        place.column,
        error.code,
        error.quote,
        error.remedy,
    ]


# … and back ----------------------------------------------------------------------------


def decoded(
    document: dict[str, Any], matching: str, additions: Additions | None = None
) -> CompiledRules:
    """The rules that *document* holds; *additions* are those that they were compiled with.

    Raises LookupError, TypeError, ValueError or a FalcomodError for what it is not.
    """
    nodes: list[Node] = []
    for row in document["nodes"]:
        nodes.append(_decoded_node(row, nodes))
    added = additions or Additions()
    rules = [
        _decoded_rule(number, row, nodes, added) for number, row in enumerate(document["rules"])
    ]
    return CompiledRules(
        rulesets=rulesets_of(rules, builders_of(matching)),
        rules=tuple(rules),
        codes=frozenset(map(int, document["codes"])),
        syscalls=frozenset(map(int, document["syscalls"])),
        warnings=tuple(_decoded_error(row) for row in document["warnings"]),
        unused=tuple(map(str, document["unused"])),
    )


def _decoded_node(row: list[Any], nodes: Sequence[Node]) -> Node:
    kind, *rest = row
    if kind == "check":
        field, operator, values, rhs = rest
        return Check(field, operator, tuple(values), rhs)
    if kind == "constant":
        return Constant(bool(rest[0]))
    if kind == "not":
        return Not(nodes[rest[0]])
    children = tuple([nodes[child] for child in rest[0]])
    if kind == "and":
        return And(children)
    if kind == "or":
        return Or(children)
    raise ValueError(f"no node is a {kind!r}")


def _decoded_rule(
    rule_id: int, row: dict[str, Any], nodes: Sequence[Node], additions: Additions
) -> CompiledRule:
    rule = Rule(
        name=row["name"],
        desc=row["desc"],
        condition=_decoded_text(row["condition"]),
        output=_decoded_text(row["output"]),
        defined=_decoded_text(row["defined"]),
        priority=Priority(row["priority"]),
        source=row["source"],
        tags=frozenset(row["tags"]),
        capture=row["capture"],
        capture_duration_ms=row["capture_duration_ms"],
    )
    template = template_of(rule, additions)
    codes = frozenset(map(int, row["codes"]))
    return CompiledRule(rule_id, rule, template, nodes[row["root"]], codes)


def _decoded_text(row: list[str]) -> SourceText:
    """The text alone: places are for errors, and rules with errors are not kept."""
    text, path = row
    return SourceText.of(Scalar(text, SourceFile(path, ""), 0, 0))


def _decoded_error(row: list[Any]) -> RuleError:
    message, path, line, column, code, quote, remedy = row
    place = Location(path, line, column)
    return RuleError(message, place, code=code, quote=quote, remedy=remedy)
