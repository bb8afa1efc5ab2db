# SPDX-License-Identifier: Apache-2.0
"""Process, descriptor, interface and user lists, in all their versions.

Entries have no marks: a text that says it is longer than any writer makes it, or an
entry that reads beyond its own size, is damage, and what follows cannot be told apart.
What comes out are plain dictionaries; what it means for the state is seed.pyx's.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine.capture.blocks cimport (
    BLOCK_DESCRIPTORS, BLOCK_INTERFACES, BLOCK_PROCESSES, BLOCK_USERS, Body,
)
from falcomod.engine.decode.reader cimport Reader, reader_take, reader_u16, reader_u32, reader_u64

cdef enum:
    TEXT_MAX = 1024              # names and paths
    LIST_MAX = 4096              # arguments, environment, cgroups
    ENTRY_MIN = 4                # less than that at the end of a block is padding
    SIZED_PROCESSES = 9          # the first version whose entries state their size
    SIZED_OTHERS = 2
    # Behind the field "root" writers before libs 0.10 have 29 bytes at the most, and two fields fewer.
    SHORT_TAIL_MAX = 29


cdef class Entries:

    def __cinit__(self, Body body not None):
        self.body = body

    def __iter__(self):
        read = READERS[self.body.kind]
        while self.body.left >= ENTRY_MIN:
            self.taken = 0
            yield read(self)

    cdef object unsigned_number(self, int width):
        cdef Reader reader
        cdef const uint8_t *first
        cdef uint16_t two = 0
        cdef uint32_t four = 0
        cdef uint64_t eight = 0
        self.body.read(&reader, width)
        self.taken += width
        if width == 8:
            reader_u64(&reader, &eight)
            return eight
        if width == 4:
            reader_u32(&reader, &four)
            return four
        if width == 2:
            reader_u16(&reader, &two)
            return two
        first = reader_take(&reader, 1)
        return 0 if first == NULL else first[0]

    cdef object signed_number(self):
        return <int64_t><uint64_t>self.unsigned_number(8)

    cdef bytes data(self, uint64_t size):
        cdef Reader reader
        self.body.read(&reader, size)
        self.taken += size
        return (<const char *>reader.position)[:size]

    cdef bytes text(self, uint64_t size_max):
        cdef uint64_t size = self.unsigned_number(2)
        if size > size_max:
            raise self.body.damaged(f"a text of {size} bytes, where at most {size_max} can be")
        return self.data(size)

    cdef int end_entry(self, uint64_t size) except -1:
        """Passes what a newer writer added to an entry of that size."""
        if self.taken > size:
            raise self.body.damaged(f"an entry of {size} bytes has {self.taken}")
        self.body.skip(size - self.taken)
        return 0


def read_process(Entries entries) -> dict:
    version = entries.body.version
    size = entries.unsigned_number(4) if version >= SIZED_PROCESSES else 0
    process = {}
    for name, kind, since in PROCESS_FIELDS:
        if version >= since:
            process[name] = read_field(entries, kind)
    if version < SIZED_PROCESSES:
        return process
    short_tail = size - entries.taken <= SHORT_TAIL_MAX
    for name, width in PROCESS_TAIL:
        if short_tail and name in ("pidns_init_start_ns", "tty"):
            continue
        if entries.taken + <uint64_t>width <= <uint64_t>size:
            process[name] = entries.unsigned_number(width)
    entries.end_entry(size)
    return process


cdef object read_field(Entries entries, str kind):
    if kind == "i64":
        return entries.signed_number()
    if kind == "text":
        return entries.text(TEXT_MAX)
    if kind == "list":
        return entries.text(LIST_MAX)
    return entries.unsigned_number(8 if kind == "u64" else 4)


def read_descriptor(Entries entries) -> dict:
    """One of a thread's, whose tid the list begins with."""
    sized = entries.body.version >= SIZED_OTHERS
    size = entries.unsigned_number(4) if sized else 0
    descriptor = {"number": entries.signed_number(), "ino": entries.unsigned_number(8)}
    type = entries.unsigned_number(1)
    descriptor["type"] = type
    if type in INTERNET_TYPES:
        width, ends = INTERNET_TYPES[type]
        for end in ends:
            descriptor[end] = entries.data(width)
        for end in ends:
            descriptor[end + "_port"] = entries.unsigned_number(2)
        descriptor["l4proto"] = entries.unsigned_number(1)
    elif type == TYPE_UNIX:
        descriptor["source"] = entries.data(8)
        descriptor["dest"] = entries.data(8)
        descriptor["name"] = entries.text(TEXT_MAX)
    elif type == TYPE_FILE_V2:
        descriptor["open_flags"] = entries.unsigned_number(4)
        descriptor["name"] = entries.text(TEXT_MAX)
        if sized and entries.taken + 4 <= <uint64_t>size:
            descriptor["dev"] = entries.unsigned_number(4)
    elif type in NAMED_TYPES:
        descriptor["name"] = entries.text(TEXT_MAX)
    else:
        descriptor["name"] = b"unknown-type:[%d]" % type
    if sized:
        entries.end_entry(size)
    return descriptor


def read_tid(Body body) -> int:
    """Whose the descriptors of the list are."""
    return Entries(body).signed_number()


def read_interface(Entries entries) -> dict:
    sized = entries.body.version >= SIZED_OTHERS
    # Alone among the sizes this one does not count itself.
    size = entries.unsigned_number(4) + 4 if sized else 0
    type = entries.unsigned_number(2)
    if type not in INTERFACE_TYPES:
        if not sized:
            raise entries.body.damaged(f"an interface of the unknown type {type}")
        entries.end_entry(size)
        return {}
    width, has_speed = INTERFACE_TYPES[type]
    name_size = entries.unsigned_number(2)
    if name_size > TEXT_MAX:
        raise entries.body.damaged(f"a text of {name_size} bytes, where at most {TEXT_MAX} can be")
    interface = {part: entries.data(width) for part in ("address", "netmask", "broadcast")}
    interface["link_speed"] = entries.unsigned_number(8) if has_speed else 0
    interface["name"] = entries.data(name_size)
    if sized:
        entries.end_entry(size)
    return interface


def read_user(Entries entries) -> dict:
    sized = entries.body.version >= SIZED_OTHERS
    size = entries.unsigned_number(4) if sized else 0
    if entries.unsigned_number(1):
        user = {"gid": entries.unsigned_number(4), "name": entries.text(TEXT_MAX)}
    else:
        user = {"uid": entries.unsigned_number(4), "gid": entries.unsigned_number(4)}
        for part in ("name", "home", "shell"):
            user[part] = entries.text(TEXT_MAX)
    if sized:
        entries.end_entry(size)
    return user


READERS = {
    BLOCK_PROCESSES: read_process,
    BLOCK_DESCRIPTORS: read_descriptor,
    BLOCK_INTERFACES: read_interface,
    BLOCK_USERS: read_user,
}

# Name, kind, and the version of the list that has it first; in the order of the file.
PROCESS_FIELDS = (
    ("tid", "i64", 1), ("pid", "i64", 1), ("ptid", "i64", 1), ("sid", "i64", 6), ("vpgid", "i64", 8),
    ("comm", "text", 1), ("exe", "text", 1), ("exepath", "text", 7), ("args", "list", 1),
    ("cwd", "text", 1), ("fdlimit", "i64", 1), ("flags", "u32", 1), ("uid", "u32", 1),
    ("gid", "u32", 1), ("vm_size_kb", "u32", 2), ("vm_rss_kb", "u32", 2), ("vm_swap_kb", "u32", 2),
    ("pfmajor", "u64", 2), ("pfminor", "u64", 2), ("env", "list", 3), ("vtid", "i64", 4),
    ("vpid", "i64", 4), ("cgroups", "list", 4), ("root", "text", 5),
)
# Name and width of what sized entries may have behind; each is there if it still fits.
PROCESS_TAIL = (
    ("pidns_init_start_ns", 8), ("tty", 4), ("loginuid", 4), ("exe_writable", 1),
    ("cap_inheritable", 8), ("cap_permitted", 8), ("cap_effective", 8), ("exe_upper_layer", 1),
    ("exe_ino", 8), ("exe_ino_ctime_ns", 8), ("exe_ino_mtime_ns", 8), ("exe_from_memfd", 1),
    ("exe_lower_layer", 1), ("pgid", 8),
)

# Types of descriptors, as the format numbers them.
TYPE_UNIX = 8
TYPE_FILE_V2 = 16
# Bytes of an address, and which ends there are.
INTERNET_TYPES = {
    3: (4, ("source", "dest")), 4: (16, ("source", "dest")), 5: (4, ("dest",)), 6: (16, ("dest",)),
}
# File, directory, FIFO, event, unsupported, signal, epoll, inotify, timer, netlink, BPF,
# userfault, io_uring, memory and process descriptors.
NAMED_TYPES = frozenset({1, 2, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21})

# Bytes of an address, and whether the speed is told.
INTERFACE_TYPES = {1: (4, True), 2: (16, True), 3: (4, False), 4: (16, False)}
