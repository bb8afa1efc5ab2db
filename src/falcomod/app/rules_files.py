# SPDX-License-Identifier: Apache-2.0
"""Which rules files a run loads."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from falcomod.errors import UserError
from falcomod.rules.load import check_readable, files_in

NAME = "falcomod_rules.yaml"

# The first that exists holds the shipped rules: installed by an administrator or a
# package, by pip, or in a checkout.
SHIPPED = (
    Path("/etc/falcomod") / NAME,
    Path(sys.prefix) / "share/falcomod" / NAME,
    Path(__file__).resolve().parents[3] / "rules" / NAME,
)

# What the falco.yaml that Falco installs names, of any release.
FALCOS = (
    "/etc/falco_rules.yaml",
    "/etc/falco/falco_rules.yaml",
    "/etc/falco/falco_rules.local.yaml",
    "/etc/falco/k8s_audit_rules.yaml",
    "/etc/falco/rules.d",
)


def resolve(configured: Sequence[str]) -> list[str]:
    """The files to load, in order: those configured, else the shipped ones.

    A configuration may name files that are not there, such as one for rules of the
    user's own: they are passed over.  Raises UserError where nothing is left to load.
    """
    if not configured or are_replaced(configured):
        shipped = next((path for path in SHIPPED if path.is_file()), None)
        if shipped is None:
            places = ", ".join(str(path) for path in SHIPPED)
            raise UserError(f"no rules: name a file with -r; looked for {places}")
        return [str(shipped)]
    gone = missing(configured)
    if len(gone) == len(configured):
        raise UserError(f"{gone[0]}: no such rules file; name one in rules_files, or with -r")
    found = expanded([name for name in configured if name not in gone])
    if not found:
        raise UserError(f"{configured[0]}: a directory without .yaml files; name rules with -r")
    for name in found:
        try:
            check_readable(Path(name))
        except OSError as error:
            raise UserError(f"{name}: not read as rules: {error.strerror}") from None
    return found


def are_replaced(configured: Sequence[str]) -> bool:
    """Whether the shipped rules are loaded in place of Falco's, which are not installed.

    So a falco.yaml of a host without Falco works as it is; of files that Falco has not put
    there, a missing one may be a slip.
    """
    named = set(configured)
    return (
        bool(named)
        and named <= set(FALCOS)
        and not expanded(sorted(named - set(missing(configured))))
    )


def missing(configured: Sequence[str]) -> list[str]:
    """Names that nothing is at."""
    return [name for name in configured if not Path(name).exists()]


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
