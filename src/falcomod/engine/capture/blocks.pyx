# SPDX-License-Identifier: Apache-2.0
"""Blocks of a capture file: u32 type, u32 length, body, the length again.

Every type that any version has written is in the table at the end, the numbers of the
time before the first release among them.  The format is that of Falco, sysdig and Wireshark.
"""

from libc.stdint cimport uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from falcomod.engine.capture.stream cimport (
    ByteStream, stream_at, stream_left, stream_offset, stream_pass,
)
from falcomod.engine.decode.reader cimport Reader, reader_take, reader_u16, reader_u32, reader_u64

from falcomod.errors import CaptureError

cdef enum:
    BYTE_ORDER = 0x1A2B3C4D
    BYTE_ORDER_SWAPPED = 0x4D3C2B1A
    MAJOR_VERSION = 1            # the highest that can be read; minor versions only add
    HOSTNAME_SIZE = 128
    MACHINE_SIZE = 180


cdef const BlockType *block_type(uint32_t type) noexcept nogil:
    cdef const BlockType *row = BLOCK_TYPES
    while row.kind != BLOCK_UNKNOWN:
        if row.type == type:
            return row
        row += 1
    return NULL


cdef Body body_of(ByteStream stream):
    cdef Body body
    cdef const BlockType *row
    cdef uint32_t header[2]
    with nogil:
        stream.need(BLOCK_HEADER)
    if stream_left(stream) == 0:
        return None
    body = Body()
    body.stream = stream
    body.offset = stream_offset(stream)
    if stream_left(stream) < BLOCK_HEADER:
        raise body.damaged("the file ends inside the header of a block")
    memcpy(header, stream_at(stream), sizeof(header))
    body.type = header[0]
    body.size = header[1]
    row = block_type(body.type)
    if row != NULL:
        body.kind = row.kind
        body.version = row.version
    if body.size < BLOCK_HEADER + BLOCK_TRAILER:
        raise body.damaged(f"a block of type {body.type:#x} says that it has {body.size} bytes")
    stream_pass(stream, BLOCK_HEADER)
    body.left = body.size - BLOCK_HEADER - BLOCK_TRAILER
    return body


cdef class Body:

    cdef int read(self, Reader *out, uint64_t size) except -1:
        if size > self.left:
            raise self.damaged(f"{self.name()} ends inside an entry")
        with nogil:
            self.stream.need(size)
        if stream_left(self.stream) < size:
            raise self.damaged(f"the file ends inside {self.name()}")
        out.position = stream_at(self.stream)
        out.end = out.position + size
        stream_pass(self.stream, size)
        self.left -= size
        return 0

    cdef int skip(self, uint64_t size) except -1:
        if size > self.left:
            raise self.damaged(f"{self.name()} ends inside an entry")
        with nogil:
            passed = self.stream.skip(size)
        if not passed:
            raise self.damaged(f"the file ends inside {self.name()}")
        self.left -= size
        return 0

    cdef int finish(self) except -1:
        cdef Reader reader
        cdef uint32_t again = 0
        self.skip(self.left)
        self.left = BLOCK_TRAILER
        self.read(&reader, BLOCK_TRAILER)
        reader_u32(&reader, &again)
        # A section's is not compared: writers have never agreed on it.
        if again != self.size and self.kind != BLOCK_SECTION:
            raise self.damaged(f"{self.name()} of {self.size} bytes ends with the length {again}")
        return 0

    cdef object damaged(self, str what):
        offset = stream_offset(self.stream)
        return CaptureError(f"{self.stream.path}: offset {offset}: {self.stream.trouble() or what}")

    def name(self) -> str:
        """What a message calls the block."""
        return f"{KIND_NAMES[self.kind]} ({self.type:#x})"


cdef int read_section(Body body) except -1:
    cdef Reader reader
    cdef uint32_t order = 0
    cdef uint16_t major = 0
    body.read(&reader, 16)
    reader_u32(&reader, &order)
    reader_u16(&reader, &major)
    if order == BYTE_ORDER_SWAPPED:
        raise body.damaged("the capture has the other byte order: it is of another kind of machine")
    if order != BYTE_ORDER:
        raise body.damaged(f"the section header has the mark {order:#x}, not {BYTE_ORDER:#x}")
    if major > MAJOR_VERSION:
        raise body.damaged(f"the capture has version {major}; up to {MAJOR_VERSION} can be read")
    body.finish()
    return 0


cdef dict read_machine(Body body):
    cdef Reader reader
    cdef uint32_t cpus = 0
    cdef uint64_t memory = 0, pid = 0, boot_ns = 0
    cdef const char *name
    body.read(&reader, MACHINE_SIZE)
    reader_u32(&reader, &cpus)
    reader_u64(&reader, &memory)
    reader_u64(&reader, &pid)
    name = <const char *>reader_take(&reader, HOSTNAME_SIZE)
    hostname = name[:HOSTNAME_SIZE].split(b"\0")[0]
    reader_u64(&reader, &boot_ns)
    return {
        "num_cpus": cpus, "memory_size_bytes": memory, "max_pid": pid,
        "hostname": hostname.decode("utf-8", "surrogateescape"), "boot_ts_ns": boot_ns,
    }


def block_types() -> dict:
    """{type: (kind, version)} of every known block."""
    types = {}
    row = &BLOCK_TYPES[0]
    while row.kind != BLOCK_UNKNOWN:
        types[row.type] = (KIND_NAMES[row.kind], row.version)
        row += 1
    return types


# By BlockKind, as messages and counters call them.
KIND_NAMES = (
    "an unknown block", "a section header", "machine information", "a process list",
    "a descriptor list", "an interface list", "a user list", "an event",
)

cdef BlockType *BLOCK_TYPES = [
    BlockType(TYPE_EVENT, BLOCK_EVENT, 2, 0, 0),
    BlockType(TYPE_EVENT_FLAGS, BLOCK_EVENT, 2, 1, 0),
    BlockType(0x221, BLOCK_EVENT, 2, 0, 1),
    BlockType(0x222, BLOCK_EVENT, 2, 1, 1),
    BlockType(0x204, BLOCK_EVENT, 1, 0, 0),
    BlockType(0x8010ABCDu, BLOCK_EVENT, 1, 0, 0),
    BlockType(0x208, BLOCK_EVENT, 1, 1, 0),
    BlockType(0x0A0D0D0A, BLOCK_SECTION, 1, 0, 0),
    BlockType(0x201, BLOCK_MACHINE, 1, 0, 0),
    BlockType(0x8002ABCDu, BLOCK_MACHINE, 1, 0, 0),
    BlockType(0x202, BLOCK_PROCESSES, 1, 0, 0),
    BlockType(0x8000ABCDu, BLOCK_PROCESSES, 1, 0, 0),
    BlockType(0x207, BLOCK_PROCESSES, 2, 0, 0),
    BlockType(0x8013ABCDu, BLOCK_PROCESSES, 2, 0, 0),
    BlockType(0x209, BLOCK_PROCESSES, 3, 0, 0),
    BlockType(0x8014ABCDu, BLOCK_PROCESSES, 3, 0, 0),
    BlockType(0x210, BLOCK_PROCESSES, 4, 0, 0),
    BlockType(0x211, BLOCK_PROCESSES, 5, 0, 0),
    BlockType(0x212, BLOCK_PROCESSES, 6, 0, 0),
    BlockType(0x213, BLOCK_PROCESSES, 7, 0, 0),
    BlockType(0x214, BLOCK_PROCESSES, 8, 0, 0),
    BlockType(0x215, BLOCK_PROCESSES, 9, 0, 0),
    BlockType(0x203, BLOCK_DESCRIPTORS, 1, 0, 0),
    BlockType(0x8001ABCDu, BLOCK_DESCRIPTORS, 1, 0, 0),
    BlockType(0x218, BLOCK_DESCRIPTORS, 2, 0, 0),
    BlockType(0x205, BLOCK_INTERFACES, 1, 0, 0),
    BlockType(0x8011ABCDu, BLOCK_INTERFACES, 1, 0, 0),
    BlockType(0x219, BLOCK_INTERFACES, 2, 0, 0),
    BlockType(0x206, BLOCK_USERS, 1, 0, 0),
    BlockType(0x8012ABCDu, BLOCK_USERS, 1, 0, 0),
    BlockType(0x220, BLOCK_USERS, 2, 0, 0),
    BlockType(0, BLOCK_UNKNOWN, 0, 0, 0),
]
