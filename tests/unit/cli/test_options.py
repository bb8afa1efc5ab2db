# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share; test_configuration has what they do."""

from __future__ import annotations

import pytest

from falcomod import cli


@pytest.mark.parametrize("command", [["start"], ["replay"], ["rules", "explain"]])
def test_commands_that_load_rules_have_them(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run([*command, "--help"])
    out = capsys.readouterr().out
    for name in ("--config", "--rules", "--option"):
        assert name in out
