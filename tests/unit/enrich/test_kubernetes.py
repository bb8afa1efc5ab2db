# SPDX-License-Identifier: Apache-2.0
"""Pods, namespaces, services and controllers together, of recorded answers.

The state is a record of what was posted, in the place of engine.state.tables.State.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from falcomod.engine.state.tables import State
from falcomod.enrich import kubernetes_objects as objects
from falcomod.enrich.kubernetes import Kubernetes, pods_of
from falcomod.enrich.kubernetes_access import Access
from falcomod.enrich.runtime import Change
from tests.kubernetes.objects import container_id
from tests.replayed_api import (
    EMPTY,
    HOLD,
    NAMESPACES,
    PODS,
    SERVICES,
    WATCH,
    Answer,
    ReplayedApi,
    recorded,
    recorded_object,
    replayed,
)

PATIENT_S = 20.0
APPS = "/apis/apps/v1/namespaces/shop"
REPLICA_SET = f"{APPS}/replicasets/web-6d4cf56db6"
DEPLOYMENT = f"{APPS}/deployments/web"
CONTROLLER = "/api/v1/namespaces/shop/replicationcontrollers/old"
FORBIDDEN = Answer(recorded("forbidden.json"), 403)
WEB_1 = container_id("shop/web-1")
LATE = container_id("shop/late")


def all_answers() -> dict[str, list[Answer]]:
    return {
        PODS: [Answer(recorded("pods.json"))],
        PODS + WATCH: [HOLD],
        NAMESPACES: [Answer(recorded("namespaces.json"))],
        NAMESPACES + WATCH: [HOLD],
        SERVICES: [Answer(recorded("services.json"))],
        SERVICES + WATCH: [HOLD],
        REPLICA_SET: [Answer(recorded("replica_set.json"))],
        DEPLOYMENT: [Answer(recorded("deployment.json"))],
        CONTROLLER: [Answer(recorded("replication_controller.json"))],
    }


class Posted:
    """The engine's side: what was posted is done at once, and can be waited for."""

    def __init__(self) -> None:
        self.pods: dict[str, dict[str, Any]] = {}
        self._changed = threading.Condition()

    def post(self, call: Callable[[], object]) -> None:
        with self._changed:
            call()
            self._changed.notify_all()

    def set_pod(self, uid: str, facts: dict[str, Any]) -> None:
        self.pods[uid] = facts

    def remove_pod(self, uid: str) -> None:
        del self.pods[uid]

    def until(self, holds: Callable[[], bool]) -> bool:
        with self._changed:
            return self._changed.wait_for(holds, PATIENT_S)

    def named(self, name: str) -> dict[str, Any]:
        return next((facts for facts in self.pods.values() if facts["name"] == name), {})


@contextmanager
def running(
    answers: dict[str, list[Answer]], **more: Any
) -> Iterator[tuple[Kubernetes, Posted, ReplayedApi]]:
    posted = Posted()
    with replayed(answers) as server:
        access = Access(url=server.url)
        kubernetes = Kubernetes(access, "node-1", post=posted.post, state=posted, **more)
        kubernetes.start()
        try:
            yield kubernetes, posted, server
        finally:
            kubernetes.stop()
            assert not any(thread.is_alive() for thread in kubernetes._threads)


def test_pod_with_all_that_belongs_to_it() -> None:
    def is_whole() -> bool:
        web, old = posted.named("web-1"), posted.named("old-1")
        return bool(
            web
            and old
            and web["deployment"]
            and web["deployment"]["labels"]
            and old["replication_controller"]["labels"]
            and web["services"]
            and web["namespace_uid"]
        )

    with running(all_answers()) as (_, posted, server):
        assert posted.until(is_whole)
        facts = posted.named("web-1")
        (listed,) = server.asked(PODS)
    replica_set = recorded_object("replica_set.json")["metadata"]
    services = recorded_object("services.json")["items"]
    service = next(i["metadata"] for i in services if i["metadata"]["name"] == "web")
    assert facts == {
        "name": "web-1",
        "namespace": "shop",
        "ip": "10.1.0.5",
        "labels": {"app": "web"},
        "namespace_uid": facts["namespace_uid"],
        "namespace_labels": {"team": "buyers"},
        "deployment": {
            "name": "web",
            "uid": recorded_object("deployment.json")["metadata"]["uid"],
            "labels": {"tier": "front"},
        },
        "replica_set": {
            "name": "web-6d4cf56db6",
            "uid": replica_set["uid"],
            "labels": replica_set["labels"],
        },
        "replication_controller": None,
        "services": [{"name": "web", "uid": service["uid"], "labels": {"kept-by": "shop"}}],
    }
    assert posted.named("old-1")["replication_controller"]["labels"] == {"tier": "back"}
    assert listed.query["fieldSelector"] == "spec.nodeName=node-1"


def test_pod_that_comes_and_goes() -> None:
    watched = Answer(recorded("watch.jsonl"), then="hold")
    changes: queue.Queue[Sequence[Change]] = queue.Queue()
    more = {"on_containers": changes.put, "linger_s": 0.0}
    answers = all_answers() | {PODS + WATCH: [watched]}
    with running(answers, **more) as (kubernetes, posted, _):
        assert changes.get(timeout=PATIENT_S) == [Change("started", WEB_1)]
        assert changes.get(timeout=PATIENT_S) == [Change("started", LATE)]
        assert changes.get(timeout=PATIENT_S) == [Change("removed", LATE)]
        assert posted.until(lambda: bool(posted.pods) and not posted.named("late"))
        assert kubernetes.container_facts(LATE) is None
        facts = kubernetes.container_facts(WEB_1[:12])
        assert facts is not None
        assert facts["pod_name"] == "web-1"
        assert [container.id for container in kubernetes.running()] == [WEB_1]


def test_state_takes_what_is_posted() -> None:
    state = State()
    posted = Posted()
    with replayed(all_answers()) as server:
        access = Access(url=server.url)
        kubernetes = Kubernetes(access, "node-1", post=posted.post, state=state)
        kubernetes.start()
        uid = next(
            item["metadata"]["uid"]
            for item in recorded_object("pods.json")["items"]
            if item["metadata"]["name"] == "web-1"
        )
        assert posted.until(lambda: ((state.pod(uid) or {}).get("deployment") or {}).get("labels"))
        facts = kubernetes.container_facts(WEB_1)
        kubernetes.stop()
    assert facts is not None
    state.set_container(WEB_1, facts)
    assert state.container(WEB_1[:12])["pod_uid"] == uid


def test_listener_hears_until_the_end() -> None:
    posted = Posted()
    with replayed(all_answers()) as server:
        kubernetes = Kubernetes(Access(url=server.url), "node-1", post=posted.post, state=posted)
        listener = kubernetes.listen()
        other = kubernetes.listen()
        kubernetes.forget(other)
        assert other.get(timeout=PATIENT_S) is None
        kubernetes.start()
        assert listener.get(timeout=PATIENT_S) == Change("started", WEB_1)
        assert kubernetes.wait_listed(PATIENT_S)
        kubernetes.stop()
        assert listener.get(timeout=PATIENT_S) is None
        assert kubernetes.listen().get(timeout=PATIENT_S) is None


def test_who_may_read_pods_only_gets_pods_and_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    paths = (NAMESPACES, SERVICES, REPLICA_SET, DEPLOYMENT, CONTROLLER)
    refused = {path: [FORBIDDEN] for path in paths}
    # Waits end with the test: what is refused is not asked for in a loop.
    over = threading.Event()
    with running(all_answers() | refused, wait=over.wait) as (_, posted, server):
        assert posted.until(lambda: len(posted.pods) == 2)
        assert server.wait_asked(REPLICA_SET)
        assert server.wait_asked(CONTROLLER)
        web = posted.named("web-1")
        over.set()
    assert web["replica_set"]["name"] == "web-6d4cf56db6"
    assert web["deployment"] is None
    assert web["namespace_uid"] is None
    warnings = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "is forbidden" in warnings[0]


def test_controller_that_came_later_under_the_same_name_is_not_the_pods() -> None:
    other = recorded("replica_set.json").replace(
        recorded_object("replica_set.json")["metadata"]["uid"].encode(), b"another"
    )
    with running(all_answers() | {REPLICA_SET: [Answer(other)]}) as (_, posted, server):
        assert posted.until(lambda: bool(posted.named("old-1").get("replication_controller")))
        assert server.wait_asked(REPLICA_SET)
        assert posted.named("web-1")["deployment"] is None


def test_controller_of_which_there_is_no_answer_is_asked_for_again() -> None:
    answers = {REPLICA_SET: [Answer(b"", 500), Answer(then="cut"), *all_answers()[REPLICA_SET]]}
    with running(all_answers() | answers, wait=lambda _: None) as (_, posted, _server):
        assert posted.until(lambda: bool(posted.named("web-1").get("deployment")))


def test_no_server_keeps_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    posted = Posted()
    with replayed({}) as server:
        url = server.url
    kubernetes = Kubernetes(Access(url=url), "node-1", post=posted.post, state=posted)
    kubernetes.start()
    assert kubernetes.container_facts(WEB_1) is None
    assert not kubernetes.wait_listed(0.0)
    kubernetes.stop()
    assert posted.pods == {}
    assert str(kubernetes) == url


def test_nothing_is_posted_after_the_end() -> None:
    with running(all_answers()) as (kubernetes, posted, _):
        assert posted.until(lambda: len(posted.pods) == 2)
        kubernetes.stop()
        posted.pods.clear()
        late = objects.pod(recorded_object("pods.json")["items"][0])
        assert late is not None
        kubernetes._put_pod(replace(late, uid="late", names=("late",)))
        assert posted.pods == {}


def test_node_without_a_pod_is_suspicious(caplog: pytest.LogCaptureFixture) -> None:
    with running(all_answers() | {PODS: [EMPTY]}) as (kubernetes, _, _server):
        assert kubernetes.wait_listed(PATIENT_S)
    assert "no pod is on this node; is that its name? node=node-1" in caplog.text


def test_node_is_selected_by_name() -> None:
    assert pods_of("a.b").query == {"fieldSelector": "spec.nodeName=a.b"}
