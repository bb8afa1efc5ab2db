# SPDX-License-Identifier: Apache-2.0
"""What `falcomod config check` says of files: of each whether it is well, and its warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from falcomod.errors import ConfigError

OK = "ok"
WARNED = "ok, with warnings"
FAULTY = "faulty"
NO_FILE = "no configuration file: the defaults"


def lines(
    files: Sequence[str], warnings: Sequence[ConfigError], faults: Sequence[ConfigError] = ()
) -> Iterator[str]:
    """A line for each file, warnings below; those of overrides, which have no file, at the end."""
    if not files:
        yield f"{NO_FILE}: {OK}"
    faulty = {fault.location.path for fault in faults}
    for file in files:
        own = [warning for warning in warnings if warning.location.path == file]
        yield f"{file}: {FAULTY if file in faulty else WARNED if own else OK}"
        yield from _told(own)
    yield from _told([warning for warning in warnings if warning.location.path not in files])


def _told(warnings: Sequence[ConfigError]) -> Iterator[str]:
    for warning in sorted(warnings, key=lambda warning: warning.location):
        yield from (f"    {line}" for line in str(warning).splitlines())
