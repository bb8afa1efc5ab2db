# SPDX-License-Identifier: Apache-2.0
"""Reads a configuration: files, and `-o key=value` overrides, into a Config.

    document    YAML text → nodes that know their place
    include     a file; `config_files` merged into it; environment: ${NAME}
    override    -o
    former      keys that Falco had once; plugins: what its plugins are told
    read        nodes → dataclasses
    check       what must hold between them

All faults are one ConfigLoadError; what is only passed over is a warning.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass

from falcomod.config import check, former, override, plugins
from falcomod.config.document import Mapping
from falcomod.config.findings import Findings, Place, Source
from falcomod.config.include import KEY, Files
from falcomod.config.model import Config
from falcomod.config.read import Reader
from falcomod.errors import ConfigError, ConfigLoadError

DEFAULT_PATH = "/etc/falcomod/falcomod.yaml"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """A configuration, the files it was read from, in order, and what was passed over in them."""

    config: Config
    files: tuple[str, ...] = ()
    warnings: tuple[ConfigError, ...] = ()


def load(path: str | None, overrides: Sequence[str] = ()) -> Config:
    """The configuration of a file, changed by overrides in order; warnings are logged.

    Without a path it is that of DEFAULT_PATH, or the defaults where there is no such file.
    Raises ConfigLoadError with every fault.
    """
    loaded = load_all(path, overrides)
    for warning in loaded.warnings:
        log.warning("%s", warning)
    return loaded.config


def load_all(path: str | None, overrides: Sequence[str] = ()) -> Loaded:
    """As load(), with files and warnings, and nothing logged."""
    findings = Findings()
    files = Files(findings, os.environ)
    if path is None and os.path.exists(DEFAULT_PATH):
        path = DEFAULT_PATH
    root = Mapping(Place(Source("defaults"))) if path is None else files.tree(path)
    # Which files are merged is settled before they are.
    for text in overrides:
        if override.first_key(text) == KEY:
            override.apply(root, text, findings)
    files.include(root, path)
    for text in overrides:
        if override.first_key(text) != KEY:
            override.apply(root, text, findings)
    return _loaded(root, findings, tuple(files.read))


def from_text(text: str, path: str) -> Loaded:
    """The configuration in the text of one file; *path* is for messages only."""
    findings = Findings()
    return _loaded(Files(findings, os.environ).tree_of(text, path), findings, (path,))


def _loaded(root: Mapping, findings: Findings, files: tuple[str, ...]) -> Loaded:
    former.modernise(root, findings)
    plugins.take_over(root, findings)
    reader = Reader(findings)
    config = reader.read(Config, root)
    if not findings.faults:
        for objection in check.objections(config):
            place = _place(reader.places, objection.key) or root.place
            add = findings.fault if objection.fatal else findings.warn
            add(place, objection.message, objection.remedy)
    if findings.faults:
        raise ConfigLoadError(findings.faults, findings.warnings, files)
    return Loaded(config, files, tuple(findings.warnings))


def _place(places: dict[str, Place], key: str) -> Place | None:
    """Where an option stands, or else the block that it would stand in."""
    while key:
        if key in places:
            return places[key]
        key = key.rpartition("." if "." in key else "[")[0]
    return None
