# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from falcomod.enrich.stamp import stamp_of


def appended(path: Path) -> None:
    with path.open("a") as file:
        file.write("more")


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("text")
    os.utime(other, ns=(0, path.stat().st_mtime_ns))
    other.rename(path)


def set_back(path: Path) -> None:
    os.utime(path, ns=(0, 0))


@pytest.mark.parametrize("change", [appended, replaced, set_back])
def test_stamp_differs_after(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "file"
    path.write_text("text")
    before = stamp_of(path.stat())
    assert stamp_of(path.stat()) == before
    change(path)
    assert stamp_of(path.stat()) != before
