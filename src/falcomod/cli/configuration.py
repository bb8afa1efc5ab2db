# SPDX-License-Identifier: Apache-2.0
"""The configuration that the options of a command line make."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

import click

from falcomod.app.rules_files import required
from falcomod.config.load import Loaded, load_all
from falcomod.config.model import Config
from falcomod.rules.select import by_options

log = logging.getLogger(__name__)


def configuration(**options: Any) -> Config:
    """As loaded(), and what was passed over is logged."""
    found = loaded(**options)
    for warning in found.warnings:
        log.warning("%s", warning)
    return found.config


def loaded(
    *,
    path: str | None,
    files: tuple[str, ...],
    overrides: tuple[str, ...],
    only_tags: tuple[str, ...],
    without_tags: tuple[str, ...],
    without_names: tuple[str, ...],
    skip_bad: bool,
    **changes: Any,
) -> Loaded:
    """The configuration of those options; *changes* are keys set by options of a command alone."""
    if only_tags and (without_tags or without_names):
        raise click.UsageError("-t cannot stand beside -T and -D")
    found = load_all(path, overrides)
    config = found.config
    skip_bad = skip_bad or config.skip_bad_rules
    if files:
        names = list(files) if skip_bad else required(files)
        config = dataclasses.replace(config, rules_files=names)
    steps = config.rules + by_options(only_tags, without_tags, without_names)
    config = dataclasses.replace(config, rules=steps, skip_bad_rules=skip_bad, **changes)
    return dataclasses.replace(found, config=config)
