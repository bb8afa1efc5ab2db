# SPDX-License-Identifier: Apache-2.0
"""Containers by id: open addressing in C memory, filled from Python.

Who describes a container is of no concern here: a look-up at its runtime, or an
event of a capture (state.update_container).
"""

from libc.stdint cimport int8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, strcmp

from falcomod.engine.state.labels cimport *
from falcomod.engine.state.texts cimport bytes_of, shown, text_of
from falcomod.engine.types cimport Text, text_release

cdef enum:
    CAPACITY_MIN = 16            # slots of the first allocation


cdef Container *containers_find(const ContainerTable *table, const char *id) noexcept nogil:
    cdef uint32_t at
    if table.count == 0 or id[0] == 0:
        return NULL
    at = hash_of(id) & (table.capacity - 1)
    while table.slots[at] != NULL:
        if strcmp(table.slots[at].id, id) == 0:
            return table.slots[at]
        at = (at + 1) & (table.capacity - 1)
    return NULL


cdef void containers_free(ContainerTable *table) noexcept nogil:
    cdef uint32_t i
    for i in range(table.capacity):
        container_free(table.slots[i])
    free(table.slots)
    table.slots = NULL
    table.count = table.capacity = 0


cdef int containers_set(ContainerTable *table, str id, dict facts) except -1:
    cdef Container *container = container_new(id, facts)
    cdef Container *known = containers_find(table, container.id)
    if known != NULL:
        container.order = known.order
        put(table, container)
        container_free(known)
        return 0
    try:
        if table.count >= table.limit:
            drop_oldest(table)
        make_room(table)
    except BaseException:
        container_free(container)
        raise
    table.added += 1
    container.order = table.added
    put(table, container)
    table.count += 1
    return 0


cdef int containers_remove(ContainerTable *table, str id) except -1:
    cdef bytes encoded = short_id(id)
    containers_forget(table, encoded)
    return 0


cdef void containers_forget(ContainerTable *table, const char *id) noexcept nogil:
    cdef Container *container = containers_find(table, id)
    if container == NULL:
        return
    close_gap(table, slot_of(table, container))
    table.count -= 1
    container_free(container)


cdef dict container_facts(const Container *container):
    facts = {"order": container.order, "start_ns": container.start_ns}
    for i in range(<int>CONTAINER_TEXTS):
        facts[TEXT_WORDS[i]] = shown(container.texts[<int>i])
    for i in range(<int>CONTAINER_FLAGS):
        facts[FLAG_WORDS[i]] = None if container.flags[<int>i] < 0 else bool(container.flags[<int>i])
    facts["labels"] = shown_labels(&container.labels)
    facts["pod_labels"] = shown_labels(&container.pod_labels)
    facts["mounts"] = [shown_mount(&container.mounts[i]) for i in range(container.mount_count)]
    for i in range(1, <int>PROBES):
        facts[PROBE_WORDS[i]] = shown_probe(&container.probes[<int>i])
    return facts


# The hash table

cdef uint32_t hash_of(const char *id) noexcept nogil:
    # FNV-1a, 32 bits (RFC 9923).
    cdef uint32_t value = 2166136261u
    while id[0]:
        value = (value ^ <unsigned char>id[0]) * 16777619u
        id += 1
    return value


cdef uint32_t slot_of(const ContainerTable *table, const Container *container) noexcept nogil:
    """Its slot, or the one that it would get."""
    cdef uint32_t at = hash_of(container.id) & (table.capacity - 1)
    while table.slots[at] != NULL and strcmp(table.slots[at].id, container.id) != 0:
        at = (at + 1) & (table.capacity - 1)
    return at


cdef void put(ContainerTable *table, Container *container) noexcept nogil:
    table.slots[slot_of(table, container)] = container


cdef int make_room(ContainerTable *table) except -1:
    """A free slot beyond the one that is needed next: searches end there."""
    cdef Container **old = table.slots
    cdef uint32_t old_capacity = table.capacity
    cdef uint32_t capacity = 2 * table.capacity if table.capacity else CAPACITY_MIN
    cdef Container **slots
    cdef uint32_t i
    if 4 * (table.count + 1) <= 3 * table.capacity:
        return 0
    slots = <Container **>calloc(capacity, sizeof(Container *))
    if slots == NULL:
        raise MemoryError
    table.slots = slots
    table.capacity = capacity
    for i in range(old_capacity):
        if old[i] != NULL:
            put(table, old[i])
    free(old)
    return 0


cdef void drop_oldest(ContainerTable *table) noexcept nogil:
    cdef Container *oldest = NULL
    cdef uint32_t i
    for i in range(table.capacity):
        if table.slots[i] != NULL and (oldest == NULL or table.slots[i].order < oldest.order):
            oldest = table.slots[i]
    if oldest != NULL:
        containers_forget(table, oldest.id)
        table.dropped += 1


cdef void close_gap(ContainerTable *table, uint32_t gap) noexcept nogil:
    """Moves back whatever was put behind the gap only because its own place was taken."""
    cdef uint32_t mask = table.capacity - 1
    cdef uint32_t at = gap
    cdef uint32_t home
    while True:
        at = (at + 1) & mask
        if table.slots[at] == NULL:
            break
        home = hash_of(table.slots[at].id) & mask
        if ((at - home) & mask) >= ((at - gap) & mask):
            table.slots[gap] = table.slots[at]
            gap = at
    table.slots[gap] = NULL


# One container

cdef Container *container_new(str id, dict facts) except NULL:
    cdef bytes encoded = short_id(id)
    cdef Container *container = <Container *>calloc(1, sizeof(Container))
    if container == NULL:
        raise MemoryError
    memcpy(container.id, <const char *>encoded, len(encoded))
    try:
        fill(container, dict(facts))
    except BaseException:
        container_free(container)
        raise
    return container


cdef bytes short_id(str id):
    encoded = id.encode("utf-8", "surrogateescape")[:CONTAINER_ID_SIZE - 1]
    if not encoded or b"\0" in encoded:
        raise ValueError(f"{id!r} is no container's id")
    return encoded


cdef int fill(Container *container, dict facts) except -1:
    cdef int i
    for i in range(<int>CONTAINER_TEXTS):
        container.texts[i] = text_of(facts.pop(TEXT_WORDS[i], None))
    for i in range(<int>CONTAINER_FLAGS):
        flag = facts.pop(FLAG_WORDS[i], None)
        container.flags[i] = -1 if flag is None else 1 if flag else 0
    container.start_ns = facts.pop("start_ns", 0)
    fill_labels(&container.labels, facts.pop("labels", None) or {})
    fill_labels(&container.pod_labels, facts.pop("pod_labels", None) or {})
    fill_mounts(container, list(facts.pop("mounts", None) or ()))
    for i in range(1, <int>PROBES):
        fill_probe(&container.probes[i], facts.pop(PROBE_WORDS[i], None))
    if facts:
        raise TypeError(f"no such facts of a container: {', '.join(sorted(facts))}")
    return 0


cdef int fill_mounts(Container *container, list mounts) except -1:
    cdef Mount *mount
    cdef int i
    container.mounts = <Mount *>calloc(max(1, len(mounts)), sizeof(Mount))
    if container.mounts == NULL:
        raise MemoryError
    for source, dest, mode, is_writable, propagation in mounts:
        mount = &container.mounts[container.mount_count]
        container.mount_count += 1
        parts = (source, dest, mode, "true" if is_writable else "false", propagation)
        for i in range(<int>MOUNT_PARTS):
            mount.parts[i] = text_of(parts[i])
    return 0


cdef int fill_probe(ProbeCommand *probe, command) except -1:
    if command is None:
        return 0
    exe, args = command
    probe.exe = text_of(exe)
    probe.args = text_of(b"".join(bytes_of(arg) + b"\0" for arg in args))
    return 0


cdef void container_free(Container *container) noexcept nogil:
    cdef uint32_t i
    cdef int part
    if container == NULL:
        return
    for part in range(<int>CONTAINER_TEXTS):
        text_release(container.texts[part])
    free_labels(&container.labels)
    free_labels(&container.pod_labels)
    for i in range(container.mount_count):
        for part in range(<int>MOUNT_PARTS):
            text_release(container.mounts[i].parts[part])
    free(container.mounts)
    for part in range(<int>PROBES):
        text_release(container.probes[part].exe)
        text_release(container.probes[part].args)
    free(container)


# Mounts and probes as they were given

cdef tuple shown_mount(const Mount *mount):
    source, dest, mode, rdwr, propagation = [shown(mount.parts[<int>i]) for i in range(<int>MOUNT_PARTS)]
    return (source, dest, mode, rdwr == "true", propagation)


cdef object shown_probe(const ProbeCommand *probe):
    if probe.exe == NULL:
        return None
    args = shown(probe.args)
    return (shown(probe.exe), args.removesuffix("\0").split("\0") if args else [])


# By ContainerText, ContainerFlag and ContainerProbe: what State.set_container calls them.
cdef tuple TEXT_WORDS = (
    "full_id", "type", "name", "image", "image_id", "image_repository", "image_tag",
    "image_digest", "ip", "cni_json", "pod_name", "pod_namespace", "pod_uid", "pod_sandbox_id",
    "pod_full_sandbox_id", "pod_ip", "pod_cni_json",
)
cdef tuple FLAG_WORDS = ("privileged", "host_pid", "host_network", "host_ipc", "is_pod_sandbox")
cdef tuple PROBE_WORDS = (None, "healthcheck", "liveness_probe", "readiness_probe")
