# SPDX-License-Identifier: Apache-2.0
"""The container that a list of cgroups names.

Container runtimes name the cgroup of a container after its id, 64 hexadecimal
digits, in one of a few ways (PREFIXES). The innermost such name counts, so a
container in a container is told from its host.
"""

from libc.stddef cimport ptrdiff_t
from libc.stdint cimport uint32_t
from libc.string cimport memchr, memcmp, memcpy, strlen

cdef enum:
    FULL_ID_SIZE = 64
    SHORT_ID_SIZE = 12           # CONTAINER_ID_SIZE without the NUL


cdef void container_id_of(const char *cgroups, uint32_t size, char *out) noexcept nogil:
    cdef const char *end = cgroups + size
    cdef const char *entry = cgroups
    cdef const char *stop
    cdef const char *path
    cdef const char *id = NULL
    out[0] = 0
    while entry < end and id == NULL:
        stop = <const char *>memchr(entry, 0, end - entry)
        if stop == NULL:
            stop = end
        path = <const char *>memchr(entry, c"=", stop - entry)
        if path != NULL:
            id = innermost_id(path + 1, stop)
        entry = stop + 1
    if id != NULL:
        memcpy(out, id, SHORT_ID_SIZE)
        out[SHORT_ID_SIZE] = 0


cdef const char *innermost_id(const char *path, const char *end) noexcept nogil:
    """Where the id of the last component of *path* that is a container's begins, or NULL."""
    cdef const char *start
    cdef const char *id
    while end > path:
        start = end
        while start > path and (start - 1)[0] != c"/":
            start -= 1
        id = component_id(start, end)
        if id != NULL:
            return id
        end = start - 1
    return NULL


cdef const char *component_id(const char *start, const char *end) noexcept nogil:
    """Where the id begins if start to end is the name of a container's cgroup, else NULL."""
    cdef const char *id
    cdef uint32_t i
    if end - start >= <ptrdiff_t>strlen(SUFFIX) and memcmp(
        end - strlen(SUFFIX), SUFFIX, strlen(SUFFIX)
    ) == 0:
        end -= strlen(SUFFIX)
    if end - start < FULL_ID_SIZE:
        return NULL
    id = end - FULL_ID_SIZE
    for i in range(<uint32_t>FULL_ID_SIZE):
        if not (c"0" <= id[i] <= c"9" or c"a" <= id[i] <= c"f"):
            return NULL
    # A runtime that leaves "slice:prefix:id" to a cgroup driver that does not know the form.
    if id > start and (id - 1)[0] == c":":
        return id
    for i in range(<uint32_t>PREFIX_COUNT):
        if id - start == <ptrdiff_t>strlen(PREFIXES[i]) and memcmp(
            start, PREFIXES[i], id - start
        ) == 0:
            return id
    return NULL


def container_id(cgroups: bytes) -> str:
    """The short id of the container that "subsystem=path" entries name; "" for the host."""
    cdef char out[SHORT_ID_SIZE + 1]
    container_id_of(cgroups, <uint32_t>len(cgroups), out)
    return out.decode()


def prefixes() -> list[str]:
    """What may stand before the id in the name of a container's cgroup."""
    return [PREFIXES[i].decode() for i in range(PREFIX_COUNT)]


cdef enum:
    PREFIX_COUNT = 6

# Monitors of containers live on the host: "crio-conmon-" and "libpod-conmon-" are no prefixes.
cdef const char *PREFIXES[PREFIX_COUNT]
PREFIXES = [
    b"",                         # cgroupfs driver: /docker/ID, /kubepods/burstable/podUID/ID
    b"docker-",                  # Docker, systemd driver
    b"cri-containerd-",          # containerd for Kubernetes
    b"crio-",                    # CRI-O
    b"libpod-",                  # Podman
    b"nerdctl-",                 # containerd by nerdctl
]
cdef const char *SUFFIX = b".scope"
