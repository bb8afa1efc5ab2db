# SPDX-License-Identifier: Apache-2.0
"""The pod of an event and what it belongs to, for the fields that tell of them.

Fields of different objects differ in nothing but the object: its number stands
where the reference's parameter is.
"""

from libc.stdint cimport int8_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.container cimport container_of
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.containers cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.labels cimport label_of
from falcomod.engine.state.pods cimport *
from falcomod.engine.types cimport Arg, Text, Value


cdef const Pod *pod_of(Context *context) noexcept nogil:
    cdef const Container *container = container_of(context)
    cdef const Text *uid = container.texts[<int>CONTAINER_POD_UID] if container is not NULL else NULL
    return pods_find(&context.tables.pods, uid.data, uid.size) if uid is not NULL else NULL


cdef int bind_resource(str name, int which, uint32_t flags, uint8_t argument, FieldFn function, str doc) except -1:
    bind(name, FM_PT_CHARBUF, flags, argument, function, doc)
    _which[name] = which
    return on_reference(name, _prepare)


cdef const Resource *resource_of(Context *context, const Arg *arg) noexcept nogil:
    cdef const Pod *pod = pod_of(context)
    if pod is NULL:
        return NULL
    return &pod.resources[arg.parameter[0]]


cdef const Resource *labelled_of(Context *context, const Arg *arg) noexcept nogil:
    # A name, and of owners a uid, is known of what has not been looked at yet.
    cdef const Resource *resource = resource_of(context, arg)
    if resource is NULL or resource.labels.rows is NULL:
        return NULL
    if resource.uid is NULL and resource.labels.count == 0:
        return NULL
    return resource


cdef int resource_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give(resource_of(context, arg), arg, name_of, out)


cdef int resource_uid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give(resource_of(context, arg), arg, uid_of, out)


cdef int resource_label(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give(resource_of(context, arg), arg, labelled_with, out)


cdef int _give(const Resource *resource, const Arg *arg, Part part, Value *out) noexcept nogil:
    return give_text(out, <Text *>part(resource, arg)) if resource is not NULL else 0


cdef const Text *name_of(const Resource *resource, const Arg *arg) noexcept nogil:
    return resource.name


cdef const Text *uid_of(const Resource *resource, const Arg *arg) noexcept nogil:
    return resource.uid


cdef const Text *labelled_with(const Resource *resource, const Arg *arg) noexcept nogil:
    return label_of(&resource.labels, arg.text.data, arg.text.size)


def _prepare(FieldRef ref not None):
    """Leaves in the reference's parameter which object its field is about."""
    ref._parameter = bytes((_which[ref.info.name],))
    ref.arg.parameter = <const int8_t *><const char *>ref._parameter


cdef dict _which = {}
