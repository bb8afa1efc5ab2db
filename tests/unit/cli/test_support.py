# SPDX-License-Identifier: Apache-2.0
"""`falcomod support`: one piece of JSON, whatever runs or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from falcomod import cli
from falcomod.errors import EXIT_OK


def test_report_is_json_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "falcomod.yaml"
    path.write_text(f"no_such_key: 1\ncontrol: {{socket: {tmp_path}/none.sock}}\n")
    assert cli.run(["support", "-c", str(path), "-o", "priority=error"]) == EXIT_OK
    out, err = capsys.readouterr()
    assert json.loads(out)["config"]["priority"] == "error"
    assert err == ""
