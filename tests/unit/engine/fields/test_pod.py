# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.record_builder import build
from tests.unit.engine.fields.host import CONTAINER, SANDBOX, TS, Case, host, look, of_cat
from tests.unit.engine.fields.test_container import of_sh

CASES = [
    of_sh("k8s.pod.name", "web-0"),
    of_cat("k8s.pod.name", None),
    of_sh("k8s.ns.name", "shop"),
    of_sh("k8s.pod.uid", "3e41dc6b"),
    of_sh("k8s.pod.id", "3e41dc6b"),
    of_sh("k8s.pod.sandbox_id", SANDBOX[:12]),
    of_sh("k8s.pod.full_sandbox_id", SANDBOX),
    of_sh("k8s.pod.label[app.kubernetes.io/name]", "shop"),
    of_sh("k8s.pod.label.app.kubernetes.io/name", "shop"),
    of_sh("k8s.pod.label.app", None),
    of_cat("k8s.pod.label.app", None),
    of_sh("k8s.pod.labels", "app.kubernetes.io/name:shop"),
    of_cat("k8s.pod.labels", None),
    of_sh("k8s.pod.ip", "10.0.0.7"),
    of_cat("k8s.pod.ip", None),
    of_sh("k8s.pod.cni.json", '{"ips": []}'),
    of_cat("k8s.pod.cni.json", None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.field}-{case.text}")
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def network(facts: dict[str, Any]) -> list[Any]:
    state = State()
    state.set_container(CONTAINER, facts)
    state.seed_thread(tid=9, pid=9, cgroups=[f"cpu=/docker/{CONTAINER}"])
    probe = Probe(state)
    view = probe.at(build("getcwd", ts=TS, tid=9))
    names = ("k8s.pod.ip", "k8s.pod.cni.json", "k8s.pod.labels")
    return [bind(name).value(view) for name in names]


def test_container_s_own_facts_count_before_its_sandbox_s() -> None:
    own = {"ip": "10.9.9.9", "cni_json": "{}", "pod_labels": {"a": "b"}}
    assert network(own) == ["10.9.9.9", "{}", "a:b"]
    told = {"pod_ip": "10.1.1.1", "pod_cni_json": "[]"}
    assert network(own | told) == ["10.1.1.1", "[]", "a:b"]


def test_pod_without_a_known_sandbox_has_no_address() -> None:
    assert network({"ip": "10.9.9.9", "pod_sandbox_id": SANDBOX[:12]}) == [None, None, ""]


def test_kubernetes_counts_where_the_runtime_said_nothing() -> None:
    names = ("k8s.pod.name", "k8s.ns.name", "k8s.pod.ip", "k8s.pod.label.a", "k8s.pod.labels")
    pod = {"name": "web-0", "namespace": "shop", "ip": "10.0.0.7", "labels": {"a": "b"}}
    own = {
        "pod_name": "n", "pod_namespace": "ns", "pod_ip": "10.1.1.1", "pod_labels": {"a": "c"},
    }  # fmt: skip
    told = ["web-0", "shop", "10.0.0.7", "b", "a:b"]
    assert of_pod({"pod_uid": "u"}, pod, names) == told
    assert of_pod({"pod_uid": "u"} | own, pod, names) == ["n", "ns", "10.1.1.1", "c", "a:c"]
    assert of_pod({"pod_uid": "v"}, pod, names) == [None, None, None, None, ""]
    assert of_pod({}, pod, names) == [None, None, None, None, ""]


def test_labels_of_the_sandbox_count_before_those_of_kubernetes() -> None:
    names = ("k8s.pod.labels",)
    facts = {"pod_uid": "u", "pod_sandbox_id": SANDBOX[:12]}
    pod = {"labels": {"a": "b"}}
    assert of_pod(facts, pod, names, sandbox={"pod_labels": {"c": "d"}}) == ["c:d"]
    assert of_pod(facts, pod, names, sandbox={}) == ["a:b"]


def of_pod(
    facts: dict[str, Any],
    pod: dict[str, Any],
    names: tuple[str, ...],
    sandbox: dict[str, Any] | None = None,
) -> list[Any]:
    state = State()
    state.set_container(CONTAINER, facts)
    if sandbox is not None:
        state.set_container(SANDBOX, sandbox)
    state.set_pod("u", pod)
    state.seed_thread(tid=9, pid=9, cgroups=[f"cpu=/docker/{CONTAINER}"])
    probe = Probe(state)
    view = probe.at(build("getcwd", ts=TS, tid=9))
    return [bind(name).value(view) for name in names]


def test_label_ends_before_the_full_stop_of_a_sentence() -> None:
    from falcomod.engine.fields.registry import bind_prefix

    ref, size = bind_prefix("k8s.pod.label.app.kubernetes.io/name. Then")
    assert (ref.name, size) == ("k8s.pod.label.app.kubernetes.io/name", 36)
