# SPDX-License-Identifier: Apache-2.0
"""Which of many rules a text can satisfy at all, found in one pass over the text.

Of a thousand rules about files nearly every one begins by saying which files, and one
name fits hardly any of them.  Here all those texts stand together: those to be equal
to and beginnings in one tree, endings in another that is read backwards, and parts by
four of their bytes in a table, with a Bloom filter before it.  The rules that are left
are still evaluated, so this may let through too many, never too few.
"""

from collections import Counter

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from falcomod.engine.types cimport Str


cdef class TextIndexOwner:

    def __cinit__(self):
        memset(&self.index, 0, sizeof(self.index))
        self.kept = []

    def __dealloc__(self):
        free(<void *>self.index.always)
        free(self.index.forward)
        free(self.index.backward)
        free(self.index.grams)
        free(self.index.bloom)
        free(self.index.positions)

    def survivors(self, bytes text not None) -> set:
        """The positions that *text* does not rule out; for tests."""
        cdef uint32_t position
        cdef uint64_t *words = <uint64_t *>_zeros(self.index.words, sizeof(uint64_t))
        try:
            textindex_survivors(
                &self.index, PyBytes_AS_STRING(text), <uint32_t>PyBytes_GET_SIZE(text), words
            )
            return {
                position for position in range(self.index.words * 64)
                if words[position // 64] >> (position % 64) & 1
            }
        finally:
            free(words)

    cdef int make_positions(self, list positions) except -1:
        cdef uint32_t place
        self.index.positions = <uint32_t *>_zeros(len(positions), sizeof(uint32_t))
        for place in range(<uint32_t>len(positions)):
            self.index.positions[place] = positions[place]
        return 0

    cdef int make_grams(self, dict rows) except -1:
        """The table of *rows*: gram → (first, count)."""
        cdef TextIndex *index = &self.index
        cdef uint32_t slots = 16
        cdef uint32_t key, slot
        while slots < 2 * len(rows):
            slots *= 2
        index.grams = <Gram *>_zeros(slots, sizeof(Gram))
        index.bloom = <uint64_t *>_zeros(BLOOM_BITS // 64, sizeof(uint64_t))
        index.gram_mask = slots - 1
        for gram, (first, count) in rows.items():
            memcpy(&key, PyBytes_AS_STRING(gram), GRAM_SIZE)
            slot = _mixed(key)
            index.bloom[(slot % BLOOM_BITS) // 64] |= <uint64_t>1 << (slot % 64)
            slot &= index.gram_mask
            while index.grams[slot].count:
                slot = (slot + 1) & index.gram_mask
            index.grams[slot].bytes = key
            index.grams[slot].first = first
            index.grams[slot].count = count
        return 0


cdef TextIndexOwner textindex_new(list patterns, uint32_t size):
    cdef TextIndexOwner owner = TextIndexOwner.__new__(TextIndexOwner)
    cdef uint64_t *always
    cdef uint32_t position
    owner.index.words = (size + 63) // 64
    always = <uint64_t *>_zeros(owner.index.words, sizeof(uint64_t))
    owner.index.always = always
    needed = {position for _, _, position in patterns}
    for position in range(size):
        if position not in needed:
            always[position // 64] |= <uint64_t>1 << (position % 64)
    positions = []
    forward = _texts(patterns, ("whole", "beginning"))
    if forward:
        owner.index.forward = _tree(owner, forward, positions)
    backward = _texts([(kind, text[::-1], position) for kind, text, position in patterns], ("ending",))
    if backward:
        owner.index.backward = _tree(owner, backward, positions)
    parts = [(text, position) for kind, text, position in patterns if kind == "part"]
    if parts:
        owner.make_grams(_rows(_by_gram(parts), positions))
    owner.make_positions(positions)
    return owner


cdef void textindex_survivors(
    const TextIndex *index, const char *data, uint32_t size, uint64_t *survivors
) noexcept nogil:
    cdef uint32_t i, key, slot
    memcpy(survivors, index.always, index.words * sizeof(uint64_t))
    if index.forward is not NULL:
        _walk(index, index.forward, data, size, 1, survivors)
    if index.backward is not NULL:
        _walk(index, index.backward, data + (size - 1) if size else data, size, -1, survivors)
    if index.grams is NULL or size < <uint32_t>GRAM_SIZE:
        return
    for i in range(size - GRAM_SIZE + 1):
        memcpy(&key, data + i, GRAM_SIZE)
        slot = _mixed(key)
        if not index.bloom[(slot % BLOOM_BITS) // 64] >> (slot % 64) & 1:
            continue
        slot &= index.gram_mask
        while index.grams[slot].count:
            if index.grams[slot].bytes == key:
                _mark(index, index.grams[slot].first, index.grams[slot].count, survivors)
                break
            slot = (slot + 1) & index.gram_mask


cdef void _walk(
    const TextIndex *index, const Branch *tree, const char *data, uint32_t size, int step,
    uint64_t *survivors,
) noexcept nogil:
    """Marks what lies on the way of a text, of which data is the first byte in the direction of step."""
    cdef const Branch *branch = tree
    cdef const Branch *child
    cdef uint32_t i
    while True:
        if size < branch.label.size:
            return
        for i in range(branch.label.size):
            if data[0] != branch.label.data[i]:
                return
            data += step
        size -= branch.label.size
        _mark(index, branch.partial, branch.partial_count, survivors)
        if size == 0:
            _mark(index, branch.whole, branch.whole_count, survivors)
            return
        child = tree + branch.children
        i = 0
        while i < branch.count and child[i].label.data[0] != data[0]:
            i += 1
        if i == branch.count:
            return
        branch = child + i


cdef inline void _mark(
    const TextIndex *index, uint32_t first, uint32_t count, uint64_t *survivors
) noexcept nogil:
    cdef uint32_t i, position
    for i in range(first, first + count):
        position = index.positions[i]
        survivors[position // 64] |= <uint64_t>1 << (position % 64)


# As TextSet does; the middle bits depend on all bytes.
cdef inline uint32_t _mixed(uint32_t gram) noexcept nogil:
    return <uint32_t>((<uint64_t>gram * <uint64_t>0x9E3779B97F4A7C15) >> 40)


def index_of(patterns, size: int) -> TextIndexOwner:
    """textindex_new() for tests."""
    return textindex_new(list(patterns), size)


def _texts(patterns, kinds):
    """text → (positions of whole texts, positions of texts that may go on)."""
    texts = {}
    for kind, text, position in patterns:
        if kind in kinds:
            texts.setdefault(text, (set(), set()))[kind != "whole"].add(position)
    return texts


def _by_gram(parts):
    """gram → positions; of each text the gram that fewest texts have."""
    grams = {text: {text[i:i + GRAM_SIZE] for i in range(len(text) - GRAM_SIZE + 1)} for text, _ in parts}
    uses = Counter(gram for found in grams.values() for gram in found)
    chosen = {text: min(found, key=lambda gram: (uses[gram], gram)) for text, found in grams.items()}
    rows = {}
    for text, position in parts:
        rows.setdefault(chosen[text], set()).add(position)
    return rows


def _rows(rows, positions):
    """Appends the positions of each row; key → (first, count)."""
    found = {}
    for key, members in rows.items():
        found[key] = (len(positions), len(members))
        positions.extend(sorted(members))
    return found


cdef Branch *_tree(TextIndexOwner owner, dict texts, list positions) except NULL:
    """The branches of *texts*, the root first, children of a branch side by side."""
    cdef Branch *branches
    cdef Branch *branch
    waiting = [(b"", sorted(texts), 0)]      # label, texts below, how many of their bytes lead there
    place = 0
    rows = []
    while place < len(waiting):
        label, below, depth = waiting[place]
        children = _children([text for text in below if len(text) > depth], depth)
        rows.append((label, texts.get(below[0][:depth], ((), ())), len(waiting), len(children)))
        waiting.extend(children)
        place += 1
    branches = <Branch *>_zeros(len(rows), sizeof(Branch))
    for place, (label, (whole, partial), first, count) in enumerate(rows):
        branch = &branches[<uint32_t>place]
        owner.kept.append(label)
        branch.label.data = PyBytes_AS_STRING(label)
        branch.label.size = <uint32_t>PyBytes_GET_SIZE(label)
        branch.children = first
        branch.count = count
        branch.whole = len(positions)
        branch.whole_count = len(whole)
        positions.extend(sorted(whole))
        branch.partial = len(positions)
        branch.partial_count = len(partial)
        positions.extend(sorted(partial))
    return branches


def _children(texts, depth):
    """(label, texts, depth) of each child: texts with the same next byte, and what they have in common."""
    groups = {}
    for text in texts:
        groups.setdefault(text[depth], []).append(text)
    children = []
    for group in groups.values():
        shortest, first, last = min(map(len, group)), group[0], group[len(group) - 1]
        end = depth + 1
        while end < shortest and first[end] == last[end]:     # sorted: these two differ first
            end += 1
        children.append((first[depth:end], group, end))
    return children


cdef void *_zeros(size_t count, size_t size) except NULL:
    cdef void *memory = calloc(count + 1, size)
    if memory is NULL:
        raise MemoryError
    return memory
