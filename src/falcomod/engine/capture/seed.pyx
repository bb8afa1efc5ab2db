# SPDX-License-Identifier: Apache-2.0
"""From the lists of a capture to the state that its events begin with.

The lists come in any order and any number.  Two things are settled when all were read:
threads that came before their main thread, and who of the two ends of a connection is
the server.  Lists that a program made of /proc name the local end first; those of one
that had seen the connection begin name the client first.  So the client is the end that
is not listened on; where both ends may be this host's, its listening sockets decide.
"""

import ipaddress

from falcomod.engine.capture.blocks cimport (
    BLOCK_DESCRIPTORS, BLOCK_INTERFACES, BLOCK_PROCESSES, Body,
)

from falcomod.engine.capture.lists import Entries, read_tid

cdef enum:
    CONNECTIONS_MAX = 65536      # kept to the end; further ones are judged by what is known then
    NAMES_MAX = 262144           # users, and groups
    INTERFACES_MAX = 4096
    LISTENERS_MAX = 262144       # sockets waited on that connections are compared with

cdef enum:
    ROLE_CLIENT = 1              # FdRole
    ROLE_SERVER = 2
    L4_NONE = 1                  # Fd.l4proto
    L4_TCP = 2
    O_CLOEXEC = 1 << 12          # FM_file_flags_O_CLOEXEC


cdef class Seed:

    def __cinit__(self, state):
        self.state = state
        self.interfaces = []
        self.local = set()
        self.users = {}
        self.groups = {}
        self.listening = set()
        self.listeners = set()
        self.connections = []
        self.counts = {}

    cdef int take(self, Body body) except -1:
        kind = body.kind
        tid = read_tid(body) if kind == BLOCK_DESCRIPTORS else 0
        for entry in Entries(body):
            if kind == BLOCK_PROCESSES:
                self.add_process(entry)
            elif kind == BLOCK_DESCRIPTORS:
                self.add_descriptor(tid, entry)
            elif kind == BLOCK_INTERFACES:
                self.add_interface(entry)
            else:
                self.add_user(entry)
        return 0

    cdef int finish(self) except -1:
        self.add_connections()
        if self.state is not None:
            if self.users or self.groups:
                self.state.set_users(self.users, self.groups)
            self.state.settle_threads()
        return 0

    cdef int add_process(self, dict process) except -1:
        facts = {name: process[name] for name in SAME_FACTS if name in process}
        facts |= {name: first_word(process[name]) for name in WORDS if process.get(name)}
        facts |= {name: process[name] for name in LISTS if name in process}
        facts["clone_flags"] = process["flags"]
        facts["exe_flags"] = sum(bit for name, bit in EXE_FLAGS if process.get(name))
        self.count("threads", self.state is not None and self.state.seed_thread(**facts))
        return 0

    cdef int add_descriptor(self, object tid, dict descriptor) except -1:
        type = descriptor["type"]
        facts = {name: descriptor[name] for name in PLAIN_FACTS if name in descriptor}
        facts["type"] = type if type in TYPES else TYPE_UNSUPPORTED
        facts["close_on_exec"] = bool(descriptor.get("open_flags", 0) & O_CLOEXEC)
        if "name" in descriptor:
            facts["name"] = first_word(descriptor["name"]) or None
        if type in FAMILIES:
            facts["family"] = FAMILIES[type]
        if type == TYPE_UNIX:
            facts["l4proto"] = L4_NONE
        number = descriptor["number"]
        protocol = descriptor.get("l4proto")
        if type in SERVER_TYPES:
            facts["role"] = ROLE_SERVER
            if len(self.listeners) < LISTENERS_MAX:
                self.listening.add((protocol, descriptor["dest_port"]))
                self.listeners.add((tid, protocol, descriptor["dest_port"]))
        elif protocol is not None:
            facts["is_connected"] = protocol == L4_TCP
            self.connections.append((tid, number, facts))
            if len(self.connections) >= CONNECTIONS_MAX:
                self.add_connections()
            return 0
        kept = self.state is not None and self.state.seed_fd(tid, number, **facts)
        self.count("descriptors", kept)
        return 0

    cdef int add_connections(self) except -1:
        for tid, number, facts in self.connections:
            # Without a port at the other end there is no connection.
            if facts["dest_port"] or any(facts["dest"]):
                self.assign_role(tid, facts)
            else:
                facts["is_connected"] = False
            kept = self.state is not None and self.state.seed_fd(tid, number, **facts)
            self.count("descriptors", kept)
        self.connections.clear()
        return 0

    cdef int assign_role(self, object tid, dict facts) except -1:
        """Which end the process is; where its server's end stands first, it moves behind."""
        protocol = facts["l4proto"]
        source_is_here = self.is_local(facts["source"])
        dest_is_here = self.is_local(facts["dest"])
        facts["role"] = ROLE_CLIENT
        if (source_is_here or not dest_is_here) and (protocol, facts["source_port"]) in self.listening:
            facts["role"] = ROLE_SERVER
            for end in ("", "_port"):
                first = facts["source" + end]
                facts["source" + end] = facts["dest" + end]
                facts["dest" + end] = first
        elif dest_is_here and not source_is_here:
            if (protocol, facts["dest_port"]) in self.listening:
                facts["role"] = ROLE_SERVER
        elif source_is_here == dest_is_here and (tid, protocol, facts["dest_port"]) in self.listeners:
            # Both may be this host's: who listens there itself took it.
            facts["role"] = ROLE_SERVER
        return 0

    cdef bint is_local(self, bytes address) except -1:
        return address in self.local or ipaddress.ip_address(address).is_loopback

    cdef int add_interface(self, dict interface) except -1:
        if "name" not in interface or len(self.interfaces) >= INTERFACES_MAX:
            return self.count("interfaces", False)
        self.local.add(interface["address"])
        shown = {"name": first_word(interface["name"]).decode("utf-8", "surrogateescape")}
        shown |= {"link_speed": interface["link_speed"]}
        for part in ("address", "netmask", "broadcast"):
            shown[part] = str(ipaddress.ip_address(interface[part]))
        self.interfaces.append(shown)
        return self.count("interfaces", True)

    cdef int add_user(self, dict user) except -1:
        if "uid" not in user:
            if len(self.groups) >= NAMES_MAX:
                return self.count("groups", False)
            self.groups[user["gid"]] = name_of(user["name"])
            return self.count("groups", True)
        if len(self.users) >= NAMES_MAX:
            return self.count("users", False)
        self.users[user["uid"]] = tuple([name_of(user[part]) for part in ("name", "home", "shell")])
        return self.count("users", True)

    cdef int count(self, str name, object kept) except -1:
        if not kept:
            name += "_refused"
        self.counts[name] = self.counts.get(name, 0) + 1
        return 0


cdef bytes first_word(bytes text):
    """Up to a NUL, which no name of the kernel has."""
    return text.split(b"\0", 1)[0]


cdef str name_of(bytes text):
    return first_word(text).decode("utf-8", "surrogateescape")


# Facts that a process list and State.seed_thread() call the same.
SAME_FACTS = (
    "tid", "pid", "ptid", "sid", "vpgid", "fdlimit", "uid", "gid", "vm_size_kb", "vm_rss_kb",
    "vm_swap_kb", "pfmajor", "pfminor", "vtid", "vpid", "pidns_init_start_ns", "tty", "loginuid",
    "cap_inheritable", "cap_permitted", "cap_effective", "exe_ino", "exe_ino_ctime_ns",
    "exe_ino_mtime_ns", "pgid",
)
WORDS = ("comm", "exe", "exepath", "cwd", "root")          # empty: unknown
LISTS = ("args", "env", "cgroups")
# Bits of execve_flags in the event table.
EXE_FLAGS = (
    ("exe_writable", 1), ("exe_upper_layer", 2), ("exe_from_memfd", 4), ("exe_lower_layer", 8),
)

# The state numbers descriptors as the format does.
TYPES = frozenset(range(1, 22))
TYPE_UNSUPPORTED = 10
SERVER_TYPES = frozenset({5, 6})
FAMILIES = {3: 2, 5: 2, 4: 10, 6: 10, 8: 1, 15: 16}
TYPE_UNIX = 8
# Facts of a descriptor that its list and State.seed_fd() call the same.
PLAIN_FACTS = (
    "ino", "dev", "open_flags", "source", "dest", "source_port", "dest_port", "l4proto",
)
