# SPDX-License-Identifier: Apache-2.0
"""Containers by id, each with what its runtime tells about it."""

from libc.stdint cimport int8_t, int64_t, uint8_t, uint32_t, uint64_t

from falcomod.engine.state.cgroup cimport CgroupName
from falcomod.engine.state.labels cimport Labels
from falcomod.engine.state.users cimport NameTable
from falcomod.engine.types cimport Text

cdef enum:
    CONTAINER_ID_SIZE = 13       # what is shown: 12 characters and a NUL
    CONTAINER_KEY_SIZE = 64      # what tells containers apart: the same of an id in hexadecimal, else the name

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
    CONTAINER_PORTS              # "0.0.0.0:8080->80/tcp, 443/tcp"
    CONTAINER_CGROUP             # path of its control group, where its form does not tell the container
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

# Whether records of its threads wait until it is known (state.waiting).
cdef enum ContainerWait:
    WAIT_NOT_ASKED = 0           # nobody has been asked yet
    WAIT_ASKED
    WAIT_OVER                    # whatever is known is all

cdef struct Container:
    char key[CONTAINER_KEY_SIZE]
    char id[CONTAINER_ID_SIZE]
    uint8_t kind                 # CgroupKind by which it was found
    uint8_t is_known             # 1: somebody has described it
    uint8_t is_ended             # 1: its runtime has removed it
    uint8_t is_announced         # 1: its start has been told as an event
    uint8_t is_to_announce       # 1: is listed for that
    uint8_t has_names            # 1: users and groups are its own
    uint8_t wait                 # ContainerWait
    uint32_t owners              # threads in it, and who else holds on to it
    uint64_t order               # when it was added: the higher the later
    uint64_t set_ns              # when it was described last, by the clock of events
    uint64_t pidns_init_start_ns # of its own pid namespace; 0: it has none, or it is not known
    int64_t first_tid            # the first thread seen in it; 0: none
    void *queue                  # of state.waiting: its records that wait, or NULL
    Container *next_to_announce
    ContainerTable *table
    NameTable users
    NameTable groups
    Text *json                   # of the event that tells its start; NULL: told, or not all is known
    Text *texts[CONTAINER_TEXTS]
    int8_t flags[CONTAINER_FLAGS]
    uint64_t start_ns            # since the epoch; 0: not known
    Labels labels
    Labels pod_labels
    Labels annotations
    Labels env
    uint32_t mount_count
    Mount *mounts
    ProbeCommand probes[PROBES]

cdef struct ContainerTable:
    uint32_t count
    uint32_t capacity            # slots, 0 or a power of two
    uint32_t limit               # containers; beyond, the oldest that no thread is in makes room
    uint32_t paths               # containers with a CONTAINER_CGROUP
    uint32_t unsettled           # containers whose wait is not over
    uint8_t is_live              # 1: who has no thread any more is forgotten
    Container **slots            # open addressing by key
    Container *to_announce       # described and seen, in no order; NULL: none
    uint64_t now_ns              # the clock of events
    uint64_t added
    uint64_t dropped             # to make room
    uint64_t refused             # descriptions that are no such thing

# By id, whole or its first 12 characters, or name. NULL: not there, or the host. Valid until the
# table changes or, if it is held, until it is let go of.
cdef Container *containers_find(const ContainerTable *table, const char *id, uint32_t size) noexcept nogil
# The container of a control group's name, added if it is new; NULL when memory is out.
cdef Container *containers_of(ContainerTable *table, const CgroupName *name) noexcept nogil
# The one in whose control group (CONTAINER_CGROUP) one of the "subsystem=path" entries lies, or NULL.
cdef Container *containers_by_path(const ContainerTable *table, const char *cgroups, uint32_t size) noexcept nogil
cdef void containers_free(ContainerTable *table) noexcept nogil
# Forgets all but those that somebody holds on to, which are forgotten when they are let go of.
cdef void containers_clear(ContainerTable *table) noexcept nogil
# Puts what is known about a container in place of what was; facts as of State.set_container.
cdef Container *containers_set(ContainerTable *table, str id, dict facts) except NULL
cdef int containers_remove(ContainerTable *table, str id) except -1
# It is forgotten as soon as nobody holds it.
cdef void containers_end(ContainerTable *table, Container *container) noexcept nogil
# Forgets those that nobody holds and that were described before; returns how many.
cdef uint32_t containers_sweep(ContainerTable *table, uint64_t before_ns) noexcept nogil
cdef void containers_settle(ContainerTable *table, Container *container) noexcept nogil
# From now on starts are told, also of those that are there, and who has no thread is forgotten.
cdef void containers_go_live(ContainerTable *table) noexcept nogil
# Lists it to be announced if it is described, was seen, and was not told of before.
cdef void containers_announce(ContainerTable *table, Container *container) noexcept nogil
# Takes one off that list, still held; NULL: there is none.
cdef Container *containers_next_to_announce(ContainerTable *table) noexcept nogil
# Counts owners; NULL-safe. The last to let go frees it, if it need not be kept.
cdef void container_hold(Container *container) noexcept nogil
cdef void container_release(Container *container) noexcept nogil
# What containers_set() was given.
cdef dict container_facts(const Container *container)
# The key as a text; a name that was cut may end within a character.
cdef str shown_key(Container *container)
# What State takes for an id, as bytes; ValueError if it cannot be one.
cdef bytes checked_id(str id)
# Where the table differs from what a look at every slot finds; for tests.
cdef list containers_faults(const ContainerTable *table)
