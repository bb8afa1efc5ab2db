# SPDX-License-Identifier: Apache-2.0
"""falcomod reload: have the falcomod that runs here read its configuration and rules again."""

from __future__ import annotations

import click

from falcomod.cli.control_options import asking

TIMEOUT_S = 300.0  # compiling many rules takes a while


@click.command("reload")
@asking
def reload_(socket: str | None, path: str | None) -> None:
    """Have configuration and rules read again, without a gap.

    Where they have a fault, all goes on as before, and the exit code is 1. SIGHUP does the
    same, and so does a file that changes (watch_config_files).
    """
    # Imported late: other commands do without a connection.
    from falcomod.app import logs
    from falcomod.app.control_socket import control_socket
    from falcomod.app.reload_request import request

    logs.set_up("error")
    click.echo("\n".join(request(control_socket(socket, path), TIMEOUT_S)))
