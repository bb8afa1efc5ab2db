# SPDX-License-Identifier: Apache-2.0
"""Values that the parts of the engine hand to each other."""

from libc.stdint cimport int8_t, int64_t, uint8_t, uint32_t


# Bytes that somebody else owns. Not NUL-terminated. data is NULL only where there is no value.
cdef struct Str:
    const char *data
    uint32_t size                # bytes


# What a field yields for one event. Which member counts follows from the field's type:
# text for strings, paths, byte buffers and addresses (4 or 16 bytes, network order),
# number for everything else, booleans as 0 and 1. A field with FIELD_LIST yields items
# instead. text and items are valid until the next event.
cdef struct Value:
    Str text
    int64_t number               # unsigned types: the same 64 bits; lists: how many items
    double real                  # DOUBLE only
    const Str *items             # lists only, which are of texts


# A field's argument, parsed once at load: proc.aname[2], proc.env[PATH], evt.arg.flags.
cdef struct Arg:
    Str text                     # as written; data NULL: no argument
    int64_t index                # the number, if it is one
    uint8_t is_index             # 1: index counts
    const int8_t *parameter      # evt.arg.NAME: the parameter of that name by event code, -1: none; else NULL
    const void *call             # of a transformer: its Call (fields/transform.pxd); else NULL


# Memory for texts that are put together for one event (a command line, a socket's name).
# Reset before each event; grows by blocks and never shrinks.
cdef struct ArenaBlock:
    ArenaBlock *next
    uint32_t size
    uint32_t used

cdef struct Arena:
    ArenaBlock *first            # kept for reuse
    ArenaBlock *current

cdef void arena_init(Arena *arena) noexcept nogil
cdef void arena_free(Arena *arena) noexcept nogil
cdef void arena_reset(Arena *arena) noexcept nogil
# size bytes, valid until the reset; NULL when memory is out.
cdef char *arena_take(Arena *arena, uint32_t size) noexcept nogil


# Immutable text with a count of its owners; processes share what they inherit.
cdef struct Text:
    uint32_t owners
    uint32_t size                # bytes, a final NUL in data not counted
    char data[1]                 # size bytes and a NUL

cdef Text *text_new(const char *data, uint32_t size) noexcept nogil      # NULL when memory is out
cdef Text *text_share(Text *text) noexcept nogil                         # NULL-safe
cdef void text_release(Text *text) noexcept nogil                        # NULL-safe
