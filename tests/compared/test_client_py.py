# SPDX-License-Identifier: Apache-2.0
"""Falco's own client for Python reads alerts of falcomod as it is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.output.grpc_message import encode
from tests.compared import client_py
from tests.unit.output.grpc_identities import Authority
from tests.unit.output.grpc_serving import Serving, serving, wait_for

GET = "for alert in client.get(): print(alert)"
SUB = "for alert in client.sub(): print(alert, flush=True)"


@pytest.fixture
def served() -> Iterator[Serving]:
    with serving() as found:
        yield found


@pytest.mark.parametrize("source", ["syscall", "k8s_audit", "internal"])
def test_alert_arrives_whole(served: Serving, source: str) -> None:
    alert = Alert(
        time_ns=1_600_000_000_123_456_000,
        priority=Priority.WARNING,
        rule="Shell",
        output="a shell",
        output_fields={"proc.name": "sh", "proc.pid": 7, "user": None},
        tags=("a", "b"),
        hostname="host-1",
        source=source,
    )
    served.spool.append([encode(alert, "the line")])
    (found,) = client_py.lines(GET, f"unix://{served.path}")
    assert found == {
        "time": "2020-09-13T12:26:40.123456+00:00",
        "priority": "warning",
        "source": source,
        "rule": "Shell",
        "output": "the line",
        "output_fields": {"proc.name": "sh", "proc.pid": "7", "user": "null"},
        "hostname": "host-1",
        "tags": ["a", "b"],
    }


@pytest.mark.parametrize("priority", Priority)
def test_priority_is_known(served: Serving, priority: Priority) -> None:
    alert = Alert(time_ns=0, priority=priority, rule="R", output="o")
    served.spool.append([encode(alert, "o")])
    (found,) = client_py.lines(GET, f"unix://{served.path}")
    assert found["priority"] == priority.name.lower()


def test_version(served: Serving) -> None:
    (found,) = client_py.lines("print(client.version())", f"unix://{served.path}")
    assert found == {
        "version": "1.2.3-rc1+4a2f",
        "major": 1,
        "minor": 2,
        "patch": 3,
        "prerelease": "rc1",
        "build": "4a2f",
        "engine_version": 63,
        "engine_fields_checksum": "abc",
    }


def test_stream_goes_on_and_a_killed_client_loses_nothing(served: Serving) -> None:
    served.put(1)
    with subprocess.Popen(
        client_py.command(SUB, f"unix://{served.path}"), stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout is not None
        assert json.loads(client.stdout.readline())["rule"] == "R1"
        wait_for(lambda: served.spool.waiting() == 0)
        served.put(2)
        assert json.loads(client.stdout.readline())["rule"] == "R2"
        client.kill()
    wait_for(lambda: served.server.counters()["clients"] == 0)
    served.put(3)
    rest = [alert["rule"] for alert in client_py.lines(GET, f"unix://{served.path}")]
    assert rest[-1] == "R3"
    assert set(rest) <= {"R2", "R3"}


def test_mutual_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    chain, key = authority.identity("client")
    with serving(**authority.options()) as served:
        served.put(1, 2)
        address = f"localhost:{served.server.address.port}"
        found = client_py.lines(GET, address, chain, key, authority.root)
    assert [alert["rule"] for alert in found] == ["R1", "R2"]
