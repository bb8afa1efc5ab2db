# SPDX-License-Identifier: Apache-2.0
"""Falco's command lines mean commands."""

from __future__ import annotations

import json

import pytest

from falcomod import __version__, cli
from falcomod.app.versions import versions
from falcomod.cli.old_options import OLD, modern
from falcomod.errors import EXIT_OK, EXIT_USAGE, EXIT_USER


def set_(*keys: str) -> list[str]:
    return [word for key in keys for word in ("-o", key)]


REPLAY = ["-o", "engine.kind=replay", "-o", "engine.replay.capture_file=x.scap"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([], []),
        (["start", "-e", "x"], ["start", "-e", "x"]),
        (["--help"], ["--help"]),
        (["-h", "--version"], ["-h", "--version"]),
        (["-c", "f.yaml"], ["start", "-c", "f.yaml"]),
        (["-r", "r.yaml", "-e", "x.scap"], ["start", "-r", "r.yaml", *REPLAY]),
        (["-ex.scap"], ["start", *REPLAY]),
        (["--list"], ["fields"]),
        (["--list", "-N"], ["fields", "-N"]),
        (["--list=syscall", "--markdown"], ["fields", "--source", "syscall", "--markdown"]),
        (["--list-events", "--format", "json"], ["events", "--json"]),
        (["--list-syscall-events"], ["events"]),
        (["-r", "r.yaml", "-L"], ["rules", "list", "-r", "r.yaml"]),
        (["-l", "A rule", "-r", "r"], ["rules", "describe", "A rule", "-r", "r"]),
        (["-V", "a", "-V", "b"], ["rules", "validate", "a", "--verbose", "b", "--verbose"]),
        (["--validate=a"], ["rules", "validate", "a", "--verbose"]),
        (["-e"], ["start", "-e"]),
        (["-pc", "-A"], ["start", "-pc", "-o", "base_syscalls.all=true"]),
        (["-p", "%x {}", "-U"], ["start", "-p", "%x {}", "-U"]),
        (
            ["-b", "-S", "200"],
            ["start", *set_("buffer_format_base64=true", "falco_libs.snaplen=200")],
        ),
        (["-S200"], ["start", *set_("falco_libs.snaplen=200")]),
        (["--snaplen=1"], ["start", *set_("falco_libs.snaplen=1")]),
        (["--print-base64"], ["start", *set_("buffer_format_base64=true")]),
        (
            ["-s", "/x{}.json", "--stats-interval", "500"],
            [
                "start",
                *set_("metrics.enabled=true", "metrics.output_rule=false"),
                *set_("metrics.output_file=/x{}.json", "metrics.interval=500ms"),
            ],
        ),
        (["--modern-bpf"], ["start", *set_("engine.kind=ebpf")]),
        (["--nodriver"], ["start", *set_("engine.kind=nodriver")]),
        (["-v"], ["start", *set_("log_level=debug")]),
        (["-v", "-A", "-V", "a"], ["rules", "validate", "a", "--verbose"]),
        (["--support"], ["support"]),
        (["-c", "f", "--support"], ["support", "-c", "f"]),
        (["--config-schema"], ["config", "schema"]),
        (["-M", "5", "-P", "/p", "--dry-run"], ["start", "-M", "5", "-P", "/p", "--dry-run"]),
        (["--disable-source", "syscall"], ["start", "--disable-source", "syscall"]),
        (["-S"], ["start", "-S"]),
    ],
)
def test_line_means(old: list[str], new: list[str]) -> None:
    assert modern(old) == new


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--list-plugins"], "k8saudit"),
        (["-c", "x", "--plugin-info", "json"], "Name: json"),
        (["--plugin-info=container"], "Name: container"),
        (["--page-size"], "Your system page size is: "),
        (["-i"], "Ignored syscall(s): none"),
    ],
)
def test_a_question_is_answered(
    line: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(line) == EXIT_OK
    told = capsys.readouterr()
    assert words in told.out
    assert told.err == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["-d", "--pidfile", "/x"], "systemctl enable --now falcomod"),
        (["-m", "http://x"], "-m: Mesos is not supported"),
        (["--mesos-api=http://x"], "--mesos-api: Mesos is not supported"),
        (["-mhttp://x"], "-m: Mesos is not supported"),
        (["-u"], "-o engine.kind=ebpf"),
        (["--gvisor-config", "/x"], "gVisor is not supported"),
        (["--rule-schema"], "`falcomod rules validate FILE`"),
        (["--alternate-lua-dir", "/x"], "leave the option out"),
        (["--plugin-info", "x"], "Cannot find plugin 'x'"),
    ],
)
def test_what_there_cannot_be_is_refused_in_a_sentence(
    line: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(line) == EXIT_USER
    told = capsys.readouterr()
    assert words in told.err
    assert told.err.startswith("Error: ")
    assert told.out == ""


def test_every_old_option_leads_to_a_command_that_exists() -> None:
    for name, old in OLD.items():
        command: object = cli.cli
        for word in old.command:
            command = getattr(command, "commands", {}).get(word)
            assert command is not None, (name, old.command)


def test_old_line_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--list", "-N"]) == EXIT_OK
    assert "proc.name" in capsys.readouterr().out.splitlines()


def test_value_that_is_missing_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["-e"]) == EXIT_USAGE
    assert "-e" in capsys.readouterr().err


@pytest.mark.parametrize("line", [["--version"], ["-c", "x.yaml", "--version"]])
def test_version_is_told_in_a_line(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(line) == EXIT_OK
    assert capsys.readouterr().out == f"falcomod version: {__version__}\n"


@pytest.mark.parametrize(
    "line", [["--version", "-o", "json_output=true"], ["-o", "json_output=true", "--version"]]
)
def test_version_is_json_where_falcos_is(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(line) == EXIT_OK
    assert json.loads(capsys.readouterr().out) == versions()
