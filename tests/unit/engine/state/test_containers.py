# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.state.tables import State
from falcomod.engine.state.update import apply_record
from tests.record_builder import build

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
    "annotations": {"kubectl.kubernetes.io/restartedAt": "now"},
    "env": {"PATH": "/bin", "EMPTY": ""},
    "ports": ["0.0.0.0:8080->80/tcp", "443/tcp"],
    "cgroup": None,
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


def test_id_with_a_nul_is_nobody_s() -> None:
    state = State()
    state.set_container("a", {"name": "web"})
    assert state.container("a\0b") is None


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


def test_part_of_a_mount_that_is_not_known_is_empty() -> None:
    state = State()
    state.set_container(ID, {"mounts": [("/", "/host", None, False, None)]})
    facts = state.container(ID)
    assert facts is not None
    assert facts["mounts"] == [("/", "/host", "", False, "")]


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


# Threads in containers

FULL_ID = ID + "8" * 52
OTHER_ID = "b" * 64


def in_container(state: State, tid: int, full_id: str = FULL_ID, **facts: Any) -> None:
    state.seed_thread(tid=tid, pid=tid, cgroups=[f"cpu=/docker/{full_id}"], **facts)


def test_container_of_a_thread_is_there_before_anybody_describes_it() -> None:
    state = State()
    in_container(state, 7)
    facts = state.container(FULL_ID)
    assert facts is not None
    assert (facts["full_id"], facts["name"]) == (FULL_ID, None)
    assert state.containers_in_use() == [(FULL_ID, state.containers_in_use()[0][1], None, 7)]


def test_container_is_in_use_until_its_last_thread_is_forgotten() -> None:
    state = State()
    in_container(state, 7, start_ns=1)
    in_container(state, 8, start_ns=2)
    apply_record(state, build("PROCEXIT_1_E", ts=9, tid=7))
    assert [row[3] for row in state.containers_in_use()] == [8]
    apply_record(state, build("PROCEXIT_1_E", ts=10, tid=8))
    assert [row[3] for row in state.containers_in_use()] == [7]
    apply_record(state, build("getcwd", ts=10**11, tid=9, res=1))
    assert state.containers_in_use() == []


def test_description_keeps_what_the_control_group_told() -> None:
    state = State()
    in_container(state, 7)
    state.set_container(ID, {"name": "web"})
    facts = state.container(FULL_ID)
    assert facts is not None
    assert (facts["full_id"], facts["name"]) == (FULL_ID, "web")


def test_container_goes_with_its_last_thread() -> None:
    state = State()
    in_container(state, 7)
    in_container(state, 8)
    state.remove_thread(7)
    assert state.counters()["containers"] == 1
    state.remove_thread(8)
    assert state.counters()["containers"] == 0


def test_removed_container_stays_for_its_threads() -> None:
    state = State()
    in_container(state, 7)
    state.set_container(ID, {"name": "web"})
    state.remove_container(ID)
    facts = state.container(ID)
    assert facts is not None
    assert facts["name"] == "web"
    state.remove_thread(7)
    assert state.container(ID) is None


def test_described_container_without_threads_is_swept() -> None:
    state = State()
    state.set_container(ID, {"name": "web"})
    in_container(state, 7, OTHER_ID)
    apply_record(state, build("getcwd", ts=10_000_000_000, tid=7, res=1))
    assert state.sweep_containers(60.0) == 0
    apply_record(state, build("getcwd", ts=90_000_000_000, tid=7, res=1))
    assert state.sweep_containers(60.0) == 1
    assert state.container(ID) is None
    assert state.container(OTHER_ID) is not None


def test_ten_thousand_dead_containers_leave_nothing() -> None:
    state = State()
    for number in range(10_000):
        full_id = f"{number:012x}" + "0" * 52
        in_container(state, 7, full_id)
        state.set_container(full_id, FACTS | {"full_id": full_id})
        state.set_container_names(full_id, {0: "root"}, {0: "root"})
    counters = state.counters()
    # The thread is in the last one; the others were known, and nobody has removed them.
    assert counters["containers"] <= 4096
    state.remove_thread(7)
    apply_record(state, build("getcwd", ts=10**12, tid=9, res=1))
    state.sweep_containers(0.0)
    assert state.counters()["containers"] == 0


def test_one_that_threads_are_in_makes_no_room() -> None:
    state = State(container_limit=2)
    in_container(state, 7)
    for number in range(10):
        state.set_container(f"{number:012x}", {})
    assert state.container(ID) is not None
    assert state.counters()["containers"] == 2


def test_names_without_a_form_are_known_whole() -> None:
    state = State()
    state.set_container("web-frontend-one", {"name": "one"})
    state.set_container("web-frontend-two", {"name": "two"})
    facts = state.container("web-frontend-two")
    assert facts is not None
    assert facts["name"] == "two"


def test_control_group_of_no_known_form_is_found_by_its_path() -> None:
    state = State()
    state.set_container("web", {"name": "web", "cgroup": "/mine/web"})
    state.seed_thread(tid=7, pid=7, cgroups=["cpu=/", "memory=/mine/web/below"])
    state.seed_thread(tid=8, pid=8, cgroups=["cpu=/", "memory=/mine/website"])
    assert [row[3] for row in state.containers_in_use()] == [7]


def test_who_leaves_the_control_group_stays_in_the_pid_namespace() -> None:
    state = State()
    in_container(state, 7, vpid=1, vtid=1, pidns_init_start_ns=5)
    state.seed_thread(
        tid=8, pid=8, ptid=7, vpid=2, vtid=2, cgroups=["cpu=/"], pidns_init_start_ns=5
    )
    state.seed_thread(
        tid=9, pid=9, ptid=7, vpid=1, vtid=1, cgroups=["cpu=/"], pidns_init_start_ns=6
    )
    state.seed_thread(tid=10, pid=10, ptid=7, vpid=10, vtid=10, cgroups=["cpu=/"])
    assert [tid for tid in (7, 8, 9, 10) if thread_container(state, tid) == ID] == [7, 8]


def thread_container(state: State, tid: int) -> str:
    facts = state.thread(tid)
    assert facts is not None
    return str(facts["container_id"])


def test_names_of_a_container_that_is_not_there_are_left_out() -> None:
    State().set_container_names(ID, {0: "root"}, {})


NAMES = st.sampled_from([f"container-number-{number}" for number in range(40)] + [ID, OTHER_ID])


@given(st.lists(st.tuples(st.sampled_from(("set", "enter", "leave", "remove")), NAMES)))
def test_names_and_ids_are_found_whatever_came_and_went(steps: list[tuple[str, str]]) -> None:
    state = State()
    inside: dict[str, int] = {}
    described: set[str] = set()
    for number, (step, name) in enumerate(steps, start=100):
        path = f"cpu=/docker/{name}" if name == OTHER_ID else f"cpu=/default/{name}"
        if step == "set":
            state.set_container(name, {"name": name})
            described.add(name)
        elif step == "enter" and name != ID:
            state.remove_thread(inside.get(name, 0))
            inside[name] = number
            state.seed_thread(tid=number, pid=number, cgroups=[path])
            described = {each for each in described if each != name or state.container(name)}
        elif step == "leave" and name in inside:
            state.remove_thread(inside.pop(name))
        elif step == "remove":
            state.remove_container(name)
            described.discard(name)
        there = described | inside.keys()
        assert {name for name in [*there, ID] if state.container(name)} == there
        assert state.counters()["containers"] == len(there)
