# SPDX-License-Identifier: Apache-2.0
"""Alerts for whoever asks over gRPC: they wait in a spool, which grpc_server reads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.output.memory_spool import MemorySpool
from falcomod.output.spec import Line, Spec, look
from falcomod.output.spool import open_spool
from falcomod.output.spool_writer import SpoolWriter

log = logging.getLogger(__name__)

NAME = "grpc"


class GrpcSink:
    """Puts alerts into *spool*, which it closes at the end; what is in there stays."""

    def __init__(self, spool: MemorySpool, encode: Callable[[Alert], bytes]) -> None:
        self._spool = spool
        self._writer = SpoolWriter(spool, encode)

    name = NAME
    waits_for_turn = True

    def write(self, alerts: Sequence[Alert]) -> None:
        """Alerts that do not fit are lost; the spool counts them and says so."""
        self._writer.write(alerts)

    def counters(self) -> dict[str, int]:
        """Those of the spool by names of their own, as Delivery has them."""
        return {f"spool_{name}": count for name, count in self._spool.counters().items()}

    def reopen(self) -> None:
        """There is nothing to open."""

    def interrupt(self) -> None:
        self._writer.interrupt()

    def close(self) -> None:
        self._writer.close()
        self._spool.close()


def shared_spool(config: Config) -> MemorySpool:
    """The spool between the output and the server: one, however often it is asked for.

    Whoever asked calls close(), once.
    """
    return open_spool(config.outputs_spool, NAME)


def spec(config: Config, line: Line) -> Spec | None:
    """The output, where it is wanted; without a server nobody could ever read it."""
    if not config.grpc_output.enabled:
        return None
    if not config.grpc.enabled:
        log.warning("grpc_output is left out, because nobody could ask for alerts: grpc.enabled")
        return None
    return Spec(NAME, (config.outputs_spool, look(config)), lambda: _opened(config, line))


def _opened(config: Config, line: Line) -> GrpcSink:
    from falcomod.output.grpc_message import encode

    return GrpcSink(shared_spool(config), lambda alert: encode(alert, line(alert)))
