# SPDX-License-Identifier: Apache-2.0
"""`falcomod driver`: the table, and the exit code where no driver can work."""

from __future__ import annotations

import pytest

from falcomod import cli
from falcomod.app import driver_status
from falcomod.app.driver import DriverHost
from falcomod.errors import EXIT_ENVIRONMENT, EXIT_OK


def test_status_shows_the_table_and_exits_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    table, usable = driver_status.report()
    code = cli.run(["driver", "status"])
    out, err = capsys.readouterr()
    assert code == (EXIT_OK if usable else EXIT_ENVIRONMENT)
    assert ("no driver can be used" in err) is not usable
    assert [line.split()[0] for line in out.splitlines()] == [
        line.split()[0] for line in table.splitlines()
    ]


def test_status_without_a_usable_driver(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_status, "report", lambda: ("the table", False))
    assert cli.run(["driver", "status"]) == EXIT_ENVIRONMENT
    out, err = capsys.readouterr()
    assert (out, err) == ("the table\n", "Error: no driver can be used on this host\n")


def test_unload_where_nothing_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    if DriverHost().loaded:
        pytest.skip("the module is loaded on this host")
    assert cli.run(["driver", "unload"]) == EXIT_OK
    assert capsys.readouterr().out == "falcomod: not loaded\n"
