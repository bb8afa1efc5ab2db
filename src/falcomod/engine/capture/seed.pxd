# SPDX-License-Identifier: Apache-2.0
"""What a capture's lists mean for the state."""

cimport cython

from falcomod.engine.capture.blocks cimport Body


@cython.final
cdef class Seed:
    """Puts the lists of one section into a state, if there is one."""

    cdef object state            # a State, or None: the lists are read and not kept
    cdef readonly list interfaces            # as lists.pyx reads them, addresses as text
    cdef set local               # addresses of the interfaces, packed
    cdef dict users              # uid → (name, home, shell)
    cdef dict groups             # gid → name
    cdef set listening           # (protocol, port) that a process waits on
    cdef set listeners           # (tid, protocol, port)
    cdef list connections        # (tid, number, facts): who began them is told at the end
    cdef readonly dict counts    # entries kept and refused

    # Takes the entries of a list block. Raises CaptureError.
    cdef int take(self, Body body) except -1
    # The section's lists have ended: settles what depends on several of them.
    cdef int finish(self) except -1

    # Private.
    cdef int add_process(self, dict process) except -1
    cdef int add_descriptor(self, object tid, dict descriptor) except -1
    cdef int add_interface(self, dict interface) except -1
    cdef int add_user(self, dict user) except -1
    cdef int add_connections(self) except -1
    cdef int assign_role(self, object tid, dict facts) except -1
    cdef bint is_local(self, bytes address) except -1
    cdef int count(self, str name, object kept) except -1
