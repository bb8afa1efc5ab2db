# SPDX-License-Identifier: Apache-2.0
"""Objects in, facts out; the state is a record of what would be posted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from falcomod.enrich import pods as pods_module
from falcomod.enrich.kubernetes_objects import Controller, Namespace, Pod, Reference, Service
from falcomod.enrich.pod_containers import PodContainer
from falcomod.enrich.pods import CONTROLLER_FRESH_S, REFUSED_FRESH_S, Pods
from falcomod.enrich.runtime import Change

REPLICA_SET = Reference("ReplicaSet", "shop", "web-1", "rs1")
DEPLOYMENT = Reference("Deployment", "shop", "web", "d1")
LONG_ID = "0123456789abcdef" * 4


class Told:
    """What the state would have been told: facts by uid, and how often."""

    def __init__(self) -> None:
        self.facts: dict[str, dict[str, Any]] = {}
        self.count = 0

    def set_pod(self, uid: str, facts: dict[str, Any]) -> None:
        self.facts[uid] = facts
        self.count += 1

    def remove_pod(self, uid: str) -> None:
        del self.facts[uid]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def pods(told: Told) -> Pods:
    return Pods(told.set_pod, told.remove_pod, linger_s=30.0)


def pod(uid: str = "p1", **more: Any) -> Pod:
    defaults: dict[str, Any] = {
        "name": f"pod-{uid}",
        "namespace": "shop",
        "ip": "",
        "labels": {"app": "web"},
        "owner": None,
        "names": (uid,),
        "containers": (),
    }
    return Pod(uid=uid, **defaults | more)


def service(name: str, selector: dict[str, str], **more: Any) -> Service:
    defaults: dict[str, Any] = {"uid": f"uid-{name}", "namespace": "shop", "labels": {}}
    return Service(name=name, selector=selector, **defaults | more)


def test_pod_is_told_of_at_once_with_what_is_known(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(ip="10.0.0.1", owner=REPLICA_SET), 0.0)
    assert told.facts["p1"] == {
        "name": "pod-p1",
        "namespace": "shop",
        "ip": "10.0.0.1",
        "labels": {"app": "web"},
        "namespace_uid": None,
        "namespace_labels": {},
        "deployment": None,
        "replica_set": {"name": "web-1", "uid": "rs1", "labels": None},
        "replication_controller": None,
        "services": [],
    }


def test_pod_without_an_address_has_none(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(), 0.0)
    assert told.facts["p1"]["ip"] is None


def test_controllers_are_asked_for_one_after_the_other(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(owner=REPLICA_SET), 0.0)
    assert pods.missing_controller() == REPLICA_SET
    pods.put_controller("rs1", Controller("rs1", {"hash": "1"}, DEPLOYMENT), 0.0)
    assert told.facts["p1"]["deployment"] == {"name": "web", "uid": "d1", "labels": None}
    assert pods.missing_controller() == DEPLOYMENT
    pods.put_controller("d1", Controller("d1", {"tier": "front"}, None), 0.0)
    assert told.facts["p1"]["replica_set"]["labels"] == {"hash": "1"}
    assert told.facts["p1"]["deployment"]["labels"] == {"tier": "front"}
    assert pods.missing_controller() is None


def test_controllers_of_other_kinds_are_not_asked_for(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(owner=Reference("DaemonSet", "shop", "each", "ds1")), 0.0)
    assert pods.missing_controller() is None
    reference = Reference("ReplicationController", "shop", "old", "rc1")
    pods.put_pod(pod(owner=reference), 0.0)
    assert pods.missing_controller() == reference
    assert told.facts["p1"]["replication_controller"]["name"] == "old"


def test_controllers_that_own_each_other_end_somewhere(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(owner=REPLICA_SET), 0.0)
    pods.put_controller("rs1", Controller("rs1", {}, DEPLOYMENT), 0.0)
    pods.put_controller("d1", Controller("d1", {}, REPLICA_SET), 0.0)
    pods.sweep(1.0)
    assert told.facts["p1"]["deployment"]["name"] == "web"


def test_controller_that_is_refused_is_not_asked_for_again_soon(pods: Pods) -> None:
    pods.put_pod(pod(owner=REPLICA_SET), 0.0)
    pods.put_controller("rs1", None, 0.0)
    pods.put_pod(pod(ip="10.0.0.1", owner=REPLICA_SET), 1.0)
    assert pods.missing_controller() is None
    pods.put_pod(pod(ip="10.0.0.2", owner=REPLICA_SET), CONTROLLER_FRESH_S)
    assert pods.missing_controller() == REPLICA_SET


def test_controller_that_is_refused_is_asked_for_again_after_a_while(
    pods: Pods, told: Told
) -> None:
    pods.put_pod(pod(owner=REPLICA_SET), 0.0)
    pods.put_controller("rs1", None, 0.0)
    pods.sweep(REFUSED_FRESH_S - 1)
    assert pods.missing_controller() is None
    pods.sweep(REFUSED_FRESH_S)
    assert pods.missing_controller() == REPLICA_SET
    pods.put_controller("rs1", Controller("rs1", {"hash": "1"}, None), REFUSED_FRESH_S)
    assert told.facts["p1"]["replica_set"]["labels"] == {"hash": "1"}
    pods.sweep(3 * REFUSED_FRESH_S)
    assert pods.missing_controller() is None


def test_controller_that_is_known_stays_so_when_it_is_refused(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(owner=REPLICA_SET), 0.0)
    pods.put_controller("rs1", Controller("rs1", {"hash": "1"}, None), 0.0)
    pods.put_controller("rs1", None, CONTROLLER_FRESH_S)
    assert told.facts["p1"]["replica_set"]["labels"] == {"hash": "1"}


def test_controller_without_an_answer_lets_others_go_first(pods: Pods) -> None:
    other = replace(REPLICA_SET, uid="rs2")
    pods.put_pod(pod("p1", owner=REPLICA_SET), 0.0)
    pods.put_pod(pod("p2", owner=other), 0.0)
    pods.postpone_controller("rs1")
    pods.postpone_controller("unknown")
    assert pods.missing_controller() == other


def test_namespace_may_come_before_and_after_its_pods(pods: Pods, told: Told) -> None:
    pods.put_namespace(Namespace("n1", "shop", {"team": "a"}))
    pods.put_pod(pod(), 0.0)
    assert told.facts["p1"]["namespace_uid"] == "n1"
    pods.put_namespace(Namespace("n1", "shop", {"team": "b"}))
    assert told.facts["p1"]["namespace_labels"] == {"team": "b"}
    pods.replace_namespaces([])
    pods.put_pod(pod(ip="10.0.0.1"), 0.0)
    assert told.facts["p1"]["namespace_uid"] is None


def test_services_are_those_that_select_the_pod(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(labels={"app": "web", "zone": "a"}), 0.0)
    pods.put_service(service("web", {"app": "web"}, labels={"k": "v"}))
    pods.put_service(service("both", {"app": "web", "zone": "a"}))
    pods.put_service(service("more", {"app": "web", "zone": "b"}))
    pods.put_service(service("all", {}))
    pods.put_service(service("web", {"app": "web"}, uid="u2", namespace="other"))
    assert told.facts["p1"]["services"] == [
        {"name": "both", "uid": "uid-both", "labels": {}},
        {"name": "web", "uid": "uid-web", "labels": {"k": "v"}},
    ]
    # A service that selects no pods any more, and one that is gone.
    pods.put_service(service("both", {}))
    pods.drop_service("shop", "uid-web")
    assert told.facts["p1"]["services"] == []


def test_service_that_selects_others_from_now_on(pods: Pods, told: Told) -> None:
    pods.put_pod(pod("p1", labels={"app": "a"}), 0.0)
    pods.put_pod(pod("p2", labels={"app": "b"}), 0.0)
    pods.put_service(service("s", {"app": "a"}))
    assert [len(told.facts[uid]["services"]) for uid in ("p1", "p2")] == [1, 0]
    pods.put_service(service("s", {"app": "b"}))
    assert [len(told.facts[uid]["services"]) for uid in ("p1", "p2")] == [0, 1]


def test_list_of_services_is_all_there_are(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(), 0.0)
    pods.replace_services([service("a", {"app": "web"}), service("b", {"app": "web"})])
    pods.replace_services([service("b", {"app": "web"}), service("c", {"app": "web"})])
    assert [found["name"] for found in told.facts["p1"]["services"]] == ["b", "c"]


def test_what_did_not_change_is_not_told_again(pods: Pods, told: Told) -> None:
    for _ in range(2):
        pods.replace_pods([pod("p1"), pod("p2")], 0.0)
        pods.replace_namespaces([Namespace("n1", "shop", {})])
        pods.replace_services([service("web", {"app": "web"})])
        assert told.count == 6


def test_pod_that_is_gone_is_known_for_a_while(pods: Pods, told: Told) -> None:
    pods.put_pod(pod(names=("p1", "static")), 0.0)
    assert set(told.facts) == {"p1", "static"}
    pods.drop_pod("p1", 10.0)
    pods.drop_pod("unknown", 10.0)
    pods.sweep(39.0)
    assert set(told.facts) == {"p1", "static"}
    pods.sweep(40.0)
    assert told.facts == {}
    assert len(pods) == 0


def test_pod_that_comes_back_stays(pods: Pods, told: Told) -> None:
    pods.replace_pods([pod("p1"), pod("p2")], 0.0)
    pods.replace_pods([pod("p2")], 1.0)
    pods.replace_pods([pod("p1"), pod("p2")], 2.0)
    pods.sweep(1000.0)
    assert set(told.facts) == {"p1", "p2"}


def test_containers_are_found_by_whole_and_short_id_while_their_pod_is_known(pods: Pods) -> None:
    run = PodContainer(LONG_ID, True, {"name": "web"})
    ended = replace(run, is_running=False)
    assert pods.put_pod(pod(containers=(run,)), 0.0) == [Change("started", LONG_ID)]
    assert pods.put_pod(pod(containers=(run,), ip="10.0.0.1"), 0.0) == []
    assert pods.container(LONG_ID) == run
    assert pods.container(LONG_ID[:12]) == run
    assert pods.container(LONG_ID[:11]) is None
    assert pods.running() == [run]
    assert pods.put_pod(pod(containers=(ended,)), 0.0) == [Change("removed", LONG_ID)]
    assert pods.container(LONG_ID) == ended
    assert pods.running() == []
    pods.put_pod(pod(containers=(run,)), 0.0)
    assert pods.drop_pod("p1", 0.0) == [Change("removed", LONG_ID)]
    assert pods.drop_pod("p1", 0.0) == []
    assert pods.container(LONG_ID) == run
    pods.sweep(30.0)
    assert pods.container(LONG_ID) is None


def test_there_is_an_end_to_what_is_kept(
    pods: Pods, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pods_module, "PODS_MAX", 2)
    monkeypatch.setattr(pods_module, "OTHERS_MAX", 2)
    for number in range(4):
        pods.put_pod(pod(f"p{number}"), 0.0)
        pods.put_namespace(Namespace(f"n{number}", f"name-{number}", {}))
        pods.put_service(service(f"s{number}", {"app": "web"}))
    assert len(told.facts) == 2
    assert len(told.facts["p0"]["services"]) == 2
    assert pods.left_out == 6
    # What is known already may change.
    pods.put_pod(pod("p1", ip="10.0.0.9"), 0.0)
    assert told.facts["p1"]["ip"] == "10.0.0.9"


def test_nothing_is_left_of_many_pods(pods: Pods, told: Told) -> None:
    for number in range(1000):
        uid = f"p{number}"
        reference = Reference("ReplicaSet", "shop", uid, f"rs-{uid}")
        container = PodContainer(f"{number:064}", True, {})
        pods.put_pod(pod(uid, owner=reference, containers=(container,)), float(number))
        pods.put_controller(f"rs-{uid}", Controller(f"rs-{uid}", {}, DEPLOYMENT), float(number))
        pods.drop_pod(uid, float(number))
        pods.sweep(float(number))
    pods.sweep(10_000.0)
    assert told.facts == {}
    kept = {name: value for name, value in vars(pods).items() if isinstance(value, dict)}
    assert {name: value for name, value in kept.items() if value} == {}
