# SPDX-License-Identifier: Apache-2.0
"""Which of many rules a text can satisfy at all, found in one pass over the text."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine.types cimport Str

cdef enum:
    GRAM_SIZE = 4                # bytes of a substring that are looked for
    BLOOM_BITS = 32768           # a power of two

# A node of a tree of texts that are read byte by byte: its label leads to it.
cdef struct Branch:
    Str label
    uint32_t children            # the first of them; the others follow
    uint16_t count               # of children, sorted by the first byte of their label
    uint32_t whole               # positions of texts that end here …
    uint32_t whole_count
    uint32_t partial             # … and of texts that may go on
    uint32_t partial_count

# A piece of a substring, with the positions it stands for.
cdef struct Gram:
    uint32_t bytes
    uint32_t first
    uint32_t count               # 0: an empty slot

cdef struct TextIndex:
    uint32_t words               # of 64 positions, rounded up
    const uint64_t *always       # positions that no text rules out
    Branch *forward              # texts to be equal to, and beginnings; NULL: none
    Branch *backward             # endings, read from their end; NULL: none
    Gram *grams                  # open addressing; NULL: none
    uint32_t gram_mask
    uint64_t *bloom              # BLOOM_BITS bits: grams that may be there
    uint32_t *positions          # what the others refer to


cdef class TextIndexOwner:
    cdef TextIndex index
    cdef list kept               # bytes that labels point into

    cdef int make_positions(self, list positions) except -1
    cdef int make_grams(self, dict rows) except -1

# *patterns*: (kind, text, position) of what a rule at a position of its bucket needs, one of
# them at least; kinds are "whole", "beginning", "ending", "part" (GRAM_SIZE bytes or more).
# *size*: how many positions there are; those without a pattern are never ruled out.
cdef TextIndexOwner textindex_new(list patterns, uint32_t size)
# Sets survivors (index.words of them) to the positions that the text does not rule out. A part
# is looked for by GRAM_SIZE of its bytes, so a position may survive that should not.
cdef void textindex_survivors(
    const TextIndex *index, const char *data, uint32_t size, uint64_t *survivors
) noexcept nogil
