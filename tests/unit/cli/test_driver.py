# SPDX-License-Identifier: Apache-2.0
"""`falcomod driver`: the table, and the exit code where no driver can work."""

from __future__ import annotations

import pytest

from falcomod import cli
from falcomod.app.driver import DriverHost
from falcomod.errors import EXIT_ENVIRONMENT, EXIT_OK


def test_status_shows_a_row_for_everything(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run(["driver", "status"])
    out, err = capsys.readouterr()
    obstacle = DriverHost().obstacle()
    assert code == (EXIT_ENVIRONMENT if obstacle else EXIT_OK)
    assert obstacle in err
    names = [line.split(":")[0] for line in out.splitlines()]
    assert names == [
        "kernel",
        "module",
        "version",
        "device",
        "built for this kernel",
        "sources",
        "kernel headers",
    ]


def test_unload_where_nothing_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    if DriverHost().status().loaded:
        pytest.skip("the module is loaded on this host")
    assert cli.run(["driver", "unload"]) == EXIT_OK
    assert capsys.readouterr().out == "falcomod: not loaded\n"
