# SPDX-License-Identifier: Apache-2.0
"""An overlay file system as containers have it: an image below, changes above."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.driver.native import syscall


class Overlay:
    """merged/lower comes from the image, merged/upper was made since."""

    def __init__(self, base: Path) -> None:
        self.merged = base / "merged"
        self._layers = [base / name for name in ("image", "changes", "work")]
        for folder in (self.merged, *self._layers):
            folder.mkdir()
        (self._layers[0] / "lower").write_text("lower")
        (self._layers[1] / "upper").write_text("upper")

    def mount(self) -> None:
        options = "lowerdir={},upperdir={},workdir={}".format(*self._layers)
        result = syscall("mount", "overlay", self.merged, "overlay", 0, options)
        assert result == 0, f"mount overlay: {result}"

    def unmount(self) -> None:
        assert syscall("umount2", self.merged, 0) == 0


@pytest.fixture
def overlay(tmp_path: Path) -> Iterator[Overlay]:
    made = Overlay(tmp_path)
    made.mount()
    yield made
    made.unmount()
