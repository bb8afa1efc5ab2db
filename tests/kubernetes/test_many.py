# SPDX-License-Identifier: Apache-2.0
"""Many pods come and go, and leave nothing behind."""

from __future__ import annotations

import ctypes
import gc
import time
from pathlib import Path
from typing import Any

from tests.kubernetes.conftest import Watch, Watched
from tests.kubernetes.objects import make_deployment, make_pod, owner, run_pod
from tests.kubernetes.server import Server

PODS = 200
GROWTH_MAX_KIB = 4096


def resident_kib() -> int:
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def is_whole(pod: dict[str, Any]) -> bool:
    return bool(pod and pod["ip"] and pod["deployment"] and pod["deployment"]["labels"])


def come_and_go(server: Server, namespace: str, node: str, watched: Watched, first: int) -> float:
    """Seconds from the first pod to the state's last word of them."""
    _, replica_set = make_deployment(server, namespace, f"web-{first}", {"tier": "front"})
    began_s = time.monotonic()
    uids = []
    names = [f"pod-{number}" for number in range(first, first + PODS)]
    for number, name in enumerate(names):
        reference = owner("ReplicaSet", replica_set)
        uids.append(make_pod(server, namespace, name, {"app": "x"}, owner=reference, node=node))
        run_pod(server, namespace, name, f"10.2.0.{number + 1}")
    assert watched.until(lambda: all(is_whole(watched.pod(uid)) for uid in uids))
    for name in names:
        server.delete(f"/api/v1/namespaces/{namespace}/pods/{name}")
    assert watched.until(lambda: watched.removed.issuperset(uids))
    assert not any(watched.pod(uid) for uid in uids)
    return time.monotonic() - began_s


def test_pods_that_come_and_go_leave_nothing(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    watched = watch(linger_s=0.0)
    come_and_go(server, namespace, node, watched, 0)
    before_kib = resident_kib()
    took_s = come_and_go(server, namespace, node, watched, PODS)
    after_kib = resident_kib()
    print(
        f"\n{PODS} pods came and went in {took_s:.1f} s, {after_kib - before_kib} KiB more resident"
    )
    assert after_kib - before_kib < GROWTH_MAX_KIB
    pods = vars(watched.kubernetes._pods)
    left = {name: len(pods[name]) for name in ("_pods", "_told", "_leaving", "_containers")}
    assert left == dict.fromkeys(left, 0)
    # Controllers go with the next sweep after their pods.
    watched.kubernetes._pods.sweep(time.monotonic())
    assert (pods["_controllers"], pods["_missing"]) == ({}, {})
