# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from falcomod import cli
from falcomod.cli.options import configuration, configured
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


@pytest.mark.parametrize("command", [["start"], ["replay"], ["rules", "explain"]])
def test_commands_that_load_rules_have_them(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run([*command, "--help"])
    out = capsys.readouterr().out
    for name in ("--config", "--rules", "--option"):
        assert name in out
