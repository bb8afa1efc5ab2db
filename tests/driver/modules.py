# SPDX-License-Identifier: Apache-2.0
"""A kernel module of the distribution that nobody needs, to load and unload."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.driver.native import syscall

CANDIDATES = ("crc7", "crc8", "ts_fsm", "ts_bm", "crc-itu-t")


def spare_module() -> Path:
    """Its file; skips where none of the candidates is there and unused."""
    root = Path("/lib/modules", os.uname().release)
    if not (root / "modules.dep").exists():
        pytest.skip(f"this kernel has no modules in {root}")
    for line in (root / "modules.dep").read_text().splitlines():
        path, _, needs = line.partition(":")
        name = Path(path).stem
        used = Path("/sys/module", name.replace("-", "_")).exists()
        if name in CANDIDATES and path.endswith(".ko") and not needs.strip() and not used:
            return root / path
    pytest.skip(f"none of the modules {', '.join(CANDIDATES)} is there and unused")


def unload(path: Path) -> None:
    assert syscall("delete_module", path.stem.replace("-", "_"), 0) == 0
