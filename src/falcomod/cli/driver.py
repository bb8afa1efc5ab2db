# SPDX-License-Identifier: Apache-2.0
"""falcomod driver: the drivers of this host, and the kernel module by hand."""

from __future__ import annotations

import click

from falcomod.app.driver import DriverHost
from falcomod.errors import DriverError


@click.group()
def driver() -> None:
    """Look at the drivers; build, load and unload the kernel module."""


@driver.command()
def status() -> None:
    """Show each driver: whether it can be used, or why not.

    While a falcomod runs, also how many events it had from there, and lost. Exits with 3
    where no driver can be used.
    """
    # Imported late: the commands below work where the engine is not built.
    from falcomod.app import driver_status

    table, usable = driver_status.report()
    click.echo(table)
    if not usable:
        raise DriverError("no driver can be used on this host")


@driver.command()
def build() -> None:
    """Build the kernel module for the running kernel."""
    click.echo(f"built {DriverHost().build()}")


@driver.command()
def load() -> None:
    """Load the kernel module, building it first where there is none."""
    click.echo(f"falcomod: {DriverHost().load()}")


@driver.command()
def unload() -> None:
    """Unload the kernel module."""
    click.echo(f"falcomod: {DriverHost().unload()}")
