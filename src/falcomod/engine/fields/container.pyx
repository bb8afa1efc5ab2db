# SPDX-License-Identifier: Apache-2.0
"""container.id: in which container the thread runs."""

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value


begin_class("container", "Containers", "The container that the process runs in.", ("syscall",))


cdef int container_id(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL:
        return 0
    if context.thread.container_id[0]:
        return give_word(out, context.thread.container_id)
    return give_word(out, b"host")
bind("container.id", FM_PT_CHARBUF, 0, ARG_NONE, container_id,
     "id of the container, its first 12 characters; host outside of containers")
