# SPDX-License-Identifier: Apache-2.0
"""Options of commands that ask a running falcomod: which one."""

from __future__ import annotations

import click

from falcomod.cli.options import together

# Arrive as `socket` and `path`.
asking = together(
    click.option(
        "--socket", metavar="PATH",
        help="Control socket of the falcomod to ask, in place of the configuration's.",
    ),
    click.option(
        "-c", "--config", "path", metavar="FILE",
        help="Configuration file that names the control socket, in place of "
        "/etc/falcomod/falcomod.yaml.",
    ),
)  # fmt: skip
