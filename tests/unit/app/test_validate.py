# SPDX-License-Identifier: Apache-2.0
"""A verdict for every file, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from falcomod.app.validate import validate_files
from falcomod.errors import UserError

RULE = "- rule: x\n  desc: d\n  condition: used\n  output: o\n  priority: INFO\n"
MACRO = "- macro: used\n  condition: evt.type = open\n"


def test_files_are_validated_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MACRO)
    (tmp_path / "b.yaml").write_text(RULE)
    names = [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]
    found = validate_files(names)
    assert list(found.lines()) == [f"{name}: Ok" for name in names]
    assert found.fault is None
    assert [result.name for result in validate_files([str(tmp_path)]).results] == names


def test_file_that_needs_another_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(RULE)
    found = validate_files([str(path)])
    assert "ndefined macro 'used'" in str(found.fault)
    assert list(found.lines()) == [f"{path}: Invalid"]
    assert found.summary().startswith(f"{path}: Invalid\n 1 errors: [LOAD_ERR_VALIDATE (")


def test_warnings_are_told_beside_faults(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("- other: x\n- rule: r\n")
    lines = list(validate_files([str(path)]).lines())
    assert lines[0] == f"{path}: Invalid"
    assert "Unknown top level item" in lines[1]


def test_a_missing_file_is_a_result(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(MACRO + RULE)
    found = validate_files([str(tmp_path / "no.yaml"), str(path)])
    assert [result.successful for result in found.results] == [False, True]
    assert found.results[0].errors[0].code == "LOAD_ERR_FILE_READ"


def test_a_directory_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"without \.yaml files"):
        validate_files([str(tmp_path)])


def test_what_is_bad_is_told_and_no_fault_where_it_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(MACRO + RULE + RULE.replace("rule: x", "rule: y").replace("INFO", "LOUD"))
    found = validate_files([str(path)], skip_bad=True)
    assert found.fault is None
    lines = list(found.lines())
    assert lines[0] == f"{path}: Invalid"
    assert lines[1].startswith(f"{path}:12:13: Invalid priority")


def test_descriptions_are_of_what_was_loaded(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(MACRO + RULE + "  enabled: false\n")
    told = validate_files([str(path)]).description()
    assert [rule["info"]["name"] for rule in told["rules"]] == ["x"]
    path.write_text(RULE)
    assert validate_files([str(path)]).description() == {}
