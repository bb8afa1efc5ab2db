# SPDX-License-Identifier: Apache-2.0
"""falcomod reload: have the falcomod that runs here read its configuration and rules again."""

from __future__ import annotations

import click

from falcomod.cli.control_options import asking

TIMEOUT_S = 300.0  # compiling many rules takes a while


@click.command("reload")
@asking
def reload_(socket: str | None, path: str | None) -> None:
    """Read configuration and rules again, without a gap, and say what came of it.

    Exits with 1 where they have a fault, and all goes on as before; the same is done by
    SIGHUP, and by itself when a file has changed (watch_config_files).
    """
    # Imported late: other commands do without a connection.
    from falcomod.app import logs
    from falcomod.app.control_socket import control_socket
    from falcomod.app.reload_request import request

    logs.set_up("error")
    click.echo("\n".join(request(control_socket(socket, path), TIMEOUT_S)))
