# SPDX-License-Identifier: Apache-2.0
"""Spans of time in words."""

from __future__ import annotations

import pytest

from falcomod.app.duration_text import ago, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0.9, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (3 * 86400 + 4 * 3600 + 59, "3 d 4 h"),
        (100 * 86400, "100 d"),
    ],
)
def test_span_names_its_two_largest_units(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(-1, "now"), (0.5, "now"), (61, "1 min 1 s ago")])
def test_ago(seconds: float, text: str) -> None:
    assert ago(seconds) == text
