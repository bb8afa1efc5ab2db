# SPDX-License-Identifier: Apache-2.0
"""Containers: those that threads are in, and those that were described.

Open addressing in C memory. A thread points to its container and counts as an
owner of it; when the last one has gone, nothing is left of it. A description may
come before the first thread, and is kept for a while without any.

Who describes a container is of no concern here: a look-up at its runtime, or an
event of a capture (state.update_container).
"""

from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memchr, memcmp, memcpy, strcmp, strlen

from falcomod.engine.state.cgroup cimport CgroupName, cgroup_id_copy, cgroup_pod_uid_copy
from falcomod.engine.state.labels cimport *
from falcomod.engine.state.texts cimport bytes_of, hash_of, shown, text_of
from falcomod.engine.state.users cimport names_free
from falcomod.engine.types cimport Text, text_new, text_release, text_share

cdef enum:
    CAPACITY_MIN = 16            # slots of the first allocation
    SHORT_SIZE = 12              # CONTAINER_ID_SIZE without the NUL
    ID_MAX = 256                 # bytes of a name that count: NAME_MAX is 255
    HEX_ID_SIZE = 32             # hexadecimal digits from which on a name is an id


cdef Container *containers_find(
    const ContainerTable *table, const char *id, uint32_t size
) noexcept nogil:
    cdef char key[CONTAINER_KEY_SIZE]
    cdef uint32_t at
    if table.count == 0 or size == 0:
        return NULL
    key_of(id, size, key)
    at = home_of(table, key)
    while table.slots[at] != NULL:
        if strcmp(table.slots[at].key, key) == 0:
            return table.slots[at]
        at = (at + 1) & (table.capacity - 1)
    return NULL


cdef Container *containers_of(ContainerTable *table, const CgroupName *name) noexcept nogil:
    cdef char id[ID_MAX]
    cdef uint32_t size = cgroup_id_copy(name, id, ID_MAX)
    cdef Container *container = containers_find(table, id, size)
    if container == NULL:
        container = containers_add(table, id, size)
        if container == NULL:
            return NULL
    # It may have been described before the first thread was in it.
    container.kind = <uint8_t>name.kind
    if container.texts[<int>CONTAINER_FULL_ID] == NULL:
        container.texts[<int>CONTAINER_FULL_ID] = text_new(id, size)
    if name.pod_uid != NULL and container.texts[<int>CONTAINER_POD_UID] == NULL:
        size = cgroup_pod_uid_copy(name, id, ID_MAX)
        container.texts[<int>CONTAINER_POD_UID] = text_new(id, size)
    return container


cdef Container *containers_by_path(
    const ContainerTable *table, const char *cgroups, uint32_t size
) noexcept nogil:
    cdef const Text *path
    cdef uint32_t i
    if table.paths == 0:
        return NULL
    for i in range(table.capacity):
        if table.slots[i] == NULL:
            continue
        path = table.slots[i].texts[<int>CONTAINER_CGROUP]
        if path != NULL and lies_in(cgroups, size, path):
            return table.slots[i]
    return NULL


cdef bint lies_in(const char *cgroups, uint32_t size, const Text *group) noexcept nogil:
    """Whether one of the "subsystem=path" entries, each NUL-terminated, is the group or below it."""
    cdef const char *end = cgroups + size
    cdef const char *entry = cgroups
    cdef const char *stop
    cdef const char *path
    while entry < end:
        stop = <const char *>memchr(entry, 0, end - entry)
        if stop == NULL:
            stop = end
        path = <const char *>memchr(entry, c"=", stop - entry)
        if path != NULL and stop - path - 1 >= <ptrdiff_t>group.size:
            path += 1
            if memcmp(path, group.data, group.size) == 0:
                if path + group.size == stop or path[group.size] == c"/":
                    return True
        entry = stop + 1
    return False


cdef void containers_free(ContainerTable *table) noexcept nogil:
    cdef uint32_t i
    for i in range(table.capacity):
        container_free(table.slots[i])
    free(table.slots)
    table.slots = NULL
    table.to_announce = NULL
    table.count = table.capacity = table.paths = table.unsettled = 0


cdef void containers_clear(ContainerTable *table) noexcept nogil:
    cdef Container *each
    cdef uint32_t i = 0
    while table.to_announce != NULL:
        container_release(containers_next_to_announce(table))
    while i < table.capacity:
        each = table.slots[i]
        if each != NULL and each.owners == 0:
            # Another one may have moved into this slot.
            forget(table, each)
            continue
        if each != NULL:
            each.is_ended = 1
            containers_settle(table, each)
        i += 1


cdef Container *containers_set(ContainerTable *table, str id, dict facts) except NULL:
    cdef bytes encoded = checked_id(id)
    cdef Container *fresh = container_new(facts)
    cdef Container *container = containers_find(table, encoded, <uint32_t>len(encoded))
    if container == NULL:
        container = containers_add(table, encoded, <uint32_t>len(encoded))
        if container == NULL:
            container_free(fresh)
            raise MemoryError
    table.paths -= container.texts[<int>CONTAINER_CGROUP] != NULL
    exchange_facts(container, fresh)
    table.paths += container.texts[<int>CONTAINER_CGROUP] != NULL
    container_free(fresh)
    container.is_known = 1
    container.is_ended = 0
    container.set_ns = table.now_ns
    return container


cdef int containers_remove(ContainerTable *table, str id) except -1:
    cdef bytes encoded = checked_id(id)
    containers_end(table, containers_find(table, encoded, <uint32_t>len(encoded)))
    return 0


cdef void containers_end(ContainerTable *table, Container *container) noexcept nogil:
    if container == NULL:
        return
    container.is_ended = 1
    if container.owners == 0:
        forget(table, container)


cdef uint32_t containers_sweep(ContainerTable *table, uint64_t before_ns) noexcept nogil:
    cdef uint32_t count = table.count
    cdef uint32_t i = 0
    while i < table.capacity:
        if (
            table.slots[i] != NULL
            and table.slots[i].owners == 0
            and table.slots[i].set_ns < before_ns
        ):
            # Another one may have moved into this slot.
            forget(table, table.slots[i])
        else:
            i += 1
    return count - table.count


cdef void containers_settle(ContainerTable *table, Container *container) noexcept nogil:
    if container.wait != WAIT_OVER:
        container.wait = WAIT_OVER
        table.unsettled -= 1


cdef void containers_go_live(ContainerTable *table) noexcept nogil:
    cdef uint32_t i
    table.is_live = 1
    for i in range(table.capacity):
        if table.slots[i] != NULL:
            containers_announce(table, table.slots[i])


cdef void containers_announce(ContainerTable *table, Container *container) noexcept nogil:
    if (
        not table.is_live or container.json == NULL or container.first_tid == 0
        or container.is_announced or container.is_to_announce
    ):
        return
    container.is_to_announce = 1
    container_hold(container)
    container.next_to_announce = table.to_announce
    table.to_announce = container


cdef Container *containers_next_to_announce(ContainerTable *table) noexcept nogil:
    cdef Container *container = table.to_announce
    if container != NULL:
        table.to_announce = container.next_to_announce
        container.next_to_announce = NULL
        container.is_to_announce = 0
        container.is_announced = 1
    return container


cdef void container_hold(Container *container) noexcept nogil:
    if container != NULL:
        container.owners += 1


cdef void container_release(Container *container) noexcept nogil:
    if container == NULL:
        return
    container.owners -= 1
    # In a capture a description comes once, and threads of the container may yet come.
    if container.owners == 0 and (
        container.is_ended or container.table.is_live or not container.is_known
    ):
        forget(container.table, container)


cdef dict container_facts(const Container *container):
    facts = {"order": container.order, "start_ns": container.start_ns}
    for i in range(<int>CONTAINER_TEXTS):
        facts[TEXT_WORDS[i]] = shown(container.texts[<int>i])
    ports = facts["ports"]
    facts["ports"] = ports.split(", ") if ports else []
    for i in range(<int>CONTAINER_FLAGS):
        facts[FLAG_WORDS[i]] = None if container.flags[<int>i] < 0 else bool(container.flags[<int>i])
    facts["labels"] = shown_labels(&container.labels)
    facts["pod_labels"] = shown_labels(&container.pod_labels)
    facts["annotations"] = shown_labels(&container.annotations)
    facts["env"] = shown_labels(&container.env)
    facts["mounts"] = [shown_mount(&container.mounts[i]) for i in range(container.mount_count)]
    for i in range(1, <int>PROBES):
        facts[PROBE_WORDS[i]] = shown_probe(&container.probes[<int>i])
    return facts


cdef str shown_key(Container *container):
    return container.key.decode("utf-8", "surrogateescape")


cdef list containers_faults(const ContainerTable *table):
    cdef Container *each
    cdef uint32_t i
    count = paths = unsettled = 0
    faults = []
    for i in range(table.capacity):
        each = table.slots[i]
        if each == NULL:
            continue
        count += 1
        paths += each.texts[<int>CONTAINER_CGROUP] != NULL
        unsettled += each.wait != WAIT_OVER
        if slot_of(table, each) != i:
            faults.append(f"{shown_key(each)} is not found in slot {i}")
        if each.table != table:
            faults.append(f"{shown_key(each)} is of another table")
    counted = (table.count, table.paths, table.unsettled)
    if (count, paths, unsettled) != counted:
        faults.append(f"{count}, {paths} and {unsettled} are there, {counted} were counted")
    return faults


# The hash table

cdef void key_of(const char *id, uint32_t size, char *out) noexcept nogil:
    """What tells the container apart, ended by a NUL: ids are known by their beginnings, too."""
    cdef bint is_hex = size >= HEX_ID_SIZE
    cdef uint32_t i
    for i in range(size):
        if not is_hex:
            break
        is_hex = c"0" <= id[i] <= c"9" or c"a" <= id[i] <= c"f"
    if is_hex:
        size = SHORT_SIZE
    elif size > CONTAINER_KEY_SIZE - 1:
        size = CONTAINER_KEY_SIZE - 1
    memcpy(out, id, size)
    out[size] = 0


cdef inline uint32_t home_of(const ContainerTable *table, const char *key) noexcept nogil:
    """Where the search for a key begins."""
    return hash_of(key, <uint32_t>strlen(key)) & (table.capacity - 1)


cdef uint32_t slot_of(const ContainerTable *table, const Container *container) noexcept nogil:
    """Its slot, or the one that it would get."""
    cdef uint32_t at = home_of(table, container.key)
    while table.slots[at] != NULL and strcmp(table.slots[at].key, container.key) != 0:
        at = (at + 1) & (table.capacity - 1)
    return at


cdef void put(ContainerTable *table, Container *container) noexcept nogil:
    table.slots[slot_of(table, container)] = container


cdef Container *containers_add(ContainerTable *table, const char *id, uint32_t size) noexcept nogil:
    """One of which nothing is known; NULL when memory is out."""
    cdef Container *container
    cdef uint32_t i
    if table.count >= table.limit:
        drop_oldest(table)
    if not make_room(table):
        return NULL
    container = <Container *>calloc(1, sizeof(Container))
    if container == NULL:
        return NULL
    key_of(id, size, container.key)
    memcpy(container.id, container.key, SHORT_SIZE)
    for i in range(<uint32_t>CONTAINER_FLAGS):
        container.flags[i] = -1
    table.added += 1
    table.unsettled += 1
    container.order = table.added
    container.set_ns = table.now_ns
    container.table = table
    put(table, container)
    table.count += 1
    return container


cdef void forget(ContainerTable *table, Container *container) noexcept nogil:
    table.paths -= container.texts[<int>CONTAINER_CGROUP] != NULL
    table.unsettled -= container.wait != WAIT_OVER
    close_gap(table, slot_of(table, container))
    table.count -= 1
    container_free(container)


cdef bint make_room(ContainerTable *table) noexcept nogil:
    """A free slot beyond the one that is needed next: searches end there. False: out of memory."""
    cdef Container **old = table.slots
    cdef uint32_t old_capacity = table.capacity
    cdef uint32_t capacity = 2 * table.capacity if table.capacity else CAPACITY_MIN
    cdef Container **slots
    cdef uint32_t i
    if 4 * (table.count + 1) <= 3 * table.capacity:
        return True
    slots = <Container **>calloc(capacity, sizeof(Container *))
    if slots == NULL:
        return False
    table.slots = slots
    table.capacity = capacity
    for i in range(old_capacity):
        if old[i] != NULL:
            put(table, old[i])
    free(old)
    return True


cdef void drop_oldest(ContainerTable *table) noexcept nogil:
    """Forgets the oldest that nobody holds; there may be none."""
    cdef Container *oldest = NULL
    cdef Container *each
    cdef uint32_t i
    for i in range(table.capacity):
        each = table.slots[i]
        if each != NULL and each.owners == 0 and (oldest == NULL or each.order < oldest.order):
            oldest = each
    if oldest != NULL:
        forget(table, oldest)
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
        home = home_of(table, table.slots[at].key)
        if ((at - home) & mask) >= ((at - gap) & mask):
            table.slots[gap] = table.slots[at]
            gap = at
    table.slots[gap] = NULL


# One container

cdef Container *container_new(dict facts) except NULL:
    """One that is in no table and has facts alone."""
    cdef Container *container = <Container *>calloc(1, sizeof(Container))
    if container == NULL:
        raise MemoryError
    try:
        fill(container, dict(facts))
    except BaseException:
        container_free(container)
        raise
    return container


cdef void exchange_facts(Container *container, Container *fresh) noexcept nogil:
    """Gives the one the facts of the other, but for what only its control group has told."""
    cdef Container before = container[0]
    cdef Text **texts = fresh.texts
    if texts[<int>CONTAINER_FULL_ID] == NULL:
        texts[<int>CONTAINER_FULL_ID] = text_share(before.texts[<int>CONTAINER_FULL_ID])
    if texts[<int>CONTAINER_POD_UID] == NULL:
        texts[<int>CONTAINER_POD_UID] = text_share(before.texts[<int>CONTAINER_POD_UID])
    memcpy(container.texts, fresh.texts, sizeof(before.texts))
    memcpy(container.flags, fresh.flags, sizeof(before.flags))
    memcpy(container.probes, fresh.probes, sizeof(before.probes))
    container.start_ns = fresh.start_ns
    container.labels = fresh.labels
    container.pod_labels = fresh.pod_labels
    container.annotations = fresh.annotations
    container.env = fresh.env
    container.mount_count = fresh.mount_count
    container.mounts = fresh.mounts
    memcpy(fresh.texts, before.texts, sizeof(before.texts))
    memcpy(fresh.probes, before.probes, sizeof(before.probes))
    fresh.labels = before.labels
    fresh.pod_labels = before.pod_labels
    fresh.annotations = before.annotations
    fresh.env = before.env
    fresh.mount_count = before.mount_count
    fresh.mounts = before.mounts


cdef bytes checked_id(str id):
    encoded = id.encode("utf-8", "surrogateescape")
    if not encoded or b"\0" in encoded or b"/" in encoded:
        raise ValueError(f"{id!r} is no container's id")
    return encoded


cdef int fill(Container *container, dict facts) except -1:
    cdef int i
    ports = facts.pop("ports", None)
    facts["ports"] = ", ".join(ports) if ports else None
    for i in range(<int>CONTAINER_TEXTS):
        container.texts[i] = text_of(facts.pop(TEXT_WORDS[i], None))
    for i in range(<int>CONTAINER_FLAGS):
        flag = facts.pop(FLAG_WORDS[i], None)
        container.flags[i] = -1 if flag is None else 1 if flag else 0
    container.start_ns = facts.pop("start_ns", 0)
    fill_labels(&container.labels, facts.pop("labels", None) or {})
    fill_labels(&container.pod_labels, facts.pop("pod_labels", None) or {})
    fill_labels(&container.annotations, facts.pop("annotations", None) or {})
    fill_labels(&container.env, facts.pop("env", None) or {})
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
            # What is not known is empty: whoever reads mounts counts on texts.
            mount.parts[i] = text_of(parts[i] or b"")
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
    free_labels(&container.annotations)
    free_labels(&container.env)
    names_free(&container.users)
    names_free(&container.groups)
    text_release(container.json)
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
    "pod_full_sandbox_id", "pod_ip", "pod_cni_json", "ports", "cgroup",
)
cdef tuple FLAG_WORDS = ("privileged", "host_pid", "host_network", "host_ipc", "is_pod_sandbox")
cdef tuple PROBE_WORDS = (None, "healthcheck", "liveness_probe", "readiness_probe")
