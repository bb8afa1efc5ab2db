# SPDX-License-Identifier: Apache-2.0
"""Prints tests/golden anew, each file from the thing it guards; review the difference.

events.tsv, fields.tsv and flags.tsv are copies of public facts and are never printed.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"


def print_abi() -> str:
    """Layouts of driver/uapi, from C."""
    uapi = ROOT / "driver" / "uapi"
    sources = [ROOT / "tools" / "abi_layout.c", uapi / "falcomod_events.c"]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "abi_layout"
        subprocess.run(["cc", "-Wall", "-Werror", "-I", uapi, *sources, "-o", program], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout


def main() -> None:
    for name, text in PRINTERS.items():
        (GOLDEN / name).write_text(text(), encoding="utf-8")


PRINTERS: dict[str, Callable[[], str]] = {
    "abi.txt": print_abi,
}


if __name__ == "__main__":
    main()
