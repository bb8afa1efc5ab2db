# SPDX-License-Identifier: Apache-2.0
"""The pod of an event and what it belongs to, for the fields that tell of them."""

from libc.stdint cimport uint8_t, uint32_t

from falcomod.engine.fields.field cimport FieldFn
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.pods cimport Pod, Resource
from falcomod.engine.types cimport Arg, Text, Value

# What Kubernetes told of the pod that the container belongs to; NULL: nothing.
cdef const Pod *pod_of(Context *context) noexcept nogil
# Declares a field of one of the pod's objects, a PodResource, which resource_of() then finds.
cdef int bind_resource(str name, int which, uint32_t flags, uint8_t argument, FieldFn function, str doc) except -1
# The object that a field declared so is about; NULL: nothing is known.
cdef const Resource *resource_of(Context *context, const Arg *arg) noexcept nogil
# The same if its labels are known, none among them.
cdef const Resource *labelled_of(Context *context, const Arg *arg) noexcept nogil

# Parts of an object; NULL: it has none such.
ctypedef const Text *(*Part)(const Resource *resource, const Arg *arg) noexcept nogil
cdef const Text *name_of(const Resource *resource, const Arg *arg) noexcept nogil
cdef const Text *uid_of(const Resource *resource, const Arg *arg) noexcept nogil
cdef const Text *labelled_with(const Resource *resource, const Arg *arg) noexcept nogil

# Functions of fields declared so.
cdef int resource_name(Context *context, const Arg *arg, Value *out) except -1 nogil
cdef int resource_uid(Context *context, const Arg *arg, Value *out) except -1 nogil
cdef int resource_label(Context *context, const Arg *arg, Value *out) except -1 nogil
