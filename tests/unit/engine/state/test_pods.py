# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.state.tables import State

UID = "3e41dc6b-08a8-44db-bc2a-3724b18ab19a"
FACTS: dict[str, Any] = {
    "name": "web-7d4b-x2x9z",
    "namespace": "shop",
    "ip": "10.0.0.7",
    "labels": {"app": "web", "empty": ""},
    "namespace_uid": "0f0f",
    "namespace_labels": {"team": "ada"},
    "deployment": {"name": "web", "uid": "d1", "labels": {"tier": "front"}},
    "replica_set": {"name": "web-7d4b", "uid": "r1", "labels": {"hash": "7d4b"}},
    "replication_controller": None,
    "services": [
        {"name": "web", "uid": "s1", "labels": {"a": "1"}},
        {"name": "web-internal", "uid": "s2", "labels": {}},
    ],
}


def test_pod_is_shown_as_it_was_set() -> None:
    state = State()
    state.set_pod(UID, FACTS)
    assert state.pod(UID) == FACTS | {"order": 1, "uid": UID}


def test_what_is_not_set_is_unknown() -> None:
    state = State()
    state.set_pod(UID, {"deployment": None, "services": None})
    facts = state.pod(UID)
    assert facts is not None
    for name in ("name", "namespace", "ip", "namespace_uid", "deployment", "replica_set"):
        assert facts[name] is None, name
    assert (facts["labels"], facts["namespace_labels"], facts["services"]) == ({}, {}, [])


def test_labels_that_are_not_known_are_not_the_same_as_none() -> None:
    state = State()
    owner: dict[str, Any] = {"name": "web", "uid": "d1", "labels": None}
    state.set_pod(
        UID, {"name": "web-1", "deployment": owner, "replica_set": owner | {"labels": {}}}
    )
    facts = state.pod(UID)
    assert (facts["deployment"]["labels"], facts["replica_set"]["labels"]) == (None, {})


def test_whole_uid_counts() -> None:
    state = State()
    state.set_pod(UID, FACTS)
    assert state.pod(UID[:-1]) is None
    assert state.pod(UID + "0") is None
    assert state.pod("") is None


def test_later_description_replaces_the_earlier() -> None:
    state = State()
    state.set_pod(UID, FACTS)
    state.set_pod(UID, {"name": "db"})
    facts = state.pod(UID)
    assert facts is not None
    assert (facts["name"], facts["deployment"], facts["services"]) == ("db", None, [])
    counters = state.counters()
    assert (counters["pods"], counters["pods_added"]) == (1, 1)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"shoe_size": 44}, "no such facts of a pod: shoe_size"),
        (
            {"deployment": {"namespace": "shop"}},
            "no such facts of what a pod belongs to: namespace",
        ),
        ({"services": [{"name": "a"}, {"port": 80}]}, "what a pod belongs to: port"),
        ({"services": ["web"]}, "dict"),
        ({"labels": {"a": 1}}, "int"),
        ({"ip": 7}, "int"),
    ],
)
def test_facts_that_cannot_be_some_are_refused_and_nothing_changes(
    facts: dict[str, Any], message: str
) -> None:
    state = State()
    state.set_pod(UID, FACTS)
    with pytest.raises(TypeError, match=message):
        state.set_pod(UID, {"name": "db"} | facts)
    assert state.pod(UID) == FACTS | {"order": 1, "uid": UID}


def test_pod_without_a_uid_is_refused() -> None:
    with pytest.raises(ValueError, match="has a uid"):
        State().set_pod("", {})


def test_half_a_character_is_refused() -> None:
    state = State()
    with pytest.raises(UnicodeEncodeError):
        state.set_pod("\ud800", {})
    with pytest.raises(UnicodeEncodeError):
        state.set_pod(UID, {"labels": {"a": "\ud800"}})
    assert state.counters()["pods"] == 0


def test_oldest_makes_room() -> None:
    state = State(pod_limit=3)
    for number in range(5):
        state.set_pod(f"p{number}", {})
    # Told again is not younger.
    state.set_pod("p2", {"name": "again"})
    state.set_pod("p5", {})
    assert [number for number in range(6) if state.pod(f"p{number}") is not None] == [3, 4, 5]
    counters = state.counters()
    assert (counters["pods"], counters["pods_added"], counters["pods_dropped"]) == (3, 6, 3)


def test_removed_pod_is_not_found() -> None:
    state = State()
    state.set_pod(UID, FACTS)
    state.remove_pod("other")
    state.remove_pod(UID)
    assert state.pod(UID) is None
    assert state.counters()["pods"] == 0


def test_thousands_that_come_and_go_leave_nothing() -> None:
    state = State()
    for number in range(10_000):
        state.set_pod(f"uid-{number}", FACTS)
        if number >= 100:
            state.remove_pod(f"uid-{number - 100}")
    counters = state.counters()
    assert (counters["pods"], counters["pods_added"], counters["pods_dropped"]) == (100, 10_000, 0)
    state.clear()
    assert (state.counters()["pods"], state.pod("uid-9999")) == (0, None)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40))))
def test_table_holds_what_a_dict_would(steps: list[tuple[bool, int]]) -> None:
    state = State()
    model: dict[str, str] = {}
    for turn, (is_set, number) in enumerate(steps):
        uid = f"{number:x}"
        if is_set:
            state.set_pod(uid, {"name": str(turn)})
            model[uid] = str(turn)
        else:
            state.remove_pod(uid)
            model.pop(uid, None)
    for number in range(41):
        facts = state.pod(f"{number:x}")
        assert (None if facts is None else facts["name"]) == model.get(f"{number:x}")
    assert state.counters()["pods"] == len(model)
