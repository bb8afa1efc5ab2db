# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.record_builder import build

ID = "3ad7b26ded6d"
RECORD = build("getcwd", tid=9)

KEYS = st.text("ab/.é", min_size=1, max_size=4)


def found(labels: dict[str, str], key: str) -> object:
    """The value of a label of a container that has these."""
    state = State()
    state.set_container(ID, {"labels": labels})
    state.seed_thread(tid=9, pid=9, cgroups=[f"cpu=/docker/{ID}{'0' * 52}"])
    probe = Probe(state)
    return bind(f"container.label[{key}]").value(probe.at(RECORD))


@given(st.dictionaries(KEYS, st.text(max_size=3)), KEYS)
def test_label_is_found_by_its_whole_key(labels: dict[str, str], key: str) -> None:
    for one in (*labels, key):
        assert found(labels, one) == labels.get(one)


@given(st.dictionaries(KEYS, st.text(max_size=3)))
def test_labels_are_shown_as_they_were_set_in_order_of_their_keys(labels: dict[str, str]) -> None:
    state = State()
    state.set_container(ID, {"labels": labels})
    facts = state.container(ID)
    assert facts is not None
    assert facts["labels"] == labels
    assert list(facts["labels"]) == sorted(labels, key=str.encode)


@pytest.mark.parametrize("labels", [{"a": 1.5}, {2.5: "b"}, {"a": None}])
def test_label_that_is_no_text_is_refused(labels: dict[str, str]) -> None:
    with pytest.raises(TypeError):
        State().set_container(ID, {"labels": labels})
