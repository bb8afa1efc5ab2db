# SPDX-License-Identifier: Apache-2.0
"""Pods by uid, each with what Kubernetes tells about it and what it belongs to."""

from libc.stdint cimport uint32_t, uint64_t

from falcomod.engine.state.labels cimport Labels
from falcomod.engine.types cimport Text

# What is known about one object of Kubernetes. All zeros: nothing, or there is no such object.
cdef struct Resource:
    Text *name
    Text *uid
    Labels labels

# The objects of which a pod has one at the most.
cdef enum PodResource:
    POD_ITSELF
    POD_NAMESPACE
    POD_DEPLOYMENT
    POD_REPLICA_SET
    POD_REPLICATION_CONTROLLER
    POD_RESOURCES

cdef struct Pod:
    uint64_t order               # when it was added: the higher the later
    Text *ip                     # NULL: not known
    Resource resources[POD_RESOURCES]      # the uid of POD_ITSELF is never NULL
    uint32_t service_count
    Resource *services           # that select it

cdef struct PodTable:
    uint32_t count
    uint32_t capacity            # slots, 0 or a power of two
    uint32_t limit               # pods at the most; the oldest makes room for a new one
    Pod **slots                  # open addressing by uid
    uint64_t added
    uint64_t dropped             # to make room

# NULL: not known. Valid until the table changes.
cdef Pod *pods_find(const PodTable *table, const char *uid, uint32_t size) noexcept nogil
cdef void pods_free(PodTable *table) noexcept nogil
# Puts what is known about a pod in place of what was; facts as of State.set_pod.
cdef int pods_set(PodTable *table, str uid, dict facts) except -1
cdef int pods_remove(PodTable *table, str uid) except -1
# What pods_set() was given, and its order.
cdef dict pod_facts(const Pod *pod)
