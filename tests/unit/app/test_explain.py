# SPDX-License-Identifier: Apache-2.0
"""What becomes of a rule at an event of a capture."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from falcomod.app.explain import explain_event
from falcomod.config.load import load
from falcomod.config.model import Config
from falcomod.errors import UserError
from tests.capture_builder import capture, event
from tests.capture_files import AUDIT_RULE, RULES, audit_lines, opened, write
from tests.record_builder import build


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(rules_files=[write(tmp_path / "rules.yaml", RULES + AUDIT_RULE)])


@pytest.fixture
def path(tmp_path: Path) -> str:
    return write(tmp_path / "x.scap", opened("/a", "/etc/shadow"))


def test_match(config: Config, path: str) -> None:
    found = explain_event(config, "Shadow opened", path, 2)
    assert (found.outcome, found.number, found.remarks) == ("match", 2, ())
    assert found.event == "openat by cat (42)"
    assert found.condition.holds


def test_no_match_says_which_check_is_to_blame(config: Config, path: str) -> None:
    found = explain_event(config, "Shadow opened", path, 1)
    assert found.outcome == "no match"
    assert [reason.text for reason in found.reasons] == ["fd.name = /etc/shadow"]
    assert found.reasons[0].values == (("fd.name", "/a"),)


def test_rule_behind_another_that_matches(config: Config, path: str) -> None:
    found = explain_event(config, "Anything opened", path, 2)
    assert found.outcome == "no match"
    assert found.condition.holds
    assert "'Shadow opened' stands before this rule" in found.remarks[0]
    both = dataclasses.replace(config, rule_matching="all")
    assert explain_event(both, "Anything opened", path, 2).outcome == "match"


def test_event_of_another_type(config: Config, tmp_path: Path) -> None:
    path = write(tmp_path / "c", capture(event(build("close", ts=1, tid=7, fd=3))))
    found = explain_event(config, "Shadow opened", path, 1)
    assert found.outcome == "not tried"
    assert found.remarks == ("the rule is not tried on close events, only on: openat",)
    assert not found.condition.holds


@pytest.mark.parametrize(
    ("name", "options", "why"),
    [
        ("Off", (), "enabled is false"),
        (
            "Anything opened",
            ("priority=error",),
            "Informational is less severe than priority: Error",
        ),
        ("Shadow opened", ("rules[].disable.rule=Shadow*",), "rules: switches it off"),
    ],
)
def test_rule_that_is_off(
    config: Config, path: str, name: str, options: tuple[str, ...], why: str
) -> None:
    changed = dataclasses.replace(load(None, options), rules_files=config.rules_files)
    found = explain_event(changed, name, path, 2)
    assert found.outcome == "not tried"
    assert why in found.remarks[0]
    assert "on, it would match" in found.remarks[0]


def test_rule_with_a_fault_is_told_as_such(path: str, tmp_path: Path) -> None:
    rules = write(tmp_path / "r.yaml", RULES.replace("fd.name = /etc/shadow", "fd.nme = x"))
    config = Config(rules_files=[rules], skip_bad_rules=True)
    with pytest.raises(UserError, match=r"left out, for it has a fault:\n.*fd\.nme"):
        explain_event(config, "Shadow opened", path, 1)
    assert explain_event(config, "Anything opened", path, 1).outcome == "match"


def test_unknown_rule_has_a_suggestion(config: Config, path: str) -> None:
    with pytest.raises(UserError, match="no rule 'shadow opend'; did you mean 'Shadow opened'"):
        explain_event(config, "shadow opend", path, 1)
    with pytest.raises(UserError, match="falcomod rules list"):
        explain_event(config, "xyz", path, 1)


def test_unknown_event_is_told_how_many_there_are(config: Config, path: str) -> None:
    with pytest.raises(UserError, match="no event 3: its events are numbered from 1 to 2"):
        explain_event(config, "Shadow opened", path, 3)


def test_fault_of_the_file_is_told_with_it(config: Config, tmp_path: Path) -> None:
    path = write(tmp_path / "x", opened("/a", "/b")[:-20])
    assert explain_event(config, "Anything opened", path, 1).outcome == "match"
    with pytest.raises(UserError, match=r"from 1 to 1\n.*offset"):
        explain_event(config, "Anything opened", path, 2)


def test_audit_events(config: Config, tmp_path: Path) -> None:
    path = write(tmp_path / "a", audit_lines("pod-1"))
    found = explain_event(config, "Pod made", path, 1)
    assert (found.outcome, found.event) == ("match", "create pods by admin")


def test_rule_of_another_source_is_told(config: Config, path: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"source k8s_audit, but those of .* of source syscall"):
        explain_event(config, "Pod made", path, 1)
