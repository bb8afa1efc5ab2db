# SPDX-License-Identifier: Apache-2.0
"""The blocks of a capture file: their kinds, and the bodies of those that are no events."""

cimport cython
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine.capture.stream cimport ByteStream
from falcomod.engine.decode.reader cimport Reader

cdef enum BlockKind:
    BLOCK_UNKNOWN = 0
    BLOCK_SECTION                # begins a capture, also one within a file
    BLOCK_MACHINE
    BLOCK_PROCESSES
    BLOCK_DESCRIPTORS            # of one thread
    BLOCK_INTERFACES
    BLOCK_USERS                  # and groups
    BLOCK_EVENT

cdef enum:
    BLOCK_HEADER = 8             # u32 type, u32 length of the whole block
    BLOCK_TRAILER = 4            # u32 that length again
    BLOCK_EVENT_MAX = (1 << 16) + BLOCK_HEADER       # bytes of an event's block that is not large
    BLOCK_LARGE_MAX = 1 << 24    # … of one that is

# Type numbers that the event path knows.
cdef enum:
    TYPE_EVENT = 0x216
    TYPE_EVENT_FLAGS = 0x217

cdef enum:
    EVENT_STATE_ONLY = 1         # a bit of an event's flags

cdef struct BlockType:
    uint32_t type
    uint8_t kind                 # BlockKind
    uint8_t version
    uint8_t has_flags            # events: u32 flags stand before the record
    uint8_t is_large             # events: the block may be longer than 64 KiB

# The row of a type; NULL: an unknown one.
cdef const BlockType *block_type(uint32_t type) noexcept nogil


@cython.final
cdef class Body:
    """What stands in one block behind its header, read from its begin to its end."""

    cdef ByteStream stream
    cdef readonly uint32_t type
    cdef readonly int kind       # BlockKind
    cdef readonly int version
    cdef readonly uint64_t offset            # of the block, in the unpacked data
    cdef readonly uint32_t size  # of the block
    cdef readonly uint64_t left  # bytes of the body not passed; padding is among them

    # Passes size bytes that out gives; valid until the next call. Raises CaptureError.
    cdef int read(self, Reader *out, uint64_t size) except -1
    cdef int skip(self, uint64_t size) except -1
    # Passes what is left and compares the trailer.
    cdef int finish(self) except -1
    # The error about what stands here.
    cdef object damaged(self, str what)

# The block at which the stream stands; None at the end of the file.
cdef Body body_of(ByteStream stream)
# A section header, whose body is read and checked.
cdef int read_section(Body body) except -1
# {num_cpus, memory_size_bytes, max_pid, hostname, boot_ts_ns}
cdef dict read_machine(Body body)
