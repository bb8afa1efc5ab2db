# SPDX-License-Identifier: Apache-2.0
"""Which sources of events a run has: --enable-source and --disable-source."""

from __future__ import annotations

from collections.abc import Sequence

from falcomod.errors import UserError
from falcomod.rules.sources import SOURCES

EVERY = frozenset(SOURCES)


def chosen(enabled: Sequence[str] = (), disabled: Sequence[str] = ()) -> frozenset[str]:
    """All sources, those enabled alone, or those that are not disabled.

    Raises UserError in Falco's words.
    """
    if enabled and disabled:
        raise UserError("You can not mix --enable-source and --disable-source")
    for what, names in (("enabling", enabled), ("disabling", disabled)):
        for name in names:
            if name not in EVERY:
                raise UserError(
                    f"Attempted {what} an unknown event source: {name}; "
                    f"there are {', '.join(sorted(EVERY))}"
                )
    left = frozenset(enabled) if enabled else EVERY - frozenset(disabled)
    if not left:
        raise UserError("Must enable at least one event source")
    return left
