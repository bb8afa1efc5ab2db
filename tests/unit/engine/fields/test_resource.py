# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.unit.engine.fields.host import CONTAINER
from tests.unit.engine.fields.test_container import CONTAINED, NO_THREAD

UID = "3e41dc6b-08a8-44db-bc2a-3724b18ab19a"
NAMES = ("k8smeta.pod.name", "k8smeta.deployment.name", "k8smeta.pod.labels", "k8s.rs.name")


def test_pod_is_found_whichever_is_told_first() -> None:
    state = State()
    state.seed_thread(tid=307, pid=307, cgroups=[f"cpu=/docker/{CONTAINER}"])
    probe = Probe(state)
    refs = [bind(name) for name in NAMES]

    def values() -> list[object]:
        view = probe.at(CONTAINED)
        return [ref.value(view) for ref in refs]

    assert values() == [None] * 4
    state.set_pod("u", {"name": "web-0", "deployment": {"name": "web"}, "labels": {"a": "b"}})
    assert values() == [None] * 4
    state.set_container(CONTAINER, {"pod_uid": "u"})
    assert values() == ["web-0", "web", ["a:b"], None]
    state.set_pod("u", {"name": "web-1"})
    assert values() == ["web-1", None, None, None]
    state.remove_pod("u")
    assert values() == [None] * 4


def test_container_of_another_pod_or_of_none_has_none() -> None:
    for facts in ({}, {"pod_uid": "v"}, {"pod_uid": ""}):
        state = State()
        state.seed_thread(tid=307, pid=307, cgroups=[f"cpu=/docker/{CONTAINER}"])
        state.set_pod("u", {"name": "web-0"})
        state.set_container(CONTAINER, facts)
        probe = Probe(state)
        view = probe.at(CONTAINED)
        assert bind("k8smeta.pod.name").value(view) is None


@pytest.mark.parametrize(
    "cgroup",
    [
        f"/kubepods/besteffort/pod{UID}/{CONTAINER}",
        f"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{UID.replace('-', '_')}"
        f".slice/cri-containerd-{CONTAINER}.scope",
    ],
)
def test_control_group_alone_tells_the_pod(cgroup: str) -> None:
    state = State()
    state.seed_thread(tid=307, pid=307, cgroups=[f"memory={cgroup}"])
    state.set_pod(
        UID, {"name": "web-0", "namespace": "shop", "ip": "10.0.0.7", "labels": {"a": "b"}}
    )
    probe = Probe(state)
    view = probe.at(CONTAINED)
    names = ("k8s.pod.name", "k8s.ns.name", "k8s.pod.ip", "k8s.pod.label.a", "k8s.pod.labels")
    assert [bind(name).value(view) for name in names] == ["web-0", "shop", "10.0.0.7", "b", "a:b"]
    names = ("k8smeta.pod.uid", "k8s.pod.uid", "container.name")
    assert [bind(name).value(view) for name in names] == [UID, UID, None]


def test_event_without_a_thread_has_no_pod() -> None:
    state = State()
    state.set_pod("u", {"name": "web-0"})
    probe = Probe(state)
    view = probe.at(NO_THREAD)
    assert [bind(name).value(view) for name in NAMES] == [None] * 4


def test_references_to_different_objects_do_not_share_their_number() -> None:
    state = State()
    state.seed_thread(tid=307, pid=307, cgroups=[f"cpu=/docker/{CONTAINER}"])
    state.set_container(CONTAINER, {"pod_uid": "u"})
    words = ("deployment", "replica_set", "replication_controller")
    state.set_pod("u", {word: {"name": word, "uid": word, "labels": {}} for word in words})
    names = ("k8smeta.deployment.name", "k8smeta.rs.name", "k8smeta.rc.uid", "k8s.rc.name")
    refs = [bind(name) for name in names]
    probe = Probe(state)
    view = probe.at(CONTAINED)
    found = [ref.value(view) for ref in refs]
    assert found == [*words, "replication_controller"]
