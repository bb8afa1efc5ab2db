# SPDX-License-Identifier: Apache-2.0
"""Files, and further files merged into them."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from falcomod.config.document import MAX_BYTES, plain_value
from falcomod.config.findings import Findings
from falcomod.config.include import Files


def merged(main: Path) -> tuple[Any, list[str], list[str]]:
    """The tree as plain values without config_files, the files by name, and faults."""
    findings = Findings()
    files = Files(findings, {"HOME": "/root"})
    root = files.tree(str(main))
    files.include(root, str(main))
    root.remove("config_files")
    names = [Path(path).name for path in files.read]
    return plain_value(root), names, [str(fault) for fault in findings.faults]


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text.replace("DIR", str(folder)))


MAIN = "priority: error\nrules_files: [a]\nfile_output: {enabled: true, filename: x}\n"
FURTHER = "priority: debug\nrules_files: [b]\nfile_output: {enabled: false}\njson_output: true\n"


@pytest.mark.parametrize(
    ("strategy", "priority", "rules", "output"),
    [
        ("append", "debug", ["a", "b"], {"enabled": False}),
        ("override", "debug", ["b"], {"enabled": False}),
        ("add-only", "error", ["a"], {"enabled": True, "filename": "x"}),
    ],
)
def test_strategies(
    tmp_path: Path, strategy: str, priority: str, rules: list[str], output: dict[str, Any]
) -> None:
    further = f"config_files: [{{path: DIR/further.yaml, strategy: {strategy}}}]\n"
    write(tmp_path, main=further + MAIN, further=FURTHER)
    tree, files, faults = merged(tmp_path / "main.yaml")
    assert (faults, files) == ([], ["main.yaml", "further.yaml"])
    assert tree == {
        "priority": priority, "rules_files": rules, "file_output": output, "json_output": True,
    }  # fmt: skip


def test_append_is_the_default_and_files_come_in_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="config_files: [DIR/b.yaml, DIR/a.yaml]\n",
        a="rules_files: [a]\npriority: alert\n",
        b="rules_file: b\npriority: error\n",
    )
    tree, files, faults = merged(tmp_path / "main.yaml")
    assert (faults, files) == ([], ["main.yaml", "b.yaml", "a.yaml"])
    # Lists of one text and other spellings are the same key.
    assert tree == {"rules_file": ["b", "a"], "priority": "alert"}


def test_a_folder_is_its_regular_files_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "config.d"
    (folder / "below").mkdir(parents=True)
    write(folder / "below", c="rules_files: [c]")
    write(folder, z="rules_files: [z]", b="rules_files: [b]")
    # As Kubernetes shows a ConfigMap.
    (folder / "a.yaml").symlink_to("below/c.yaml")
    write(tmp_path, main="config_files: DIR/config.d\n")
    tree, files, faults = merged(tmp_path / "main.yaml")
    assert (faults, files) == ([], ["main.yaml", "a.yaml", "b.yaml", "z.yaml"])
    assert tree == {"rules_files": ["c", "b", "z"]}


def test_what_is_not_there_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("falcomod").propagate = True
    write(tmp_path, main="config_files: [DIR/none.yaml]\npriority: alert\n")
    with caplog.at_level(logging.INFO, "falcomod"):
        assert merged(tmp_path / "main.yaml") == ({"priority": "alert"}, ["main.yaml"], [])
    assert f"path={tmp_path}/none.yaml" in caplog.text


@pytest.mark.parametrize("listed", ["DIR/main.yaml", "DIR", "DIR/../{name}/main.yaml"])
def test_the_main_file_cannot_include_itself(tmp_path: Path, listed: str) -> None:
    write(tmp_path, main=f"config_files: [{listed.format(name=tmp_path.name)}]\n")
    _, files, faults = merged(tmp_path / "main.yaml")
    assert files == ["main.yaml"]
    assert "directive tried to recursively include main config file" in faults[0]
    assert faults[0].startswith(f"{tmp_path}/main.yaml:1:15: ")


def test_an_included_file_includes_nothing(tmp_path: Path) -> None:
    write(tmp_path, main="config_files: [DIR/a.yaml]", a="config_files: [DIR/b.yaml]", b="{}")
    _, files, faults = merged(tmp_path / "main.yaml")
    assert files == ["main.yaml", "a.yaml"]
    assert faults[0].startswith(f"{tmp_path}/a.yaml:1:15: 'config_files' stands in a file that is")


def test_variables_are_replaced_in_every_file(tmp_path: Path) -> None:
    write(
        tmp_path, main="config_files: [DIR/a.yaml]\npriority: ${X}", a="rules_files: ['${HOME}/x']"
    )
    assert merged(tmp_path / "main.yaml")[0] == {"priority": "", "rules_files": ["/root/x"]}


def test_faults_of_files(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    (tmp_path / "full.yaml").write_bytes(b"#" * MAX_BYTES)
    (tmp_path / "list.yaml").write_text("- a\n- b")
    files = ["binary", "large", "full", "list"]
    write(tmp_path, main=f"config_files: [{', '.join(f'DIR/{name}.yaml' for name in files)}]")
    _, _, faults = merged(tmp_path / "main.yaml")
    assert [fault.splitlines()[0].partition(f"{tmp_path}/")[2] for fault in faults] == [
        "binary.yaml: not UTF-8 text: invalid start byte",
        f"large.yaml: larger than {MAX_BYTES} bytes",
        "list.yaml:1:1: the configuration must be a mapping of keys to values",
    ]


@pytest.mark.parametrize("path", ["/no/such.yaml", "/", "a\0b"])
def test_file_that_cannot_be_read(path: str) -> None:
    findings = Findings()
    assert Files(findings, {}).tree(path).pairs == []
    assert "cannot read the configuration" in findings.faults[0].message
    assert "-c" in findings.faults[0].remedy


def test_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: str) -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    write(tmp_path, main="config_files: [DIR/below]")
    (tmp_path / "below").mkdir()
    monkeypatch.setattr(os, "listdir", refused)
    (fault,) = merged(tmp_path / "main.yaml")[2]
    assert fault.startswith(f"{tmp_path}/below: cannot list it: Permission denied")


def test_what_has_no_end_is_not_included(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    main = tmp_path / "c.yaml"
    main.write_text(f"config_files: [{fifo}, /dev/zero]\n")
    _, _, faults = merged(main)
    assert len(faults) == 2
    assert all("names what is no file and no folder" in fault for fault in faults)
