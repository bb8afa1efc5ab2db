# SPDX-License-Identifier: Apache-2.0
"""Falco's own client for Python, as PyPI has it, in an environment of its own.

It names a protobuf of 2020, which Python of today cannot install: 3.20 is the last one that
its modules run with.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "build" / "compared" / "client-py"
NEEDED = ("protobuf==3.20.3", "grpcio>=1.60", "python-dateutil>=2.8")
CLIENT = "falco==0.4.0"


def python() -> Path:
    """The interpreter that has it; the environment is made where it is not there."""
    found = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / ".done"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        pip = [str(found), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *NEEDED], check=True)
        subprocess.run([*pip, "--no-deps", CLIENT], check=True)
        done.touch()
    return found


def command(code: str, *arguments: object) -> list[str]:
    """What runs code with `client`, made of the arguments: endpoint, certificate, key, root."""
    start = (
        "import sys, falco\n"
        "endpoint, *files = sys.argv[1:]\n"
        "names = ('client_crt', 'client_key', 'ca_root')\n"
        "client = falco.Client(endpoint, output_format='json', **dict(zip(names, files)))\n"
    )
    return [str(python()), "-c", start + code, *map(str, arguments)]


def lines(code: str, *arguments: object) -> list[Any]:
    """The lines of JSON that code writes."""
    done = subprocess.run(
        command(code, *arguments), check=True, stdout=subprocess.PIPE, text=True, timeout=60
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
