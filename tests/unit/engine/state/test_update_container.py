# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from falcomod.engine.state.update import apply_record, apply_records
from tests.record_builder import build

ID = "32a1026ccb88"
FULL_ID = ID + "a551e2a38eb8f260b4700aefec7e8c007344057e58a9fa302374"
NO_THREAD = 2**64 - 1

# As Falco's container plugin writes it.
DESCRIPTION: dict[str, Any] = {
    "Mounts": [
        {
            "Destination": "/data", "Mode": "", "Propagation": "rprivate", "RW": True,
            "Source": "/home/ada",
        }
    ],
    "User": "",
    "cni_json": "",
    "cpu_period": 100000,
    "created_time": 1730971086,
    "env": [],
    "full_id": FULL_ID,
    "host_ipc": False,
    "host_network": True,
    "host_pid": False,
    "id": ID,
    "image": "fedora:38",
    "imagedigest": "sha256:b9ff6f23",
    "imageid": "0ca0fed353fb",
    "imagerepo": "fedora",
    "imagetag": "38",
    "ip": "172.17.0.2",
    "is_pod_sandbox": False,
    "labels": {"maintainer": "Ada", "io.kubernetes.pod.name": "web-0"},
    "lookup_state": 1,
    "name": "youthful_babbage",
    "pod_sandbox_id": "63060edc2d3a" + "b" * 52,
    "pod_sandbox_labels": None,
    "port_mappings": [],
    "privileged": False,
    "type": 0,
    "Healthcheck": {"exe": "curl", "args": ["-f", "localhost"]},
}  # fmt: skip


def told(description: Any, *, tid: int = NO_THREAD) -> bytes:
    text = description if isinstance(description, str) else json.dumps({"container": description})
    return build("CONTAINER_JSON_2_E", tid=tid, json=text)


def told_later(name: str, description: dict[str, Any]) -> bytes:
    data = json.dumps({"container": description}).encode() + b"\0"
    return build("ASYNCEVENT_E", tid=NO_THREAD, plugin_id=0, name=name, data=data)


def facts_of(state: State) -> dict[str, Any]:
    facts = state.container(ID)
    assert facts is not None
    return dict(facts)


def test_description_is_kept() -> None:
    state = State()
    apply_record(state, told(DESCRIPTION))
    expected = {
        "full_id": FULL_ID, "type": "docker", "name": "youthful_babbage", "image": "fedora:38",
        "image_id": "0ca0fed353fb", "image_repository": "fedora", "image_tag": "38",
        "image_digest": "sha256:b9ff6f23", "ip": "172.17.0.2", "cni_json": None,
        "pod_name": "web-0", "pod_namespace": None, "pod_sandbox_id": "63060edc2d3a",
        "pod_full_sandbox_id": "63060edc2d3a" + "b" * 52, "privileged": False,
        "host_network": True, "start_ns": 1730971086 * 10**9,
        "labels": {"maintainer": "Ada", "io.kubernetes.pod.name": "web-0"}, "pod_labels": {},
        "mounts": [("/home/ada", "/data", "", True, "rprivate")],
        "healthcheck": ("curl", ["-f", "localhost"]), "liveness_probe": None,
    }  # fmt: skip
    assert {name: facts_of(state)[name] for name in expected} == expected


def test_types_are_numbers_or_words() -> None:
    state = State()
    for type_, word in ((8, "cri-o"), ("podman", "podman"), (99, None), (None, None)):
        apply_record(state, told(DESCRIPTION | {"type": type_}))
        assert facts_of(state)["type"] == word


def test_what_a_look_up_did_not_find_does_not_replace_what_is_known() -> None:
    state = State()
    for lookup_state in (2, 0):
        apply_record(state, told(DESCRIPTION | {"lookup_state": lookup_state, "name": ""}))
        facts = facts_of(state)
        assert (facts["name"], facts["privileged"]) == (None, None)
    apply_record(state, told(DESCRIPTION))
    apply_record(state, told(DESCRIPTION | {"lookup_state": 2, "name": ""}))
    assert facts_of(state)["name"] == "youthful_babbage"


def test_observers_events_tell_of_containers() -> None:
    state = State()
    apply_record(state, told_later("container", DESCRIPTION))
    assert facts_of(state)["name"] == "youthful_babbage"
    apply_record(state, told_later("dropped", DESCRIPTION | {"name": "x"}))
    assert facts_of(state)["name"] == "youthful_babbage"


def test_event_that_tells_of_a_container_has_its_fields() -> None:
    probe = Probe(State())
    view = probe.at(told(DESCRIPTION))
    assert bind("container.id").value(view) == ID
    assert bind("container.name").value(view) == "youthful_babbage"
    view = probe.at(build("DROP_E", tid=NO_THREAD))
    assert bind("container.id").value(view) is None


def test_removed_container_is_known_during_its_own_event_only() -> None:
    state = State()
    probe = Probe(state)
    probe.at(told_later("container", DESCRIPTION))
    view = probe.at(told_later("container_removed", DESCRIPTION))
    assert bind("container.name").value(view) == "youthful_babbage"
    probe.at(build("DROP_E", tid=NO_THREAD))
    assert state.container(ID) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "{}",
        '{"container": null}',
        '{"container": []}',
        '{"container": {}}',
        '{"container": {"id": ""}}',
        '{"container": {"id": 7}}',
        '{"container": {"id": "a\\u0000b"}}',
        '{"container": {"id": "abc", "name": "\\ud800"}}',
        '{"container": {"id": "abc", "Mounts": [7]}}',
        '{"container": {"id": "abc", "lookup_state": 1' + "9" * 5000 + "}}",
        '{"container": ' + "[" * 100_000,
        '{"container": {"id": "abc", "x": "' + "y" * 300_000 + '"}}',
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_description_is_counted(text: str) -> None:
    state = State()
    apply_record(state, told(text))
    counters = state.counters()
    assert (counters["containers"], counters["containers_refused"]) == (0, 1)


def test_of_endless_lists_and_texts_a_part_is_kept() -> None:
    mounts = DESCRIPTION["Mounts"] * 1000
    labels = {f"label{i}": "x" for i in range(1000)}
    state = State()
    apply_record(
        state, told(DESCRIPTION | {"Mounts": mounts, "labels": labels, "image": "i" * 9000})
    )
    facts = facts_of(state)
    assert (len(facts["mounts"]), len(facts["labels"]), facts["image"]) == (256, 256, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*DESCRIPTION, "LivenessProbe"]), JSON))
def test_any_json_is_kept_or_counted(change: dict[str, Any]) -> None:
    state = State()
    apply_record(state, told(DESCRIPTION | change))
    counters = state.counters()
    assert counters["containers"] + counters["containers_refused"] == 1


# Probes


def probing(*, tid: int = 20, args: str = "-f\0localhost\0", ptid: int = 1) -> bytes:
    return build(
        "execve", ts=50, tid=tid, res=0, exe="curl", args=args, comm="curl", ptid=ptid, pid=tid,
        cgroups=f"cpu=/docker/{FULL_ID}\0",
    )  # fmt: skip


def state_with_probe() -> State:
    state = State()
    state.seed_thread(tid=1, pid=1, ptid=0, vpid=1)
    state.seed_thread(
        tid=10, pid=10, ptid=1, vpid=1, vtid=1, cgroups=[f"cpu=/docker/{FULL_ID}"],
    )  # fmt: skip
    apply_record(state, told(DESCRIPTION))
    return state


def is_healthcheck(state: State, *records: bytes) -> Any:
    probe = Probe(state)
    for record in records:
        view = probe.at(record)
    return bind("proc.is_container_healthcheck").value(view)


def test_probe_is_known_by_its_command_line() -> None:
    assert is_healthcheck(state_with_probe(), probing()) is True
    assert is_healthcheck(state_with_probe(), probing(args="-f\0")) is False


def test_same_command_line_below_the_container_s_first_process_is_no_probe() -> None:
    assert is_healthcheck(state_with_probe(), probing(ptid=10)) is False


def test_what_a_probe_starts_is_part_of_it() -> None:
    child = build("clone", ts=51, tid=20, res=21, pid=20, vtid=20, ptid=1)
    work = build("getcwd", ts=52, tid=21, res=1)
    assert is_healthcheck(state_with_probe(), probing(), child, work) is True


def test_unknown_container_has_no_probes() -> None:
    state = state_with_probe()
    state.clear()
    state.seed_thread(
        tid=10, pid=10, ptid=1, vpid=1, vtid=1, cgroups=[f"cpu=/docker/{FULL_ID}"],
    )  # fmt: skip
    state.set_container("other", {})
    assert is_healthcheck(state, probing()) is False
    apply_records(state, [build("getcwd", ts=60, tid=20, res=1)])
