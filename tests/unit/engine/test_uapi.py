# SPDX-License-Identifier: Apache-2.0
"""The declarations of driver/uapi name everything that the tables have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_printed_names_are_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "print_uapi_pxd.py", "--check"], check=False
    )
    assert done.returncode == 0, "run tools/print_uapi_pxd.py"
