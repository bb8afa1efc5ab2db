# SPDX-License-Identifier: Apache-2.0
"""Rules told as list, as details and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from falcomod.app.describe import Catalogue
from falcomod.config.model import Config, RulesNamed, RulesSwitched
from falcomod.errors import RuleLoadError, UserError

RULE = (
    "- rule: {name}\n  desc: {desc}\n  condition: evt.type = open and m\n  output: o %proc.name\n"
)
TEXT = (
    "- macro: m\n  condition: fd.name = a\n"
    + RULE.format(name="Short", desc="d")
    + "  priority: error\n  tags: [t]\n"
    + RULE.format(name="Long", desc=" ".join(["word"] * 30))
    + "  priority: debug\n  enabled: false\n"
)


def catalogue(folder: Path, text: str = TEXT, **options: object) -> Catalogue:
    path = folder / "r.yaml"
    path.write_text(text)
    return Catalogue.configured(Config(rules_files=[str(path)], **options))  # type: ignore[arg-type]


def names(found: Catalogue) -> list[str]:
    return [rule["info"]["name"] for rule in json.loads(found.as_json())["rules"]]


def test_the_list_has_two_columns(tmp_path: Path) -> None:
    lines = list(catalogue(tmp_path).lines())
    assert lines[:4] == [
        "Rule" + " " * 47 + "Description",
        "----" + " " * 47 + "-----------",
        "Short" + " " * 46 + "d",
        "",
    ]
    assert lines[4].startswith("Long" + " " * 47 + "word word")
    assert lines[5].startswith(" " * 51 + "word")
    assert max(len(line) for line in lines) <= 110


def test_rules_that_are_off_are_listed_unless_something_chooses(tmp_path: Path) -> None:
    assert names(catalogue(tmp_path)) == ["Short", "Long"]
    everything = [RulesSwitched(enable=RulesNamed(rule="*"))]
    assert names(catalogue(tmp_path, rules=everything)) == ["Short", "Long"]
    nothing = [RulesSwitched(disable=RulesNamed(tag="t"))]
    assert names(catalogue(tmp_path, rules=nothing)) == []
    assert names(catalogue(tmp_path, priority="warning")) == ["Short"]


def test_one_rule_as_json_has_nothing_beside_it(tmp_path: Path) -> None:
    told = json.loads(catalogue(tmp_path).as_json("Long"))
    assert told.keys() == {"rules"}
    assert told["rules"][0]["details"]["macros"] == ["m"]


def test_details_leave_out_what_a_rule_does_not_have(tmp_path: Path) -> None:
    lines = list(catalogue(tmp_path).details("Short"))
    assert "name: Short" in lines
    assert "enabled: yes" in lines
    assert "condition_compiled: (evt.type = open and fd.name = a)" in lines
    assert not any(line.startswith("exception_names") for line in lines)


def test_a_rule_that_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'^Rule "Other" is not loaded$'):
        catalogue(tmp_path).as_json("Other")


def test_bad_rules_are_refused_or_left_out(tmp_path: Path) -> None:
    text = TEXT.replace("fd.name = a", "fd.nam = a") + "- list: l\n  items: [a]\n"
    text += RULE.format(name="Good", desc="d").replace(" and m", "") + "  priority: debug\n"
    with pytest.raises(RuleLoadError):
        catalogue(tmp_path, text)
    found = catalogue(tmp_path, text, skip_bad_rules=True)
    assert names(found) == ["Good"]
    syntax = TEXT.replace("fd.name = a", "fd.name =")
    assert json.loads(catalogue(tmp_path, syntax, skip_bad_rules=True).as_json())["macros"] == []
