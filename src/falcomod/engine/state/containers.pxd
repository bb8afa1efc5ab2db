# SPDX-License-Identifier: Apache-2.0
"""Containers by id, each with what its runtime tells about it."""

from libc.stdint cimport int8_t, uint32_t, uint64_t

from falcomod.engine.state.labels cimport Labels
from falcomod.engine.state.threads cimport CONTAINER_ID_SIZE
from falcomod.engine.types cimport Text

# Facts that are texts; NULL: not known.
cdef enum ContainerText:
    CONTAINER_FULL_ID
    CONTAINER_TYPE               # "docker", "containerd" …
    CONTAINER_NAME
    CONTAINER_IMAGE
    CONTAINER_IMAGE_ID
    CONTAINER_IMAGE_REPOSITORY
    CONTAINER_IMAGE_TAG
    CONTAINER_IMAGE_DIGEST
    CONTAINER_IP
    CONTAINER_CNI_JSON
    CONTAINER_POD_NAME
    CONTAINER_POD_NAMESPACE
    CONTAINER_POD_UID
    CONTAINER_POD_SANDBOX_ID
    CONTAINER_POD_FULL_SANDBOX_ID
    CONTAINER_POD_IP
    CONTAINER_POD_CNI_JSON
    CONTAINER_TEXTS

# Facts that are true or false; -1: not known.
cdef enum ContainerFlag:
    CONTAINER_PRIVILEGED
    CONTAINER_HOST_PID
    CONTAINER_HOST_NETWORK
    CONTAINER_HOST_IPC
    CONTAINER_IS_POD_SANDBOX
    CONTAINER_FLAGS

# Programs that the runtime runs in the container to see how it is.
cdef enum ContainerProbe:
    PROBE_NONE = 0
    PROBE_HEALTHCHECK
    PROBE_LIVENESS
    PROBE_READINESS
    PROBES

cdef enum MountPart:
    MOUNT_SOURCE
    MOUNT_DEST
    MOUNT_MODE
    MOUNT_RDWR                   # "true" or "false"
    MOUNT_PROPAGATION
    MOUNT_PARTS

cdef struct Mount:
    Text *parts[MOUNT_PARTS]     # none is NULL

cdef struct ProbeCommand:
    Text *exe                    # NULL: the container has no such probe
    Text *args                   # each NUL-terminated

cdef struct Container:
    char id[CONTAINER_ID_SIZE]
    uint64_t order               # when it was added: the higher the later
    Text *texts[CONTAINER_TEXTS]
    int8_t flags[CONTAINER_FLAGS]
    uint64_t start_ns            # since the epoch; 0: not known
    Labels labels
    Labels pod_labels
    uint32_t mount_count
    Mount *mounts
    ProbeCommand probes[PROBES]

cdef struct ContainerTable:
    uint32_t count
    uint32_t capacity            # slots, 0 or a power of two
    uint32_t limit               # containers at the most; the oldest makes room for a new one
    Container **slots            # open addressing by id
    uint64_t added
    uint64_t dropped             # to make room
    uint64_t refused             # descriptions that are no such thing

# NULL: not known, or the host. Valid until the table changes.
cdef Container *containers_find(const ContainerTable *table, const char *id) noexcept nogil
cdef void containers_free(ContainerTable *table) noexcept nogil
# Puts what is known about a container in place of what was; facts as of State.set_container.
cdef int containers_set(ContainerTable *table, str id, dict facts) except -1
cdef int containers_remove(ContainerTable *table, str id) except -1
cdef void containers_forget(ContainerTable *table, const char *id) noexcept nogil
# What containers_set() was given.
cdef dict container_facts(const Container *container)
