# SPDX-License-Identifier: Apache-2.0
"""Many texts looked for in another one at once, a step for each of its bytes."""

from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc, free


cdef class AutomatonOwner:

    def __dealloc__(self):
        free(self.automaton.next)

    cdef int take_classes(self, list texts, bint any_case) except -1:
        cdef uint32_t byte
        for byte in sorted(set(b"".join(texts))):
            self.automaton.class_of[byte] = <uint8_t>self.classes
            if any_case and c"a" <= byte <= c"z":
                self.automaton.class_of[byte - 32] = <uint8_t>self.classes
            self.classes += 1
        return 0

    cdef int add(self, bytes text) except -1:
        """Adds the way of a text to the tree; 0 stands for no state there."""
        cdef uint32_t *next_ = self.automaton.next
        cdef uint32_t state = 0
        cdef uint32_t i, place
        cdef uint32_t size = <uint32_t>len(text)
        for i in range(size):
            place = state + self.automaton.class_of[<uint8_t>text[i]]
            if next_[place] == FOUND:
                return 0
            if i + 1 == size:
                next_[place] = FOUND
            elif next_[place] == 0:
                next_[place] = self.states * self.classes
                self.states += 1
            state = next_[place]
        return 0

    cdef int complete(self) except -1:
        """Where no text goes on: what the longest ending that begins one would do."""
        cdef uint32_t *next_ = self.automaton.next
        cdef uint32_t *fallback = <uint32_t *>calloc(self.states, sizeof(uint32_t))
        cdef uint32_t *waiting = <uint32_t *>calloc(self.states, sizeof(uint32_t))
        cdef uint32_t first = 0
        cdef uint32_t count = 1
        cdef uint32_t state, place, other
        cdef uint32_t symbol
        try:
            if fallback is NULL or waiting is NULL:
                raise MemoryError
            while first < count:
                state = waiting[first]
                first += 1
                for symbol in range(self.classes):
                    place = next_[state + symbol]
                    # The root's own fallback is the root, whose steps to itself are 0.
                    other = next_[fallback[state // self.classes] + symbol] if state else 0
                    if other == FOUND or (place == 0 and state):
                        next_[state + symbol] = other
                    elif place and place != FOUND:
                        fallback[place // self.classes] = other
                        waiting[count] = place
                        count += 1
        finally:
            free(fallback)
            free(waiting)
        return 0


cdef AutomatonOwner automaton_new(list texts, bint any_case):
    cdef AutomatonOwner owner = AutomatonOwner.__new__(AutomatonOwner)
    cdef size_t entries
    owner.classes = 1                    # the first is that of all other bytes
    owner.take_classes(texts, any_case)
    entries = (1 + sum(len(text) - 1 for text in texts)) * owner.classes
    if owner.classes > 255 or entries > STATES_MAX:
        return None
    owner.automaton.next = <uint32_t *>calloc(entries, sizeof(uint32_t))
    if owner.automaton.next is NULL:
        raise MemoryError
    owner.states = 1
    # Shorter ones first: what goes on after one of them is never reached.
    for text in sorted(texts, key=len):
        owner.add(text)
    owner.complete()
    return owner


cdef bint automaton_finds(const Automaton *automaton, const char *data, uint32_t size) noexcept nogil:
    cdef uint32_t state = 0
    cdef uint32_t i
    for i in range(size):
        state = automaton.next[state + automaton.class_of[<uint8_t>data[i]]]
        if state == <uint32_t>FOUND:
            return True
    return False


def finds(list texts, bint any_case, bytes data not None):
    """automaton_finds() of *texts*, for tests; None where the automaton would be too large."""
    cdef AutomatonOwner owner = automaton_new(texts, any_case)
    if owner is None:
        return None
    return automaton_finds(&owner.automaton, data, <uint32_t>len(data))
