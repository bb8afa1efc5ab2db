# SPDX-License-Identifier: Apache-2.0
"""Absolute paths from what calls were given.

By the text alone: links are not followed, because the file system may have
changed since and belongs to another mount namespace.
"""

from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memcpy, strlen

from falcomod.engine.state.fds cimport Fd, fds_find
from falcomod.engine.state.threads cimport Thread, ThreadTable, threads_main
from falcomod.engine.types cimport Arena, Str, Text, arena_free, arena_init, arena_take

cdef const char *UNKNOWN = "<UNKNOWN>"


cdef Str directory_of(ThreadTable *threads, Thread *thread, int64_t dirfd) noexcept nogil:
    cdef Str directory
    cdef Text *text = NULL
    cdef Fd *fd
    if dirfd == AT_FDCWD:
        text = threads_main(threads, thread).cwd
        if text == NULL:
            text = thread.cwd
    else:
        fd = fds_find(thread.fds, dirfd)
        if fd != NULL:
            text = fd.name
    if text != NULL:
        directory.data = text.data
        directory.size = text.size
    else:
        directory.data = UNKNOWN
        directory.size = <uint32_t>strlen(UNKNOWN)
    return directory


cdef Str path_absolute(Arena *arena, Str directory, Str path) noexcept nogil:
    cdef Str result
    cdef char *out
    cdef uint32_t size = 0
    cdef uint32_t floor = 0
    result.data = NULL
    result.size = 0
    out = arena_take(arena, directory.size + path.size + 3)
    if out == NULL:
        return result
    if path.size == 0 or path.data[0] != c"/":
        # An unknown directory is no absolute path: its name stays at the front.
        if directory.size > 0 and directory.data[0] != c"/":
            memcpy(out, directory.data, directory.size)
            size = floor = directory.size
        else:
            size = append(out, 0, 0, directory)
        size = append(out, size, floor, path)
    else:
        size = append(out, 0, 0, path)
    if size == 0:
        out[0] = c"/"
        size = 1
    out[size] = 0
    result.data = out
    result.size = size
    return result


cdef uint32_t append(char *out, uint32_t size, uint32_t floor, Str path) noexcept nogil:
    """Adds the components of *path*, each after a "/"; ".." takes away down to *floor*.

    Returns the new size: at most the old one plus that of *path* plus 1.
    """
    cdef uint32_t i = 0
    cdef uint32_t start
    cdef uint32_t length
    while i < path.size:
        if path.data[i] == c"/":
            i += 1
            continue
        start = i
        while i < path.size and path.data[i] != c"/":
            i += 1
        length = i - start
        if length == 1 and path.data[start] == c".":
            continue
        if length == 2 and path.data[start] == c"." and path.data[start + 1] == c".":
            while size > floor:
                size -= 1
                if out[size] == c"/":
                    break
            continue
        out[size] = c"/"
        memcpy(out + size + 1, path.data + start, length)
        size += 1 + length
    return size


def absolute(directory: bytes, path: bytes) -> bytes:
    """The absolute path of *path* in *directory*; for tests."""
    cdef Arena arena
    cdef Str start
    cdef Str rest
    cdef Str result
    arena_init(&arena)
    start.data = directory
    start.size = <uint32_t>len(directory)
    rest.data = path
    rest.size = <uint32_t>len(path)
    result = path_absolute(&arena, start, rest)
    try:
        if result.data == NULL:
            raise MemoryError
        return result.data[:result.size]
    finally:
        arena_free(&arena)
