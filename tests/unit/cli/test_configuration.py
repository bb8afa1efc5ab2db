# SPDX-License-Identifier: Apache-2.0
"""The configuration that options make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from falcomod.cli.configuration import configuration
from falcomod.cli.options import configured
from falcomod.config.model import Config


def config_of(*arguments: str, **changes: Any) -> Config:
    found: list[Config] = []

    @click.command()
    @configured
    def command(**options: Any) -> None:
        found.append(configuration(**options, **changes))

    command.main(list(arguments), standalone_mode=False)
    return found[0]


def test_file_overrides_and_rules(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("priority: error\nrules_files: [a.yaml]\njson_output: false\n")
    rules = [str(tmp_path / name) for name in ("b.yaml", "d.yaml")]
    for name in rules:
        Path(name).touch()
    config = config_of("-c", str(path), "-o", "priority=warning", "-r", rules[0], "-r", rules[1],
                       json_output=True)  # fmt: skip
    assert config.priority == "warning"
    assert config.rules_files == rules
    assert config.json_output


def test_without_options_all_is_as_by_default() -> None:
    assert config_of() == Config()
