# SPDX-License-Identifier: Apache-2.0
"""Values out of the JSON document that an event is: shared by the classes of its fields.

The document is whatever somebody sent: every step through it asks what it stands on,
and what is of another type than expected is missing.  Everything here holds the
interpreter's lock; texts are copied to the arena, so values outlive their objects.
"""

import json

from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdint cimport uint32_t
from libc.string cimport memcpy

from falcomod.engine.types cimport Str, arena_take

# What is not there; None is JSON's null.
MISSING = object()

cdef object _missing = MISSING
cdef object _encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
cdef enum:
    KEY_DIGITS_MAX = 9           # of a place in a list


cdef object value_at(object value, tuple keys):
    for key in keys:
        if type(value) is dict:
            value = (<dict>value).get(key, _missing)
        elif type(value) is list and _is_place(key) and int(key) < len(<list>value):
            value = (<list>value)[<Py_ssize_t>int(key)]
        else:
            return _missing
        if value is _missing:
            break
    return value


cdef str text_of(object value):
    if type(value) is str:
        return value
    return _encode(value)


cdef int give_string(Context *context, str text, Value *out) except -1:
    if text is None:
        return 0
    _put(context, text, &out.text)
    return 1


cdef int give_strings(Context *context, list texts, Value *out) except -1:
    cdef uint32_t count = min(len(texts), <Py_ssize_t>ITEMS_MAX)
    cdef Str *items
    cdef uint32_t i
    if count == 0:
        return 0
    items = <Str *>arena_take(context.arena, count * sizeof(Str))
    if items is NULL:
        raise MemoryError("no memory for the items of a field")
    for i in range(count):
        _put(context, texts[i], &items[i])
    out.items = items
    out.number = count
    return 1


cdef bint _is_place(str key) noexcept:
    return key.isascii() and key.isdigit() and len(key) <= KEY_DIGITS_MAX


cdef int _put(Context *context, str text, Str *out) except -1:
    cdef Py_ssize_t size
    cdef const char *data
    cdef char *copy
    cdef bytes replaced
    try:
        data = PyUnicode_AsUTF8AndSize(text, &size)
    except UnicodeEncodeError:
        # Half of a surrogate pair, which JSON can write and UTF-8 cannot.
        replaced = text.encode("utf-8", "replace")
        data, size = replaced, len(replaced)
    if size > <Py_ssize_t>0x7FFFFFFF:
        raise MemoryError("the text of a field is too long")
    copy = arena_take(context.arena, <uint32_t>size + 1)
    if copy is NULL:
        raise MemoryError("no memory for the text of a field")
    memcpy(copy, data, size)
    out.data = copy
    out.size = <uint32_t>size
    return 0
