# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading

import pytest

from falcomod.enrich.kubernetes import Kubernetes
from falcomod.enrich.kubernetes_access import Access
from falcomod.enrich.kubernetes_runtime import KubernetesRuntime
from falcomod.enrich.runtime import Change, Runtime
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.kubernetes.objects import container_id
from tests.replayed_api import HOLD, PODS, WATCH, Answer, recorded, replayed

PATIENT_S = 20.0
WEB_1 = container_id("shop/web-1")
ANSWERS = {PODS: [Answer(recorded("pods.json"))], PODS + WATCH: [HOLD]}


class Nowhere:
    def set_pod(self, uid: str, facts: dict[str, object]) -> None:
        return

    def remove_pod(self, uid: str) -> None:
        return


def made(url: str) -> Kubernetes:
    return Kubernetes(Access(url=url), "node-1", post=lambda call: call(), state=Nowhere())


def test_server_in_the_place_of_a_runtime() -> None:
    with replayed(ANSWERS) as server:
        kubernetes = made(server.url)
        runtime: Runtime = KubernetesRuntime(kubernetes)
        changes = runtime.changes()
        heard: list[Change] = []
        thread = threading.Thread(target=lambda: heard.append(next(changes)))
        thread.start()
        while not kubernetes._listeners:
            thread.join(0.005)
        with pytest.raises(RuntimeUnavailable, match="has not told yet"):
            runtime.find(WEB_1, 0.0)
        kubernetes.start()
        (described,) = runtime.list(PATIENT_S)
        thread.join(PATIENT_S)
        assert heard == [Change("started", WEB_1)]
        assert described.id == WEB_1
        assert described.is_complete
        assert described.facts["pod_name"] == "web-1"
        assert runtime.find(WEB_1[:12], 0.0) == described
        with pytest.raises(ContainerUnknown):
            runtime.find("f" * 64, 0.0)
        assert runtime.socket == server.url
        assert "kubepods" in runtime.kinds
        runtime.close()
        assert list(changes) == []
        with pytest.raises(RuntimeUnavailable, match="closed"):
            runtime.list(0.0)
        kubernetes.stop()


def test_changes_after_close_are_none() -> None:
    runtime = KubernetesRuntime(made("http://127.0.0.1:1"))
    runtime.close()
    assert list(runtime.changes()) == []


def test_pod_without_an_address_is_not_all_there_is_to_know() -> None:
    body = recorded("pods.json").replace(b'"podIP":"10.1.0.5"', b'"podIP":""')
    with replayed(ANSWERS | {PODS: [Answer(body)]}) as server:
        kubernetes = made(server.url)
        kubernetes.start()
        (described,) = KubernetesRuntime(kubernetes).list(PATIENT_S)
        kubernetes.stop()
    assert not described.is_complete
