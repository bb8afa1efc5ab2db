# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

import pytest

from falcomod.app.writable_files import reason, warn_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "r.yaml"
    made.write_text("")
    made.chmod(0o664)
    return made


def test_file_that_nobody_else_may_change(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert reason(str(file)) == ""
    assert reason(str(file.with_name("gone"))) == ""
    warn_of([str(file)])
    assert caplog.text == ""


def test_file_that_anybody_may_write_to(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    file.chmod(0o646)
    for path in (file, link):
        assert reason(str(path)) == "anybody may write to it; chmod o-w"
    warn_of([str(file)])
    assert f"{file}: anybody may write to it" in caplog.text


def test_folder_that_anybody_may_write_to(file: Path) -> None:
    file.parent.chmod(0o777)
    assert "may put another file in its place" in reason(str(file))
    file.parent.chmod(0o1777)
    assert reason(str(file)) == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="root gives a file away")
def test_file_of_another_user(file: Path) -> None:
    os.chown(file, 65534, 65534)
    assert reason(str(file)) == "it belongs to the user 65534; chown it to root"


def test_what_is_on_a_file_system_that_cannot_be_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.parent.chmod(0o777)
    found = os.statvfs(file.parent)
    fixed = os.statvfs_result((*found[:8], found.f_flag | os.ST_RDONLY, found.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda _path: fixed)
    assert reason(str(file)) == ""
