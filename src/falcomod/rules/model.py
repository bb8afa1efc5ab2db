# SPDX-License-Identifier: Apache-2.0
"""What rules files define: rules, macros, lists, exceptions, and all of them together.

Values that an error may have to point at are kept as SourceText or Scalar.
Everything is immutable but the collection, which grows while files are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from falcomod.alert.model import Priority
from falcomod.errors import RuleError
from falcomod.rules.document import Sequence
from falcomod.rules.text import Scalar, SourceText

SOURCE_SYSCALL = "syscall"
SOURCE_K8S_AUDIT = "k8s_audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleList:
    """Words under a name; an item may be the name of another list."""

    name: str
    items: tuple[Scalar, ...]
    defined: SourceText  # the name, where it was defined first


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """A condition under a name."""

    name: str
    condition: SourceText
    defined: SourceText
    index: int  # position of the first definition; other macros see it by that
    visibility: int  # position of the last change; it sees what was defined before


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleException:
    """Cases in which a rule does not apply.

    With *fields* from a list, each of *values* is a tuple, one value a field;
    with one field alone (*single*), *values* is a flat list for that field.
    """

    name: Scalar
    fields: tuple[Scalar, ...] = ()
    comps: tuple[Scalar, ...] = ()
    values: Sequence | None = None
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as merged from all its definitions."""

    name: str
    desc: str
    condition: SourceText
    output: SourceText
    priority: Priority
    defined: SourceText
    source: str = SOURCE_SYSCALL
    enabled: bool = True
    tags: frozenset[str] = frozenset()
    exceptions: tuple[RuleException, ...] = ()
    warn_evttypes: bool = True
    skip_if_unknown_filter: bool = False
    capture: bool = False
    capture_duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class PluginGroup:
    """Plugins of which one has to be there, as (name, version); *entry* is where that stands."""

    alternatives: tuple[tuple[str, str], ...]
    entry: Scalar


@dataclass(slots=True)
class RuleCollection:
    """All that was loaded, by name, in the order of first definition.

    *warnings* are faults that did not keep anything from being loaded; *skipped*
    are those of items that were left out, where the load was asked to go on.
    """

    rules: dict[str, Rule] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)
    lists: dict[str, RuleList] = field(default_factory=dict)
    warnings: list[RuleError] = field(default_factory=list)
    skipped: list[RuleError] = field(default_factory=list)
    # Lists that were left out and that no other definition stands in for: a condition
    # that names one would compare with the name itself.
    lost_lists: set[str] = field(default_factory=set)
    engine_version: tuple[int, int, int] = (0, 0, 0)  # the highest that a file requires
    plugin_versions: list[PluginGroup] = field(default_factory=list)
    touched: int = 0  # items merged so far: gives every item its position


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What an item asks to be done with one of its keys: append or replace, if it is right."""

    key: Scalar
    word: Scalar

    @property
    def operation(self) -> str:
        """The word as it stands in the file."""
        return self.word.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One list, macro or rule of a file, read but not merged.

    *values* holds what was written, by key: SourceText for texts, tuples of
    Scalar for items, and so on.  *places* has the key itself for messages.
    """

    kind: str
    name: Scalar
    values: dict[str, Any]
    places: dict[str, Scalar]
    append: bool = False
    override: dict[str, Override] = field(default_factory=dict)

    def error(
        self,
        message: str,
        *,
        at: Scalar | None = None,
        code: str = "LOAD_ERR_YAML_VALIDATE",
        remedy: str = "",
    ) -> RuleError:
        """A fault of the item, at its name unless a place is given."""
        return SourceText.of(at or self.name).error(message, 0, code=code, remedy=remedy)
