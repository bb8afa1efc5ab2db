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


@pytest.mark.parametrize("given", [7, 10**15, 1.5, ["a"], object()])
def test_what_is_no_text_is_refused(given: object) -> None:
    with pytest.raises(TypeError):
        State().set_container(ID, {"name": given})


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        State().set_container(ID, {"name": "\ud800"})
