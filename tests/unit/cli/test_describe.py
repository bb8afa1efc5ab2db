# SPDX-License-Identifier: Apache-2.0
"""`falcomod rules list` and `falcomod rules describe`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from falcomod import cli
from falcomod.errors import EXIT_OK, EXIT_USAGE, EXIT_USER

RULE = "- rule: {name}\n  desc: about {name}\n  condition: evt.type = open\n  output: o\n"


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "r.yaml"
    path.write_text(
        RULE.format(name="one") + "  priority: error\n  tags: [a]\n"
        + RULE.format(name="two") + "  priority: debug\n  tags: [b]\n"
        + RULE.format(name="three") + "  priority: debug\n  tags: [a, b]\n"
    )  # fmt: skip
    return str(path)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["one", "two", "three"]),
        (["-t", "a"], ["one", "three"]),
        (["-t", "a", "-t", "b"], ["one", "two", "three"]),
        (["-T", "a"], ["two"]),
        (["-D", "t"], ["one"]),
        (["-D", "e", "-T", "b"], []),
        (["-o", "priority=error"], ["one"]),
        (["-o", "rules[].disable.rule=t*"], ["one"]),
    ],
)
def test_options_choose_rules(
    rules: str, options: list[str], expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["rules", "list", rules, *options, "--json"]) == EXIT_OK
    told = json.loads(capsys.readouterr().out)
    assert [rule["info"]["name"] for rule in told["rules"]] == expected
    assert cli.run(["rules", "list", "-r", rules, *options]) == EXIT_OK
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:] if line]
    assert names == expected


def test_only_and_without_exclude_each_other(
    rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in ("-T", "-D"):
        assert cli.run(["rules", "list", rules, "-t", "a", option, "b"]) == EXIT_USAGE
        assert "-t cannot stand beside -T and -D" in capsys.readouterr().err


def test_one_rule(rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rules", "describe", "two", rules]) == EXIT_OK
    assert "description: about two" in capsys.readouterr().out
    assert cli.run(["rules", "describe", "two", rules, "-o", "json_output=true"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out)["rules"][0]["info"]["name"] == "two"
    assert cli.run(["rules", "describe", "four", rules]) == EXIT_USER
    assert capsys.readouterr().err == 'Error: Rule "four" is not loaded\n'


def test_without_files_the_shipped_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rules", "list"]) == EXIT_OK
    assert len(capsys.readouterr().out.splitlines()) > 10
    assert cli.run(["rules", "list", "/no/such.yaml"]) == EXIT_USER
    assert "/no/such.yaml: no such rules file" in capsys.readouterr().err
