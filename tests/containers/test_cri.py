# SPDX-License-Identifier: Apache-2.0
"""CriRuntime and a real containerd, which speaks Kubernetes' interface as CRI-O does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from falcomod.enrich.containerd import ContainerdRuntime
from falcomod.enrich.cri import CriRuntime
from falcomod.errors import ContainerUnknown
from tests.containers.fix_containerd import Containerd
from tests.containers.following import Following
from tests.containers.native import Native
from tests.containers.pods import Pods

TIMEOUT_S = 20.0


@pytest.fixture
def runtime(containerd: Containerd) -> Iterator[CriRuntime]:
    made = CriRuntime(containerd.socket)
    yield made
    made.close()


def test_it_says_what_containerd_says(
    containerd: Containerd, pods: Pods, runtime: CriRuntime
) -> None:
    pod = pods.run("shop", host_network=False, ports=((80, 8080, ""),), annotations={"a": "b"})
    id = pods.run_container(pod, "front", env={"A": "B"}, mounts=(("/etc", "/e", True, 1),))
    other = ContainerdRuntime(containerd.socket)
    try:
        for asked in (id, pod.id, id[:12], pod.id[:12]):
            mine, theirs = runtime.find(asked, TIMEOUT_S), other.find(asked, TIMEOUT_S)
            assert (mine.id, mine.pid, mine.is_complete) == (theirs.id, theirs.pid, True)
            # The image has no digest in a registry, and of a sandbox less is told.
            mine.facts.pop("image_digest", None)
            shared = {name: theirs.facts[name] for name in mine.facts}
            assert mine.facts == shared
    finally:
        other.close()


def test_what_does_not_run_in_pods_is_not_known(native: Native, runtime: CriRuntime) -> None:
    native.run("web")
    with pytest.raises(ContainerUnknown):
        runtime.find("web", TIMEOUT_S)


def test_all_that_runs(pods: Pods, runtime: CriRuntime) -> None:
    pod = pods.run()
    running, _waiting = pods.run_container(pod, "a"), pods.create(pod, "b")
    assert {row.id for row in runtime.list(TIMEOUT_S)} == {pod.id, running}


def test_lists_are_compared_where_there_are_no_events(pods: Pods, runtime: CriRuntime) -> None:
    pod = pods.run()
    known = pods.run_container(pod, "known")
    following = Following(runtime)
    pods.remove_container(known)
    following.until("removed", known)
    id = pods.run_container(pod, "front")
    told = following.until("started", id)
    assert [change.kind for change in told if change.id == id] == ["created", "started"]
    pods.remove(pod)
    following.until("removed", pod.id)
    runtime.close()
    following.join()
    assert following.fault is None
