# SPDX-License-Identifier: Apache-2.0
"""ContainerdRuntime and a real containerd."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from falcomod.enrich.containerd import ContainerdRuntime
from falcomod.enrich.runtime import Change, Described
from falcomod.errors import ContainerUnknown, MetadataFault, RuntimeUnavailable
from tests.containers.crowd import crowd
from tests.containers.fix_containerd import Containerd
from tests.containers.following import Following
from tests.containers.groups import groups_of
from tests.containers.images import BUSYBOX, PAUSE
from tests.containers.native import Native
from tests.containers.pods import Pods

TIMEOUT_S = 20.0
REPOSITORY, TAG = BUSYBOX.split(":")


@pytest.fixture
def runtime(containerd: Containerd) -> Iterator[ContainerdRuntime]:
    made = ContainerdRuntime(containerd.socket)
    yield made
    made.close()


def eventually(find: Callable[[], Described]) -> Described:
    """The first answer, as whoever looks up again and again gets it."""
    end = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return find()
        except MetadataFault:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def test_a_container_of_ctr(containerd: Containerd, runtime: ContainerdRuntime) -> None:
    before_ns = time.time_ns()
    containerd.ctr(
        "run", "-d", "--label", "app=shop", "--env", "A=B", "--net-host", "--cwd", "/tmp",
        "--mount", "type=bind,src=/etc,dst=/host/etc,options=rbind:ro:rslave",
        BUSYBOX, "shop", "/bin/sleep", "1000",
    )  # fmt: skip
    try:
        found = runtime.find("shop", TIMEOUT_S)
        groups = groups_of(found.pid)
    finally:
        containerd.ctr("task", "rm", "-f", "shop")
        containerd.ctr("container", "rm", "shop")
    assert found.is_complete
    assert found.cgroup == "/default/shop"
    assert found.cgroup in groups
    assert before_ns < found.facts.pop("start_ns") < time.time_ns()
    assert found.facts.pop("image_digest").startswith("sha256:")
    assert found.facts.pop("labels").items() >= {"app": "shop"}.items()
    assert found.facts.pop("env").items() >= {"A": "B", "PATH": "/bin"}.items()
    mounts = found.facts.pop("mounts")
    assert ("/etc", "/host/etc", "", False, "rslave") in mounts
    assert found.facts == {
        "full_id": "shop",
        "name": "shop",
        "type": "containerd",
        "image": BUSYBOX,
        "image_repository": REPOSITORY,
        "image_tag": TAG,
        "annotations": {"app": "shop"},
        "privileged": False,
        "host_network": True,
        "host_pid": False,
        "host_ipc": False,
        "is_pod_sandbox": False,
    }


def test_a_privileged_container(containerd: Containerd, runtime: ContainerdRuntime) -> None:
    containerd.ctr("run", "-d", "--privileged", BUSYBOX, "strong", "/bin/sleep", "1000")
    try:
        assert runtime.find("strong", TIMEOUT_S).facts["privileged"]
    finally:
        containerd.ctr("task", "rm", "-f", "strong")
        containerd.ctr("container", "rm", "strong")


def test_a_namespace_of_its_own(containerd: Containerd, runtime: ContainerdRuntime) -> None:
    containerd.import_image(containerd.home / "busybox.tar", containerd.images[BUSYBOX], "other")
    native = Native(containerd, "other")
    try:
        native.run("elsewhere")
        found = runtime.find("elsewhere", TIMEOUT_S)
        assert found.cgroup == "/other/elsewhere"
        assert found.facts["image_digest"].startswith("sha256:")
        assert "elsewhere" in [row.id for row in runtime.list(TIMEOUT_S)]
    finally:
        native.close()


def test_the_life_of_a_container(native: Native, runtime: ContainerdRuntime) -> None:
    with pytest.raises(ContainerUnknown):
        runtime.find("brief", TIMEOUT_S)
    native.create("brief", "sleep", "1000")
    waiting = runtime.find("brief", TIMEOUT_S)
    native.start("brief")
    running = runtime.find("brief", TIMEOUT_S)
    assert waiting == running
    assert running.pid is not None
    native.stop("brief")
    ended = runtime.find("brief", TIMEOUT_S)
    assert (ended.pid, ended.facts) == (None, running.facts)
    assert "brief" not in [row.id for row in runtime.list(TIMEOUT_S)]
    native.remove("brief")
    with pytest.raises(ContainerUnknown):
        runtime.find("brief", TIMEOUT_S)


def test_a_pod_of_the_host_s_network(pods: Pods, runtime: ContainerdRuntime) -> None:
    pod = pods.run(
        "shop", namespace="prod", labels={"app": "shop"}, annotations={"team": "a"}, host_pid=True
    )
    before_ns = time.time_ns()
    id = pods.run_container(
        pod, "front",
        env={"A": "B"},
        labels={"tier": "web", "long": "x" * 200},
        annotations={"note": "x" * 200},
        mounts=(("/etc", "/host/etc", True, 0), ("/usr", "/host/usr", False, 1)),
    )  # fmt: skip
    found = runtime.find(id, TIMEOUT_S)
    assert found.is_complete
    assert found.cgroup == f"/kubepods/besteffort/pod{pod.uid}/{id}"
    assert found.cgroup in groups_of(found.pid)
    assert before_ns < found.facts.pop("start_ns") < time.time_ns()
    assert found.facts.pop("image_digest").startswith("sha256:")
    assert found.facts.pop("image_id", None) is not None
    assert found.facts.pop("env").items() >= {"A": "B", "PATH": "/bin"}.items()
    kubernetes = {
        "io.kubernetes.pod.name": "shop",
        "io.kubernetes.pod.namespace": "prod",
        "io.kubernetes.pod.uid": pod.uid,
    }
    assert found.facts == {
        "full_id": id,
        "name": "front",
        "type": "containerd",
        "image": BUSYBOX,
        "image_repository": REPOSITORY,
        "image_tag": TAG,
        "labels": {
            "tier": "web",
            "io.kubernetes.container.name": "front",
            "io.kubernetes.sandbox.id": pod.id,
            **kubernetes,
        },
        "annotations": {"note": "x" * 200},
        "mounts": [
            ("/etc", "/host/etc", "", False, "private"),
            ("/usr", "/host/usr", "", True, "rslave"),
        ],
        "ports": [],
        "privileged": False,
        "host_network": True,
        "host_pid": True,
        "host_ipc": False,
        "is_pod_sandbox": False,
        "pod_name": "shop",
        "pod_namespace": "prod",
        "pod_uid": pod.uid,
        "pod_sandbox_id": pod.id[:12],
        "pod_full_sandbox_id": pod.id,
        "pod_labels": {"app": "shop", **kubernetes},
    }


def test_a_pod_with_a_network_of_its_own(
    containerd: Containerd, pods: Pods, runtime: ContainerdRuntime
) -> None:
    pod = pods.run("own", host_network=False, ports=((80, 8080, ""), (53, 0, "")))
    id = pods.run_container(pod, "server")
    found = runtime.find(id, TIMEOUT_S)
    facts = found.facts
    shown = containerd.apart.run(["nsenter", f"--net=/proc/{found.pid}/ns/net", "ip", "-4", "addr"])
    assert f"inet {facts['pod_ip']}/" in shown
    assert facts["ip"] == facts["pod_ip"]
    assert facts["cni_json"] == facts["pod_cni_json"]
    assert facts["cni_json"] == (
        f'{{"eth0":{{"IPConfigs":[{{"Gateway":"10.88.0.1","IP":"{facts["ip"]}"}}]}}}}'
    )
    assert facts["ports"] == ["0.0.0.0:8080->80/tcp", "53/tcp"]
    assert not facts["host_network"]
    assert runtime.find(pod.id, TIMEOUT_S).facts["ip"] == facts["ip"]


def test_a_privileged_container_of_a_pod(pods: Pods, runtime: ContainerdRuntime) -> None:
    pod = pods.run(privileged=True)
    strong = pods.run_container(pod, "strong", privileged=True)
    weak = pods.run_container(pod, "weak")
    assert runtime.find(strong, TIMEOUT_S).facts["privileged"]
    assert not runtime.find(weak, TIMEOUT_S).facts["privileged"]
    assert runtime.find(pod.id, TIMEOUT_S).facts["privileged"]


def test_a_sandbox(pods: Pods, runtime: ContainerdRuntime) -> None:
    pod = pods.run("shop", annotations={"team": "a"})
    found = runtime.find(pod.id, TIMEOUT_S)
    assert found.is_complete
    assert found.cgroup in groups_of(found.pid)
    assert found.facts["is_pod_sandbox"]
    assert found.facts["name"] == found.facts["pod_name"] == "shop"
    assert found.facts["image"] == PAUSE
    assert found.facts["annotations"] == {"team": "a"}
    assert found.facts["pod_full_sandbox_id"] == pod.id


def test_probes_of_a_pod(pods: Pods, runtime: ContainerdRuntime) -> None:
    manifest = (
        '{"spec":{"containers":[{"name":"front",'
        '"readinessProbe":{"exec":{"command":["/bin/cat","/tmp/ready"]}}}]}}'
    )
    note = {"kubectl.kubernetes.io/last-applied-configuration": manifest}
    pod = pods.run(annotations=note)
    facts = runtime.find(pods.run_container(pod, "front"), TIMEOUT_S).facts
    assert facts["readiness_probe"] == ("/bin/cat", ["/tmp/ready"])
    assert "readiness_probe" not in runtime.find(pods.run_container(pod, "b"), TIMEOUT_S).facts


def test_a_pod_s_container_before_and_after_it_runs(pods: Pods, runtime: ContainerdRuntime) -> None:
    pod = pods.run("shop")
    id = pods.create(pod, "brief", ("true",))
    waiting = runtime.find(id, TIMEOUT_S)
    assert (waiting.pid, waiting.facts["name"]) == (None, "brief")
    following = Following(runtime)
    pods.start(id)
    following.until("removed", id)
    # The interface learns of the end from the same event as we do, and perhaps later.
    end = time.monotonic() + TIMEOUT_S
    while (ended := runtime.find(id, TIMEOUT_S)).pid is not None:
        assert time.monotonic() < end
    assert ended.facts["pod_name"] == "shop"
    pods.remove_container(id)
    with pytest.raises(ContainerUnknown):
        runtime.find(id, TIMEOUT_S)
    runtime.close()
    following.join()


@pytest.mark.parametrize("size", [12, 20, 63])
def test_the_beginning_of_an_id(pods: Pods, runtime: ContainerdRuntime, size: int) -> None:
    pod = pods.run()
    id = pods.run_container(pod, "front")
    assert runtime.find(id[:size], TIMEOUT_S).id == id
    assert runtime.find(pod.id[:size], TIMEOUT_S).id == pod.id


def test_all_that_runs(native: Native, pods: Pods, runtime: ContainerdRuntime) -> None:
    native.run("alone")
    native.create("waiting")
    pod = pods.run()
    running, _not_yet = pods.run_container(pod, "a"), pods.create(pod, "b")
    listed = {row.id: row for row in runtime.list(TIMEOUT_S)}
    assert set(listed) == {"alone", "waiting", pod.id, running}
    assert all(row == runtime.find(id, TIMEOUT_S) for id, row in listed.items())


def test_changes_are_told_in_order(native: Native, pods: Pods, runtime: ContainerdRuntime) -> None:
    following = Following(runtime)
    # What is subscribed is not told: the first change that comes is behind it.
    native.run("first")
    native.remove("first")
    following.until("removed", "first")
    native.run("web")
    pid = runtime.find("web", TIMEOUT_S).pid
    native.remove("web")
    assert following.until("removed", "web") == [
        Change("created", "web"),
        Change("started", "web", pid),
        Change("removed", "web"),
    ]
    pod = pods.run()
    id = pods.run_container(pod, "front")
    pods.remove(pod)
    told = following.until("removed", pod.id)
    for life in (pod.id, id):
        kinds = [change.kind for change in told if change.id == life]
        assert kinds == ["created", "started", "removed"]
    runtime.close()
    assert following.next() is None
    assert following.fault is None
    following.join()


def test_a_container_is_known_as_soon_as_it_is_told_of(
    pods: Pods, runtime: ContainerdRuntime
) -> None:
    following = Following(runtime)
    pod = pods.run("shop")
    following.until("started", pod.id)
    id = pods.run_container(pod, "front")
    following.until("started", id)
    found = runtime.find(id, TIMEOUT_S)
    assert found.is_complete
    assert found.facts["pod_name"] == "shop"
    runtime.close()
    following.join()


def test_a_restart(containerd: Containerd, pods: Pods, runtime: ContainerdRuntime) -> None:
    pod = pods.run("shop")
    id = pods.run_container(pod, "front")
    before = runtime.find(id, TIMEOUT_S)
    following = Following(runtime)
    containerd.kill()
    try:
        assert following.until_end() == []
        assert isinstance(following.fault, RuntimeUnavailable)
        with pytest.raises(RuntimeUnavailable, match="Connection refused"):
            runtime.find(id, TIMEOUT_S)
    finally:
        containerd.start()
    assert eventually(lambda: runtime.find(id, TIMEOUT_S)) == before
    again = Following(runtime)
    pods.remove(pod)
    assert again.until("removed", pod.id)
    runtime.close()
    following.join()
    again.join()


def test_one_that_does_not_answer(
    containerd: Containerd, native: Native, runtime: ContainerdRuntime
) -> None:
    native.run("web")
    runtime.find("web", TIMEOUT_S)
    containerd.pause()
    try:
        begun = time.monotonic()
        with pytest.raises(RuntimeUnavailable, match="no answer in time"):
            runtime.find("web", 0.2)
        assert time.monotonic() - begun < 2
    finally:
        containerd.resume()
    assert runtime.find("web", TIMEOUT_S).id == "web"


def test_many_at_once(native: Native, pods: Pods, runtime: ContainerdRuntime) -> None:
    names = [f"many-{number}" for number in range(20)]
    crowd(native.run, names)
    pod = pods.run("shop")
    ids = crowd(lambda number: pods.run_container(pod, f"c{number}"), range(20))
    found = crowd(lambda id: runtime.find(id, TIMEOUT_S), [*names, *ids])
    assert [row.id for row in found] == [*names, *ids]
    assert all(row.is_complete for row in found)
