# SPDX-License-Identifier: Apache-2.0
"""Options of a run that are no keys of the configuration."""

from __future__ import annotations

import click

from falcomod.cli.options import FILE, together

with_service = together(
    click.option(
        "-M", "--duration", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
        help="Stop by itself after so long.",
    ),
    click.option(
        "-U", "--unbuffered", is_flag=True, help="Write each line at once (buffered_outputs=false)."
    ),
    click.option(
        "-P", "--pidfile", type=FILE, metavar="FILE",
        help="Write the number of the process to FILE.",
    ),
    click.option(
        "--dry-run", is_flag=True, help="Check configuration and rules, and stop before any event."
    ),
    click.option(
        "--enable-source", "enabled", multiple=True, metavar="SOURCE",
        help="Take events of this source alone: syscall, k8s_audit; may be repeated.",
    ),
    click.option(
        "--disable-source", "disabled", multiple=True, metavar="SOURCE",
        help="Take no events of this source; may be repeated.",
    ),
)  # fmt: skip
