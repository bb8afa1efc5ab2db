# SPDX-License-Identifier: Apache-2.0
"""Which falcomod is asked is said the same way to every command that asks."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from falcomod.cli.control_options import asking
from falcomod.cli.reload import reload_
from falcomod.cli.status import status


def test_options_arrive_by_their_names() -> None:
    @click.command()
    @asking
    def command(socket: str | None, path: str | None) -> None:
        click.echo(f"{socket} {path}")

    found = CliRunner().invoke(command, ["--socket", "/s", "-c", "/f"])
    assert found.output == "/s /f\n"
    assert CliRunner().invoke(command, []).output == "None None\n"


@pytest.mark.parametrize("command", [status, reload_])
def test_commands_that_ask_have_them(command: click.Command) -> None:
    names = {name for param in command.params for name in param.opts}
    assert {"--socket", "-c", "--config"} <= names
