# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.state.tables import State

ID = "3ad7b26ded6d"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("web", "web"),
        (b"web", "web"),
        (bytearray(b"web"), "web"),
        ("", ""),
        (None, None),
        ("é\0b", "é\0b"),
        ("\udcff", "\udcff"),
        (b"\xff", "\udcff"),
    ],
)
def test_text_is_shown_as_it_was_given(given: object, shown: str | None) -> None:
    state = State()
    state.set_container(ID, {"name": given})
    facts = state.container(ID)
    assert facts is not None
    assert facts["name"] == shown
