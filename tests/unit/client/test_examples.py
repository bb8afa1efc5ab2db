# SPDX-License-Identifier: Apache-2.0
"""The examples do what they say, run as a reader would run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.output.grpc_message import encode
from tests.unit.output.grpc_identities import Authority
from tests.unit.output.grpc_serving import Serving, serving

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


@pytest.fixture
def served() -> Iterator[Serving]:
    with serving() as found:
        yield found


def command(name: str, *arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "examples" / name), *map(str, arguments)]


def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(name, *arguments),
        env=ENVIRONMENT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_batch_counts_alerts_by_rule(served: Serving) -> None:
    served.put(1, 2, 2)
    done = run("batch.py", f"unix://{served.path}")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["1", "NOTICE", "R1"],
        ["2", "NOTICE", "R2"],
    ]
    assert run("batch.py", f"unix://{served.path}").stdout == ""


def test_batch_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    chain, key = authority.identity("client")
    with serving(**authority.options()) as served:
        served.put(1)
        address = f"localhost:{served.server.address.port}"
        done = run("batch.py", address, authority.root, chain, key)
    assert done.stdout.split() == ["1", "NOTICE", "R1"]


def test_batch_without_a_server_says_so() -> None:
    done = run("batch.py", "unix:///nowhere/s")
    assert done.returncode == 3
    assert done.stderr == (
        "unix:///nowhere/s: unavailable: No such file or directory; is a server there "
        "(grpc.enabled)?\n"
    )
    assert len(done.stderr.splitlines()) == 1


def test_stream_tells_alerts_until_it_is_interrupted(served: Serving) -> None:
    fields = {"proc.cmdline": "sh -c id", "container.name": "web"}
    alert = Alert(
        time_ns=0, priority=Priority.CRITICAL, rule="Shell", output="o", output_fields=fields
    )
    address = f"unix://{served.path}"
    with subprocess.Popen(
        command("stream.py", address), env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as stream:
        assert stream.stdout is not None
        served.spool.append([encode(alert, "o")])
        assert json.loads(stream.stdout.readline()) == {
            "time": "1970-01-01T00:00:00+00:00",
            "urgent": True,
            "rule": "Shell",
            "process": "sh -c id",
            "container": "web",
        }
        served.put(1)
        assert json.loads(stream.stdout.readline())["urgent"] is False
        stream.send_signal(signal.SIGINT)
        assert stream.wait(20) == 0
