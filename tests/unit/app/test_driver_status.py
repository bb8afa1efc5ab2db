# SPDX-License-Identifier: Apache-2.0
"""The table of drivers, cell by cell."""

from __future__ import annotations

from collections.abc import Collection

from falcomod import __version__
from falcomod.app.driver import Obstacle
from falcomod.app.driver_choice import DRIVERS, Opened
from falcomod.app.driver_status import HEADER, report
from falcomod.app.status_file import Status
from falcomod.config.model import Config
from falcomod.engine.decode.schema import ABI_VERSION

NO_MODULES = Obstacle("no modules", "this kernel has no modules", "use another")


class FakeDriver:
    def __init__(
        self, name: str, obstacle: Obstacle | None = None, loaded: bool = False, version: str = ""
    ) -> None:
        self.name = name
        self._obstacle = obstacle
        self._loaded = loaded
        self._version = version

    def loaded(self) -> bool:
        return self._loaded

    def version(self) -> str:
        return self._version

    def obstacle(self) -> Obstacle | None:
        return self._obstacle

    def open(self, config: Config, syscalls: Collection[int]) -> Opened:
        raise AssertionError("looking opens nothing")


def status(driver: str, events: int, drops: int, abi: int = ABI_VERSION) -> Status:
    return Status(driver, "0.1.0", abi, rings=2, pid=1, started=1, events=events, drops=drops)


def cells(text: str) -> list[list[str]]:
    """The rows below the header, split where the header's words begin."""
    header, *rows = text.splitlines()
    starts = [header.index(word) for word in HEADER]
    ends = [*starts[1:], None]
    return [
        [row[start:end].strip() for start, end in zip(starts, ends, strict=True)]
        for row in rows
        if ": " not in row.split("  ", maxsplit=1)[0]
    ]


def test_table_where_nothing_runs() -> None:
    drivers = [FakeDriver("kmod", NO_MODULES), FakeDriver("ebpf", version=__version__)]
    text, usable = report(drivers, [])
    assert usable
    abi = str(ABI_VERSION)
    assert cells(text) == [
        ["kmod", "no: no modules", "-", abi, "no", "-", "-", "-"],
        ["ebpf", "yes", __version__, abi, "no", "-", "-", "-"],
    ]
    assert text.splitlines()[-1] == "kmod: this kernel has no modules; use another"


def test_running_programs_are_counted_together_by_driver() -> None:
    drivers = [FakeDriver("kmod"), FakeDriver("ebpf", version=__version__)]
    running = [status("ebpf", 100, 1), status("ebpf", 50, 0)]
    rows = cells(report(drivers, running)[0])
    assert rows[0][4:] == ["no", "-", "-", "-"]
    assert rows[1][4:] == ["yes", "4", "150", "1"]


def test_module_of_another_version_is_not_said_to_speak_our_abi() -> None:
    drivers = [FakeDriver("kmod", loaded=True, version="0.0.1")]
    assert cells(report(drivers, [])[0]) == [["kmod", "yes", "0.0.1", "?", "yes", "-", "-", "-"]]
    served = report(drivers, [status("kmod", 7, 0, abi=9)])[0]
    assert cells(served)[0][3:] == ["9", "yes", "2", "7", "0"]


def test_no_driver_is_usable_when_each_has_an_obstacle() -> None:
    text, usable = report([FakeDriver("kmod", NO_MODULES), FakeDriver("ebpf", NO_MODULES)], [])
    assert not usable
    assert [line.split(":")[0] for line in text.splitlines()[-2:]] == ["kmod", "ebpf"]


def test_this_host_has_a_row_for_every_driver() -> None:
    text, _ = report()
    assert [row[0] for row in cells(text)] == [driver.name for driver in DRIVERS]
