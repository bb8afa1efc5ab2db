# SPDX-License-Identifier: Apache-2.0
"""Memory for the values of types.pxd: the arena of one event, shared texts.

What the values mean is said in types.pxd.
"""

from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

cdef enum:
    BLOCK_SIZE = 16384           # more than the texts of nearly every event
    ALIGNMENT = 8                # callers keep addresses and numbers there too


cdef void arena_init(Arena *arena) noexcept nogil:
    arena.first = NULL
    arena.current = NULL


cdef void arena_free(Arena *arena) noexcept nogil:
    cdef ArenaBlock *block = arena.first
    cdef ArenaBlock *following
    while block != NULL:
        following = block.next
        free(block)
        block = following
    arena_init(arena)


cdef void arena_reset(Arena *arena) noexcept nogil:
    # Blocks behind the first are emptied when arena_take() comes to them.
    arena.current = arena.first
    if arena.first != NULL:
        arena.first.used = 0


cdef char *arena_take(Arena *arena, uint32_t size) noexcept nogil:
    cdef ArenaBlock *block = arena.current
    cdef char *data
    if size > <uint32_t>0x7FFFFFFF:
        return NULL
    size = (size + ALIGNMENT - 1) & ~<uint32_t>(ALIGNMENT - 1)
    while block == NULL or block.size - block.used < size:
        if block != NULL and block.next != NULL:
            block = block.next
            block.used = 0
        else:
            block = block_append(arena, block, size)
            if block == NULL:
                return NULL
        arena.current = block
    data = <char *>(block + 1) + block.used
    block.used += size
    return data


cdef ArenaBlock *block_append(Arena *arena, ArenaBlock *last, uint32_t size) noexcept nogil:
    """A new block behind *last* that holds at least *size* bytes; NULL when memory is out."""
    cdef uint32_t capacity = size if size > BLOCK_SIZE else BLOCK_SIZE
    cdef ArenaBlock *block = <ArenaBlock *>malloc(sizeof(ArenaBlock) + capacity)
    if block == NULL:
        return NULL
    block.next = NULL
    block.size = capacity
    block.used = 0
    if last == NULL:
        arena.first = block
    else:
        last.next = block
    return block


cdef Text *text_new(const char *data, uint32_t size) noexcept nogil:
    # sizeof(Text) counts one byte of data, which the final NUL takes.
    cdef Text *text = <Text *>malloc(sizeof(Text) + <size_t>size)
    if text == NULL:
        return NULL
    text.owners = 1
    text.size = size
    if size:
        memcpy(text.data, data, size)
    text.data[size] = 0
    return text


cdef Text *text_share(Text *text) noexcept nogil:
    if text != NULL:
        text.owners += 1
    return text


cdef void text_release(Text *text) noexcept nogil:
    if text == NULL:
        return
    text.owners -= 1
    if text.owners == 0:
        free(text)


def arena_selftest(sizes: list) -> list:
    """Takes pieces of *sizes* from a fresh arena twice, with a reset between; for tests.

    Returns the offset of each piece's address from the first one's block, per round:
    equal rounds show that blocks are used again.
    """
    cdef Arena arena
    cdef char *data
    rounds = []
    arena_init(&arena)
    try:
        for _ in range(2):
            arena_reset(&arena)
            taken = []
            for size in sizes:
                data = arena_take(&arena, size)
                if data == NULL:
                    raise MemoryError(size)
                for i in range(<int>size):
                    data[i] = 0x55
                taken.append(<size_t>data)
            rounds.append(taken)
    finally:
        arena_free(&arena)
    return rounds


def text_selftest(data: bytes) -> tuple:
    """(owners after two shares, size, data with its NUL) of a text; for tests."""
    cdef Text *text = text_new(data, len(data))
    if text == NULL:
        raise MemoryError(len(data))
    text_share(text_share(text))
    seen = (text.owners, text.size, text.data[:text.size + 1])
    for _ in range(3):
        text_release(text)
    return seen
