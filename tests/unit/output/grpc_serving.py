# SPDX-License-Identifier: Apache-2.0
"""A server with a spool for tests, and channels to it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

from falcomod.alert.model import Alert, Priority
from falcomod.config.service_options import Grpc
from falcomod.output.grpc_calls import Call
from falcomod.output.grpc_message import encode
from falcomod.output.grpc_server import GrpcServer
from falcomod.output.grpc_version import Version
from falcomod.output.memory_spool import MemorySpool
from tests.unit.output.grpc_stub import Stub

VERSION = Version("1.2.3-rc1+4a2f", (0, 63, 7), "abc")


def body(number: int, padding: int = 0) -> bytes:
    """An alert of the rule "R0", "R1", …"""
    alert = Alert(time_ns=number, priority=Priority.NOTICE, rule=f"R{number}", output="o")
    return encode(alert, "o" * (padding or 1))


class Serving:
    """A server on a unix socket, and who is connected to it."""

    def __init__(self, **options: Any) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fm")
        self.path = Path(self._folder.name, "s")
        self.spool = MemorySpool(64 << 20)
        self.spool.users += 1  # The server closes it, too.
        options = {"bind_address": f"unix://{self.path}", **options}
        self.server = GrpcServer(Grpc(enabled=True, **options), self.spool, VERSION)
        self._channels: list[grpc.Channel] = []

    def put(self, *numbers: int, padding: int = 0) -> None:
        assert self.spool.append([body(n, padding) for n in numbers]) == len(numbers)

    def stub(self) -> Stub:
        """Of a connection of its own."""
        return Stub(self.channel())

    def channel(self) -> grpc.Channel:
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.insecure_channel(f"unix:{self.path}", options)
        self._channels.append(channel)
        return channel

    def calls(self) -> list[Call]:
        """Those that are open."""
        return [] if self.server._calls is None else self.server._calls._all()

    def close(self) -> None:
        for channel in self._channels:
            channel.close()
        self.server.stop()
        self.spool.done([item.id for item in self.spool.take(1 << 20, 0)])
        self.spool.close()
        self._folder.cleanup()


@contextmanager
def serving(**options: Any) -> Iterator[Serving]:
    """A server that is started."""
    served = Serving(**options)
    try:
        served.server.start()
        yield served
    finally:
        served.close()


def wait_for(what: Callable[[], bool], limit_s: float = 20.0) -> None:
    """Until it is so; AssertionError when it is not so in time."""
    deadline = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.005)


def rules(alerts: Any) -> list[str]:
    return [alert.rule for alert in alerts]
