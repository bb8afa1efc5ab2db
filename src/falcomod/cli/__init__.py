# SPDX-License-Identifier: Apache-2.0
"""The command line: `falcomod COMMAND`.

Commands parse their options and call the layers below; errors become one
message and an exit code here.
"""

from __future__ import annotations

import os
import sys

import click

from falcomod import __version__
from falcomod.cli.config import config
from falcomod.cli.driver import driver
from falcomod.cli.events import events
from falcomod.cli.fields import fields
from falcomod.cli.old_options import modern
from falcomod.cli.reload import reload_
from falcomod.cli.replay import replay
from falcomod.cli.rules import rules
from falcomod.cli.start import start
from falcomod.cli.status import status
from falcomod.cli.support import support
from falcomod.errors import EXIT_BUG, EXIT_OK, FalcomodError, harmless


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="falcomod version: %(version)s")
def cli() -> None:
    """Watch system calls and raise alerts by rules."""


COMMANDS = (start, status, reload_, replay, driver, rules, events, fields, config, support)
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """The console script: runs a command and exits with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs a command; returns the exit code of the kind of its error."""
    try:
        cli.main(modern(arguments), prog_name="falcomod", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except FalcomodError as error:
        click.echo(f"Error: {harmless(str(error))}", err=True)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except Exception as error:  # the last boundary: a bug is a message, too
        if os.environ.get("FALCOMOD_DEBUG"):
            raise
        click.echo(
            f"Error: falcomod failed inside: {type(error).__name__}: {harmless(str(error))}\n"
            "This is a bug; run with FALCOMOD_DEBUG=1 for a traceback to report.",
            err=True,
        )
        return EXIT_BUG
    return EXIT_OK
