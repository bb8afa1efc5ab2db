# SPDX-License-Identifier: Apache-2.0
"""A pool of descriptors for falcomod's own copies of Falco's messages.

In protobuf's default pool a name can be there only once in a process.  A program that uses
falcomod.client may have modules of its own that were made from Falco's files.
"""

from __future__ import annotations

from google.protobuf import timestamp_pb2
from google.protobuf.descriptor_pool import DescriptorPool

_POOL = DescriptorPool()
_POOL.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)


def Default() -> DescriptorPool:
    """The pool; named so because modules that protoc made ask their pool's module for that."""
    return _POOL
