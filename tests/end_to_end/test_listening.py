# SPDX-License-Identifier: Apache-2.0
"""What a falcomod with the options that it comes with listens on: one port, one socket."""

from __future__ import annotations

import http.client
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.agent import Agent

PORT = 8765
SOCKET = "/run/falcomod/falcomod.sock"


@pytest.fixture
def alone() -> Iterator[Agent]:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", PORT)) == 0:
            pytest.skip(f"something listens on port {PORT} of this host")
    with Agent("--json", is_alone=True) as agent:
        agent.wait_until_ready()
        yield agent


def test_nothing_listens_but_what_is_documented(alone: Agent) -> None:
    found = psutil.Process(alone.process.pid).net_connections("all")
    ports = {(*each.laddr,) for each in found if each.status == psutil.CONN_LISTEN}
    assert ports == {("0.0.0.0", PORT)}
    udp = [
        each for each in found if each.type == socket.SOCK_DGRAM and each.family != socket.AF_UNIX
    ]
    assert udp == []
    named = {each.laddr for each in found if each.family == socket.AF_UNIX and each.laddr}
    assert named == {SOCKET}
    mode = Path(SOCKET).stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


def test_health_is_that_of_the_engine(alone: Agent) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    connection.request("GET", "/healthz")
    response = connection.getresponse()
    assert (response.status, response.read()) == (200, b'{"status": "ok"}')
    connection.close()


def test_what_it_made_is_gone_with_it(alone: Agent) -> None:
    assert alone.stop() == 0
    assert not Path(SOCKET).exists()
