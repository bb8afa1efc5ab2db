# SPDX-License-Identifier: Apache-2.0
"""k8s.deployment.*, k8s.svc.* …: what the pod belongs to, under the names of old versions.

Falco has had no values for them since 0.36. k8smeta.* tell the same, and of
services more clearly: a text does not say where one ends.
"""

from libc.stdint cimport uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.container cimport give_labels, put_labels
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.resource cimport *
from falcomod.engine.fields.writer cimport Writer, put, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.pods cimport *
from falcomod.engine.types cimport Arg, Text, Value


begin_class("k8s", "Kubernetes", "The pod that the container belongs to.", ("syscall",))


cdef int _labels(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Resource *resource = labelled_of(context, arg)
    return give_labels(context, &resource.labels, out) if resource is not NULL else 0


cdef int _declare(str prefix, int which, str word) except -1:
    if which != POD_NAMESPACE:   # whose name is a field that is not deprecated
        bind_resource(f"{prefix}.name", which, FIELD_DEPRECATED, ARG_NONE, resource_name,
                      f"name of the {word} that the pod belongs to")
    bind_resource(f"{prefix}.id", which, FIELD_DEPRECATED, ARG_NONE, resource_uid,
                  f"unique id that Kubernetes gave the {word}")
    bind_resource(f"{prefix}.label", which, FIELD_DEPRECATED | FIELD_NAMED | FIELD_KEYED, ARG_REQUIRED,
                  resource_label, f"a label of the {word}: {prefix}.label.app, {prefix}.label[app]")
    return bind_resource(f"{prefix}.labels", which, FIELD_DEPRECATED, ARG_NONE, _labels,
                         f"labels of the {word} as key:value, joined by commas")


_declare("k8s.rc", POD_REPLICATION_CONTROLLER, "replication controller")
_declare("k8s.rs", POD_REPLICA_SET, "replica set")
_declare("k8s.deployment", POD_DEPLOYMENT, "deployment")
_declare("k8s.ns", POD_NAMESPACE, "namespace")


# Services: there may be several, whose parts are joined.

cdef int k8s_svc_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, arg, name_of, out)
bind("k8s.svc.name", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, k8s_svc_name,
     "names of the services that select the pod, joined by commas")


cdef int k8s_svc_id(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, arg, uid_of, out)
bind("k8s.svc.id", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, k8s_svc_id,
     "unique ids of the services that select the pod, joined by commas")


cdef int k8s_svc_label(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, arg, labelled_with, out)
bind("k8s.svc.label", FM_PT_CHARBUF, FIELD_DEPRECATED | FIELD_NAMED | FIELD_KEYED, ARG_REQUIRED, k8s_svc_label,
     "a label of the services that select the pod, of those that have it, joined by commas")


cdef int k8s_svc_labels(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Pod *pod = pod_of(context)
    cdef Writer writer
    cdef uint32_t number
    if pod is NULL or pod.service_count == 0:
        return 0
    writer_init(&writer, context.arena)
    for number in range(pod.service_count):
        put_labels(&writer, &pod.services[number].labels)
    return writer_finish(&writer, out)
bind("k8s.svc.labels", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, k8s_svc_labels,
     "labels of the services that select the pod as key:value, joined by commas")


cdef int _join(Context *context, const Arg *arg, Part part, Value *out) except -1 nogil:
    cdef const Pod *pod = pod_of(context)
    cdef const Text *text
    cdef Writer writer
    cdef uint32_t number
    cdef bint is_any = False
    if pod is NULL:
        return 0
    writer_init(&writer, context.arena)
    for number in range(pod.service_count):
        text = part(&pod.services[number], arg)
        if text is NULL:
            continue
        if is_any:
            put(&writer, b", ", 2)
        is_any = True
        put(&writer, text.data, text.size)
    return writer_finish(&writer, out) if is_any else 0
