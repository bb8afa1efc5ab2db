# SPDX-License-Identifier: Apache-2.0
"""`falcomod start`: what goes wrong before the driver is touched, as users see it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from falcomod import cli
from falcomod.app import startup
from falcomod.app.driver import DriverHost
from falcomod.app.prepared import Load


def falcomod(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "falcomod", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-c", "/no/such.yaml"], 1, "/no/such.yaml: cannot read the configuration"),
        (["-r", "/no/such.yaml"], 1, "/no/such.yaml: no such rules file"),
        (["-o", "json_outptu=true"], 1, "did you mean 'json_output'?"),
        (["-o", "stdout_output.enabled=false"], 1, "no output configured"),
        (["--duration", "soon"], 2, "--duration"),
        (["--driver", "ptrace"], 2, "'auto', 'kmod', 'ebpf'"),
        (["--no-such-option"], 2, "No such option"),
    ],
)
def test_fault_is_one_message_with_its_exit_code(
    arguments: list[str], code: int, words: str
) -> None:
    done = falcomod("start", *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_rule_is_shown_with_its_place(tmp_path: Path) -> None:
    rules = tmp_path / "r.yaml"
    rules.write_text(
        "- rule: x\n  desc: d\n  condition: proc.nme = cat\n  output: o\n  priority: INFO\n"
    )
    done = falcomod("start", "-r", str(rules))
    assert done.returncode == 1
    assert f"{rules}:3:14: " in done.stderr
    assert "proc.nme" in done.stderr
    assert "Traceback" not in done.stderr


def test_named_driver_that_cannot_be_used_says_why_and_exits_with_3() -> None:
    obstacle = DriverHost().obstacle()
    if obstacle is None:
        pytest.skip("this host can load the module; the VM tier covers it")
    done = falcomod("start", "--driver", "kmod")
    assert done.returncode == 3
    assert f"Error: driver kmod cannot be used: {obstacle}" in done.stderr
    assert "ebpf not used" not in done.stderr
    assert "Traceback" not in done.stderr


def test_driver_on_the_command_line_goes_before_the_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kinds: list[str] = []
    monkeypatch.setattr(startup, "run", lambda load, **_: kinds.append(load().config.engine.kind))
    cli.run(["start", "-o", "engine.kind=kmod"])
    cli.run(["start", "-o", "engine.kind=kmod", "--driver", "ebpf"])
    cli.run(["start"])
    assert kinds == ["kmod", "ebpf", "auto"]


def test_options_of_a_run_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[dict[str, Any]] = []

    def run(load: Load, **keys: Any) -> None:
        runs.append({"c": load().config, **keys})

    monkeypatch.setattr(startup, "run", run)
    line = ["start", "-o", "buffered_outputs=true"]
    assert cli.run([*line, "-M", "5", "-U", "-P", "/x.pid", "--dry-run", "-p", "%proc.pid"]) == 0
    assert cli.run([*line, "-pc", "--disable-source", "k8s_audit"]) == 0
    first, second = runs
    assert first["duration_s"] == 5
    assert (first["pidfile"], first["dry_run"]) == ("/x.pid", True)
    assert (first["print_format"], second["print_format"]) == ("%proc.pid", "c")
    assert (first["sources"], second["sources"]) == ({"syscall", "k8s_audit"}, {"syscall"})
    assert [run["c"].buffered_outputs for run in runs] == [False, True]
    assert (second["pidfile"], second["dry_run"], second["duration_s"]) == (None, False, None)


def test_a_dry_run_ends_before_the_driver_is_touched() -> None:
    done = falcomod("start", "--dry-run", "--driver", "kmod", "-pk")
    assert done.returncode == 0, done.stderr
    assert "dry run" in done.stderr
    assert "Opening" not in done.stderr
    wrong = falcomod("start", "--dry-run", "-p", "%no.such")
    assert wrong.returncode == 1
    assert "Error: -p: column 1: unknown field 'no.such'" in wrong.stderr
