# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.state.tables import State

ID = "3ad7b26ded6d"
FACTS: dict[str, Any] = {
    "full_id": ID + "8" * 52,
    "type": "docker",
    "name": "web",
    "image": "nginx:1.27",
    "image_id": "0ca0fed353fb",
    "image_repository": "docker.io/library/nginx",
    "image_tag": "1.27",
    "image_digest": "sha256:b9ff",
    "ip": "172.17.0.2",
    "cni_json": "{}",
    "pod_name": "web-0",
    "pod_namespace": "shop",
    "pod_uid": "3e41dc6b-08a8-44db-bc2a-3724b18ab19a",
    "pod_sandbox_id": "63060edc2d3a",
    "pod_full_sandbox_id": "63060edc2d3a" + "a" * 52,
    "pod_ip": "10.0.0.7",
    "pod_cni_json": "{1}",
    "privileged": True,
    "host_pid": False,
    "host_network": None,
    "host_ipc": True,
    "is_pod_sandbox": False,
    "start_ns": 1_700_000_000_000_000_000,
    "labels": {"b": "2", "a": "1", "empty": ""},
    "pod_labels": {"app.kubernetes.io/name": "shop"},
    "mounts": [("/srv", "/data", "ro", False, "rprivate"), ("/", "/host", "", True, "rslave")],
    "healthcheck": ("curl", ["-f", "http://localhost"]),
    "liveness_probe": ("true", []),
    "readiness_probe": None,
}


def test_container_is_shown_as_it_was_set() -> None:
    state = State()
    state.set_container(ID, FACTS)
    assert state.container(ID) == FACTS | {"order": 1}


def test_what_is_not_set_is_unknown() -> None:
    state = State()
    state.set_container(ID, {})
    facts = state.container(ID)
    assert facts is not None
    for name in ("name", "privileged", "host_pid", "image", "liveness_probe"):
        assert facts[name] is None, name
    assert (facts["labels"], facts["mounts"], facts["start_ns"]) == ({}, [], 0)


def test_first_characters_of_an_id_count() -> None:
    state = State()
    state.set_container(ID + "8" * 52, {"name": "web"})
    assert state.container(ID) is not None
    assert state.container(ID + "8") is None
    assert state.container("") is None


def test_later_description_replaces_the_earlier() -> None:
    state = State()
    state.set_container(ID, FACTS)
    state.set_container(ID, {"name": "db"})
    facts = state.container(ID)
    assert facts is not None
    assert (facts["name"], facts["image"], facts["labels"]) == ("db", None, {})
    assert state.counters()["containers"] == 1


def test_fact_that_does_not_exist_is_refused_and_nothing_changes() -> None:
    state = State()
    state.set_container(ID, {"name": "web"})
    with pytest.raises(TypeError, match="no such facts of a container: shoe_size"):
        state.set_container(ID, {"name": "db", "shoe_size": 44})
    facts = state.container(ID)
    assert facts is not None
    assert facts["name"] == "web"


@pytest.mark.parametrize("id", ["", "a\0b"])
def test_id_that_cannot_be_one_is_refused(id: str) -> None:
    with pytest.raises(ValueError, match="no container's id"):
        State().set_container(id, {})


def test_oldest_makes_room() -> None:
    state = State(container_limit=3)
    for number in range(5):
        state.set_container(f"c{number}", {"name": str(number)})
    # Told again is not younger.
    state.set_container("c2", {"name": "again"})
    state.set_container("c5", {})
    known = [number for number in range(6) if state.container(f"c{number}") is not None]
    assert known == [3, 4, 5]
    counters = state.counters()
    assert (counters["containers"], counters["containers_added"]) == (3, 6)
    assert counters["containers_dropped"] == 3


def test_removed_container_is_not_found() -> None:
    state = State()
    state.set_container(ID, FACTS)
    state.remove_container("other")
    state.remove_container(ID)
    assert state.container(ID) is None
    assert state.counters()["containers"] == 0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40))))
def test_table_holds_what_a_dict_would(steps: list[tuple[bool, int]]) -> None:
    state = State()
    model: dict[str, str] = {}
    for turn, (is_set, number) in enumerate(steps):
        id = f"{number:x}"
        if is_set:
            state.set_container(id, {"name": str(turn)})
            model[id] = str(turn)
        else:
            state.remove_container(id)
            model.pop(id, None)
    for number in range(41):
        facts = state.container(f"{number:x}")
        assert (None if facts is None else facts["name"]) == model.get(f"{number:x}")
    assert state.counters()["containers"] == len(model)
