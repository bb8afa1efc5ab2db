# SPDX-License-Identifier: Apache-2.0
"""How long something took or is ago, as people say it."""

from __future__ import annotations


def span(seconds: float) -> str:
    """The two largest units: "3 d 4 h", "2 min 5 s", "0 s"."""
    left = max(0, int(seconds))
    told: list[str] = []
    for unit, size in UNITS:
        amount, left = divmod(left, size)
        if amount or told or size == 1:
            told.append(f"{amount} {unit}")
    largest = told[:2]
    return " ".join(part for part in largest if part[0] != "0") or "0 s"


def ago(seconds: float) -> str:
    """How long ago: "2 min 5 s ago"; "now" for less than a second."""
    return "now" if seconds < 1 else f"{span(seconds)} ago"


UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
