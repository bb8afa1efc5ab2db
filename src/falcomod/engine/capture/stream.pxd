# SPDX-License-Identifier: Apache-2.0
"""A file's bytes from the first to the last, unpacked on the way if they are packed."""

cimport cython
from libc.stdint cimport uint8_t, uint64_t

cdef extern from "<zlib.h>" nogil:
    ctypedef struct z_stream:
        const uint8_t *next_in
        unsigned int avail_in
        uint8_t *next_out
        unsigned int avail_out
        const char *msg

# What more() says.
cdef enum:
    MORE_END = -2                # there will never be more
    MORE_NOTHING = 0             # none in the time allowed, or a signal came
    MORE_BYTES = 1


@cython.final
cdef class ByteStream:
    """What was read and not yet passed stands in one piece, at stream_at()."""

    cdef readonly str path       # as messages name it
    cdef readonly uint64_t size  # bytes of the file, 0: not known
    cdef readonly uint64_t position          # of them that were read
    cdef readonly bint is_packed # known from the first byte on
    cdef int fd                  # -1: closed
    cdef bint is_own             # closed with the stream
    cdef bint may_wait           # a pipe, a terminal: polled before it is read
    cdef bint is_begun           # what kind of file it is is known
    cdef bint is_read            # the file has no more bytes
    cdef bint at_end             # nothing more will come
    cdef bint between            # packed: a member has ended, another has not begun
    cdef int error               # errno of a read that failed
    cdef const char *damage      # what the packed data suffers from, or NULL
    cdef z_stream unpacker
    cdef bint is_unpacking       # unpacker is to be freed
    cdef uint8_t *packed         # PACKED_SIZE bytes as the file has them
    cdef uint8_t *buffer
    cdef uint64_t capacity
    cdef uint64_t start          # in buffer: first byte not passed
    cdef uint64_t end            # in buffer: behind the last byte
    cdef uint64_t base           # of buffer[0] in the unpacked data

    # Reads once, so that in the end wanted bytes can stand in one piece: MORE_…. Moves what is
    # there: pointers into it end here.
    cdef int more(self, uint64_t wanted, int timeout_ms) noexcept nogil
    # Reads until wanted bytes are there: 1, or 0 at the end. Raises what a signal handler raises.
    cdef int need(self, uint64_t wanted) except -1 nogil
    # Passes count bytes: 1, or 0 when the end comes before.
    cdef int skip(self, uint64_t count) except -1 nogil
    # Why there is nothing more, if not because the file ends there; or None.
    cdef object trouble(self)

    # Private.
    cdef int begin(self, int timeout_ms) noexcept nogil
    cdef int make_room(self, uint64_t wanted) noexcept nogil
    cdef int read_file(self, uint8_t *into, uint64_t room, int timeout_ms) noexcept nogil
    cdef int unpack(self, int timeout_ms) noexcept nogil
    cdef bint begin_member(self) noexcept nogil


cdef inline uint64_t stream_left(ByteStream stream) noexcept nogil:
    return stream.end - stream.start


cdef inline const uint8_t *stream_at(ByteStream stream) noexcept nogil:
    return stream.buffer + stream.start


# Where that is in the unpacked data.
cdef inline uint64_t stream_offset(ByteStream stream) noexcept nogil:
    return stream.base + stream.start


# Passes count bytes, at most those that are there.
cdef inline void stream_pass(ByteStream stream, uint64_t count) noexcept nogil:
    stream.start += min(count, stream.end - stream.start)
