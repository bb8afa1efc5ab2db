# SPDX-License-Identifier: Apache-2.0
"""Spans of time as Prometheus writes them."""

from __future__ import annotations

import pytest

from falcomod.config.duration import UNITS_MS, milliseconds_of


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("100ms", 100),
        ("30s", 30_000),
        ("15m", 900_000),
        ("1h", 3_600_000),
        ("1d", 86_400_000),
        ("1w", 604_800_000),
        ("1y", 31_536_000_000),
        ("1h30m", 5_400_000),
        ("1m1ms", 60_001),
        (" 0s ", 0),
    ],
)
def test_span(text: str, milliseconds: int) -> None:
    assert milliseconds_of(text) == milliseconds


@pytest.mark.parametrize("unit", UNITS_MS)
def test_every_unit(unit: str) -> None:
    assert milliseconds_of(f"3{unit}") == 3 * UNITS_MS[unit]


@pytest.mark.parametrize(
    "text", ["", "5", "1h 30m", "30m1h", "1h1h", "-1s", "1.5h", "1H", "s", "1" * 100 + "s", "1s\n2"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        milliseconds_of(text)
