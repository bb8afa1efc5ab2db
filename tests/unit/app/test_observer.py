# SPDX-License-Identifier: Apache-2.0
"""A look at the running falcomod, now and then."""

from __future__ import annotations

import logging
import threading

import pytest

from falcomod.app.observer import Observer
from falcomod.app.snapshot import Snapshot

SNAPSHOT = Snapshot(time_ns=3, start_ns=1, reload_ns=1)
LIMIT_S = 10


def test_watchers_see_snapshots_until_the_end() -> None:
    seen: list[Snapshot] = []
    twice = threading.Event()

    def watch(snapshot: Snapshot) -> None:
        seen.append(snapshot)
        if len(seen) == 2:
            twice.set()

    observer = Observer(lambda: SNAPSHOT, [watch], interval_s=0.01)
    observer.start()
    assert twice.wait(LIMIT_S)
    observer.stop()
    count = len(seen)
    assert seen == [SNAPSHOT] * count
    assert not [thread for thread in threading.enumerate() if thread.name == "observer"]


def test_nothing_is_shown_while_the_engine_is_stuck() -> None:
    looked = threading.Event()

    def take() -> None:
        looked.set()

    seen: list[Snapshot] = []
    observer = Observer(take, [seen.append], interval_s=0.01)
    observer.start()
    assert looked.wait(LIMIT_S)
    observer.stop()
    assert seen == []


def test_watcher_that_fails_keeps_nobody_from_seeing(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("falcomod").propagate = True
    seen: list[Snapshot] = []

    def fail(_snapshot: Snapshot) -> None:
        raise ValueError("broken")

    observer = Observer(lambda: SNAPSHOT, [fail, seen.append])
    for _ in range(3):
        observer.show(SNAPSHOT)
    assert len(seen) == 3
    assert [record.message for record in caplog.records] == ["watcher failed: ValueError: broken"]


def test_it_may_end_before_it_began() -> None:
    Observer(lambda: SNAPSHOT, []).stop()
