# SPDX-License-Identifier: Apache-2.0
"""What signals do to a run."""

from __future__ import annotations

import logging
import os
import signal

import pytest

from falcomod.app.signals import on_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_calls_stop_and_handlers_come_back(number: signal.Signals) -> None:
    called: list[bool] = []
    before = signal.getsignal(number)
    restore = on_signals({number: lambda: called.append(True)})
    os.kill(os.getpid(), number)
    restore()
    assert called == [True]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (signal.SIGTERM, ["SIGTERM received, stopping"]),
        (signal.SIGUSR1, ["SIGUSR1 received, reopening outputs"]),
        (signal.SIGHUP, []),
    ],
)
def test_signal_is_told_of_once(
    number: signal.Signals, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    restore = on_signals({number: lambda: None})
    os.kill(os.getpid(), number)
    restore()
    assert caplog.messages == told
