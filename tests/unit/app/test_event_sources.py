# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.app.event_sources import EVERY, chosen
from falcomod.errors import UserError


@pytest.mark.parametrize(
    ("enabled", "disabled", "left"),
    [
        ([], [], EVERY),
        (["syscall"], [], {"syscall"}),
        (["syscall", "k8s_audit", "syscall"], [], EVERY),
        ([], ["syscall"], {"k8s_audit"}),
        ([], ["k8s_audit", "k8s_audit"], {"syscall"}),
    ],
)
def test_sources(enabled: list[str], disabled: list[str], left: set[str]) -> None:
    assert chosen(enabled, disabled) == left


@pytest.mark.parametrize(
    ("enabled", "disabled", "message"),
    [
        (["syscall"], ["k8s_audit"], "You can not mix --enable-source and --disable-source"),
        (["x"], [], "^Attempted enabling an unknown event source: x; there are k8s_audit, syscall"),
        ([], ["x"], "Attempted disabling an unknown event source: x"),
        ([], ["syscall", "k8s_audit"], "Must enable at least one event source"),
    ],
)
def test_refusals_are_in_falcos_words(
    enabled: list[str], disabled: list[str], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        chosen(enabled, disabled)
