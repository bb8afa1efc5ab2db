# SPDX-License-Identifier: Apache-2.0
"""The bounds check of a record.

What passes here is believed by everybody behind: lengths that add up, numbers of
their type's width, strings with one NUL at their end.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy, memset

from falcomod.engine._uapi cimport (
    FM_EF_LARGE_PAYLOAD, FM_EVENT_MAX, FM_PARAMS_MAX, FM_PT_CHARBUF, FM_PT_FSPATH,
    FM_PT_FSRELPATH, fm_event_info, fm_param_width, fm_record_header,
)
from falcomod.engine.decode.reader cimport Reader, reader_left, reader_take
from falcomod.engine.decode.schema cimport event_info

cdef enum:
    CHECK_NONE = 0               # 1…16: the one length besides 0
    CHECK_STRING = 0xFFFFFFFF    # no length: no parameter is that long

# What decode() needs of an event's row, close together.
cdef struct Shape:
    const fm_event_info *info    # NULL: no such event
    uint8_t nparams
    uint8_t length_size          # bytes of one parameter's length
    uint32_t check[PARAMS_MAX]   # CHECK_…

# Frozen once the module is imported.
cdef Shape SHAPES[FM_EVENT_MAX]


cdef Fault decode(const uint8_t *data, uint64_t size, Event *event) noexcept nogil:
    cdef fm_record_header header
    cdef const Shape *shape
    cdef Reader reader
    cdef const uint8_t *lengths

    if size < sizeof(header):
        return FAULT_LENGTH
    memcpy(&header, data, sizeof(header))
    if header.len < sizeof(header) or header.len > size:
        return FAULT_LENGTH
    event.record = data
    event.record_size = header.len
    if header.type >= FM_EVENT_MAX or SHAPES[header.type].info == NULL:
        return FAULT_TYPE
    shape = &SHAPES[header.type]
    if header.nparams > shape.nparams:
        return FAULT_COUNT
    event.ts_ns = header.ts
    event.tid = <int64_t>header.tid
    event.info = shape.info
    event.code = header.type
    event.nparams = header.nparams
    reader.position = data + sizeof(header)
    reader.end = data + header.len
    lengths = reader_take(&reader, header.nparams * shape.length_size)
    if lengths == NULL:
        return FAULT_SIZES
    return slice_params(shape, lengths, &reader, event)


cdef Fault slice_params(
    const Shape *shape, const uint8_t *lengths, Reader *reader, Event *event
) noexcept nogil:
    """Fills param and param_size. Of several faults the one that comes first in enum Fault counts."""
    cdef Fault fault = FAULT_NONE
    cdef uint32_t index
    cdef uint32_t size
    cdef uint16_t narrow
    cdef uint32_t check
    memset(event.param_size, 0, sizeof(event.param_size))
    for index in range(event.nparams):
        if shape.length_size == sizeof(uint16_t):
            memcpy(&narrow, lengths + index * sizeof(uint16_t), sizeof(narrow))
            size = narrow
        else:
            memcpy(&size, lengths + index * sizeof(uint32_t), sizeof(size))
        event.param[index] = reader_take(reader, size)
        if event.param[index] == NULL:
            return FAULT_SIZES
        event.param_size[index] = size
        check = shape.check[index]
        if check == CHECK_NONE or check == size or size == 0:
            continue
        if check != CHECK_STRING:
            fault = FAULT_WIDTH
        elif fault == FAULT_NONE:
            fault = check_string(event.param[index], size)
    return fault if reader_left(reader) == 0 else FAULT_SIZES


cdef Fault check_string(const uint8_t *text, uint32_t size) noexcept nogil:
    if memchr(text, 0, size) == <const void *>(text + size - 1):
        return FAULT_NONE
    return FAULT_STRING


cdef void make_shape(uint16_t code) noexcept nogil:
    cdef Shape *shape = &SHAPES[code]
    cdef const fm_event_info *info = event_info(code)
    cdef uint32_t index
    cdef uint8_t type
    shape.info = info
    if info == NULL:
        return
    shape.nparams = info.nparams
    shape.length_size = (
        sizeof(uint32_t) if info.flags & FM_EF_LARGE_PAYLOAD else sizeof(uint16_t)
    )
    for index in range(info.nparams):
        type = info.params[index].type
        if type == FM_PT_CHARBUF or type == FM_PT_FSPATH or type == FM_PT_FSRELPATH:
            shape.check[index] = CHECK_STRING
        else:
            shape.check[index] = fm_param_width(type)


def decode_record(data: bytes) -> tuple:
    """(fault name, record size, fields) of the record at the start of *data*; for tests and tools.

    fields is None on a fault, else a dict: ts_ns, tid, code and params, one bytes per
    parameter, b"" where it is absent.  record size is 0 where the length itself is wrong.
    """
    cdef Event event
    cdef const uint8_t *start = data
    cdef Fault fault
    event.record_size = 0
    fault = decode(start, len(data), &event)
    if fault != FAULT_NONE:
        return FAULT_NAMES[fault], event.record_size, None
    params = [
        event.param[i][:event.param_size[i]] if event.param_size[i] else b""
        for i in range(event.info.nparams)
    ]
    fields = {"ts_ns": event.ts_ns, "tid": event.tid, "code": event.code, "params": params}
    return FAULT_NAMES[fault], event.record_size, fields


# Names of the counters, by Fault.
FAULT_NAMES = ("none", "length", "type", "count", "sizes", "width", "string")

if FM_PARAMS_MAX != PARAMS_MAX or len(FAULT_NAMES) != FAULT_MAX:
    raise AssertionError("event.pxd disagrees with falcomod_record.h or with its names")
for _code in range(FM_EVENT_MAX):
    make_shape(_code)
