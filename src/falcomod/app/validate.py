# SPDX-License-Identifier: Apache-2.0
"""Checks rules files without running them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from falcomod.app import rules_files
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_files


def validate_files(named: Sequence[str]) -> Iterator[str]:
    """A verdict for each file, its warnings below it; raises RuleLoadError with every fault."""
    paths = rules_files.resolve(named)
    compiled = compile_rules(load_files(paths))
    for path in paths:
        warnings = [w for w in compiled.warnings if w.location.path == path]
        yield f"{path}: Ok, with warnings" if warnings else f"{path}: Ok"
        for warning in warnings:
            yield str(warning)
