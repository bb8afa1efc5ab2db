# SPDX-License-Identifier: Apache-2.0
"""Which rules files a run loads."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from falcomod.errors import UserError
from falcomod.rules.load import files_in

log = logging.getLogger(__name__)

NAME = "falcomod_rules.yaml"

# The first that exists holds the shipped rules: installed by an administrator or a
# package, by pip, or in a checkout.
SHIPPED = (
    Path("/etc/falcomod") / NAME,
    Path(sys.prefix) / "share/falcomod" / NAME,
    Path(__file__).resolve().parents[3] / "rules" / NAME,
)


def resolve(configured: Sequence[str]) -> list[str]:
    """The files to load, in order: those configured, else the shipped ones.

    A configuration may name files that are not there, such as one for rules of the
    user's own: they are passed over.  Raises UserError where nothing is left to load.
    """
    if not configured:
        shipped = next((path for path in SHIPPED if path.is_file()), None)
        if shipped is None:
            places = ", ".join(str(path) for path in SHIPPED)
            raise UserError(f"no rules: name a file with -r; looked for {places}")
        return [str(shipped)]
    missing = [name for name in configured if not Path(name).exists()]
    if len(missing) == len(configured):
        raise UserError(f"{missing[0]}: no such rules file")
    for name in missing:
        log.info("rules file not there: path=%s", name)
    found = expanded([name for name in configured if name not in missing])
    if not found:
        raise UserError(f"{configured[0]}: a directory without .yaml files; name rules with -r")
    return found


def required(named: Sequence[str]) -> list[str]:
    """The same names; UserError for one that is not there or a directory without rules."""
    for name in named:
        if not Path(name).exists():
            raise UserError(f"{name}: no such rules file")
        if not expanded([name]):
            raise UserError(f"{name}: a directory without .yaml files; name rules with -r")
    return list(named)


def expanded(named: Sequence[str]) -> list[str]:
    """Each name, and for a directory the files that rules.load finds in it."""
    files: list[str] = []
    for name in named:
        path = Path(name)
        files += [str(entry) for entry in files_in(path)] if path.is_dir() else [name]
    return files
