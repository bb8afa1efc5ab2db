# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.state.context import ContextView


def test_view_outside_a_callback_is_an_error() -> None:
    view = ContextView()
    assert view.source == "syscall"
    assert not view.is_valid
    with pytest.raises(ValueError, match="after its callback has returned"):
        _ = view.ts_ns
    with pytest.raises(ValueError, match="after its callback has returned"):
        _ = view.number
    with pytest.raises(ValueError, match="after its callback has returned"):
        _ = view.code
