# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import Any

import pytest

from falcomod.alert.model import Priority
from falcomod.app import rules_program
from falcomod.config.model import Config, RulesNamed, RulesSwitched
from falcomod.config.output_options import AppendOutput
from falcomod.errors import RuleLoadError, UserError


def config(**options: Any) -> Config:
    return Config(**{"rules_cache_dir": "", **options})


def test_every_rules_file_has_a_line(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("falcomod").propagate = True
    caplog.set_level(logging.INFO, "falcomod")
    rules = rules_program.load_rules(config())
    assert len(rules.rules) >= 7
    assert any(record.message.endswith("falcomod_rules.yaml: ok") for record in caplog.records)


def test_priority_keeps_rules_off() -> None:
    everything = rules_program.load_rules(config())
    severe = rules_program.load_rules(config(priority="critical"))
    assert len(severe.rules) < len(everything.rules)
    assert all(rule.rule.priority <= Priority.CRITICAL for rule in severe.rules)


def test_bad_rules_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("- rule: x\n")
    with pytest.raises(RuleLoadError):
        rules_program.load_rules(config(rules_files=[str(path)]))


RULE = "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: debug\n"


def test_bad_rules_can_be_left_out_and_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("falcomod").propagate = True
    caplog.set_level(logging.INFO, "falcomod")
    bad = tmp_path / "bad.yaml"
    bad.write_text("- macro: m\n" + RULE.format(name="one", condition="m"))
    good = tmp_path / "good.yaml"
    good.write_text(RULE.format(name="two", condition="evt.type = open"))
    rules = rules_program.load_rules(config(rules_files=[str(bad), str(good)], skip_bad_rules=True))
    assert [rule.rule.name for rule in rules.rules] == ["two"]
    lines = [record.getMessage() for record in caplog.records]
    assert f"   {bad}: in part" in lines
    assert f"   {good}: ok" in lines
    assert any(line.startswith(f"left out: {bad}:1:10: ") for line in lines)
    assert f"rule left out: rule='one' fault={bad}:4:14" in lines
    assert "faults=2 rules_left_out=1" in lines


def test_rules_are_switched_by_the_configuration(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("falcomod").propagate = True
    caplog.set_level(logging.INFO, "falcomod")
    path = tmp_path / "r.yaml"
    path.write_text(
        RULE.format(name="one", condition="evt.type = open")
        + RULE.format(name="two", condition="evt.type = close")
    )
    steps = [
        RulesSwitched(disable=RulesNamed(rule="o*")),
        RulesSwitched(enable=RulesNamed(tag="t")),
    ]
    rules = rules_program.load_rules(config(rules_files=[str(path)], rules=steps))
    assert [rule.rule.name for rule in rules.rules] == ["two"]
    lines = [record.getMessage() for record in caplog.records]
    assert "Disabling rules with name: o*" in lines
    assert "no rule is meant: Enabling rules with tag: t" in lines


def test_rules_of_an_earlier_start_come_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(RULE.format(name="one", condition="evt.type = open"))
    options = config(rules_files=[str(path)], rules_cache_dir=str(tmp_path / "cache"))
    first = rules_program.load_rules(options)

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("compiled again")

    with monkeypatch.context() as patched:
        patched.setattr(rules_program, "compile_rules", refuse)
        second = rules_program.load_rules(options)
    assert [rule.rule.name for rule in second.rules] == ["one"]
    assert second.ruleset.describe() == first.ruleset.describe()
    path.write_text(RULE.format(name="two", condition="evt.type = open"))
    assert [rule.rule.name for rule in rules_program.load_rules(options).rules] == ["two"]


def test_rules_that_were_left_out_are_told_at_every_start(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(RULE.format(name="one", condition="no_such_macro"))
    folder = tmp_path / "cache"
    options = config(rules_files=[str(path)], rules_cache_dir=str(folder), skip_bad_rules=True)
    for _ in range(2):
        assert "one" in rules_program.load_rules(options).left_out
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(RULE.format(name="one", condition="evt.type = open"))
    rules = rules_program.load_rules(config(rules_files=[str(path)], rules_cache_dir=str(path)))
    assert len(rules.rules) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"append_output": [AppendOutput(extra_output="x")]},
        {"static_fields": {"env": "test"}},
        {"time_format_iso_8601": True},
        {"buffer_format_base64": True},
    ],
)
def test_what_is_added_is_part_of_the_key(tmp_path: Path, changed: dict[str, Any]) -> None:
    path = tmp_path / "r.yaml"
    condition = "evt.type = open and static.env = prod"
    path.write_text(RULE.format(name="one", condition=condition))
    folder = tmp_path / "cache"
    options = config(
        rules_files=[str(path)], rules_cache_dir=str(folder), static_fields={"env": "prod"}
    )
    for _ in range(2):
        rules_program.load_rules(options)
        rules_program.load_rules(dataclasses.replace(options, **changed))
    assert len(list(folder.iterdir())) == 2


def test_print_is_added_from_the_cache_as_well(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(RULE.format(name="one", condition="evt.type = open"))
    options = config(rules_files=[str(path)], rules_cache_dir=str(tmp_path / "cache"))
    for _ in range(2):
        (rule,) = rules_program.load_rules(options, print_format="pid=%proc.pid").rules
        assert rule.template.text == "o pid=%proc.pid"
        (rule,) = rules_program.load_rules(options).rules
        assert rule.template.text == "o"


def test_a_fault_in_what_is_added_is_not_left_out_with_bad_rules(tmp_path: Path) -> None:
    steps = [AppendOutput(extra_output="%no.field")]
    with pytest.raises(UserError, match=r"^append_output\[0\]\.extra_output: ") as raised:
        rules_program.load_rules(config(append_output=steps, skip_bad_rules=True))
    assert not isinstance(raised.value, RuleLoadError)
