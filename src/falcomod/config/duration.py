# SPDX-License-Identifier: Apache-2.0
"""Spans of time as Prometheus writes them: 100ms, 30s, 1h30m."""

from __future__ import annotations

import re

# From long to short, each at most once; Prometheus' documentation, "time durations".
UNITS_MS = {
    "y": 365 * 24 * 3600_000,
    "w": 7 * 24 * 3600_000,
    "d": 24 * 3600_000,
    "h": 3600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
MAX_DIGITS = 12
_PATTERN = re.compile(
    "".join(rf"(?:(?P<{unit}>[0-9]{{1,{MAX_DIGITS}}}){unit})?" for unit in UNITS_MS)
)


def milliseconds_of(text: str) -> int:
    """The length of a span in milliseconds.  Raises ValueError for what is none."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None or match.lastgroup is None:
        raise ValueError(
            f"'{text}' is no span of time: expected numbers with units ({', '.join(UNITS_MS)}), "
            "the longest first, such as 1h30m"
        )
    return sum(int(count) * UNITS_MS[unit] for unit, count in match.groupdict("0").items())
