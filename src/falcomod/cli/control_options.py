# SPDX-License-Identifier: Apache-2.0
"""Options of commands that ask a running falcomod: which one."""

from __future__ import annotations

import click

from falcomod.cli.options import FILE, together

# Arrive as `socket` and `path`.
asking = together(
    click.option(
        "--socket", type=FILE, metavar="PATH",
        help="Control socket of the falcomod to ask, in place of the configuration's.",
    ),
    click.option(
        "-c", "--config", "path", type=FILE, metavar="FILE",
        help="Configuration file that names the control socket, in place of "
        "/etc/falcomod/falcomod.yaml.",
    ),
)  # fmt: skip
