# SPDX-License-Identifier: Apache-2.0
"""The rules that a configuration names, compiled, or taken from the cache of earlier starts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from falcomod.alert.additions import Additions, additions_of
from falcomod.alert.model import Priority
from falcomod.app import rules_files
from falcomod.config.model import Config
from falcomod.rules.cache import CacheFault, RulesCache, key_of
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_files
from falcomod.rules.select import Selection, by_configuration

log = logging.getLogger(__name__)


def load_rules(config: Config, *, print_format: str | None = None) -> CompiledRules:
    """The rules, with a log line for each file; what is doubtful or bad is logged.

    *print_format* is the value of -p, which is added to outputs as append_output is.
    """
    paths = rules_files.resolve(config.rules_files)
    for name in rules_files.missing(config.rules_files):
        log.info("rules file not there: path=%s", name)
    if rules_files.are_replaced(config.rules_files):
        log.warning("none of Falco's rules are installed: %s is loaded in their place", paths[0])
    chosen = by_configuration(config.rules)
    additions = additions_of(config, print_format)
    compiled = _compiled(config, paths, chosen, additions)
    log.info("Loading rules from:")
    bad = {fault.location.path for fault in compiled.skipped}
    for path in paths:
        log.info("   %s: %s", path, "in part" if path in bad else "ok")
    for step in chosen:
        log.info("%s", step)
    for unused in compiled.unused:
        log.warning("no rule is meant: %s", unused)
    for warning in compiled.warnings:
        log.warning("%s", warning)
    for fault in compiled.skipped:
        log.warning("left out: %s", fault)
    for name, fault in compiled.left_out.items():
        log.warning("rule left out: rule=%r fault=%s", name, fault.location)
    if compiled.skipped:
        log.warning("faults=%d rules_left_out=%d", len(compiled.skipped), len(compiled.left_out))
    return compiled


def _compiled(
    config: Config, paths: Sequence[str], chosen: Sequence[Selection], additions: Additions
) -> CompiledRules:
    """From the cache if it can be used and knows these rules, else compiled and kept there."""
    cache, key = _cache(config), _key(config, paths, additions)
    if cache is not None and key:
        found = cache.load(key, matching=config.rule_matching, additions=additions)
        if found is not None:
            log.debug("rules from the cache: key=%s", key)
            return found
    compiled = compile_rules(
        load_files(paths, skip_bad=config.skip_bad_rules),
        priority=Priority.parse(config.priority),
        matching=config.rule_matching,
        selection=chosen,
        skip_bad=config.skip_bad_rules,
        additions=additions,
    )
    # Files may have changed while they were read.
    if cache is not None and key and not compiled.skipped and key == _key(config, paths, additions):
        try:
            cache.save(key, compiled)
        except OSError as error:
            log.warning("the rules are not cached: %s", error)
    return compiled


def _cache(config: Config) -> RulesCache | None:
    if not config.rules_cache_dir:
        return None
    try:
        return RulesCache(Path(config.rules_cache_dir))
    except CacheFault as fault:
        log.debug("no cache of rules: %s", fault)
        return None


def _key(config: Config, paths: Sequence[str], additions: Additions) -> str:
    """The key of these rules in the cache; "" where a file cannot be read."""
    options = (
        config.priority, config.rule_matching, config.rules, config.skip_bad_rules, additions,
    )  # fmt: skip
    try:
        return key_of([(path, Path(path).read_bytes()) for path in paths], options)
    except OSError:
        return ""  # loading it says why
