# SPDX-License-Identifier: Apache-2.0
"""The drivers of this host as a table: which can be used, which are, and what they count."""

from __future__ import annotations

from collections.abc import Sequence

from falcomod import __version__
from falcomod.app import status_file
from falcomod.app.driver import Obstacle
from falcomod.app.driver_choice import DRIVERS, Driver
from falcomod.app.status_file import Status
from falcomod.app.tables import aligned
from falcomod.engine.decode.schema import ABI_VERSION

HEADER = ("driver", "available", "version", "ABI", "loaded", "rings", "events", "drops")


def report(
    drivers: Sequence[Driver] | None = None, running: Sequence[Status] | None = None
) -> tuple[str, bool]:
    """The table as text, and whether there is a driver that can be used.

    Reasons too long for a cell stand below the table.
    """
    drivers = DRIVERS if drivers is None else drivers
    running = status_file.running() if running is None else running
    obstacles = [driver.obstacle() for driver in drivers]
    rows = [
        row(driver, obstacle, [status for status in running if status.driver == driver.name])
        for driver, obstacle in zip(drivers, obstacles, strict=True)
    ]
    lines = aligned([HEADER, *rows])
    lines += [
        f"{driver.name}: {obstacle}"
        for driver, obstacle in zip(drivers, obstacles, strict=True)
        if obstacle
    ]
    return "\n".join(lines), None in obstacles


def row(driver: Driver, obstacle: Obstacle | None, users: Sequence[Status]) -> tuple[str, ...]:
    """One driver's cells; *users* are the running programs that read it, counted together."""
    version = driver.version()
    abi = str(ABI_VERSION) if version in ("", __version__) else "?"
    numbers = ["-", "-", "-"]
    if users:
        abi = str(users[0].abi)  # one that speaks another would have been refused
        counts = [(user.rings, user.events, user.drops) for user in users]
        numbers = [str(sum(column)) for column in zip(*counts, strict=True)]
    return (
        driver.name,
        f"no: {obstacle.short}" if obstacle else "yes",
        version or "-",
        abi,
        "yes" if driver.loaded() or users else "no",
        *numbers,
    )
