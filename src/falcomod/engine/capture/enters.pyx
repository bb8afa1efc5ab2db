# SPDX-License-Identifier: Apache-2.0
"""Enters by thread, in a hash table that a hostile file can fill but not burst.

A thread makes one call at a time, so one enter each is enough.  A slot stays with its
thread when the enter is used, and so does a small buffer: the thread's next call needs
both.  Slots of threads that wait for nothing go when the table would have to grow.
"""

import os

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy

cdef enum:
    SLOT_FREE = 0
    SLOT_IDLE = 1                # a thread's, which is in no call that was kept
    SLOT_WAITING = 2

cdef enum:
    CAPACITY_FIRST = 1024
    CAPACITY_MAX = 131072        # twice the threads
    THREADS_MAX = 65536
    SWEEP_MIN = 8192             # idle slots that make a sweep of a full table worth while
    BYTES_FIRST = 64             # the smallest buffer: nearly every enter fits
    BYTES_IDLE = 256             # larger ones are not left with an idle thread
    BYTES_MAX = 64 * 1024 * 1024


cdef class Enters:

    def __cinit__(self):
        self.salt = int.from_bytes(os.urandom(8), "little")

    def __dealloc__(self):
        self.clear()

    def keep(self, tid: int, code: int, lengths: list[int], params: bytes) -> bool:
        """put(), for tests."""
        laid_out = b"".join(length.to_bytes(2, "little") for length in lengths) + params
        return self.put(tid, code, len(lengths), laid_out, len(laid_out))

    def kept(self, tid: int) -> tuple[int, int, bytes] | None:
        """(code, nparams, first 2 bytes of the lengths) of find(), for tests."""
        cdef const Enter *enter = self.find(tid)
        if enter == NULL:
            return None
        return enter.code, enter.nparams, enter.bytes[:2] if enter.nparams else b""

    def drop(self, tid: int) -> None:
        """forget(), for tests."""
        self.forget(tid)

    def sizes(self) -> tuple[int, int, int]:
        """Slots in use, slots with an enter, bytes of all buffers; for tests."""
        return self.threads, self.waiting, self.bytes

    cdef bint put(
        self, uint64_t tid, uint16_t code, uint8_t nparams, const uint8_t *lengths, uint32_t size
    ) noexcept nogil:
        cdef Enter *enter = self.slot_of(tid)
        cdef uint32_t capacity = BYTES_FIRST
        cdef uint8_t *larger
        if enter == NULL or enter.state == SLOT_FREE:
            if not self.has_room():
                return False
            enter = self.slot_of(tid)
            enter.tid = tid
            enter.state = SLOT_IDLE
            self.threads += 1
        if enter.state == SLOT_WAITING:
            enter.state = SLOT_IDLE
            self.waiting -= 1
        if size > enter.capacity:
            while capacity < size:
                capacity *= 2
            if self.bytes - enter.capacity + capacity > BYTES_MAX:
                return False
            larger = <uint8_t *>realloc(enter.bytes, capacity)
            if larger == NULL:
                return False
            self.bytes += capacity - enter.capacity
            enter.bytes = larger
            enter.capacity = capacity
        if size:
            memcpy(enter.bytes, lengths, size)
        enter.code = code
        enter.nparams = nparams
        enter.state = SLOT_WAITING
        self.waiting += 1
        return True

    cdef const Enter *find(self, uint64_t tid) noexcept nogil:
        cdef const Enter *enter = self.slot_of(tid)
        return enter if enter != NULL and enter.state == SLOT_WAITING else NULL

    cdef void forget(self, uint64_t tid) noexcept nogil:
        cdef Enter *enter = self.slot_of(tid)
        if enter == NULL or enter.state != SLOT_WAITING:
            return
        enter.state = SLOT_IDLE
        self.waiting -= 1
        if enter.capacity > BYTES_IDLE:
            self.release(enter)

    cdef void clear(self) noexcept nogil:
        cdef uint32_t index
        for index in range(self.capacity):
            free(self.slots[index].bytes)
        free(self.slots)
        self.slots = NULL
        self.capacity = 0
        self.threads = 0
        self.waiting = 0
        self.bytes = 0

    cdef Enter *slot_of(self, uint64_t tid) noexcept nogil:
        """The thread's slot, or the free one where it would be; NULL before the first put()."""
        cdef uint64_t hashed = (tid ^ self.salt) * <uint64_t>0x9E3779B97F4A7C15
        cdef uint32_t mask = self.capacity - 1
        cdef uint32_t index
        if self.capacity == 0:
            return NULL
        hashed = (hashed ^ hashed >> 32) * <uint64_t>0xD6E8FEB86659FD93
        index = <uint32_t>(hashed >> 32) & mask
        # Half of the slots are free at least, so the search ends.
        while self.slots[index].state != SLOT_FREE and self.slots[index].tid != tid:
            index = (index + 1) & mask
        return &self.slots[index]

    cdef bint has_room(self) noexcept nogil:
        """Makes room for one more thread; 0 where there is none."""
        if self.capacity == 0:
            return self.rehash(CAPACITY_FIRST)
        if self.threads < self.capacity / 2:
            return True
        if self.capacity < CAPACITY_MAX and self.waiting >= self.capacity / 4:
            return self.rehash(self.capacity * 2)
        if self.capacity == CAPACITY_MAX and self.waiting > THREADS_MAX - SWEEP_MIN:
            return False
        return self.rehash(self.capacity)

    cdef bint rehash(self, uint32_t capacity) noexcept nogil:
        """Moves the waiting threads to a table of that capacity; idle ones go."""
        cdef Enter *old = self.slots
        cdef uint32_t old_capacity = self.capacity
        cdef uint32_t index
        cdef Enter *slots = <Enter *>calloc(capacity, sizeof(Enter))
        if slots == NULL:
            return False
        self.slots = slots
        self.capacity = capacity
        self.threads = self.waiting
        for index in range(old_capacity):
            if old[index].state == SLOT_WAITING:
                self.slot_of(old[index].tid)[0] = old[index]
            else:
                self.release(&old[index])
        free(old)
        return True

    cdef void release(self, Enter *enter) noexcept nogil:
        self.bytes -= enter.capacity
        free(enter.bytes)
        enter.bytes = NULL
        enter.capacity = 0


LIMITS = {"threads": THREADS_MAX, "bytes": BYTES_MAX, "idle_bytes": BYTES_IDLE}
