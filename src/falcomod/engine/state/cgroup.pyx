# SPDX-License-Identifier: Apache-2.0
"""The container that a list of cgroups names.

Container runtimes name the group of a container after its id, 64 hexadecimal digits
(DIGITS), or after a name (NAMED), each in its own ways; by the drivers "cgroupfs" (a path
of its own) and "systemd" (a unit in a slice). Of a path the innermost group with such a
name counts, so a container in a container is told from its host, and groups that a
container makes below its own belong to it. Of several paths (cgroup v1: one for each
hierarchy) the first that names a container counts. For one group the rows of NAMED are
tried before those of DIGITS, in their order.

Who may make groups may give them any name: root in a container with a hierarchy that it
may write to can pass for another container. Nothing in the name tells.

What does not count: groups of monitors, which are processes of the host ("crio-conmon-",
"libpod-conmon-", "lxc.monitor.", the supervisor of nspawn); names in namespaces of
containerd other than "default" and "k8s.io", which could be any directory.
"""

from libc.stddef cimport ptrdiff_t
from libc.stdint cimport uint32_t
from libc.string cimport memchr, memcmp, memcpy, strlen

from falcomod.engine.types cimport Str

cdef enum:
    FULL_ID_SIZE = 64
    SHORT_ID_SIZE = 12           # CONTAINER_ID_SIZE without the NUL
    ESCAPE_SIZE = 4              # "\x2d"
    FARGATE_TASK_SIZE = 32       # digits before the "-" of a container of Fargate
    FARGATE_SIZE_MAX = FARGATE_TASK_SIZE + 11
    BUILD_ID_SIZE = 25           # of BuildKit's identity.NewID()
    HANDLE_SIZE_MIN = 28         # of Garden: a GUID, the last part of which may be cut
    HANDLE_SIZE_MAX = 36

# What an id that is no digits looks like.
cdef enum:
    SHAPE_NAME                   # anything
    SHAPE_MACHINE                # of systemd-machined: no virtual machine
    SHAPE_LIBVIRT                # a name, since libvirt 1.3 with a number and "\x2d" before it
    SHAPE_JOB                    # of BPM: with or without ".scope", no other unit
    SHAPE_BUILD
    SHAPE_FARGATE
    SHAPE_HANDLE

# Group of a container that is known by the names around its id; "": any.
cdef struct Form:
    int kind
    int shape
    bint is_top                  # the parent is the first of the path, or right below a container
    const char *above            # name of the parent's parent
    const char *parent
    const char *prefix
    const char *suffix
    uint32_t parent_size         # this and what follows by measure_forms()
    uint32_t prefix_size
    uint32_t suffix_size

# What stands before 64 digits.
cdef struct Prefix:
    int kind
    const char *text
    uint32_t size


cdef bint cgroup_name_of(const char *cgroups, uint32_t size, CgroupName *out) noexcept nogil:
    cdef const char *end = cgroups + size
    cdef const char *entry = cgroups
    cdef const char *stop
    cdef Str path
    cdef Str before
    before.data = NULL
    before.size = 0
    while entry < end:
        stop = <const char *>memchr(entry, 0, end - entry)
        if stop == NULL:
            stop = end
        path.data = <const char *>memchr(entry, c"=", stop - entry)
        if path.data != NULL:
            path.data += 1
            path.size = <uint32_t>(stop - path.data)
            # Of cgroup v2 all entries have the same path.
            if not is_same(path, before) and innermost(path, out):
                return True
            before = path
        entry = stop + 1
    return False


cdef bint innermost(Str path, CgroupName *out) noexcept nogil:
    """Whether a group of *path* is a container's; the last one that is."""
    cdef Str group = last_group(path, path.data + path.size)
    cdef Str inner
    inner.data = NULL
    inner.size = 0
    while group.data != NULL:
        if group.size and is_container(path, group, out) and not is_supervisor(out.kind, inner):
            find_pod(path, group, out)
            return True
        inner = group
        group = above(path, group)
    return False


cdef bint is_container(Str path, Str group, CgroupName *out) noexcept nogil:
    cdef Str parent = above(path, group)
    cdef Str grandparent = above(path, parent)
    cdef uint32_t i
    for i in range(<uint32_t>NAMED_COUNT):
        if is_named(&NAMED[i], group, parent, grandparent, out):
            return True
    if not has_digits(group, out):
        return False
    if out.kind == CGROUP_UNKNOWN:
        out.kind = kind_around(parent, grandparent)
    return True


cdef inline bint is_named(
    const Form *form, Str group, Str parent, Str grandparent, CgroupName *out
) noexcept nogil:
    # Nearly every row ends here, for nearly every group.
    if form.parent_size and form.parent_size != parent.size:
        return False
    if form.prefix_size and form.prefix[0] != group.data[0]:
        return False
    return is_formed(form, group, parent, grandparent, out)


cdef bint is_formed(
    const Form *form, Str group, Str parent, Str grandparent, CgroupName *out
) noexcept nogil:
    cdef uint32_t around = form.prefix_size + form.suffix_size
    cdef Str id
    cdef CgroupName outer
    if group.size <= around:
        return False
    id.data = group.data + form.prefix_size
    id.size = group.size - around
    if (
        memcmp(id.data + id.size, form.suffix, form.suffix_size)
        or memcmp(group.data, form.prefix, form.prefix_size)
        or (form.parent_size and memcmp(parent.data, form.parent, form.parent_size))
        or (form.above[0] and not is_word(grandparent, form.above))
    ):
        return False
    if form.is_top and grandparent.size and not has_digits(grandparent, &outer):
        return False
    if not has_shape(&id, form.shape):
        return False
    put(out, id, form.kind)
    return True


cdef bint has_shape(Str *id, int shape) noexcept nogil:
    """Whether *id* may be one; cuts off what does not belong to it."""
    cdef uint32_t i
    if shape == SHAPE_BUILD:
        return id.size == BUILD_ID_SIZE and is_of(id.data, id.size, is_base36)
    if shape == SHAPE_FARGATE:
        return (
            FARGATE_TASK_SIZE + 1 < id.size <= FARGATE_SIZE_MAX
            and id.data[FARGATE_TASK_SIZE] == c"-"
            and is_of(id.data, FARGATE_TASK_SIZE, is_hex)
            and is_of(id.data + FARGATE_TASK_SIZE + 1, id.size - FARGATE_TASK_SIZE - 1, is_decimal)
        )
    if shape == SHAPE_HANDLE:
        return HANDLE_SIZE_MIN <= id.size <= HANDLE_SIZE_MAX and is_of(id.data, id.size, is_uid)
    if not is_of(id.data, id.size, is_printable):
        return False
    if shape == SHAPE_MACHINE:
        return not starts_with(id[0], b"qemu\\x2d") and not starts_with(id[0], b"lxc\\x2d")
    if shape == SHAPE_JOB:
        cut_end(id, b".scope")
        return id.size and not (ends_with(id[0], b".service") or ends_with(id[0], b".slice"))
    if shape == SHAPE_LIBVIRT:
        i = 0
        while i < id.size and is_decimal(id.data[i]):
            i += 1
        if i and i + ESCAPE_SIZE < id.size and memcmp(id.data + i, b"\\x2d", ESCAPE_SIZE) == 0:
            id.data += i + ESCAPE_SIZE
            id.size -= i + ESCAPE_SIZE
    return True


cdef bint has_digits(Str group, CgroupName *out) noexcept nogil:
    """Whether the group is named by 64 digits: PREFIX-ID, PREFIX-ID.scope, slice:PREFIX:ID."""
    cdef Str before
    cdef Str id
    cdef uint32_t i
    cut_end(&group, b".scope")
    if group.size < FULL_ID_SIZE:
        return False
    before.data = group.data
    before.size = group.size - FULL_ID_SIZE
    id.data = group.data + before.size
    id.size = FULL_ID_SIZE
    if not is_of(id.data, id.size, is_hex):
        return False
    put(out, id, CGROUP_UNKNOWN)
    # A runtime that leaves "slice:prefix:id" to a cgroup driver that does not know the form.
    if before.size and before.data[before.size - 1] == c":":
        return is_unsplit(before, out)
    for i in range(<uint32_t>PREFIX_COUNT):
        if before.size == PREFIXES[i].size and memcmp(
            before.data, PREFIXES[i].text, before.size
        ) == 0:
            out.kind = PREFIXES[i].kind
            return True
    return False


cdef bint is_unsplit(Str before, CgroupName *out) noexcept nogil:
    """The kind by the prefix of "slice:prefix:"; False: that of a monitor."""
    cdef Str prefix
    cdef uint32_t i
    prefix.size = 0
    prefix.data = before.data + before.size - 1
    while prefix.data > before.data and (prefix.data - 1)[0] != c":":
        prefix.data -= 1
        prefix.size += 1
    for i in range(<uint32_t>PREFIX_COUNT):
        # In the table it ends with a "-".
        if PREFIXES[i].size == prefix.size + 1 and memcmp(
            prefix.data, PREFIXES[i].text, prefix.size
        ) == 0:
            out.kind = PREFIXES[i].kind
    return not ends_with(prefix, b"conmon")


cdef int kind_around(Str parent, Str grandparent) noexcept nogil:
    """Who names a group by nothing but 64 digits."""
    cdef Str uid
    if is_word(parent, b"docker"):
        return CGROUP_DOCKER
    if is_word(grandparent, b"ecs"):
        return CGROUP_ECS
    if parent.data != NULL and has_pod_uid(parent, &uid):
        return CGROUP_KUBEPODS
    return CGROUP_UNKNOWN


cdef bint is_supervisor(int kind, Str inner) noexcept nogil:
    """Whether the group below a container of nspawn is that of nspawn itself."""
    return kind == CGROUP_NSPAWN and is_word(inner, b"supervisor")


cdef void find_pod(Str path, Str group, CgroupName *out) noexcept nogil:
    """The pod that the container is in: the nearest outwards, also from a container in it."""
    cdef Str uid
    cdef Str slice = group
    cdef const char *colon = <const char *>memchr(group.data, c":", group.size)
    if colon != NULL:
        slice.size = <uint32_t>(colon - group.data)
    else:
        slice = above(path, group)
    while slice.data != NULL:
        if has_pod_uid(slice, &uid):
            out.pod_uid = uid.data
            out.pod_uid_size = uid.size
            return
        slice = above(path, slice)


cdef bint has_pod_uid(Str slice, Str *uid) noexcept nogil:
    """Whether the group is a pod's: podUID, kubepods-burstable-podUID.slice and their like.

    The uid is a UUID, or 32 digits where a file describes the pod (static pods).
    """
    cdef uint32_t size
    cdef uint32_t i
    cut_end(&slice, b".slice")
    for i in range(<uint32_t>2):
        size = 36 if i == 0 else 32
        if slice.size < size + 3:
            continue
        uid.data = slice.data + slice.size - size
        uid.size = size
        if memcmp(uid.data - 3, b"pod", 3) or not is_of(uid.data, size, is_uid):
            continue
        if uid.data - 3 == slice.data or (uid.data - 4)[0] == c"-":
            return True
    return False


cdef uint32_t cgroup_id_copy(const CgroupName *name, char *out, uint32_t room) noexcept nogil:
    cdef uint32_t size = 0
    cdef uint32_t i = 0
    cdef int byte
    cdef bint is_unit = name.kind == CGROUP_NSPAWN or name.kind == CGROUP_LIBVIRT_LXC
    while i < name.size and size < room:
        out[size] = name.id[i]
        if is_unit and i + ESCAPE_SIZE <= name.size and memcmp(name.id + i, b"\\x", 2) == 0:
            byte = value_of(name.id[i + 2]) * 16 + value_of(name.id[i + 3])
            # What would not be printable stays as it is.
            if value_of(name.id[i + 2]) >= 0 and value_of(name.id[i + 3]) >= 0 and is_printable(
                <char>byte
            ):
                out[size] = <char>byte
                i += ESCAPE_SIZE - 1
        size += 1
        i += 1
    return size


cdef uint32_t cgroup_pod_uid_copy(const CgroupName *name, char *out, uint32_t room) noexcept nogil:
    cdef uint32_t i
    if name.pod_uid == NULL:
        return 0
    if room > name.pod_uid_size:
        room = name.pod_uid_size
    for i in range(room):
        out[i] = c"-" if name.pod_uid[i] == c"_" else name.pod_uid[i]
    return room


def container_name(cgroups: bytes) -> tuple[str, str, str] | None:
    """(whole id, word of its kind, uid of its pod or "") of the container; None: the host."""
    cdef CgroupName name
    cdef char uid[64]
    if not cgroup_name_of(cgroups, <uint32_t>len(cgroups), &name):
        return None
    id = bytearray(name.size)
    size = cgroup_id_copy(&name, <char *>id, name.size)
    return (
        id[:size].decode("ascii"),
        KIND_WORDS[name.kind],
        uid[:cgroup_pod_uid_copy(&name, uid, sizeof(uid))].decode("ascii"),
    )


def container_id(cgroups: bytes) -> str:
    """The short id of the container that "subsystem=path" entries name; "" for the host."""
    found = container_name(cgroups)
    return "" if found is None else found[0][:SHORT_ID_SIZE]


def kind_words() -> list[str]:
    """The word of each kind, by its number; "" is that of an unknown one."""
    return list(KIND_WORDS)


def forms() -> list[tuple[str, str]]:
    """(word of the kind, how the group is named) of each row of the tables; … is the id."""
    rows = []
    for i in range(NAMED_COUNT):
        form = NAMED[i]
        groups = [form.above, form.parent, form.prefix + "…".encode() + form.suffix]
        rows.append((KIND_WORDS[form.kind], b"/".join(filter(None, groups)).decode()))
    for i in range(PREFIX_COUNT):
        rows.append((KIND_WORDS[PREFIXES[i].kind], PREFIXES[i].text.decode() + "64 digits"))
    return rows


# Groups of a path, and texts

cdef inline Str last_group(Str path, const char *end) noexcept nogil:
    """What stands between the last "/" before *end* and there."""
    cdef Str group
    group.data = end
    while group.data > path.data and (group.data - 1)[0] != c"/":
        group.data -= 1
    group.size = <uint32_t>(end - group.data)
    return group


cdef inline Str above(Str path, Str group) noexcept nogil:
    """The group that *group* lies in; data is NULL where there is none."""
    cdef Str none
    if group.data == NULL or group.data == path.data:
        none.data = NULL
        none.size = 0
        return none
    return last_group(path, group.data - 1)


cdef inline void put(CgroupName *out, Str id, int kind) noexcept nogil:
    out.id = id.data
    out.size = id.size
    out.kind = kind
    out.pod_uid = NULL
    out.pod_uid_size = 0


cdef inline bint is_same(Str one, Str other) noexcept nogil:
    return (
        other.data != NULL and one.size == other.size
        and memcmp(one.data, other.data, one.size) == 0
    )


cdef inline bint is_word(Str text, const char *word) noexcept nogil:
    return (
        text.data != NULL and text.size == strlen(word) and memcmp(text.data, word, text.size) == 0
    )


cdef inline bint starts_with(Str text, const char *start) noexcept nogil:
    return text.size >= strlen(start) and memcmp(text.data, start, strlen(start)) == 0


cdef inline bint ends_with(Str text, const char *end) noexcept nogil:
    cdef size_t size = strlen(end)
    return text.size >= size and memcmp(text.data + (text.size - size), end, size) == 0


cdef inline void cut_end(Str *text, const char *end) noexcept nogil:
    if ends_with(text[0], end):
        text.size -= <uint32_t>strlen(end)


ctypedef bint (*CharTest)(char c) noexcept nogil


cdef inline bint is_of(const char *text, uint32_t size, CharTest test) noexcept nogil:
    cdef uint32_t i
    for i in range(size):
        if not test(text[i]):
            return False
    return True


cdef inline bint is_decimal(char c) noexcept nogil:
    return c"0" <= c <= c"9"


cdef inline bint is_hex(char c) noexcept nogil:
    return c"0" <= c <= c"9" or c"a" <= c <= c"f"


cdef inline bint is_base36(char c) noexcept nogil:
    return c"0" <= c <= c"9" or c"a" <= c <= c"z"


cdef inline bint is_uid(char c) noexcept nogil:
    return is_hex(c) or c == c"-" or c == c"_"


cdef inline bint is_printable(char c) noexcept nogil:
    return c" " < c <= c"~" and c != c"/"


cdef inline int value_of(char c) noexcept nogil:
    if c"0" <= c <= c"9":
        return c - c"0"
    return c - c"a" + 10 if c"a" <= c <= c"f" else -1


# Tables

KIND_WORDS = (
    "", "docker", "cri-containerd", "crio", "libpod", "nerdctl", "kubepods", "containerd", "lxc",
    "nspawn", "libvirt-lxc", "ecs", "buildkit", "garden", "bpm",
)

cdef enum:
    NAMED_COUNT = 17
    PREFIX_COUNT = 7

# The sizes are put in by measure_forms().
cdef Form *NAMED = [
    Form(CGROUP_LIBVIRT_LXC, SHAPE_NAME, False, b"libvirt", b"lxc", b"", b"", 0, 0, 0),
    Form(
        CGROUP_LIBVIRT_LXC, SHAPE_LIBVIRT, False,
        b"", b"machine.slice", b"machine-lxc\\x2d", b".scope", 0, 0, 0,
    ),
    Form(CGROUP_LIBVIRT_LXC, SHAPE_NAME, False, b"", b"", b"", b".libvirt-lxc", 0, 0, 0),
    Form(CGROUP_LXC, SHAPE_NAME, False, b"", b"lxc", b"", b"", 0, 0, 0),          # LXC 2
    Form(CGROUP_LXC, SHAPE_NAME, False, b"", b"lxc.payload", b"", b"", 0, 0, 0),  # LXC 3
    Form(CGROUP_LXC, SHAPE_NAME, False, b"", b"", b"lxc.payload.", b"", 0, 0, 0), # LXC 4
    Form(CGROUP_NSPAWN, SHAPE_NAME, False, b"", b"", b"systemd-nspawn@", b".service", 0, 0, 0),
    Form(CGROUP_NSPAWN, SHAPE_MACHINE, False, b"", b"machine.slice", b"machine-", b".scope", 0, 0, 0),
    Form(CGROUP_BUILDKIT, SHAPE_NAME, False, b"", b"buildkit", b"", b"", 0, 0, 0),
    Form(CGROUP_BUILDKIT, SHAPE_BUILD, False, b"", b"", b"docker-", b".scope", 0, 0, 0),
    Form(CGROUP_CONTAINERD, SHAPE_NAME, True, b"", b"default", b"", b"", 0, 0, 0),
    Form(CGROUP_CONTAINERD, SHAPE_NAME, True, b"", b"k8s.io", b"", b"", 0, 0, 0),
    Form(CGROUP_ECS, SHAPE_FARGATE, False, b"", b"", b"", b"", 0, 0, 0),
    Form(CGROUP_GARDEN, SHAPE_HANDLE, False, b"", b"garden", b"", b"", 0, 0, 0),
    Form(CGROUP_GARDEN, SHAPE_HANDLE, False, b"garden", b"good", b"", b"", 0, 0, 0),
    Form(CGROUP_GARDEN, SHAPE_HANDLE, False, b"garden", b"bad", b"", b"", 0, 0, 0),
    Form(CGROUP_BPM, SHAPE_JOB, False, b"", b"", b"bpm-", b"", 0, 0, 0),
]

cdef Prefix *PREFIXES = [
    Prefix(CGROUP_UNKNOWN, b"", 0), # cgroupfs driver: /docker/ID, /kubepods/burstable/podUID/ID
    Prefix(CGROUP_DOCKER, b"docker-", 0),
    Prefix(CGROUP_CRI_CONTAINERD, b"cri-containerd-", 0),
    Prefix(CGROUP_CRIO, b"crio-", 0),
    Prefix(CGROUP_LIBPOD, b"libpod-", 0),
    Prefix(CGROUP_LIBPOD, b"libpod-payload-", 0),  # within the unit of a service: --cgroups=split
    Prefix(CGROUP_NERDCTL, b"nerdctl-", 0),
]


cdef void measure_forms() noexcept:
    """Fills in how long the words of the tables are."""
    cdef int i
    for i in range(NAMED_COUNT):
        NAMED[i].parent_size = <uint32_t>strlen(NAMED[i].parent)
        NAMED[i].prefix_size = <uint32_t>strlen(NAMED[i].prefix)
        NAMED[i].suffix_size = <uint32_t>strlen(NAMED[i].suffix)
    for i in range(PREFIX_COUNT):
        PREFIXES[i].size = <uint32_t>strlen(PREFIXES[i].text)


measure_forms()
