# SPDX-License-Identifier: Apache-2.0
"""Absolute paths from what calls were given."""

from libc.stdint cimport int64_t, uint32_t

from falcomod.engine.state.threads cimport Thread, ThreadTable
from falcomod.engine.types cimport Arena, Str

cdef enum:
    AT_FDCWD = -100
    PATH_LIMIT = 8192            # longer ones are not kept: a directory and a name of PATH_MAX each

# Where a path of this thread begins if it is relative to dirfd (AT_FDCWD: the working
# directory); "<UNKNOWN>" where that is not known. Valid as long as the thread's state is.
cdef Str directory_of(ThreadTable *threads, Thread *thread, int64_t dirfd) noexcept nogil
# The path with "." , ".." and repeated "/" resolved by the text alone, no "/" at the end
# but for the root. Relative ones begin at directory. In the arena, NUL-terminated (another
# byte may take the place of the NUL); data is NULL when memory is out.
cdef Str path_absolute(Arena *arena, Str directory, Str path) noexcept nogil
