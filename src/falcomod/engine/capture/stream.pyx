# SPDX-License-Identifier: Apache-2.0
"""Reading of files that may be packed (gzip, RFC 1952), in constant memory.

Plain files are read in large pieces straight into the place where their records are
looked at.  A gzip file may have several members, and zeros behind the last; a damaged
one gives what could be unpacked before the damage.
"""

import os

from cpython.exc cimport PyErr_CheckSignals
from libc.errno cimport EINTR, ENOMEM, errno
from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memmove, memset
from posix.fcntl cimport O_CLOEXEC, O_RDONLY, open as c_open
from posix.stat cimport S_ISDIR, S_ISREG, fstat, struct_stat
from posix.unistd cimport close as c_close, read as c_read

from falcomod.errors import CaptureError

cdef extern from "<poll.h>" nogil:
    struct pollfd:
        int fd
        short events
    int poll(pollfd *fds, unsigned long count, int timeout)
    short POLLIN

cdef extern from "<zlib.h>" nogil:
    int inflateInit2(z_stream *stream, int window_bits)
    int inflate(z_stream *stream, int flush)
    int inflateReset(z_stream *stream)
    int inflateEnd(z_stream *stream)
    int Z_OK, Z_STREAM_END, Z_BUF_ERROR, Z_NO_FLUSH

cdef enum:
    BUFFER_SIZE = 1 << 18        # fits the processor's own memory: larger ones are slower
    PACKED_SIZE = 1 << 16
    WINDOW_GZIP = 15 + 16        # the largest window, a gzip header
    GZIP_FIRST = 0x1F
    GZIP_SECOND = 0x8B
    STDIN = 0


cdef class ByteStream:
    """The file *path*, "-": standard input. Raises CaptureError where it cannot be opened."""

    def __cinit__(self, path: str):
        cdef struct_stat status
        self.fd = -1
        self.path = "standard input" if path == "-" else path
        self.is_own = path != "-"
        self.fd = c_open(os.fsencode(path), O_RDONLY | O_CLOEXEC) if self.is_own else STDIN
        if self.fd < 0 or fstat(self.fd, &status) < 0:
            raise CaptureError(f"cannot read {self.path}: {os.strerror(errno)}")
        if S_ISDIR(status.st_mode):
            raise CaptureError(f"cannot read {self.path}: it is a directory")
        self.may_wait = not S_ISREG(status.st_mode)
        self.size = 0 if self.may_wait else status.st_size
        self.capacity = BUFFER_SIZE
        self.buffer = <uint8_t *>malloc(self.capacity)
        self.packed = <uint8_t *>malloc(PACKED_SIZE)
        if self.buffer == NULL or self.packed == NULL:
            raise MemoryError

    def __dealloc__(self):
        self.close()
        free(self.buffer)
        free(self.packed)
        if self.is_unpacking:
            inflateEnd(&self.unpacker)

    def close(self) -> None:
        """Gives the file back; bytes that were read stay."""
        if self.fd >= 0 and self.is_own:
            c_close(self.fd)
        self.fd = -1
        self.is_read = True

    def take(self, count: int) -> bytes:
        """The next bytes, at most *count*, passed over; for tests."""
        cdef bytes taken
        cdef uint64_t wanted = count
        with nogil:
            self.need(wanted)
        taken = (<const char *>stream_at(self))[:min(wanted, stream_left(self))]
        stream_pass(self, len(taken))
        return taken

    def offset(self) -> int:
        """Where the next byte is in the unpacked data."""
        return stream_offset(self)

    def why(self) -> str | None:
        """trouble(), for tests."""
        return self.trouble()

    cdef int more(self, uint64_t wanted, int timeout_ms) noexcept nogil:
        cdef int got
        if self.at_end:
            return MORE_END
        if not self.is_begun:
            got = self.begin(timeout_ms)
            if got != MORE_BYTES or not self.is_packed:
                return got
        if not self.make_room(wanted):
            self.at_end = True
            return MORE_END
        if self.is_packed:
            return self.unpack(timeout_ms)
        got = self.read_file(self.buffer + self.end, self.capacity - self.end, timeout_ms)
        if got > 0:
            self.end += <uint64_t>got
            return MORE_BYTES
        self.at_end = self.is_read
        return MORE_END if self.at_end else MORE_NOTHING

    cdef int need(self, uint64_t wanted) except -1 nogil:
        cdef int got
        while stream_left(self) < wanted:
            got = self.more(wanted, -1)
            if got == MORE_END:
                return 0
            if got == MORE_NOTHING:
                with gil:
                    PyErr_CheckSignals()
        return 1

    cdef int skip(self, uint64_t count) except -1 nogil:
        cdef uint64_t step
        while count > 0:
            if stream_left(self) == 0 and not self.need(1):
                return 0
            step = min(count, stream_left(self))
            stream_pass(self, step)
            count -= step
        return 1

    cdef object trouble(self):
        if self.error:
            return f"the file cannot be read on: {os.strerror(self.error)}"
        if self.damage != NULL:
            return f"the packed data is damaged: {self.damage.decode('ascii', 'replace')}"
        return None

    cdef int begin(self, int timeout_ms) noexcept nogil:
        """Takes the first bytes, by which a packed file is known."""
        cdef int got = self.read_file(
            self.packed + self.unpacker.avail_in, PACKED_SIZE - self.unpacker.avail_in, timeout_ms
        )
        if got > 0:
            self.unpacker.avail_in += <unsigned int>got
        elif not self.is_read:
            return MORE_NOTHING
        if self.unpacker.avail_in < 2 and not self.is_read:
            return MORE_NOTHING
        self.is_begun = True
        self.is_packed = (
            self.unpacker.avail_in >= 2
            and self.packed[0] == GZIP_FIRST and self.packed[1] == GZIP_SECOND
        )
        if self.is_packed:
            self.unpacker.next_in = self.packed
            if inflateInit2(&self.unpacker, WINDOW_GZIP) != Z_OK:
                self.error = ENOMEM
                self.at_end = True
                return MORE_END
            self.is_unpacking = True
            return MORE_BYTES
        memcpy(self.buffer, self.packed, self.unpacker.avail_in)
        self.end = self.unpacker.avail_in
        self.at_end = self.is_read
        return MORE_BYTES if self.end else MORE_END

    cdef int make_room(self, uint64_t wanted) noexcept nogil:
        """1: the buffer is not full, and wanted bytes fit into it from start on."""
        cdef uint64_t left = stream_left(self)
        cdef uint8_t *larger
        if self.start:
            memmove(self.buffer, self.buffer + self.start, left)
            self.base += self.start
            self.start = 0
            self.end = left
        if wanted > self.capacity or self.end == self.capacity:
            wanted = max(wanted, 2 * self.capacity)
            larger = <uint8_t *>realloc(self.buffer, wanted)
            if larger == NULL:
                self.error = ENOMEM
                return 0
            self.buffer = larger
            self.capacity = wanted
        return 1

    cdef int read_file(self, uint8_t *into, uint64_t room, int timeout_ms) noexcept nogil:
        """How many bytes came; 0: none in time, or is_read."""
        cdef pollfd polled
        cdef Py_ssize_t got
        if self.is_read:
            return 0
        if self.may_wait:
            polled.fd = self.fd
            polled.events = POLLIN
            # An error and a hang-up show in the read.
            if poll(&polled, 1, timeout_ms) <= 0:
                return 0
        got = c_read(self.fd, into, room)
        if got < 0 and errno == EINTR:
            return 0
        if got <= 0:
            self.error = errno if got < 0 else 0
            self.is_read = True
            return 0
        self.position += <uint64_t>got
        return <int>got

    cdef int unpack(self, int timeout_ms) noexcept nogil:
        cdef z_stream *unpacker = &self.unpacker
        cdef uint64_t room = self.capacity - self.end
        cdef int state, got
        unpacker.next_out = self.buffer + self.end
        unpacker.avail_out = <unsigned int>room
        while unpacker.avail_out == room:
            if unpacker.avail_in == 0:
                got = self.read_file(self.packed, PACKED_SIZE, timeout_ms)
                if got == 0 and not self.is_read:
                    return MORE_NOTHING
                unpacker.next_in = self.packed
                unpacker.avail_in = <unsigned int>got
            if self.between and not self.begin_member():
                if unpacker.avail_in == 0 and not self.is_read:
                    continue
                self.at_end = True
                return MORE_END
            if unpacker.avail_in == 0:
                self.damage = b"it ends before its end mark"
                self.at_end = True
                return MORE_END
            state = inflate(unpacker, Z_NO_FLUSH)
            if state == Z_STREAM_END:
                self.between = True
            elif state != Z_OK and state != Z_BUF_ERROR:
                self.damage = unpacker.msg
                if self.damage == NULL:
                    self.damage = b"it cannot be unpacked"
                self.at_end = True
                break
        self.end += room - unpacker.avail_out
        return MORE_BYTES if unpacker.avail_out < room else MORE_END

    cdef bint begin_member(self) noexcept nogil:
        """Whether another member follows; zeros that pad the file are passed over."""
        while self.unpacker.avail_in and self.unpacker.next_in[0] == 0:
            self.unpacker.next_in += 1
            self.unpacker.avail_in -= 1
        if self.unpacker.avail_in == 0:
            return False
        inflateReset(&self.unpacker)
        self.between = False
        return True
