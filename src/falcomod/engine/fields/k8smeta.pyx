# SPDX-License-Identifier: Apache-2.0
"""k8smeta.*: the pod and what it belongs to, as Kubernetes tells it.

What may be many is a list: the labels of an object, and everything of services.
"""

from libc.stdint cimport uint32_t
from libc.string cimport memcpy

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.resource cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.labels cimport Label, Labels
from falcomod.engine.state.pods cimport *
from falcomod.engine.types cimport Arg, Arena, Str, Text, Value, arena_take


begin_class("k8smeta", "Kubernetes objects", "The pod and what it belongs to, asked of Kubernetes.", ("syscall",))


cdef int _labels(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Resource *resource = resource_of(context, arg)
    return _give_labels(context, resource, 1, out) if resource is not NULL else 0


cdef int _declare(str prefix, int which, str word, str of_pod) except -1:
    bind_resource(f"{prefix}.name", which, 0, ARG_NONE, resource_name, f"name of the {word}{of_pod}")
    bind_resource(f"{prefix}.uid", which, 0, ARG_NONE, resource_uid,
                  f"unique id that Kubernetes gave the {word}")
    bind_resource(f"{prefix}.label", which, FIELD_NAMED | FIELD_KEYED, ARG_REQUIRED, resource_label,
                  f"a label of the {word}: {prefix}.label[app]")
    return bind_resource(f"{prefix}.labels", which, FIELD_LIST, ARG_NONE, _labels,
                         f"labels of the {word}, each as key:value")


_declare("k8smeta.pod", POD_ITSELF, "pod", "")


cdef int k8smeta_pod_ip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Pod *pod = pod_of(context)
    return give_text(out, pod.ip) if pod is not NULL else 0
bind("k8smeta.pod.ip", FM_PT_CHARBUF, 0, ARG_NONE, k8smeta_pod_ip, "first address of the pod")


_declare("k8smeta.ns", POD_NAMESPACE, "namespace", " of the pod")
_declare("k8smeta.deployment", POD_DEPLOYMENT, "deployment", " that the pod belongs to")
_declare("k8smeta.rs", POD_REPLICA_SET, "replica set", " that the pod belongs to")
_declare("k8smeta.rc", POD_REPLICATION_CONTROLLER, "replication controller", " that the pod belongs to")


# Services

cdef int k8smeta_svc_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give_parts(context, arg, name_of, out)
bind("k8smeta.svc.name", FM_PT_CHARBUF, FIELD_LIST, ARG_NONE, k8smeta_svc_name,
     "names of the services that select the pod")


cdef int k8smeta_svc_uid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give_parts(context, arg, uid_of, out)
bind("k8smeta.svc.uid", FM_PT_CHARBUF, FIELD_LIST, ARG_NONE, k8smeta_svc_uid,
     "unique ids that Kubernetes gave the services that select the pod")


cdef int k8smeta_svc_label(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give_parts(context, arg, labelled_with, out)
bind("k8smeta.svc.label", FM_PT_CHARBUF, FIELD_LIST | FIELD_NAMED | FIELD_KEYED, ARG_REQUIRED, k8smeta_svc_label,
     "a label of each service that selects the pod and has it: k8smeta.svc.label[app]")


cdef int k8smeta_svc_labels(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Pod *pod = pod_of(context)
    return _give_labels(context, pod.services, pod.service_count, out) if pod is not NULL else 0
bind("k8smeta.svc.labels", FM_PT_CHARBUF, FIELD_LIST, ARG_NONE, k8smeta_svc_labels,
     "labels of the services that select the pod, each as key:value")


# Lists

cdef int _give_parts(Context *context, const Arg *arg, Part part, Value *out) except -1 nogil:
    """A part of each service that has it; no value where none has."""
    cdef const Pod *pod = pod_of(context)
    cdef const Text *text
    cdef uint32_t number
    cdef Str *items
    if pod is NULL or pod.service_count == 0:
        return 0
    items = <Str *>_take(context.arena, pod.service_count * sizeof(Str))
    out.items = items
    out.number = 0
    for number in range(pod.service_count):
        text = part(&pod.services[number], arg)
        if text is not NULL:
            items[out.number].data = <const char *>text.data
            items[out.number].size = text.size
            out.number += 1
    return out.number != 0


cdef int _give_labels(Context *context, const Resource *resources, uint32_t count, Value *out) except -1 nogil:
    """All labels of some objects; no value where there are none."""
    cdef const Labels *labels
    cdef uint32_t total = 0
    cdef uint32_t number
    cdef uint32_t i
    cdef Str *items
    for number in range(count):
        total += resources[number].labels.count
    if total == 0:
        return 0
    items = <Str *>_take(context.arena, total * sizeof(Str))
    out.items = items
    out.number = 0
    for number in range(count):
        labels = &resources[number].labels
        for i in range(labels.count):
            _write(context.arena, &labels.rows[i], &items[out.number])
            out.number += 1
    return 1


cdef int _write(Arena *arena, const Label *label, Str *item) except -1 nogil:
    """The label as key:value."""
    cdef uint32_t size = label.key.size + 1 + label.value.size
    cdef char *data = _take(arena, size)
    memcpy(data, label.key.data, label.key.size)
    data[label.key.size] = c':'
    memcpy(data + label.key.size + 1, label.value.data, label.value.size)
    item.data = data
    item.size = size
    return 0


cdef char *_take(Arena *arena, size_t size) except NULL nogil:
    cdef char *data = arena_take(arena, <uint32_t>size) if size <= 0x7FFFFFFF else NULL
    if data is NULL:
        with gil:
            raise MemoryError
    return data
