# SPDX-License-Identifier: Apache-2.0
"""A verdict for every file, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from falcomod.app.validate import validate_files
from falcomod.errors import RuleLoadError

RULE = "- rule: x\n  desc: d\n  condition: used\n  output: o\n  priority: INFO\n"


def test_files_are_validated_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- macro: used\n  condition: evt.type = open\n")
    (tmp_path / "b.yaml").write_text(RULE)
    names = [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]
    assert list(validate_files(names)) == [f"{name}: Ok" for name in names]


def test_file_that_needs_another_fails_alone(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(RULE)
    with pytest.raises(RuleLoadError, match="ndefined macro 'used'"):
        list(validate_files([str(path)]))
