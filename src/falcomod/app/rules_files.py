# SPDX-License-Identifier: Apache-2.0
"""Which rules files a run loads."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from falcomod.errors import UserError
from falcomod.rules.load import files_in

NAME = "falcomod_rules.yaml"

# The first that exists holds the shipped rules: installed by an administrator or a
# package, by pip, or in a checkout.
SHIPPED = (
    Path("/etc/falcomod") / NAME,
    Path(sys.prefix) / "share/falcomod" / NAME,
    Path(__file__).resolve().parents[3] / "rules" / NAME,
)


def resolve(named: Sequence[str]) -> list[str]:
    """The files to load, in order: those named, else the shipped ones.

    A directory stands for the files that rules.load finds in it.

    Raises UserError for a name that does not exist and for a directory without rules.
    """
    if not named:
        shipped = next((path for path in SHIPPED if path.is_file()), None)
        if shipped is None:
            places = ", ".join(str(path) for path in SHIPPED)
            raise UserError(f"no rules: name a file with -r; looked for {places}")
        return [str(shipped)]
    files: list[str] = []
    for name in named:
        path = Path(name)
        if path.is_dir():
            inside = files_in(path)
            if not inside:
                raise UserError(f"{name}: a directory without .yaml files; name rules with -r")
            files += [str(p) for p in inside]
        elif path.exists():
            files.append(name)
        else:
            raise UserError(f"{name}: no such rules file")
    return files
