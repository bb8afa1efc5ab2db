# SPDX-License-Identifier: Apache-2.0
"""falcomod driver: the kernel module on this host."""

from __future__ import annotations

import click

from falcomod.app.driver import DriverHost
from falcomod.errors import DriverError


@click.group()
def driver() -> None:
    """Look at, build, load and unload the kernel module."""


@driver.command()
def status() -> None:
    """Show whether the module is loaded, or what keeps it from loading.

    Exits with 3 where no driver can be used.
    """
    host = DriverHost()
    found = host.status()
    state = "loaded" if found.loaded else ("not usable" if found.obstacle else "not loaded")
    rows = (
        ("kernel", found.kernel),
        ("module", state),
        ("version", found.version or "-"),
        ("device", "/dev/falcomod" if found.device else "-"),
        ("built for this kernel", found.built or "-"),
        ("sources", found.source or "-"),
        ("kernel headers", found.headers or "-"),
    )
    for name, value in rows:
        click.echo(f"{name + ':':<23}{value}")
    if found.obstacle:
        raise DriverError(found.obstacle)


@driver.command()
def build() -> None:
    """Build the module for the running kernel."""
    click.echo(f"built {DriverHost().build()}")


@driver.command()
def load() -> None:
    """Load the module, building it first where there is none."""
    click.echo(f"falcomod: {DriverHost().load()}")


@driver.command()
def unload() -> None:
    """Unload the module."""
    click.echo(f"falcomod: {DriverHost().unload()}")
