# SPDX-License-Identifier: Apache-2.0
"""`falcomod reload`: what it says, and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from falcomod import cli
from falcomod.errors import EXIT_OK, EXIT_USER
from tests.asked import control_server


def test_reload_that_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    with control_server(reload=lambda: {"ok": True, "message": "26 rules"}) as path:
        assert cli.run(["reload", "--socket", path]) == EXIT_OK
    assert capsys.readouterr() == ("reloaded: 26 rules\n", "")


def test_reload_that_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with control_server(reload=lambda: {"ok": False, "message": "a.yaml:3: no"}) as path:
        assert cli.run(["reload", "--socket", path]) == EXIT_USER
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Error: reload refused, all goes on as before: a.yaml:3: no\n")


def test_no_falcomod_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "falcomod.yaml"
    file.write_text(f"control:\n  socket: {tmp_path}/none.sock\n")
    assert cli.run(["reload", "-c", str(file)]) == EXIT_USER
    err = capsys.readouterr().err
    assert f"no falcomod listens at {tmp_path}/none.sock" in err
    assert "kill -HUP PID" in err
