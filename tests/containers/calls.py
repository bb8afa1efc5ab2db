# SPDX-License-Identifier: Apache-2.0
"""Requests by which tests have containerd make containers and pods.

Over one connection and without a process for each, so that hundreds can be started in
the time that `ctr` takes for a few.  The messages are calls.proto, compiled at import.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
from grpc_tools import protoc

TIMEOUT_S = 60.0
OPTIONS = (
    ("grpc.default_authority", "localhost"),
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.use_local_subchannel_pool", 1),
)


def _compiled() -> Any:
    source = Path(__file__).with_suffix(".proto")
    with tempfile.TemporaryDirectory() as out:
        command = ["protoc", f"-I{source.parent}", f"--python_out={out}", str(source)]
        assert protoc.main(command) == 0
        spec = importlib.util.spec_from_file_location("calls_pb2", Path(out, "calls_pb2.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


pb = _compiled()


class Calls:
    """A connection to containerd; any thread may use it."""

    def __init__(self, socket: str) -> None:
        self._channel = grpc.insecure_channel(f"unix:{socket}", OPTIONS)

    def __call__(self, method: str, request: Any, answer: Any, namespace: str = "k8s.io") -> Any:
        call = self._channel.unary_unary(method, None, None)
        metadata = (("containerd-namespace", namespace),)
        data = call(request.SerializeToString(), timeout=TIMEOUT_S, metadata=metadata)
        return answer.FromString(data)

    def close(self) -> None:
        self._channel.close()


def words(values: Sequence[str]) -> list[str]:
    """A command in a container of images.py: the programs are in /bin."""
    return [f"/bin/{values[0]}" if "/" not in values[0] else values[0], *values[1:]]
