# SPDX-License-Identifier: Apache-2.0
"""Faults of outputs are told once for each cause."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from falcomod.output.faults import CAUSES_MAX, QUIET_S, Faults

FULL = OSError(28, "No space left on device")


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    logging.getLogger("falcomod").propagate = True
    with caplog.at_level(logging.INFO, "falcomod"):
        yield


def test_cause_is_told_once_and_again_after_a_while(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [0.0]
    faults = Faults("file", lambda: now_s[0])
    for second in (0.0, 1.0, QUIET_S - 1, QUIET_S):
        now_s[0] = second
        faults.failed(FULL, 3)
    assert [record.message for record in caplog.records] == [
        "output failed: sink=file alerts=3 reason=No space left on device"
    ] * 2


def test_another_cause_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    faults = Faults("file", lambda: 0.0)
    faults.failed(FULL, 1)
    faults.failed(OSError("moon"), 1)
    faults.surprised(KeyError("x"), 1)
    assert [record.message for record in caplog.records][1:] == [
        "output failed: sink=file alerts=1 reason=moon",
        "output failed inside: sink=file alerts=1",
    ]
    assert caplog.records[-1].exc_info is not None


def test_place_is_named_where_it_is_known(caplog: pytest.LogCaptureFixture) -> None:
    Faults("file", lambda: 0.0).failed(OSError(28, "No space left on device", "/var/a"), 1)
    assert caplog.messages == [
        "output failed: sink=file alerts=1 reason=/var/a: No space left on device"
    ]


def test_success_is_told_once_after_a_fault_was(caplog: pytest.LogCaptureFixture) -> None:
    faults = Faults("file", lambda: 0.0)
    faults.succeeded()
    faults.failed(FULL, 1)
    faults.succeeded()
    faults.succeeded()
    faults.failed(FULL, 1)  # not told, so its end is not either
    faults.succeeded()
    assert [record.message for record in caplog.records][1:] == ["output works again: sink=file"]


def test_causes_without_end_take_no_memory_without_end() -> None:
    faults = Faults("file", lambda: 0.0)
    for number in range(10 * CAUSES_MAX):
        faults.failed(OSError(f"reason {number}"), 1)
    assert len(faults._told) <= CAUSES_MAX
