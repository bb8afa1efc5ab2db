# SPDX-License-Identifier: Apache-2.0
"""A real server that is killed, stopped, or loses what it stands on: nothing is lost for good."""

from __future__ import annotations

import logging
import time

import pytest

from falcomod.enrich.kubernetes import STOP_S
from tests.kubernetes.conftest import PATIENT_S, Watch
from tests.kubernetes.objects import make_pod, run_pod
from tests.kubernetes.server import Server


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and record.name.startswith("falcomod.")
        and "no pod is on this node" not in record.getMessage()
    ]


def test_server_that_is_killed_and_comes_back(
    server: Server, namespace: str, node: str, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watched = watch(linger_s=0.0)
    kept = make_pod(server, namespace, "kept", node=node)
    gone = make_pod(server, namespace, "gone", node=node)
    run_pod(server, namespace, "kept")
    assert watched.until(lambda: watched.pod(kept).get("ip") and watched.pod(gone))
    server.kill("kube-apiserver")
    watched.until(lambda: False, 3.0)
    # What was known stays known.
    assert watched.pod(kept)["name"] == "kept"
    server.start_api()
    server.delete(f"/api/v1/namespaces/{namespace}/pods/gone")
    late = make_pod(server, namespace, "late", node=node)
    assert watched.until(lambda: watched.pod(late) and gone in watched.removed)
    assert watched.pod(kept)["name"] == "kept"
    # The connections broke, and then there was nobody to connect to.
    said = warnings(caplog)
    assert 1 <= len(said) <= 3, said
    assert len({warning.partition("reason=")[2] for warning in said}) == len(said)


def test_server_that_forgets_where_we_were(
    server: Server, namespace: str, node: str, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    """etcd keeps nothing old after a compaction, and a new server has nothing in memory."""
    watched = watch()
    uid = make_pod(server, namespace, "one", node=node)
    assert watched.until(lambda: watched.pod(uid))
    server.kill("kube-apiserver")
    server.start_api()
    run_pod(server, namespace, "one", "10.9.9.9")
    assert watched.until(lambda: watched.pod(uid).get("ip") == "10.9.9.9")


def test_server_that_says_nothing_keeps_nobody_waiting(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    uid = make_pod(server, namespace, "one", node=node)
    server.pause()
    try:
        watched = watch()
        assert not watched.kubernetes.wait_listed(0.5)
        assert watched.kubernetes.container_facts("0" * 64) is None
        began_s = time.monotonic()
        watched.kubernetes.stop()
        assert time.monotonic() - began_s < 2 * STOP_S
    finally:
        server.go_on()
    # Connections that were being made have an end, and what they bring is not told.
    for thread in watched.kubernetes._threads:
        thread.join(PATIENT_S)
        assert not thread.is_alive()
    assert watched.pod(uid) == {}
    again = watch()
    assert again.until(lambda: again.pod(uid))


def test_etcd_that_is_killed_and_comes_back(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    watched = watch()
    uid = make_pod(server, namespace, "one", node=node)
    assert watched.until(lambda: watched.pod(uid))
    server.kill("etcd")
    watched.until(lambda: False, 2.0)
    assert watched.pod(uid)["name"] == "one"
    server.start_etcd()
    server.wait_ready()
    late = make_pod(server, namespace, "late", node=node)
    assert watched.until(lambda: watched.pod(late))
