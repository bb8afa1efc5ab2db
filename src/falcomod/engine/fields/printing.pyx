# SPDX-License-Identifier: Apache-2.0
"""Values as people and JSON readers see them: by type, the same for every field.

Texts of the parameters of an event (evt.arg.flags) are put together in
fields.parameter and arrive here as finished text.
"""

from libc.stdint cimport int64_t, uint64_t

from socket import AF_INET, AF_INET6, inet_ntop

from falcomod.engine._uapi cimport *

# Everything but printable ASCII becomes a dot.
cdef bytes _DOTS = bytes(byte if 32 <= byte < 127 else 46 for byte in range(256))


cdef str text_of_value(const FieldRow *row, const Value *value):
    if row.flags & FIELD_LIST:
        return f"({','.join(_items(value))})"
    if _is_text(row.type):
        return _text(row.type, value)
    if row.type == FM_PT_BOOL:
        return "true" if value.number else "false"
    if row.type == FM_PT_DOUBLE:
        return f"{value.real:.1f}"
    number = _number(row.type, value.number)
    if row.flags & FIELD_HEX:
        return f"{number:X}"
    return f"{number:09d}" if row.flags & FIELD_PADDED else str(number)


cdef object object_of_value(const FieldRow *row, const Value *value):
    if row.flags & FIELD_LIST:
        return _items(value)
    if _is_text(row.type):
        return _text(row.type, value)
    if row.type == FM_PT_BOOL:
        return value.number != 0
    if row.type == FM_PT_DOUBLE:
        return value.real
    return _number(row.type, value.number)


cdef list _items(const Value *value):
    """The items of a list, which are texts."""
    cdef int64_t i
    return [value.items[i].data[:value.items[i].size].decode("utf-8", "replace") for i in range(value.number)]


cdef bint _is_text(int type) noexcept:
    return type in (
        FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH, FM_PT_BYTEBUF,
        FM_PT_IPADDR, FM_PT_IPNET, FM_PT_IPV4ADDR, FM_PT_IPV6ADDR,
    )


cdef str _text(int type, const Value *value):
    cdef bytes data = value.text.data[:value.text.size]
    if type == FM_PT_BYTEBUF:
        return data.translate(_DOTS).decode("ascii")
    if type in (FM_PT_IPADDR, FM_PT_IPNET, FM_PT_IPV4ADDR, FM_PT_IPV6ADDR):
        return inet_ntop(AF_INET if len(data) == 4 else AF_INET6, data)
    return data.decode("utf-8", "replace")


cdef object _number(int type, int64_t number):
    if type in (
        FM_PT_INT8, FM_PT_INT16, FM_PT_INT32, FM_PT_INT64,
        FM_PT_ERRNO, FM_PT_FD, FM_PT_PID, FM_PT_FD32, FM_PT_PID32,
    ):
        return number
    return <uint64_t>number
