# SPDX-License-Identifier: Apache-2.0
"""All that a configuration asks for, made ready beside what runs and without touching it.

A start begins with it, and so does a reload: what does not get through here changes nothing.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from falcomod.alert.render import line_of
from falcomod.app import rules_files, writable_files
from falcomod.app.agent import Explain
from falcomod.app.explainers import Explainers
from falcomod.app.rules_program import load_rules
from falcomod.app.selection import selection
from falcomod.config.load import Loaded
from falcomod.config.model import Config
from falcomod.output.spec import Spec
from falcomod.output.table import specs
from falcomod.rules.compile import CompiledRules

log = logging.getLogger(__name__)

Load = Callable[[], Loaded]


@dataclass(frozen=True)
class Prepared:
    """A configuration with its rules compiled and its outputs known."""

    config: Config
    rules: CompiledRules
    syscalls: frozenset[int]  # to record: portable numbers
    outputs: tuple[Spec, ...]
    config_files: Mapping[str, str] = field(default_factory=dict)  # path → SHA-256 in hex
    rules_files: Mapping[str, str] = field(default_factory=dict)
    explain: Explain | None = None


def prepare(load: Load, *, explain: bool = False, print_format: str | None = None) -> Prepared:
    """What *load* gives, checked and compiled; raises UserError for whatever is wrong with it.

    *explain*: alerts say why their rule matched.  *print_format* is Falco's -p.
    """
    loaded = load()
    config = loaded.config
    for warning in loaded.warnings:
        log.warning("%s", warning)
    named = rules_files.resolve(config.rules_files)
    writable_files.warn_of([*loaded.files, *named])
    # Taken before they are read: a file that changes meanwhile is seen to differ, and read again.
    known = digests(named)
    rules = load_rules(config, print_format=print_format)
    return Prepared(
        config=config,
        rules=rules,
        syscalls=selection(config, rules),
        outputs=tuple(specs(config, line_of(config), explain=explain)),
        config_files=digests(loaded.files),
        rules_files=known,
        explain=Explainers.configured(config).of_alert if explain else None,
    )


def digests(paths: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each file's bytes, in hex; of one that is gone meanwhile ""."""
    return {path: _digest(path) for path in paths}


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
