# SPDX-License-Identifier: Apache-2.0
"""Records of any generation in, records of the current schema or nothing out.

What is converted into what is old_events' to say, in plan's words.  Here is what is done
record by record: a current one is passed where it lies; an enter is kept until its exit
comes; an older one is made anew.  Strings that say "(NULL)" are absent, as the format has
it.  Widths and strings are not judged: decode does that with every record.

Where the reference implementation gives a file up (an exit that finds the enter of another
call, a number of parameters that no generation had) the record is made without the enter,
or counted as corrupt, and the next one is read.  Both parameters that an old connect lacks
come from its enter; there, the first one's conversion loses the second.
"""

from libc.stdint cimport UINT32_MAX, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcmp, memcpy, memset

from falcomod.engine._uapi cimport (
    FM_EVENT_MAX, FM_INFRASTRUCTURE_EVENT_E, FM_NOTIFICATION_E, fm_record_header,
)
from falcomod.engine.capture.enters cimport Enter, Enters
from falcomod.engine.capture.plan cimport (
    PLAN_PARAMS, SOURCE_ENTER, SOURCE_EVENT, SOURCE_JSON, Plan, Row, Source, plan_of, plan_rows,
    plan_unchanged,
)

cdef enum:
    HEADER_SIZE = 26
    LENGTH_AT = 16               # of its members that decide whether a record is passed
    CODE_AT = 20
    NPARAMS_AT = 22
    HEADER_V1_SIZE = 22          # without nparams
    EXCESS_V1 = 3                # what the first version's writer counted too much of two events
    NULL_SIZE = 7                # b"(NULL)\0"
    ROOM_FIRST = 4096

# What is counted. Every record adds to one of those up to CORRUPT_PLAN.
cdef enum:
    PASSED
    CONVERTED
    STORED                       # an enter, kept for its exit
    DROPPED_OLD                  # no event any more, needed by none
    DROPPED_UNKNOWN              # of a code beyond the table
    CORRUPT_LENGTH               # shorter than a header, or longer than what is there
    CORRUPT_SIZES                # the lengths do not add up to the record's
    CORRUPT_COUNT                # more parameters than the event ever had
    CORRUPT_PLAN                 # a number of parameters that no generation had
    ENTER_REFUSED                # not kept: too many threads, too many bytes
    ENTER_MISSING                # an exit that needs its enter, and none was kept
    ENTER_OTHER                  # that of another call was
    COUNTS

# A record taken apart.
cdef struct View:
    uint64_t ts
    uint64_t tid
    uint16_t code
    uint32_t nparams
    const uint8_t *lengths
    const uint8_t *end           # of the record
    const uint8_t *param[PLAN_PARAMS]        # the first ones
    uint32_t size[PLAN_PARAMS]

# One parameter of a record that is being made.
cdef struct Piece:
    const uint8_t *data          # NULL: the text of a container event
    uint32_t size

# Of plan; frozen once the module is imported.
cdef const Row *ROWS = plan_rows()
cdef uint8_t ZEROS[16]
memset(ZEROS, 0, sizeof(ZEROS))


cdef class Converter:

    def __cinit__(self):
        self.enters = Enters()

    def __dealloc__(self):
        free(self.made)

    def counters(self) -> dict[str, int]:
        """How many records became what, and enters that were not there when needed."""
        return {name: self.counts[index] for index, name in enumerate(COUNT_NAMES)}

    def converted(self, data: bytes, has_nparams: bool = True) -> tuple[str, bytes | None]:
        """convert(), for tests and tools: a name of RESULTS, and the record of "pass" and "made"."""
        cdef const uint8_t *out = NULL
        cdef uint32_t out_size = 0
        cdef const uint8_t *start = data
        cdef int result = self.convert(start, len(data), has_nparams, &out, &out_size)
        record = out[:out_size] if result in (CONVERT_PASS, CONVERT_MADE) else None
        return RESULTS[result], record

    def repeat(self, records: list[bytes], times: int) -> None:
        """convert() of at most 8 records in turn, so many times; for benchmarks."""
        cdef const uint8_t *out = NULL
        cdef uint32_t out_size = 0
        cdef const uint8_t *starts[8]
        cdef uint32_t sizes[8]
        cdef uint32_t count = min(len(records), 8)
        cdef uint32_t index
        cdef uint64_t left = times
        cdef bytes data
        for index in range(count):
            data = records[index]        # records keeps it
            starts[index] = data
            sizes[index] = len(data)
        with nogil:
            while left:
                for index in range(count):
                    self.convert(starts[index], sizes[index], True, &out, &out_size)
                left -= 1

    def reset(self) -> None:
        """clear(), for tests."""
        self.clear()

    cdef int convert(
        self, const uint8_t *data, uint32_t size, bint has_nparams,
        const uint8_t **out, uint32_t *out_size,
    ) except -1 nogil:
        cdef const Row *row
        cdef uint32_t length
        cdef uint32_t nparams
        cdef uint16_t code
        if has_nparams and size >= HEADER_SIZE:
            memcpy(&length, data + LENGTH_AT, sizeof(length))
            memcpy(&code, data + CODE_AT, sizeof(code))
            memcpy(&nparams, data + NPARAMS_AT, sizeof(nparams))
            if HEADER_SIZE <= length <= size and code < FM_EVENT_MAX:
                row = &ROWS[code]
                if (
                    row.quick_from <= nparams <= row.quick_to
                    and not may_say_null(row, data, length, nparams)
                ):
                    out[0] = data
                    out_size[0] = length
                    self.counts[PASSED] += 1
                    return CONVERT_PASS
        return convert_slowly(self, data, size, has_nparams, out, out_size)

    cdef void clear(self) noexcept nogil:
        self.enters.clear()


cdef inline bint may_say_null(
    const Row *row, const uint8_t *data, uint32_t length, uint32_t nparams
) noexcept nogil:
    """Whether a string is as long as "(NULL)", or the lengths are not all there."""
    cdef uint32_t index
    cdef uint32_t number
    cdef uint16_t narrow
    cdef uint32_t wide
    if length < HEADER_SIZE + nparams * row.length_size:
        return True
    for number in range(row.strings):
        index = row.string[number]
        if index >= nparams:
            break
        if row.length_size == sizeof(uint16_t):
            memcpy(&narrow, data + HEADER_SIZE + index * sizeof(uint16_t), sizeof(narrow))
            wide = narrow
        else:
            memcpy(&wide, data + HEADER_SIZE + index * sizeof(uint32_t), sizeof(wide))
        if wide == NULL_SIZE:
            return True
    return False


cdef int convert_slowly(
    Converter self, const uint8_t *data, uint32_t size, bint has_nparams,
    const uint8_t **out, uint32_t *out_size,
) except -1 nogil:
    cdef View view
    cdef const Row *row
    cdef const Plan *plan
    cdef int fault = take_apart(data, size, has_nparams, &view)
    if fault != PASSED:
        self.counts[fault] += 1
        return CONVERT_CORRUPT if fault >= CORRUPT_LENGTH else CONVERT_DROP
    row = &ROWS[view.code]
    if row.is_kept and not self.enters.put(
        view.tid, row.kept_as, <uint8_t>view.nparams, view.lengths,
        <uint32_t>(view.end - view.lengths),
    ):
        self.counts[ENTER_REFUSED] += 1
    if row.ends_thread:
        self.enters.forget(view.tid)
    if not row.is_event:
        self.counts[STORED] += 1
        return CONVERT_DROP
    if row.accepts_from <= view.nparams <= row.accepts_to:
        if has_nparams and not says_null(row, &view):
            out[0] = data
            out_size[0] = <uint32_t>(view.end - data)
            self.counts[PASSED] += 1
            return CONVERT_PASS
        return make(self, &view, plan_unchanged(view.code), view.nparams, out, out_size)
    if view.nparams > row.nparams:
        return make(self, &view, plan_unchanged(view.code), row.nparams, out, out_size)
    plan = plan_of(view.code, view.nparams)
    if plan == NULL:
        self.counts[CORRUPT_PLAN] += 1
        return CONVERT_CORRUPT
    return make(self, &view, plan, plan.nparams, out, out_size)


cdef int take_apart(
    const uint8_t *data, uint32_t size, bint has_nparams, View *view
) noexcept nogil:
    """Fills view and returns PASSED, or the count that the record adds to."""
    cdef fm_record_header header
    cdef const Row *row
    cdef uint32_t header_size = HEADER_SIZE if has_nparams else HEADER_V1_SIZE
    cdef uint32_t length
    if size < header_size:
        return CORRUPT_LENGTH
    header.nparams = 0
    memcpy(&header, data, header_size)
    length = header.len
    if not has_nparams and (
        header.type == FM_NOTIFICATION_E or header.type == FM_INFRASTRUCTURE_EVENT_E
    ):
        length = header.len - EXCESS_V1 if header.len >= EXCESS_V1 else 0
    if length < header_size or length > size:
        return CORRUPT_LENGTH
    if header.type >= FM_EVENT_MAX:
        return DROPPED_UNKNOWN
    row = &ROWS[header.type]
    if not row.is_known:
        return DROPPED_OLD
    view.ts = header.ts
    view.tid = header.tid
    view.code = header.type
    view.nparams = header.nparams
    view.lengths = data + header_size
    view.end = data + length
    if not has_nparams:
        return guess_nparams(row, view)
    if row.is_managed and view.nparams > row.nparams:
        return CORRUPT_COUNT
    return slice_params(row.length_size, view)


cdef int guess_nparams(const Row *row, View *view) noexcept nogil:
    """The only number of parameters, none more than today, whose lengths add up."""
    cdef int64_t left = view.end - view.lengths
    cdef int64_t total = 0
    cdef int64_t sums[PLAN_PARAMS + 1]
    cdef uint16_t length
    cdef uint32_t index
    cdef uint32_t readable = 0
    sums[0] = 0
    for index in range(row.nparams):
        if (index + 1) * <int64_t>sizeof(uint16_t) > left:
            break
        memcpy(&length, view.lengths + index * sizeof(uint16_t), sizeof(length))
        total += length
        readable = index + 1
        sums[readable] = total
    # Only one can be: the sum falls with the number.
    for index in range(readable + 1):
        if index * <int64_t>sizeof(uint16_t) + sums[index] == left:
            view.nparams = index
            return slice_params(sizeof(uint16_t), view)
    return CORRUPT_SIZES


cdef int slice_params(uint32_t length_size, View *view) noexcept nogil:
    cdef uint64_t left = view.end - view.lengths
    cdef uint64_t at = <uint64_t>view.nparams * length_size
    cdef uint32_t index
    cdef uint32_t size
    cdef uint16_t narrow
    if at > left:
        return CORRUPT_SIZES
    for index in range(view.nparams):
        if length_size == sizeof(uint16_t):
            memcpy(&narrow, view.lengths + <uint64_t>index * sizeof(uint16_t), sizeof(narrow))
            size = narrow
        else:
            memcpy(&size, view.lengths + <uint64_t>index * sizeof(uint32_t), sizeof(size))
        if size > left - at:
            return CORRUPT_SIZES
        if index < PLAN_PARAMS:
            view.param[index] = view.lengths + at
            view.size[index] = size
        at += size
    return PASSED if at == left else CORRUPT_SIZES


cdef bint is_null(const uint8_t *text, uint32_t size) noexcept nogil:
    return size == NULL_SIZE and memcmp(text, b"(NULL)", NULL_SIZE) == 0


cdef bint says_null(const Row *row, const View *view) noexcept nogil:
    cdef uint32_t number
    cdef uint32_t index
    for number in range(row.strings):
        index = row.string[number]
        if index < view.nparams and is_null(view.param[index], view.size[index]):
            return True
    return False


cdef const Enter *enter_for(Converter self, const View *view, const Plan *plan) noexcept nogil:
    """The enter that the plan asks for, or NULL, counted."""
    cdef const Enter *enter = self.enters.find(view.tid)
    if enter == NULL:
        self.counts[ENTER_MISSING] += 1
        return NULL
    if enter.code == plan.enter_code:
        return enter
    self.counts[ENTER_OTHER] += 1
    # Its exit is lost: threads make one call at a time.
    self.enters.forget(view.tid)
    return NULL


cdef void enter_param(const Enter *enter, uint32_t index, Piece *piece) noexcept nogil:
    """A parameter of an enter that has it; put() was given lengths that add up."""
    cdef uint32_t at = enter.nparams * <uint32_t>sizeof(uint16_t)
    cdef uint32_t number
    cdef uint16_t length
    for number in range(index):
        memcpy(&length, enter.bytes + number * sizeof(uint16_t), sizeof(length))
        at += length
    memcpy(&length, enter.bytes + index * sizeof(uint16_t), sizeof(length))
    piece.data = enter.bytes + at
    piece.size = length


cdef void find_piece(
    const Source *source, const View *view, const Enter *enter, Piece *piece
) noexcept nogil:
    piece.data = ZEROS
    piece.size = source.default_size
    if source.kind == SOURCE_EVENT:
        piece.data = view.param[source.index] + source.skip
        piece.size = view.size[source.index]
        piece.size -= source.skip if piece.size >= source.skip else piece.size
    elif source.kind == SOURCE_ENTER and enter != NULL and source.index < enter.nparams:
        enter_param(enter, source.index, piece)
    elif source.kind == SOURCE_JSON:
        piece.data = NULL
        piece.size = put_json(view, NULL)
        return
    if source.width and piece.size > source.width:
        piece.size = source.width
    if source.is_string and is_null(piece.data, piece.size):
        piece.size = 0


cdef int make(
    Converter self, const View *view, const Plan *plan, uint32_t nparams,
    const uint8_t **out, uint32_t *out_size,
) except -1 nogil:
    """The record that the plan's first nparams sources make."""
    cdef Piece pieces[PLAN_PARAMS]
    cdef const Enter *enter = enter_for(self, view, plan) if plan.uses_enter else NULL
    cdef uint64_t total = HEADER_SIZE + nparams * plan.length_size
    cdef uint32_t index
    for index in range(nparams):
        find_piece(&plan.sources[index], view, enter, &pieces[index])
        total += pieces[index].size
    if total > UINT32_MAX:
        self.counts[CORRUPT_LENGTH] += 1
        return CONVERT_CORRUPT
    make_room(self, <uint32_t>total)
    put_record(self.made, view, plan, nparams, pieces, <uint32_t>total)
    if enter != NULL:
        self.enters.forget(view.tid)
    out[0] = self.made
    out_size[0] = <uint32_t>total
    self.counts[CONVERTED] += 1
    return CONVERT_MADE


cdef int make_room(Converter self, uint32_t size) except -1 nogil:
    cdef uint64_t room = self.room if self.room else ROOM_FIRST
    cdef uint8_t *larger
    if size <= self.room:
        return 0
    while room < size:
        room *= 2
    room = min(room, <uint64_t>UINT32_MAX)
    larger = <uint8_t *>realloc(self.made, room)
    if larger == NULL:
        with gil:
            raise MemoryError(f"no {room} bytes for a converted record")
    self.made = larger
    self.room = <uint32_t>room
    return 0


cdef void put_record(
    uint8_t *made, const View *view, const Plan *plan, uint32_t nparams, const Piece *pieces,
    uint32_t size,
) noexcept nogil:
    cdef fm_record_header header
    cdef uint8_t *at = made + HEADER_SIZE
    cdef uint16_t narrow
    cdef uint32_t index
    header.ts = view.ts
    header.tid = view.tid
    header.len = size
    header.type = plan.code
    header.nparams = nparams
    memcpy(made, &header, HEADER_SIZE)
    if plan.length_size == sizeof(uint16_t):
        for index in range(nparams):
            narrow = <uint16_t>pieces[index].size
            memcpy(at + index * sizeof(uint16_t), &narrow, sizeof(narrow))
    else:
        for index in range(nparams):
            memcpy(at + index * sizeof(uint32_t), &pieces[index].size, sizeof(uint32_t))
    put_params(at + nparams * plan.length_size, view, pieces, nparams)


cdef void put_params(
    uint8_t *at, const View *view, const Piece *pieces, uint32_t count
) noexcept nogil:
    """Writes the pieces back to back; those that lie so already go in one copy."""
    cdef const uint8_t *run = NULL
    cdef uint32_t run_size = 0
    cdef uint32_t index
    for index in range(count):
        if pieces[index].size == 0:
            continue
        if run != NULL and pieces[index].data == run + run_size:
            run_size += pieces[index].size
            continue
        if run_size:
            memcpy(at, run, run_size)
            at += run_size
        run = pieces[index].data
        run_size = pieces[index].size
        if run == NULL:
            at += put_json(view, at)
            run_size = 0
    if run_size:
        memcpy(at, run, run_size)


# Container events of the first generation: id, type, name, image.

cdef uint32_t put_json(const View *view, uint8_t *out) noexcept nogil:
    """Writes what later generations tell as a text, its NUL included; NULL only counts bytes."""
    cdef uint32_t type = 0
    cdef uint32_t at = 0
    if view.size[1] == sizeof(type):
        memcpy(&type, view.param[1], sizeof(type))
    at = put_bytes(out, at, b'{"container":{"id":"', 20)
    at = put_escaped(out, at, view.param[0], view.size[0])
    at = put_bytes(out, at, b'","type":', 9)
    at = put_number(out, at, type)
    at = put_bytes(out, at, b',"name":"', 9)
    at = put_escaped(out, at, view.param[2], view.size[2])
    at = put_bytes(out, at, b'","image":"', 11)
    at = put_escaped(out, at, view.param[3], view.size[3])
    return put_bytes(out, at, b'"}}\0', 4)


cdef uint32_t put_bytes(
    uint8_t *out, uint32_t at, const char *text, uint32_t size
) noexcept nogil:
    if out != NULL:
        memcpy(out + at, text, size)
    return at + size


cdef uint32_t put_number(uint8_t *out, uint32_t at, uint32_t number) noexcept nogil:
    cdef char digits[10]
    cdef uint32_t count = 0
    while number or count == 0:
        digits[9 - count] = <char>(c'0' + number % 10)
        number //= 10
        count += 1
    return put_bytes(out, at, digits + 10 - count, count)


cdef uint32_t put_escaped(
    uint8_t *out, uint32_t at, const uint8_t *text, uint32_t size
) noexcept nogil:
    """A text up to its NUL; "(NULL)" is none."""
    cdef const char *hexadecimal = b"0123456789abcdef"
    cdef char escaped[6]
    cdef const uint8_t *end
    if size == 0 or is_null(text, size):
        return at
    end = <const uint8_t *>memchr(text, 0, size)
    if end == NULL:
        end = text + size
    while text < end:
        if text[0] >= 0x20 and text[0] != c'"' and text[0] != c'\\':
            at = put_bytes(out, at, <const char *>text, 1)
        else:
            memcpy(escaped, b"\\u00", 4)
            escaped[4] = hexadecimal[text[0] >> 4]
            escaped[5] = hexadecimal[text[0] & 15]
            at = put_bytes(out, at, escaped, 6)
        text += 1
    return at


RESULTS = ("pass", "made", "drop", "corrupt")

# Names of the counters, in the order of their enumeration.
COUNT_NAMES = (
    "passed", "converted", "stored", "dropped_old", "dropped_unknown", "corrupt_length",
    "corrupt_sizes", "corrupt_count", "corrupt_plan", "enter_refused", "enter_missing",
    "enter_other",
)

if len(COUNT_NAMES) != COUNTS or sizeof(fm_record_header) != HEADER_SIZE:
    raise AssertionError("convert.pyx disagrees with its names or with falcomod_record.h")
