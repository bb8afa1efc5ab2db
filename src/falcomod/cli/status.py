# SPDX-License-Identifier: Apache-2.0
"""falcomod status: what the falcomod that runs here says of itself."""

from __future__ import annotations

import json
import shutil
import sys
import time

import click

from falcomod.cli.control_options import asking

INTERVAL_S = 1.0
TIMEOUT_S = 10.0
WIDTH_OF_FILES = 120
HOME, CLEAR_LINE, CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"  # ECMA-48


@click.command()
@asking
@click.option("--once", is_flag=True, help="Print it once, as without a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print all that there is once, as JSON.")
def status(socket: str | None, path: str | None, once: bool, as_json: bool) -> None:
    """Show how the falcomod that runs here is doing.

    Events, losses, alerts, outputs, containers. On a terminal the table is drawn anew each
    second, until Ctrl-C. Rates are those of the last second; with --once they are since the
    start.
    """
    # Imported late, as the engine's tables are: other commands work without.
    from falcomod.app import logs
    from falcomod.app.control import STATUS, ask
    from falcomod.app.control_socket import control_socket
    from falcomod.app.status_view import screen

    logs.set_up("error")
    place = control_socket(socket, path)
    found = ask(place, "GET", STATUS, TIMEOUT_S)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    is_terminal = sys.stdout.isatty()
    if once or not is_terminal:
        width = shutil.get_terminal_size().columns if is_terminal else WIDTH_OF_FILES
        click.echo("\n".join(screen(found, None, width=width)))
        return
    before = None
    click.clear()
    try:
        while True:
            size = shutil.get_terminal_size()
            lines = screen(found, before, width=size.columns, height=size.lines - 1)
            drawn = "".join(f"{line}{CLEAR_LINE}\n" for line in lines)
            click.echo(f"{HOME}{drawn}{CLEAR_BELOW}", nl=False)
            time.sleep(INTERVAL_S)
            before, found = found, ask(place, "GET", STATUS, TIMEOUT_S)
    except KeyboardInterrupt:
        return
