# SPDX-License-Identifier: Apache-2.0
"""What signals do to a run."""

from __future__ import annotations

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
