# SPDX-License-Identifier: Apache-2.0
"""Checks rules files without running them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from falcomod.alert.additions import Additions
from falcomod.app import rules_files
from falcomod.errors import RuleError, RuleLoadError, UserError
from falcomod.rules.compile import CompiledRule, compile_rules
from falcomod.rules.describe import Description
from falcomod.rules.load import load_sources, read_files
from falcomod.rules.lost import without_lost
from falcomod.rules.model import RuleCollection
from falcomod.rules.results import FileResult, results
from falcomod.rules.select import EVERY_RULE


@dataclass(frozen=True, slots=True)
class Validation:
    """What came of loading files together; *fault* is the reason to refuse them, if any."""

    results: tuple[FileResult, ...]
    fault: RuleLoadError | None = None
    collection: RuleCollection = field(default_factory=RuleCollection)
    rules: tuple[CompiledRule, ...] = ()  # those that are off as well

    def lines(self) -> Iterator[str]:
        """A verdict for each file, and below it what was doubtful or left out."""
        for result in self.results:
            yield result.verdict
            left_out = [] if self.fault else result.errors
            for told in (*left_out, *result.warnings):
                yield str(told)

    def summary(self) -> str:
        """Verdicts with the codes of all faults."""
        return "\n".join(result.summary() for result in self.results)

    def description(self) -> dict[str, Any]:
        """What is said about all that was loaded; nothing where there is a fault."""
        return {} if self.fault else Description(self.collection, self.rules).everything()


def validate_files(
    named: Sequence[str], *, skip_bad: bool = False, additions: Additions | None = None
) -> Validation:
    """Loads and compiles the files, in order; with *skip_bad* without what has a fault.

    *additions* are what the configuration adds to alerts, and its static fields.

    Raises UserError where there is nothing to load.
    """
    paths = rules_files.expanded(named)
    if not paths:
        raise UserError(f"{named[0]}: a directory without .yaml files")
    errors: list[RuleError] = []
    files = read_files(paths, errors)
    try:
        collection, _ = without_lost(load_sources(files, errors, skip_bad=skip_bad))
        compiled = compile_rules(
            collection, selection=EVERY_RULE, skip_bad=skip_bad, additions=additions
        )
    except RuleLoadError as fault:
        return Validation(tuple(results(paths, files, fault.errors, fault.warnings)), fault)
    found = tuple(results(paths, files, compiled.skipped, compiled.warnings))
    return Validation(found, None, collection, compiled.rules)
