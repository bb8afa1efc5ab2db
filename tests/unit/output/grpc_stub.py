# SPDX-License-Identifier: Apache-2.0
"""A client that knows Falco's interface by its published numbers alone, not by our files.

Paths, numbers and types as client-go, client-py and client-rs have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import grpc
from google.protobuf import timestamp_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

TEXT = FieldDescriptorProto.TYPE_STRING
NUMBER = FieldDescriptorProto.TYPE_UINT32
INT = FieldDescriptorProto.TYPE_INT32  # how an enumeration is written
FLAG = FieldDescriptorProto.TYPE_BOOL
MESSAGE = FieldDescriptorProto.TYPE_MESSAGE

ALERT = {"priority": (2, INT), "source": (3, INT), "rule": (4, TEXT), "output": (5, TEXT)}
VERSION = {
    "version": (1, TEXT),
    "major": (2, NUMBER),
    "minor": (3, NUMBER),
    "patch": (4, NUMBER),
    "prerelease": (5, TEXT),
    "build": (6, TEXT),
    "engine_version": (7, NUMBER),
    "engine_fields_checksum": (8, TEXT),
    "engine_major": (9, NUMBER),
    "engine_patch": (10, NUMBER),
    "engine_version_text": (11, TEXT),
}


def _published() -> DescriptorPool:
    file = FileDescriptorProto(name="published.proto", package="published", syntax="proto3")
    file.dependency.append("google/protobuf/timestamp.proto")
    alert = file.message_type.add(name="Alert")
    _add(alert, "time", 1, MESSAGE, ".google.protobuf.Timestamp")
    for name, (number, kind) in ALERT.items():
        _add(alert, name, number, kind)
    entry = alert.nested_type.add(name="OutputFieldsEntry")
    entry.options.map_entry = True
    _add(entry, "key", 1, TEXT)
    _add(entry, "value", 2, TEXT)
    _add(alert, "output_fields", 6, MESSAGE, ".published.Alert.OutputFieldsEntry", many=True)
    _add(alert, "hostname", 7, TEXT)
    _add(alert, "tags", 8, TEXT, many=True)
    _add(alert, "source_name", 9, TEXT)
    version = file.message_type.add(name="Version")
    for name, (number, kind) in VERSION.items():
        _add(version, name, number, kind)
    _add(file.message_type.add(name="OldRequest"), "keepalive", 1, FLAG)
    pool = DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _add(
    message: DescriptorProto, name: str, number: int, kind: Any, of: str = "", *, many: bool = False
) -> None:
    field = message.field.add(name=name, number=number, type=kind)
    field.label = (
        FieldDescriptorProto.LABEL_REPEATED if many else FieldDescriptorProto.LABEL_OPTIONAL
    )
    if of:
        field.type_name = of


_POOL = _published()
Alert: Any = GetMessageClass(_POOL.FindMessageTypeByName("published.Alert"))
Version: Any = GetMessageClass(_POOL.FindMessageTypeByName("published.Version"))
OldRequest: Any = GetMessageClass(_POOL.FindMessageTypeByName("published.OldRequest"))


class Stub:
    """Calls over a channel, with the bytes of requests as they are."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def get(self, request: bytes = b"", timeout_s: float = 20) -> Any:
        call = self._channel.unary_stream("/falco.outputs.service/get", None, Alert.FromString)
        return call(request, timeout=timeout_s)

    def sub(self, requests: Iterable[bytes] | Iterator[bytes], timeout_s: float = 20) -> Any:
        call = self._channel.stream_stream("/falco.outputs.service/sub", None, Alert.FromString)
        return call(iter(requests), timeout=timeout_s)

    def subscribe(self, keepalive: bool, timeout_s: float = 20) -> Any:
        call = self._channel.unary_stream(
            "/falco.output.service/subscribe", OldRequest.SerializeToString, Alert.FromString
        )
        return call(OldRequest(keepalive=keepalive), timeout=timeout_s)

    def version(self, request: bytes = b"", timeout_s: float = 20) -> Any:
        call = self._channel.unary_unary("/falco.version.service/version", None, Version.FromString)
        return call(request, timeout=timeout_s)
