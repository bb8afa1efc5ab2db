# SPDX-License-Identifier: Apache-2.0
"""k8s.*: the pod of the container, by what its runtime tells.

Labels and addresses of a pod are those of its sandbox container where the
container's own description does not have them. Where runtimes say nothing, what
Kubernetes said of the pod counts (state.pods).
"""

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.container cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.resource cimport pod_of
from falcomod.engine.state.containers cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.labels cimport Labels, label_of
from falcomod.engine.state.pods cimport Pod, POD_ITSELF, POD_NAMESPACE
from falcomod.engine.types cimport Arg, Text, Value


begin_class("k8s", "Kubernetes", "The pod that the container belongs to.", ("syscall",))


cdef int k8s_pod_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_POD_NAME, out) or _told_name(context, POD_ITSELF, out)
bind("k8s.pod.name", FM_PT_CHARBUF, 0, ARG_NONE, k8s_pod_name, "name of the pod")


cdef int k8s_ns_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_POD_NAMESPACE, out) or _told_name(context, POD_NAMESPACE, out)
bind("k8s.ns.name", FM_PT_CHARBUF, 0, ARG_NONE, k8s_ns_name, "namespace of the pod")


cdef int k8s_pod_uid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_POD_UID, out)
bind("k8s.pod.uid", FM_PT_CHARBUF, 0, ARG_NONE, k8s_pod_uid, "unique id that Kubernetes gave the pod")
bind("k8s.pod.id", FM_PT_CHARBUF, 0, ARG_NONE, k8s_pod_uid, "the same as k8s.pod.uid, under its old name")


cdef int k8s_pod_sandbox_id(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_POD_SANDBOX_ID, out)
bind("k8s.pod.sandbox_id", FM_PT_CHARBUF, 0, ARG_NONE, k8s_pod_sandbox_id, "id of the pod's sandbox container, its first 12 characters")


cdef int k8s_pod_full_sandbox_id(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_POD_FULL_SANDBOX_ID, out)
bind("k8s.pod.full_sandbox_id", FM_PT_CHARBUF, 0, ARG_NONE, k8s_pod_full_sandbox_id, "whole id of the pod's sandbox container")


cdef int k8s_pod_label(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Labels *labels = _labels(context)
    return give_text(out, label_of(labels, arg.text.data, arg.text.size)) if labels is not NULL else 0
bind("k8s.pod.label", FM_PT_CHARBUF, FIELD_NAMED | FIELD_KEYED, ARG_REQUIRED, k8s_pod_label,
     "a label of the pod: k8s.pod.label.app, k8s.pod.label[app.kubernetes.io/name]")


cdef int k8s_pod_labels(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Labels *labels = _labels(context)
    return give_labels(context, labels, out) if labels is not NULL else 0
bind("k8s.pod.labels", FM_PT_CHARBUF, 0, ARG_NONE, k8s_pod_labels,
     "labels of the pod as key:value, joined by commas, those of Kubernetes left out")


cdef int k8s_pod_ip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_text(out, _network(context, CONTAINER_POD_IP, CONTAINER_IP)) or _told_ip(context, out)
bind("k8s.pod.ip", FM_PT_CHARBUF, 0, ARG_NONE, k8s_pod_ip, "first address of the pod")


cdef int k8s_pod_cni_json(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_text(out, _network(context, CONTAINER_POD_CNI_JSON, CONTAINER_CNI_JSON))
bind("k8s.pod.cni.json", FM_PT_CHARBUF, 0, ARG_NONE, k8s_pod_cni_json,
     "what the network plugin said of the pod's addresses, as JSON")


cdef const Container *_sandbox(Context *context, const Container *container) noexcept nogil:
    cdef const Text *id = container.texts[<int>CONTAINER_POD_SANDBOX_ID]
    if id is NULL:
        return NULL
    return containers_find(&context.tables.containers, id.data, id.size)


cdef const Labels *_labels(Context *context) noexcept nogil:
    """The pod's labels by the container's description, or its sandbox's, or Kubernetes'."""
    cdef const Container *container = container_of(context)
    cdef const Container *sandbox
    cdef const Pod *pod
    if container is NULL:
        return NULL
    if container.pod_labels.count:
        return &container.pod_labels
    sandbox = _sandbox(context, container)
    if sandbox is not NULL and sandbox.pod_labels.count:
        return &sandbox.pod_labels
    pod = pod_of(context)
    if pod is not NULL:
        return &pod.resources[<int>POD_ITSELF].labels
    return &container.pod_labels if container.is_known else NULL


cdef Text *_network(Context *context, int text, int of_container) noexcept nogil:
    """A fact of the pod's network, which its containers share."""
    cdef const Container *container = container_of(context)
    cdef const Container *sandbox
    if container is NULL:
        return NULL
    if container.texts[text] is not NULL:
        return container.texts[text]
    # A container that has no report of the network plugin is no sandbox, and has no address of its own.
    if container.texts[<int>CONTAINER_CNI_JSON] is not NULL:
        return container.texts[of_container]
    sandbox = _sandbox(context, container)
    return sandbox.texts[of_container] if sandbox is not NULL else NULL


# What Kubernetes told

cdef int _told_name(Context *context, int which, Value *out) noexcept nogil:
    cdef const Pod *pod = pod_of(context)
    return give_text(out, pod.resources[which].name) if pod is not NULL else 0


cdef int _told_ip(Context *context, Value *out) noexcept nogil:
    cdef const Pod *pod = pod_of(context)
    return give_text(out, pod.ip) if pod is not NULL else 0
