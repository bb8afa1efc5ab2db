# SPDX-License-Identifier: Apache-2.0
"""Which files are loaded, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from falcomod.app import rules_files
from falcomod.errors import UserError
from falcomod.rules.load import FILE_MAX


def test_named_files_stay_in_order(tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("b.yaml", "a.yaml")]
    for name in names:
        Path(name).write_text("")
    assert rules_files.resolve(names) == names


def test_directory_stands_for_its_yaml_files_sorted(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "notes.txt"):
        (tmp_path / name).write_text("")
    expected = [str(tmp_path / "a.yml"), str(tmp_path / "b.yaml")]
    assert rules_files.resolve([str(tmp_path)]) == expected


def test_configured_files_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("")
    assert rules_files.resolve(["/no/such.yaml", str(path)]) == [str(path)]
    with pytest.raises(UserError, match=r"/no/such\.yaml: no such rules file"):
        rules_files.resolve(["/no/such.yaml"])


def test_shipped_rules_stand_in_for_those_of_falco(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    falcos = [str(tmp_path / name) for name in ("falco_rules.yaml", "rules.d")]
    monkeypatch.setattr(rules_files, "FALCOS", tuple(falcos))
    shipped = rules_files.resolve([])
    Path(falcos[1]).mkdir()
    assert rules_files.resolve(falcos) == shipped
    assert rules_files.are_replaced(falcos)
    with pytest.raises(UserError, match=r"falco_rules\.yaml: no such rules file"):
        rules_files.resolve([falcos[0], str(tmp_path / "mine.yaml")])
    own = Path(falcos[1]) / "mine.yaml"
    own.write_text("")
    assert rules_files.resolve(falcos) == [str(own)]
    assert not rules_files.are_replaced(falcos)
    assert not rules_files.are_replaced([])


def test_named_files_have_to_be_there(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("")
    assert rules_files.required([str(path), str(tmp_path)]) == [str(path), str(tmp_path)]
    with pytest.raises(UserError, match=r"/no/such\.yaml: no such rules file"):
        rules_files.required([str(path), "/no/such.yaml"])


def test_directory_without_rules_is_named(tmp_path: Path) -> None:
    for check in (rules_files.resolve, rules_files.required):
        with pytest.raises(UserError, match=r"without \.yaml files"):
            check([str(tmp_path)])


def test_shipped_rules_are_found_in_a_checkout() -> None:
    assert rules_files.resolve([])[0].endswith("falcomod_rules.yaml")


def test_no_rules_at_all_says_where_it_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_files, "SHIPPED", (Path("/no/such/place.yaml"),))
    with pytest.raises(UserError, match=r"-r; looked for /no/such/place\.yaml"):
        rules_files.resolve([])


def test_what_cannot_be_read_to_an_end_is_not_begun(tmp_path: Path) -> None:
    """A reload that waits for a FIFO, or takes all memory, would be the last one."""
    fifo, large = tmp_path / "fifo.yaml", tmp_path / "large.yaml"
    os.mkfifo(fifo)
    with open(large, "wb") as file:
        file.truncate(FILE_MAX + 1)
    for path, told in ((fifo, "no regular file"), ("/dev/zero", "no regular"), (large, "larger")):
        with pytest.raises(UserError, match=f"{path}: .*{told}"):
            rules_files.resolve([str(path)])
