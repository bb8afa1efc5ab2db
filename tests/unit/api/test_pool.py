# SPDX-License-Identifier: Apache-2.0
"""Names of Falco's messages do not meet those of other modules in the process."""

from __future__ import annotations

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from falcomod.api import output_pb2, outputs_pb2, pool, schema_pb2, version_pb2


@pytest.mark.parametrize("module", [output_pb2, outputs_pb2, schema_pb2, version_pb2])
def test_messages_are_in_the_pool_alone(module: object) -> None:
    file = module.DESCRIPTOR  # type: ignore[attr-defined]
    assert pool.Default().FindFileByName(file.name) is not None
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindFileByName(file.name)


def test_others_may_use_the_same_names() -> None:
    theirs = FileDescriptorProto(name="schema_of_others.proto", package="falco.schema")
    value = theirs.enum_type.add(name="priority").value.add
    value(name="URGENT", number=0)
    descriptor_pool.Default().Add(theirs)  # type: ignore[no-untyped-call]
    found = descriptor_pool.Default().FindEnumTypeByName("falco.schema.priority")
    assert [each.name for each in found.values] == ["URGENT"]
    assert schema_pb2.WARNING == 4
