# SPDX-License-Identifier: Apache-2.0
"""What a running falcomod knows about itself."""

from __future__ import annotations

import dataclasses

import pytest

from falcomod.app.snapshot import RuleKey, Snapshot


def test_a_snapshot_does_not_change() -> None:
    snapshot = Snapshot(time_ns=3, start_ns=1, reload_ns=2, alerts={RuleKey("R", 4, "syscall"): 7})
    assert snapshot.alerts[RuleKey("R", 4, "syscall")] == 7
    with pytest.raises(dataclasses.FrozenInstanceError):
        snapshot.time_ns = 4  # type: ignore[misc]
