# SPDX-License-Identifier: Apache-2.0
"""All state of one engine, and its Python face for seeding.

Everything the update functions need of more than one table is here: stubs for
unknown threads, the grace of ended ones, limits with their counters.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcmp, memcpy, memset, strncpy

from falcomod.engine.state.cgroup cimport CgroupName, cgroup_name_of
from falcomod.engine.state.containers cimport *
from falcomod.engine.state.domains cimport domains_free, domains_set
from falcomod.engine.state.fds cimport *
from falcomod.engine.state.pods cimport pod_facts, pods_find, pods_free, pods_remove, pods_set
from falcomod.engine.state.texts cimport bytes_of, shown
from falcomod.engine.state.threads cimport *
from falcomod.engine.state.users cimport names_find, names_free, names_set
from falcomod.engine.types cimport Text, text_new, text_release, text_share

from falcomod.engine.state.cgroup import kind_words

cdef uint64_t NEVER_NS = 0xFFFFFFFFFFFFFFFFu


cdef Thread *tables_thread(Tables *tables, int64_t tid) noexcept nogil:
    cdef Thread *thread = threads_find(&tables.threads, tid)
    if thread != NULL or tid <= 0:
        return thread
    tables.unknown_threads += 1
    thread = threads_add(&tables.threads, tid)
    if thread == NULL:
        return tables_spare(tables, tid)
    thread.is_stub = 1
    thread.fds = fds_new()
    tables_ask(tables, tid)
    return thread


cdef Thread *tables_spare(Tables *tables, int64_t tid) noexcept nogil:
    thread_release(&tables.spare)
    thread_clear(&tables.spare, tid)
    tables.spare.is_stub = 1
    return &tables.spare


cdef void tables_ask(Tables *tables, int64_t tid) noexcept nogil:
    if tables.unknown_count < UNKNOWN_MAX:
        tables.unknown[tables.unknown_count] = tid
        tables.unknown_count += 1
    else:
        tables.unknown_lost += 1


cdef void tables_end(Tables *tables, Thread *thread, uint64_t now_ns) noexcept nogil:
    cdef Ended *ended
    if tables.ended_count == ENDED_MAX:
        remove_oldest(tables)
    ended = &tables.ended[(tables.ended_first + tables.ended_count) % ENDED_MAX]
    ended.tid = thread.tid
    ended.exit_ns = thread.exit_ns
    ended.due_ns = now_ns + GRACE_NS
    tables.ended_count += 1
    if tables.ended_count == 1:
        tables.ended_due_ns = ended.due_ns


cdef void tables_expire(Tables *tables, uint64_t now_ns) noexcept nogil:
    while tables.ended_count > 0 and tables.ended_due_ns <= now_ns:
        remove_oldest(tables)


cdef void remove_oldest(Tables *tables) noexcept nogil:
    cdef Ended *ended = &tables.ended[tables.ended_first]
    cdef Thread *thread = threads_find(&tables.threads, ended.tid)
    # A tid may be in use again, or its thread have lived on in an exec.
    if thread != NULL and thread.exit_ns == ended.exit_ns:
        threads_remove(&tables.threads, ended.tid)
    tables.ended_first = (tables.ended_first + 1) % ENDED_MAX
    tables.ended_count -= 1
    tables.ended_due_ns = NEVER_NS
    if tables.ended_count:
        tables.ended_due_ns = tables.ended[tables.ended_first].due_ns


cdef void tables_unmark(Tables *tables) noexcept nogil:
    if tables.is_told_removed:
        containers_end(&tables.containers, tables.told)
    container_release(tables.told)
    tables.told = NULL
    tables.is_marked = tables.is_fd_renamed = tables.is_told_removed = 0
    tables.exec_ns = 0


cdef void tables_contain(Tables *tables, Thread *thread) noexcept nogil:
    cdef Container *container = NULL
    cdef bint is_apart = thread.vpid > 0 and thread.vpid != thread.pid
    if thread.cgroups != NULL:
        container = tables_container_of(tables, thread.cgroups.data, thread.cgroups.size)
    if container == NULL and is_apart and thread.pidns_init_start_ns != 0:
        container = by_namespace(tables, thread)
    if container == thread.container:
        return
    container_hold(container)
    container_release(thread.container)
    thread.container = container
    if container == NULL:
        return
    if is_apart and container.pidns_init_start_ns == 0:
        container.pidns_init_start_ns = thread.pidns_init_start_ns


cdef void tables_see(Tables *tables, const Thread *thread) noexcept nogil:
    cdef Container *container = thread.container
    if container != NULL and container.first_tid == 0 and is_its_own(container, thread):
        container.first_tid = thread.tid
        containers_announce(&tables.containers, container)


cdef bint is_its_own(const Container *container, const Thread *thread) noexcept nogil:
    """Whether the thread runs the container's program, and not its runtime's for a moment more.

    A runtime enters the control group, executes itself once more, often out of memory, and
    only then makes the pid namespace, where the program will be the first.
    """
    if thread.vpid <= 0 or thread.vpid != thread.pid or thread.vpid == 1:
        return True
    return container.flags[<int>CONTAINER_HOST_PID] != 0 and not thread.exe_flags & EXE_FROM_MEMFD


cdef Container *tables_container_of(
    Tables *tables, const char *cgroups, uint32_t size
) noexcept nogil:
    cdef CgroupName name
    tables.containers.now_ns = tables.current_ns
    if cgroup_name_of(cgroups, size, &name):
        return containers_of(&tables.containers, &name)
    return containers_by_path(&tables.containers, cgroups, size)


cdef Container *by_namespace(Tables *tables, Thread *thread) noexcept nogil:
    """The container that the thread or its parent was in, if it shares its pid namespace.

    Who moves to another control group, which takes rights but no more, stays seen.
    """
    cdef Thread *parent
    if is_namespace_of(thread.container, thread):
        return thread.container
    parent = threads_parent(&tables.threads, thread)
    if parent != NULL and is_namespace_of(parent.container, thread):
        return parent.container
    return NULL


cdef bint is_namespace_of(const Container *container, const Thread *thread) noexcept nogil:
    return container != NULL and container.pidns_init_start_ns == thread.pidns_init_start_ns


cdef Fd *tables_fd(Tables *tables, Thread *thread, int64_t number) noexcept nogil:
    cdef Fd *fd = fds_put(thread.fds, number, tables.fd_limit)
    if fd == NULL:
        tables.fds_refused += 1
    return fd


cdef void text_set(Text **slot, const char *data, uint32_t size) noexcept nogil:
    cdef Text *old = slot[0]
    # data may be NULL where size is 0.
    if old != NULL and old.size == size and (size == 0 or memcmp(old.data, data, size) == 0):
        return
    slot[0] = text_new(data, size)
    text_release(old)


cdef void text_inherit(Text **slot, Text *text) noexcept nogil:
    cdef Text *old = slot[0]
    slot[0] = text_share(text)
    text_release(old)


cdef class State:

    def __cinit__(
        self, *, thread_limit: int = 131072, fd_limit: int = 4096, container_limit: int = 4096,
        pod_limit: int = 4096,
    ):
        memset(&self.tables, 0, sizeof(Tables))
        self.tables.closed.number = -1
        self.tables.ended_due_ns = NEVER_NS
        self.tables.fd_limit = fd_limit
        self.tables.containers.limit = container_limit
        self.tables.pods.limit = pod_limit
        thread_clear(&self.tables.spare, 0)
        threads_init(&self.tables.threads, thread_limit)

    def __dealloc__(self):
        tables_unmark(&self.tables)
        container_release(self.tables.own)
        fd_release(&self.tables.closed)
        thread_release(&self.tables.spare)
        threads_free(&self.tables.threads)
        names_free(&self.tables.users)
        names_free(&self.tables.groups)
        containers_free(&self.tables.containers)
        domains_free(&self.tables.domains)
        pods_free(&self.tables.pods)

    def seed_thread(self, *, tid: int, **facts: object) -> bool:
        """Puts what is known about a thread in place of what was; False: the table is full.

        Descriptors that are known already stay; a thread of another process takes those
        of its main thread, which must therefore be seeded first.

        *facts*: pid, ptid, vtid, vpid, sid, vpgid, pgid, uid, gid, loginuid, tty,
        clone_flags, exe_flags, fdlimit, start_ns, pidns_init_start_ns, cap_inheritable,
        cap_permitted, cap_effective, exe_ino, exe_ino_ctime_ns, exe_ino_mtime_ns,
        vm_size_kb, vm_rss_kb, vm_swap_kb, pfmajor, pfminor; texts comm, exe, exepath,
        cwd, root; lists args, env, cgroups, of texts or as NUL-separated bytes.
        What is left out is unknown.  TypeError for other names.
        """
        cdef Thread *thread = threads_find(&self.tables.threads, tid)
        cdef FdTable *kept = fds_share(thread.fds) if thread != NULL else NULL
        cdef uint32_t others = thread.others if thread != NULL else 0
        thread = threads_add(&self.tables.threads, tid)
        if thread == NULL:
            fds_release(kept)
            return False
        thread.fds = kept
        thread.others = others
        try:
            set_numbers(thread, facts)
            set_texts(thread, facts)
            if facts:
                raise TypeError(f"no such facts of a thread: {', '.join(sorted(facts))}")
        finally:
            self.settle(thread)
        return True

    cdef int settle(self, Thread *thread) except -1:
        """Ties a thread to its process and its parent."""
        cdef Thread *leader = threads_main(&self.tables.threads, thread)
        if leader != thread:
            fds_release(thread.fds)
            thread.fds = fds_share(leader.fds)
        threads_join(&self.tables.threads, thread)
        threads_set_parent(&self.tables.threads, thread, thread.ptid)
        if thread.fds == NULL:
            thread.fds = fds_new()
        tables_contain(&self.tables, thread)
        if not self.tables.containers.is_live:
            # Later it may be the runtime's process, before it becomes the container's.
            tables_see(&self.tables, thread)
        return 0

    def seed_fd(
        self, tid: int, number: int, *, type: int, name: object = None, ino: int = 0, dev: int = 0,
        open_flags: int = 0, close_on_exec: bool = False, l4proto: int = 0, role: int = 0,
        family: int = 0, is_connected: bool = False, source: bytes = b"", source_port: int = 0,
        dest: bytes = b"", dest_port: int = 0,
    ) -> bool:
        """Puts a descriptor of a known thread in place of any of that number.

        *type* is a value of FD_TYPES.  *source* and *dest* are addresses in network order (4
        or 16 bytes; unix sockets: 8 bytes of the kernel's address), ports are in host order.
        False: the thread is not known, or its table is full.
        """
        cdef Thread *thread = threads_find(&self.tables.threads, tid)
        cdef Fd *fd
        if thread == NULL:
            return False
        name = encoded(name)
        fd = tables_fd(&self.tables, thread, number)
        if fd == NULL:
            return False
        fd.type = type
        fd.ino = ino
        fd.dev = dev
        fd.open_flags = open_flags
        fd.close_on_exec = close_on_exec
        fd.l4proto = l4proto
        fd.role = role
        fd.family = family
        fd.is_connected = is_connected
        fd.source_port = source_port
        fd.dest_port = dest_port
        memcpy(fd.source, <const char *>source, min(16, len(source)))
        memcpy(fd.dest, <const char *>dest, min(16, len(dest)))
        put_text(&fd.name, name)
        return True

    def settle_threads(self) -> None:
        """Ties threads that were seeded before their main thread to it."""
        cdef Thread *thread
        for tid in self.tids():
            thread = threads_find(&self.tables.threads, tid)
            if thread.pid != tid:
                self.settle(thread)

    def clear(self) -> None:
        """Forgets everything but the limits, domain names and what was counted.

        Records that wait (state.waiting) wait no more; their containers are forgotten with them.
        """
        cdef Tables *tables = &self.tables
        cdef ThreadTable before = tables.threads
        tables_unmark(tables)
        fd_release(&tables.closed)
        thread_release(&tables.spare)
        # Before containers: their threads point to them.
        threads_free(&tables.threads)
        threads_init(&tables.threads, before.limit)
        tables.threads.refused = before.refused
        tables.threads.added = before.added
        tables.threads.removed = before.removed + before.count
        names_free(&tables.users)
        names_free(&tables.groups)
        containers_clear(&tables.containers)
        pods_free(&tables.pods)
        tables.first_ns = tables.previous_ns = tables.current_ns = 0
        tables.ended_first = tables.ended_count = tables.unknown_count = 0
        tables.ended_due_ns = NEVER_NS
        memset(tables.switched_ns, 0, sizeof(tables.switched_ns))

    def remove_thread(self, tid: int) -> None:
        """Forgets a thread that ended unseen."""
        threads_remove(&self.tables.threads, tid)

    def tids(self) -> list[int]:
        """Every thread in the table, in no order; ended ones in their grace among them."""
        cdef uint32_t i
        return [
            self.tables.threads.slots[i].tid
            for i in range(self.tables.threads.capacity)
            if self.tables.threads.slots[i].thread != NULL
        ]

    def set_users(self, users: dict, groups: dict) -> None:
        """Replaces the names: {uid: name or (name, home, shell)}, {gid: name}."""
        names_set(&self.tables.users, users)
        names_set(&self.tables.groups, groups)

    def user(self, uid: int) -> tuple | None:
        """(name, home, shell) of a user, or None."""
        row = names_find(&self.tables.users, uid)
        if row == NULL:
            return None
        return (shown(row.name), shown(row.home), shown(row.shell))

    def group(self, gid: int) -> str | None:
        """The name of a group, or None."""
        row = names_find(&self.tables.groups, gid)
        return None if row == NULL else shown(row.name)

    def set_container(self, id: str, facts: dict, json: bytes | None = None) -> None:
        """Puts what is known about a container in place of what was.

        *id*: a whole id, its first 12 characters, or a name.  *facts*, all optional: texts
        full_id, type, name, image, image_id, image_repository, image_tag, image_digest, ip,
        cni_json, pod_name, pod_namespace, pod_uid, pod_sandbox_id, pod_full_sandbox_id,
        pod_ip, pod_cni_json; cgroup, the path of its control group where its form does not tell
        the container; privileged, host_pid, host_network, host_ipc, is_pod_sandbox; start_ns;
        dictionaries labels, pod_labels, annotations, env; ports as ["8080->80/tcp", …]; mounts
        as (source, destination, mode, is_writable, propagation); healthcheck,
        liveness_probe, readiness_probe as (program, [argument, …]).
        *json* is what the event says that tells of its start (evt.type container); None: that
        is to wait, because more will be known.
        TypeError for other names, ValueError for an id that cannot be one.  When there are as
        many as are kept, the oldest that no thread is in is forgotten.
        """
        cdef Container *container
        self.tables.containers.now_ns = self.tables.current_ns
        container = containers_set(&self.tables.containers, id, facts)
        if json is not None and not container.is_announced:
            put_text(&container.json, json)
            containers_announce(&self.tables.containers, container)

    def set_container_names(self, id: str, users: dict, groups: dict) -> None:
        """As set_users(), of one container; nothing happens where there is no such container."""
        cdef Container *container = self.find_container(id)
        if container != NULL:
            names_set(&container.users, users)
            names_set(&container.groups, groups)
            container.has_names = 1

    def start_container(self, id: str, tid: int) -> None:
        """Its first process runs, whether or not a record of it will come."""
        cdef Container *container = self.find_container(id)
        if container != NULL and container.first_tid == 0:
            container.first_tid = tid
            containers_announce(&self.tables.containers, container)

    def settle_container(self, id: str) -> None:
        """All is known of a container that will be: its records wait no more."""
        cdef Container *container = self.find_container(id)
        if container != NULL:
            containers_settle(&self.tables.containers, container)

    def remove_container(self, id: str) -> None:
        """Its runtime has removed it: it is forgotten with its last thread."""
        containers_remove(&self.tables.containers, id)

    def sweep_containers(self, older_than_s: float) -> int:
        """Forgets containers without threads that were described that long ago; how many."""
        cdef uint64_t now_ns = self.tables.current_ns
        cdef uint64_t age_ns = <uint64_t>(older_than_s * 1e9)
        return containers_sweep(&self.tables.containers, now_ns - age_ns if age_ns < now_ns else 0)

    def containers_in_use(self) -> list[tuple]:
        """(id, kind, pod_uid, tid) of every container that threads are in, by its oldest process."""
        cdef const Thread *thread
        cdef uint32_t i
        cdef dict oldest = {}
        cdef object rank
        for i in range(self.tables.threads.capacity):
            thread = self.tables.threads.slots[i].thread
            if thread == NULL or thread.container == NULL:
                continue
            # One that has ended, in its grace, has to do where there is no other.
            rank = [thread.exit_ns != 0, thread.start_ns, thread.tid]
            key = thread.container.order
            if key not in oldest or rank < oldest[key][0]:
                container = thread.container
                id = shown(container.texts[<int>CONTAINER_FULL_ID]) or shown_key(container)
                oldest[key] = (
                    rank, id, kind_words()[container.kind], shown(container.texts[<int>CONTAINER_POD_UID])
                )
        return [(row[1], row[2], row[3], row[0][2]) for row in oldest.values()]

    def container(self, id: str) -> dict | None:
        """Everything known about a container, or None; for tests and for looking into an agent."""
        cdef Container *container = self.find_container(id)
        return None if container == NULL else container_facts(container)

    cdef Container *find_container(self, str id) except? NULL:
        cdef bytes encoded = id.encode("utf-8", "surrogateescape")
        if b"\0" in encoded:
            # The table would take what is before it for the id.
            return NULL
        return containers_find(&self.tables.containers, encoded, <uint32_t>len(encoded))

    def set_pod(self, uid: str, facts: dict) -> None:
        """Puts what is known about a pod in place of what was.

        *facts*, all optional: texts name, namespace, namespace_uid, ip; dictionaries labels,
        namespace_labels; deployment, replica_set, replication_controller, each a dictionary
        of name, uid and labels; services, a list of such dictionaries.  TypeError for other
        names, ValueError without a uid.  When there are as many as are kept, the oldest is
        forgotten.
        """
        pods_set(&self.tables.pods, uid, facts)

    def remove_pod(self, uid: str) -> None:
        """Forgets a pod."""
        pods_remove(&self.tables.pods, uid)

    def pod(self, uid: str) -> dict | None:
        """Everything known about a pod, or None; for tests and for looking into an agent."""
        cdef bytes encoded = bytes_of(uid)
        pod = pods_find(&self.tables.pods, encoded, <uint32_t>len(encoded))
        return None if pod == NULL else pod_facts(pod)

    def set_domains(self, names: dict) -> None:
        """Replaces the addresses of domain names: {name: [address, …]}, 4 or 16 bytes each."""
        domains_set(&self.tables.domains, names)

    def counters(self) -> dict[str, int]:
        """What is in the tables now, and what was not kept, since the start."""
        cdef Tables *tables = &self.tables
        return {
            "threads": tables.threads.count,
            "threads_added": tables.threads.added,
            "threads_removed": tables.threads.removed,
            "threads_refused": tables.threads.refused,
            "threads_unknown": tables.unknown_threads,
            "threads_unknown_lost": tables.unknown_lost,
            "threads_ended": tables.ended_count,
            "fds": count_fds(&tables.threads),
            "fds_refused": tables.fds_refused,
            "users": tables.users.count,
            "groups": tables.groups.count,
            "containers": tables.containers.count,
            "containers_added": tables.containers.added,
            "containers_dropped": tables.containers.dropped,
            "containers_refused": tables.containers.refused,
            "containers_unsettled": tables.containers.unsettled,
            "domains": tables.domains.count,
            "pods": tables.pods.count,
            "pods_added": tables.pods.added,
            "pods_dropped": tables.pods.dropped,
        }

    def unknown_tids(self) -> list[int]:
        """Threads to be looked up, each once: hands them over."""
        cdef uint32_t i
        tids = [self.tables.unknown[i] for i in range(self.tables.unknown_count)]
        self.tables.unknown_count = 0
        return tids

    def is_stub(self, tid: int) -> bool:
        """Whether the thread is one of which only its events tell."""
        thread = threads_find(&self.tables.threads, tid)
        return thread != NULL and thread.is_stub

    def thread(self, tid: int) -> dict | None:
        """Everything known about a thread, or None; for tests and for looking into an agent."""
        thread = threads_find(&self.tables.threads, tid)
        return None if thread == NULL else thread_facts(thread)

    def children(self, tid: int) -> list[int]:
        """The threads whose parent has that tid, whether it is known or not, sorted."""
        return sorted(kin_of(&self.tables.threads, tid, KIN_CHILDREN))

    def kin_visited(self) -> int:
        """How many threads were looked at to find children and threads of a process."""
        return self.tables.threads.kin_visited

    def kin_faults(self) -> list[str]:
        """Where the lists of children and of threads differ from a search; for tests."""
        return list_faults(&self.tables.threads) + thread_faults(&self.tables.threads)

    def container_faults(self) -> list[str]:
        """Where containers differ from a look at all of them and at who holds on to them; for tests."""
        return containers_faults(&self.tables.containers) + owner_faults(&self.tables)

    def fd(self, tid: int, number: int) -> dict | None:
        """Everything known about a thread's descriptor, or None; likewise."""
        cdef Fd *fd
        thread = threads_find(&self.tables.threads, tid)
        if thread == NULL:
            return None
        fd = fds_find(thread.fds, number)
        return None if fd == NULL else fd_facts(fd)

    def fds(self, tid: int) -> list[int]:
        """The numbers of a thread's descriptors, sorted."""
        cdef uint32_t i
        thread = threads_find(&self.tables.threads, tid)
        if thread == NULL or thread.fds == NULL:
            return []
        return sorted(
            thread.fds.slots[i].number
            for i in range(thread.fds.capacity)
            if thread.fds.slots[i].number >= 0
        )


# Seeding and showing

cdef int set_numbers(Thread *thread, dict facts) except -1:
    cdef Number *number
    cdef int i
    for i in range(NUMBER_COUNT):
        number = &NUMBERS[i]
        value = facts.pop(number.name.decode(), None)
        if value is None:
            continue
        if number.width == 4:
            (<uint32_t *>(<char *>thread + number.offset))[0] = value & 0xFFFFFFFF
        else:
            (<uint64_t *>(<char *>thread + number.offset))[0] = value & 0xFFFFFFFFFFFFFFFF
    return 0


cdef int set_texts(Thread *thread, dict facts) except -1:
    cdef bytes comm = encoded(facts.pop("comm", None)) or b""
    strncpy(thread.comm, comm, COMM_SIZE - 1)
    put_text(&thread.exe, encoded(facts.pop("exe", None)))
    put_text(&thread.exepath, encoded(facts.pop("exepath", None)))
    put_text(&thread.root, encoded(facts.pop("root", None)))
    cwd = encoded(facts.pop("cwd", None))
    put_text(&thread.cwd, cwd if cwd is None or cwd.endswith(b"/") else cwd + b"/")
    put_text(&thread.args, joined(facts.pop("args", None)))
    put_text(&thread.env, joined(facts.pop("env", None)))
    put_text(&thread.cgroups, joined(facts.pop("cgroups", None)))
    return 0


cdef int put_text(Text **slot, bytes text) except -1:
    if text is not None:
        text_set(slot, <const char *>text, <uint32_t>len(text))
        if slot[0] == NULL:
            raise MemoryError
    return 0


cdef bytes encoded(text):
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


cdef bytes joined(texts):
    """Texts, each with a NUL after it; bytes are taken to be that already."""
    if texts is None:
        return None
    if isinstance(texts, bytes):
        return texts if texts == b"" or texts.endswith(b"\0") else texts + b"\0"
    return b"".join(encoded(text) + b"\0" for text in texts)


cdef inline size_t offset_of(const void *member) noexcept nogil:
    return <size_t>(<const char *>member - <const char *>&SAMPLE)


cdef dict thread_facts(Thread *thread):
    cdef const Number *number
    cdef const char *at
    facts = {"tid": thread.tid, "comm": thread.comm.decode("utf-8", "surrogateescape")}
    for i in range(NUMBER_COUNT):
        number = &NUMBERS[i]
        at = <const char *>thread + number.offset
        if number.width == 4:
            facts[number.name.decode()] = (<const uint32_t *>at)[0]
        elif number.is_signed:
            facts[number.name.decode()] = (<const int64_t *>at)[0]
        else:
            facts[number.name.decode()] = (<const uint64_t *>at)[0]
    facts |= {
        "exe": shown(thread.exe), "exepath": shown(thread.exepath), "cwd": shown(thread.cwd),
        "root": shown(thread.root), "args": split(thread.args), "env": split(thread.env),
        "cgroups": split(thread.cgroups), "container_id": "" if thread.container == NULL else thread.container.id.decode("utf-8", "surrogateescape"),
        "is_stub": bool(thread.is_stub), "exit_ns": thread.exit_ns, "others": thread.others,
        "fds": 0 if thread.fds == NULL else thread.fds.count,
        "fds_owners": 0 if thread.fds == NULL else thread.fds.owners,
    }
    return facts


cdef list kin_of(ThreadTable *threads, int64_t tid, int kinship):
    cdef Thread *thread = threads_kin(threads, tid, kinship)
    tids = []
    # More than there are threads: a list in a circle.
    while thread != NULL and len(tids) <= threads.count:
        tids.append(thread.tid)
        thread = thread.kin[kinship].next
    return tids


cdef list list_faults(ThreadTable *threads):
    """What is listed wrongly, and slots that nothing needs."""
    cdef ThreadSlot *slot
    cdef Thread *thread
    cdef int kinship
    cdef uint32_t i
    faults = []
    used = 0
    for i in range(threads.capacity):
        slot = &threads.slots[i]
        if slot.tid == 0:
            continue
        used += 1
        if slot.thread == NULL and slot.kin[KIN_CHILDREN] == NULL and slot.kin[KIN_OTHERS] == NULL:
            faults.append(f"slot of {slot.tid} is not needed")
        for kinship in (KIN_CHILDREN, KIN_OTHERS):
            previous = 0
            for tid in kin_of(threads, slot.tid, kinship):
                thread = threads_find(threads, tid)
                if thread == NULL or named_by(thread, kinship) != slot.tid:
                    faults.append(f"{tid} is listed under {slot.tid} ({kinship})")
                elif previous != previous_of(thread, kinship):
                    faults.append(f"{tid} is not linked back to {previous} ({kinship})")
                previous = tid
    if used != threads.used:
        faults.append(f"{used} slots are in use, {threads.used} were counted")
    return faults


cdef list thread_faults(ThreadTable *threads):
    """Threads that are not listed as what they are."""
    cdef const Thread *thread
    cdef uint32_t i
    faults = []
    for i in range(threads.capacity):
        thread = threads.slots[i].thread
        if thread == NULL:
            continue
        if thread.ptid > 0 and kin_of(threads, thread.ptid, KIN_CHILDREN).count(thread.tid) != 1:
            faults.append(f"{thread.tid} is not once among the children of {thread.ptid}")
        is_other = thread.pid > 0 and thread.pid != thread.tid
        if is_other and (thread.exit_ns == 0 or thread.is_counted):
            if kin_of(threads, thread.pid, KIN_OTHERS).count(thread.tid) != 1:
                faults.append(f"{thread.tid} is not once among the threads of {thread.pid}")
    return faults


cdef list owner_faults(Tables *tables):
    """Containers that threads are in but that are in no slot, and those whose owners are miscounted."""
    cdef Container *container
    cdef const Thread *thread
    cdef uint32_t i
    owners = {}
    for i in range(tables.containers.capacity):
        container = tables.containers.slots[i]
        if container != NULL:
            owners[<size_t>container] = (container.queue != NULL) + container.is_to_announce
    held = [<size_t>tables.told, <size_t>tables.own, <size_t>tables.spare.container]
    for i in range(tables.threads.capacity):
        thread = tables.threads.slots[i].thread
        if thread != NULL:
            held.append(<size_t>thread.container)
    faults = []
    for place in filter(None, held):
        if place in owners:
            owners[place] += 1
        else:
            faults.append("a container that is held is in no slot")
    for i in range(tables.containers.capacity):
        container = tables.containers.slots[i]
        if container != NULL and container.owners != owners[<size_t>container]:
            found = owners[<size_t>container]
            faults.append(f"{shown_key(container)} has {found} owners, {container.owners} were counted")
    return faults


cdef int64_t named_by(const Thread *thread, int kinship) noexcept nogil:
    return thread.ptid if kinship == KIN_CHILDREN else thread.pid


cdef int64_t previous_of(const Thread *thread, int kinship) noexcept nogil:
    return thread.kin[kinship].previous.tid if thread.kin[kinship].previous != NULL else 0


cdef object split(const Text *texts):
    if texts == NULL:
        return None
    return shown(texts).removesuffix("\0").split("\0") if texts.size else []


cdef dict fd_facts(const Fd *fd):
    width = 4 if fd.type in (FD_IPV4_SOCK, FD_IPV4_SERVSOCK) else 16
    return {
        "number": fd.number, "type": fd.type, "role": fd.role, "l4proto": fd.l4proto,
        "close_on_exec": bool(fd.close_on_exec), "is_connected": bool(fd.is_connected),
        "family": fd.family, "source": bytes(fd.source[:width]), "source_port": fd.source_port,
        "dest": bytes(fd.dest[:width]), "dest_port": fd.dest_port, "open_flags": fd.open_flags,
        "dev": fd.dev, "ino": fd.ino, "name": shown(fd.name), "name_raw": shown(fd.name_raw),
    }


cdef uint64_t count_fds(const ThreadTable *threads) noexcept nogil:
    """Descriptors of all processes; of a table that several share, those of its main thread."""
    cdef uint64_t count = 0
    cdef const Thread *thread
    cdef uint32_t i
    for i in range(threads.capacity):
        thread = threads.slots[i].thread
        if thread != NULL and thread.fds != NULL and thread.pid == thread.tid:
            count += thread.fds.count
    return count


# The numbers of a thread by name: what seed_thread() takes and thread() shows.
cdef struct Number:
    const char *name
    size_t offset                # in Thread
    int width                    # 4 (unsigned) or 8 bytes
    bint is_signed

cdef enum:
    NUMBER_COUNT = 28

cdef Thread SAMPLE               # never used itself: where members lie in it counts
cdef Number *NUMBERS = [
    Number("pid", offset_of(&SAMPLE.pid), 8, True),
    Number("ptid", offset_of(&SAMPLE.ptid), 8, True),
    Number("vtid", offset_of(&SAMPLE.vtid), 8, True),
    Number("vpid", offset_of(&SAMPLE.vpid), 8, True),
    Number("sid", offset_of(&SAMPLE.sid), 8, True),
    Number("vpgid", offset_of(&SAMPLE.vpgid), 8, True),
    Number("pgid", offset_of(&SAMPLE.pgid), 8, True),
    Number("fdlimit", offset_of(&SAMPLE.fdlimit), 8, True),
    Number("uid", offset_of(&SAMPLE.uid), 4, False),
    Number("gid", offset_of(&SAMPLE.gid), 4, False),
    Number("loginuid", offset_of(&SAMPLE.loginuid), 4, False),
    Number("tty", offset_of(&SAMPLE.tty), 4, False),
    Number("clone_flags", offset_of(&SAMPLE.clone_flags), 4, False),
    Number("exe_flags", offset_of(&SAMPLE.exe_flags), 4, False),
    Number("vm_size_kb", offset_of(&SAMPLE.vm_size_kb), 4, False),
    Number("vm_rss_kb", offset_of(&SAMPLE.vm_rss_kb), 4, False),
    Number("vm_swap_kb", offset_of(&SAMPLE.vm_swap_kb), 4, False),
    Number("start_ns", offset_of(&SAMPLE.start_ns), 8, False),
    Number("clone_ns", offset_of(&SAMPLE.clone_ns), 8, False),
    Number("pidns_init_start_ns", offset_of(&SAMPLE.pidns_init_start_ns), 8, False),
    Number("cap_inheritable", offset_of(&SAMPLE.cap_inheritable), 8, False),
    Number("cap_permitted", offset_of(&SAMPLE.cap_permitted), 8, False),
    Number("cap_effective", offset_of(&SAMPLE.cap_effective), 8, False),
    Number("exe_ino", offset_of(&SAMPLE.exe_ino), 8, False),
    Number("exe_ino_ctime_ns", offset_of(&SAMPLE.exe_ino_ctime_ns), 8, False),
    Number("exe_ino_mtime_ns", offset_of(&SAMPLE.exe_ino_mtime_ns), 8, False),
    Number("pfmajor", offset_of(&SAMPLE.pfmajor), 8, False),
    Number("pfminor", offset_of(&SAMPLE.pfminor), 8, False),
]

# Types of descriptors by the names that rules and seed_fd() callers know.
FD_TYPES = {
    "file": FD_FILE_V2,
    "directory": FD_DIRECTORY,
    "ipv4": FD_IPV4_SOCK,
    "ipv6": FD_IPV6_SOCK,
    "ipv4_listening": FD_IPV4_SERVSOCK,
    "ipv6_listening": FD_IPV6_SERVSOCK,
    "pipe": FD_FIFO,
    "unix": FD_UNIX_SOCK,
    "event": FD_EVENTFD,
    "unsupported": FD_UNSUPPORTED,
    "signalfd": FD_SIGNALFD,
    "eventpoll": FD_EVENTPOLL,
    "inotify": FD_INOTIFY,
    "timerfd": FD_TIMERFD,
    "netlink": FD_NETLINK,
    "bpf": FD_BPF,
    "userfaultfd": FD_USERFAULTFD,
    "io_uring": FD_IOURING,
    "memfd": FD_MEMFD,
    "pidfd": FD_PIDFD,
}
