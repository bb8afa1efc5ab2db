# SPDX-License-Identifier: Apache-2.0
"""Reading of captures: the .scap files that Falco, sysdig, Stratoshark and Wireshark share.

An event of the current schema is handed out where it stands in the read buffer; older
ones are converted (convert.pyx).  Everything that is no event is read with the
interpreter's lock: a section header, which clears the state, and the lists behind it.

What is wrong inside the frame of a block concerns that block alone, and is counted.
Where the frames themselves cannot be believed, or the file ends in the middle of one,
everything before is delivered, and then `fault` says what and where.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from falcomod.engine.capture.blocks cimport *
from falcomod.engine.capture.convert cimport (
    CONVERT_CORRUPT, CONVERT_DROP, CONVERT_MADE, CONVERT_PASS, Converter,
)
from falcomod.engine.capture.merge cimport Record
from falcomod.engine.capture.seed cimport Seed
from falcomod.engine.capture.source cimport REFILL_BATCH, REFILL_END, REFILL_NOTHING
from falcomod.engine.capture.stream cimport (
    MORE_BYTES, MORE_NOTHING, ByteStream, stream_at, stream_left, stream_offset, stream_pass,
)

from falcomod.errors import CaptureError

cdef enum:
    CPU_SIZE = 2                 # in front of each record
    FLAGS_SIZE = 4               # behind that, in blocks that have them
    RECORD_LENGTH_AT = 16        # in a record
    SKIPPED_TYPES_MAX = 64       # unknown types of blocks that have a counter of their own
    EVENT_SIZE_MIN = 20          # an event's block with nothing in it, and room for the flags


cdef class SavefileSource:
    """The capture *path*, "-": standard input; its lists go to *state*, a State.

    CaptureError where the file cannot be opened and, from start(), where it is no capture.
    """

    def __init__(self, path: str, *, state=None) -> None:
        self.name = "savefile"
        self.stream = ByteStream(path)
        self.converter = Converter()
        self.state = state
        self.seed = Seed(state)
        self.machine = {}
        self.skipped = {}
        self.list_counts = {}
        self.wanted = BLOCK_HEADER

    @property
    def path(self) -> str:
        """The file, as messages name it."""
        return self.stream.path

    @property
    def position(self) -> int:
        """Bytes of the file read so far, as they are packed."""
        return self.stream.position

    @property
    def size(self) -> int:
        """Bytes of the file; 0: not known."""
        return self.stream.size

    @property
    def interfaces(self) -> list[dict[str, object]]:
        """The host's: name, address, netmask, broadcast, link_speed."""
        return self.seed.interfaces

    def start(self) -> None:
        """Reads up to the first event. Raises CaptureError where the file is no capture."""
        cdef Body body
        if self.is_started:
            return
        self.is_started = True
        try:
            body = body_of(self.stream)
            if body is None:
                raise CaptureError(
                    f"{self.stream.path}: {self.stream.trouble() or 'the file is empty'}"
                )
            if body.kind != BLOCK_SECTION:
                raise CaptureError(f"{self.stream.path}: not a capture file (.scap)")
            self.begin_section(body)
        except CaptureError:
            self.end()
            raise
        self.read_others()

    def close(self) -> None:
        """Gives the file back."""
        self.at_end = True
        self.step = 0
        self.stream.close()

    def counters(self) -> dict[str, object]:
        """What was read so far.

        events, state_only, dropped and corrupt: blocks of events, those that only change the
        state, those that the conversion took (starts of calls, unknown ones), those that it
        could not read; sections; bytes, as they are unpacked; blocks_skipped and
        blocks_skipped_<type> of unknown ones; converter_<what>; threads, descriptors,
        interfaces, users and groups of the lists, each also with _refused.
        """
        counts = {
            "events": self.events, "state_only": self.state_only, "dropped": self.dropped,
            "corrupt": self.corrupt, "sections": self.sections,
            "bytes": stream_offset(self.stream), "blocks_skipped": self.blocks_skipped,
        }
        counts |= {f"blocks_skipped_{type:#x}": count for type, count in self.skipped.items()}
        counts |= {f"converter_{name}": value for name, value in self.converter.counters().items()}
        for part in (self.list_counts, self.seed.counts):
            for name, value in part.items():
                counts[name] = counts.get(name, 0) + value
        return counts

    def take_records(self) -> list[tuple[int, bytes, bool]]:
        """(cpu, record, is_state_only) of everything that is left, for tests.

        A record whose length does not fit is cut to what there is.
        """
        cdef Record record
        cdef uint32_t size
        taken = []
        self.start()
        while True:
            while self.next(&record):
                size = 0
                if record.size >= RECORD_LENGTH_AT + sizeof(size):
                    memcpy(&size, record.data + RECORD_LENGTH_AT, sizeof(size))
                size = <uint32_t>min(<uint64_t>size, record.size)
                taken.append((record.cpu, record.data[:size], bool(record.is_state_only)))
                self.consume(size)
            if self.refill(-1) == REFILL_END:
                return taken

    cdef int next(self, Record *out) except -1 nogil:
        cdef const uint8_t *at
        cdef const BlockType *row
        cdef uint64_t left
        cdef uint32_t type, size
        cdef bint has_flags, is_large, has_nparams
        while self.step == 0:
            left = stream_left(self.stream)
            if left < BLOCK_HEADER or self.at_end or not self.is_started:
                self.wanted = BLOCK_HEADER
                return 0
            at = stream_at(self.stream)
            memcpy(&type, at, sizeof(type))
            memcpy(&size, at + sizeof(type), sizeof(size))
            if type == TYPE_EVENT or type == TYPE_EVENT_FLAGS:
                has_flags = type == TYPE_EVENT_FLAGS
                is_large = False
                has_nparams = True
            else:
                row = block_type(type)
                if row == NULL or row.kind != BLOCK_EVENT:
                    self.at_other_block = True
                    return 0
                has_flags = row.has_flags
                is_large = row.is_large
                has_nparams = row.version > 1
            if size > <uint32_t>(BLOCK_LARGE_MAX if is_large else BLOCK_EVENT_MAX) or size < (
                EVENT_SIZE_MIN
            ):
                self.at_other_block = True
                return 0
            if left < size:
                self.wanted = size
                return 0
            self.look(
                BLOCK_HEADER + CPU_SIZE + (FLAGS_SIZE if has_flags else 0), size, has_flags,
                has_nparams,
            )
        out[0] = self.record
        return 1

    cdef int look(
        self, uint32_t header, uint32_t block_size, bint has_flags, bint has_nparams
    ) except -1 nogil:
        """Finds the record in the block at the position, or passes a block that has none to give."""
        cdef const uint8_t *at = stream_at(self.stream)
        cdef const uint8_t *out = NULL
        cdef uint32_t flags = 0
        cdef uint32_t size = block_size - header - BLOCK_TRAILER
        cdef int fate
        memcpy(&self.record.cpu, at + BLOCK_HEADER, sizeof(uint16_t))
        if has_flags:
            memcpy(&flags, at + BLOCK_HEADER + CPU_SIZE, sizeof(flags))
        self.record.is_state_only = flags & EVENT_STATE_ONLY
        self.events += 1
        fate = self.converter.convert(at + header, size, has_nparams, &out, &size)
        if fate == CONVERT_DROP or fate == CONVERT_CORRUPT:
            if fate == CONVERT_DROP:
                self.dropped += 1
            else:
                self.corrupt += 1
            stream_pass(self.stream, block_size)
            return 0
        self.state_only += self.record.is_state_only
        self.record.data = out
        self.record.size = size
        self.step = block_size
        return 0

    cdef int consume(self, uint64_t size) except -1 nogil:
        stream_pass(self.stream, self.step)
        self.step = 0
        return 0

    cdef int drop_rest(self) except -1 nogil:
        # The block's frame tells where the next one begins, whatever the record says.
        return self.consume(0)

    cdef int refill(self, int timeout_ms) except -1 nogil:
        cdef int got
        if not self.is_started:
            with gil:
                self.start()
        if self.at_end:
            return REFILL_END
        if self.at_other_block:
            with gil:
                self.read_others()
            return REFILL_END if self.at_end else REFILL_BATCH
        if stream_left(self.stream) >= self.wanted:
            return REFILL_BATCH
        got = self.stream.more(self.wanted, timeout_ms)
        if got == MORE_BYTES:
            return REFILL_BATCH
        if got == MORE_NOTHING:
            return REFILL_NOTHING
        with gil:
            self.end()
        return REFILL_END

    cdef int read_others(self) except -1:
        """Reads blocks up to the next event or the end."""
        cdef Body body
        cdef const BlockType *row
        cdef uint32_t type
        self.at_other_block = False
        try:
            while True:
                with nogil:
                    self.stream.need(BLOCK_HEADER)
                if stream_left(self.stream) < BLOCK_HEADER:
                    self.end()
                    break
                memcpy(&type, stream_at(self.stream), sizeof(type))
                row = block_type(type)
                if row != NULL and row.kind == BLOCK_EVENT:
                    self.check_event_size(row.is_large)
                    break
                body = body_of(self.stream)
                self.read_block(body)
        except CaptureError as error:
            self.give_up(str(error))
        self.settle()
        return 0

    def check_event_size(self, is_large: bool) -> None:
        """Raises CaptureError where the event block that stands here cannot be one."""
        cdef uint32_t size
        cdef uint32_t size_max = BLOCK_LARGE_MAX if is_large else BLOCK_EVENT_MAX
        memcpy(&size, stream_at(self.stream) + sizeof(uint32_t), sizeof(size))
        if size < EVENT_SIZE_MIN or size > size_max:
            raise CaptureError(
                f"{self.stream.path}: offset {stream_offset(self.stream)}: "
                f"an event's block of {size} bytes, where {EVENT_SIZE_MIN} to {size_max} can be"
            )

    cdef int read_block(self, Body body) except -1:
        kind = body.kind
        if kind == BLOCK_SECTION:
            self.settle()
            self.begin_section(body)
            return 0
        if kind == BLOCK_UNKNOWN:
            body.finish()
            self.blocks_skipped += 1
            if body.type in self.skipped or len(self.skipped) < SKIPPED_TYPES_MAX:
                self.skipped[body.type] = self.skipped.get(body.type, 0) + 1
            return 0
        self.is_seeding = True
        if kind == BLOCK_MACHINE:
            self.machine = read_machine(body)
        else:
            self.seed.take(body)
        body.finish()
        return 0

    cdef int begin_section(self, Body body) except -1:
        read_section(body)
        if self.sections:
            for name, value in self.seed.counts.items():
                self.list_counts[name] = self.list_counts.get(name, 0) + value
            self.converter.clear()
            self.machine = {}
            self.seed = Seed(self.state)
            if self.state is not None:
                self.state.clear()
        self.sections += 1
        return 0

    cdef int settle(self) except -1:
        if self.is_seeding:
            self.is_seeding = False
            self.seed.finish()
        return 0

    cdef int give_up(self, str fault) except -1:
        self.fault = fault
        self.at_end = True
        return 0

    cdef int end(self) except -1:
        """The file has no more bytes: whether that is where a capture may end."""
        cdef uint64_t left = stream_left(self.stream)
        what = self.stream.trouble()
        if what is None and left:
            part = "inside a block" if left >= BLOCK_HEADER else "inside the header of a block"
            what = f"the file ends {part}"
        if what is not None:
            offset = stream_offset(self.stream)
            self.give_up(f"{self.stream.path}: offset {offset}: {what}")
        self.at_end = True
        return 0
