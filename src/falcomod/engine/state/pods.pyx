# SPDX-License-Identifier: Apache-2.0
"""Pods by uid: open addressing in C memory, filled from Python.

Whoever watches Kubernetes describes them (State.set_pod). Containers name their
pod by its uid, so that either may become known first.
"""

from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp

from falcomod.engine.state.labels cimport fill_labels, free_labels, shown_labels
from falcomod.engine.state.texts cimport bytes_of, hash_of, shown, text_of
from falcomod.engine.types cimport Text, text_release

cdef enum:
    CAPACITY_MIN = 16            # slots of the first allocation


cdef Pod *pods_find(const PodTable *table, const char *uid, uint32_t size) noexcept nogil:
    if table.count == 0:
        return NULL
    return table.slots[slot_of(table, uid, size)]


cdef void pods_free(PodTable *table) noexcept nogil:
    cdef uint32_t i
    for i in range(table.capacity):
        pod_free(table.slots[i])
    free(table.slots)
    table.slots = NULL
    table.count = table.capacity = 0


cdef int pods_set(PodTable *table, str uid, dict facts) except -1:
    cdef Pod *pod = pod_new(uid, facts)
    cdef Text *key = pod.resources[<int>POD_ITSELF].uid
    cdef Pod *known = pods_find(table, key.data, key.size)
    if known != NULL:
        pod.order = known.order
        put(table, pod)
        pod_free(known)
        return 0
    try:
        if table.count >= table.limit:
            drop_oldest(table)
        make_room(table)
    except BaseException:
        pod_free(pod)
        raise
    table.added += 1
    pod.order = table.added
    put(table, pod)
    table.count += 1
    return 0


cdef int pods_remove(PodTable *table, str uid) except -1:
    cdef bytes encoded = bytes_of(uid)
    cdef Pod *pod = pods_find(table, encoded, <uint32_t>len(encoded))
    if pod != NULL:
        forget(table, pod)
    return 0


cdef dict pod_facts(const Pod *pod):
    facts = {"order": pod.order, "uid": shown(pod.resources[<int>POD_ITSELF].uid)}
    facts["name"] = shown(pod.resources[<int>POD_ITSELF].name)
    facts["ip"] = shown(pod.ip)
    facts["labels"] = shown_labels(&pod.resources[<int>POD_ITSELF].labels)
    facts["namespace"] = shown(pod.resources[<int>POD_NAMESPACE].name)
    facts["namespace_uid"] = shown(pod.resources[<int>POD_NAMESPACE].uid)
    facts["namespace_labels"] = shown_labels(&pod.resources[<int>POD_NAMESPACE].labels)
    for i, word in OWNERS:
        facts[word] = shown_resource(&pod.resources[<int>i])
    facts["services"] = [shown_resource(&pod.services[i]) for i in range(pod.service_count)]
    return facts


# The hash table

cdef uint32_t slot_of(const PodTable *table, const char *uid, uint32_t size) noexcept nogil:
    """The slot of the pod of that uid, or the one that it would get."""
    cdef uint32_t at = hash_of(uid, size) & (table.capacity - 1)
    while table.slots[at] != NULL and not has_uid(table.slots[at], uid, size):
        at = (at + 1) & (table.capacity - 1)
    return at


cdef bint has_uid(const Pod *pod, const char *uid, uint32_t size) noexcept nogil:
    cdef const Text *own = pod.resources[<int>POD_ITSELF].uid
    return own.size == size and memcmp(own.data, uid, size) == 0


cdef void put(PodTable *table, Pod *pod) noexcept nogil:
    cdef const Text *uid = pod.resources[<int>POD_ITSELF].uid
    table.slots[slot_of(table, uid.data, uid.size)] = pod


cdef int make_room(PodTable *table) except -1:
    """A free slot beyond the one that is needed next: searches end there."""
    cdef Pod **old = table.slots
    cdef uint32_t old_capacity = table.capacity
    cdef uint32_t capacity = 2 * table.capacity if table.capacity else CAPACITY_MIN
    cdef Pod **slots
    cdef uint32_t i
    if 4 * (table.count + 1) <= 3 * table.capacity:
        return 0
    slots = <Pod **>calloc(capacity, sizeof(Pod *))
    if slots == NULL:
        raise MemoryError
    table.slots = slots
    table.capacity = capacity
    for i in range(old_capacity):
        if old[i] != NULL:
            put(table, old[i])
    free(old)
    return 0


cdef void drop_oldest(PodTable *table) noexcept nogil:
    cdef Pod *oldest = NULL
    cdef uint32_t i
    for i in range(table.capacity):
        if table.slots[i] != NULL and (oldest == NULL or table.slots[i].order < oldest.order):
            oldest = table.slots[i]
    if oldest != NULL:
        forget(table, oldest)
        table.dropped += 1


cdef void forget(PodTable *table, Pod *pod) noexcept nogil:
    cdef const Text *uid = pod.resources[<int>POD_ITSELF].uid
    close_gap(table, slot_of(table, uid.data, uid.size))
    table.count -= 1
    pod_free(pod)


cdef void close_gap(PodTable *table, uint32_t gap) noexcept nogil:
    """Moves back whatever was put behind the gap only because its own place was taken."""
    cdef uint32_t mask = table.capacity - 1
    cdef uint32_t at = gap
    cdef uint32_t home
    cdef const Text *uid
    while True:
        at = (at + 1) & mask
        if table.slots[at] == NULL:
            break
        uid = table.slots[at].resources[<int>POD_ITSELF].uid
        home = hash_of(uid.data, uid.size) & mask
        if ((at - home) & mask) >= ((at - gap) & mask):
            table.slots[gap] = table.slots[at]
            gap = at
    table.slots[gap] = NULL


# One pod

cdef Pod *pod_new(str uid, dict facts) except NULL:
    cdef Pod *pod
    if not uid:
        raise ValueError("a pod has a uid")
    pod = <Pod *>calloc(1, sizeof(Pod))
    if pod == NULL:
        raise MemoryError
    try:
        pod.resources[<int>POD_ITSELF].uid = text_of(uid)
        fill(pod, dict(facts))
    except BaseException:
        pod_free(pod)
        raise
    return pod


cdef int fill(Pod *pod, dict facts) except -1:
    cdef Resource *itself = &pod.resources[<int>POD_ITSELF]
    cdef Resource *namespace = &pod.resources[<int>POD_NAMESPACE]
    itself.name = text_of(facts.pop("name", None))
    pod.ip = text_of(facts.pop("ip", None))
    fill_labels(&itself.labels, facts.pop("labels", None) or {})
    namespace.name = text_of(facts.pop("namespace", None))
    namespace.uid = text_of(facts.pop("namespace_uid", None))
    fill_labels(&namespace.labels, facts.pop("namespace_labels", None) or {})
    for i, word in OWNERS:
        owner = facts.pop(word, None)
        if owner is not None:
            fill_resource(&pod.resources[<int>i], owner)
    fill_services(pod, list(facts.pop("services", None) or ()))
    if facts:
        raise TypeError(f"no such facts of a pod: {', '.join(sorted(facts))}")
    return 0


cdef int fill_services(Pod *pod, list services) except -1:
    cdef Resource *service
    pod.services = <Resource *>calloc(max(1, len(services)), sizeof(Resource))
    if pod.services == NULL:
        raise MemoryError
    for facts in services:
        service = &pod.services[pod.service_count]
        pod.service_count += 1
        fill_resource(service, facts)
    return 0


cdef int fill_resource(Resource *resource, dict facts) except -1:
    facts = dict(facts)
    resource.name = text_of(facts.pop("name", None))
    resource.uid = text_of(facts.pop("uid", None))
    labels = facts.pop("labels", None)
    if labels is not None:   # otherwise there are no rows, not even an empty table of them
        fill_labels(&resource.labels, labels)
    if facts:
        raise TypeError(f"no such facts of what a pod belongs to: {', '.join(sorted(facts))}")
    return 0


cdef object shown_resource(const Resource *resource):
    if resource.name == NULL and resource.uid == NULL:
        return None
    return {
        "name": shown(resource.name),
        "uid": shown(resource.uid),
        "labels": shown_labels(&resource.labels) if resource.labels.rows is not NULL else None,
    }


cdef void pod_free(Pod *pod) noexcept nogil:
    cdef uint32_t i
    if pod == NULL:
        return
    text_release(pod.ip)
    for i in range(<uint32_t>POD_RESOURCES):
        free_resource(&pod.resources[i])
    for i in range(pod.service_count):
        free_resource(&pod.services[i])
    free(pod.services)
    free(pod)


cdef void free_resource(Resource *resource) noexcept nogil:
    text_release(resource.name)
    text_release(resource.uid)
    free_labels(&resource.labels)


# What State.set_pod calls them.
cdef tuple OWNERS = (
    (<int>POD_DEPLOYMENT, "deployment"),
    (<int>POD_REPLICA_SET, "replica_set"),
    (<int>POD_REPLICATION_CONTROLLER, "replication_controller"),
)
