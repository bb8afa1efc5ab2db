# SPDX-License-Identifier: Apache-2.0
"""Loading the eBPF programs of driver/bpf/ and reading their rings.

What programs and loader share is driver/uapi/falcomod_bpf.h.  libbpf loads, relocates
and attaches; nothing is pinned, so that everything ends with this process, however it
ends.  Only the programs of events that are selected are loaded; a later selection that
needs more loads them beside the first ones, with the same maps.
"""

import errno as errno_names
import os
from pathlib import Path

from libc.errno cimport errno
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset, strncpy
from posix.mman cimport MAP_FAILED, MAP_SHARED, PROT_READ, PROT_WRITE, mmap, munmap
from posix.time cimport CLOCK_REALTIME, clock_gettime, timespec
from posix.unistd cimport close as c_close

from falcomod.engine._libbpf cimport (
    BPF_MAP_TYPE_RINGBUF, BTF_KIND_ENUM, BTF_KIND_FUNC, BTF_KIND_TYPEDEF, bpf_link__destroy, bpf_map,
    bpf_map__fd, bpf_map__reuse_fd, bpf_map__set_inner_map_fd,
    bpf_map__set_max_entries, bpf_map_create, bpf_map_update_elem, bpf_obj_get_info_by_fd,
    bpf_object, bpf_object__close, bpf_object__find_map_by_name,
    bpf_object__find_program_by_name, bpf_object__load, bpf_object__next_program,
    bpf_object__open_file, bpf_prog_info, bpf_program, bpf_program__attach, bpf_program__fd,
    bpf_program__name, bpf_program__set_autoload, btf, btf__find_by_name_kind, btf__free,
    btf__load_vmlinux_btf, btf__name_by_offset, btf__type_by_id, btf_enumerators, btf_type, btf_vlen,
    libbpf_num_possible_cpus, libbpf_strerror,
)
from falcomod.engine._uapi cimport (
    FM_BPF_ARMED_ANY, FM_BPF_ARMED_FULL, FM_BPF_CALLS, FM_BPF_CONTROLLER_NAME,
    FM_BPF_CONTROLLERS, FM_BPF_NUMBERS, FM_BPF_RESTING, FM_BPF_SLOTS, FM_BPF_WANT_CHILD,
    FM_BPF_WANT_EXEC, FM_BPF_WANT_PROCEXIT, FM_CLASS_MAX, FM_LOSS_NESTED,
    FM_LOSS_REASON_MAX, FM_RING_SIZE_DEFAULT, FM_RING_SIZE_MAX, FM_RING_SIZE_MIN,
    FM_SNAPLEN_MAX, fm_bpf_cpu, fm_bpf_settings,
)
from falcomod.engine.capture.source cimport (
    REFILL_BATCH, REFILL_NOTHING, add_lost, no_counts, sleep_ns, wait_readable, wall_clock_ns,
)

from falcomod.engine.decode.schema import EVENTS, LOSS_REASONS, SYSCALLS
from falcomod.errors import DriverError, PermissionFault

cdef extern from "<sys/syscall.h>" nogil:
    enum:
        SYS_close

cdef extern from "<unistd.h>" nogil:
    long syscall(long number, ...)

cdef extern from * nogil:
    """
    #include <stdarg.h>
    #include <stdlib.h>
    #include <stdio.h>
    #include <string.h>
    #include <bpf/libbpf.h>
    #include "falcomod_bpf.h"

    /*
     * The end of what libbpf complained of last, for the message of an exception: the
     * verifier's log may have megabytes, and its reason stands at its end.
     */
    static char libbpf_said[4096];

    static int keep_complaint(enum libbpf_print_level level, const char *format, va_list values)
    {
        size_t used = strlen(libbpf_said), drop;
        char *text;
        int size;

        if (level != LIBBPF_WARN || (size = vasprintf(&text, format, values)) < 0)
            return 0;
        drop = (size_t)size < sizeof(libbpf_said) ? 0 : size - sizeof(libbpf_said) + 1;
        if (used + (size - drop) >= sizeof(libbpf_said)) {
            memmove(libbpf_said, libbpf_said + used - (sizeof(libbpf_said) - 1 - (size - drop)),
                    sizeof(libbpf_said) - 1 - (size - drop));
            used = sizeof(libbpf_said) - 1 - (size - drop);
        }
        memcpy(libbpf_said + used, text + drop, size - drop + 1);
        free(text);
        return 0;
    }

    static void listen_to_libbpf(void)
    {
        libbpf_said[0] = 0;
        libbpf_set_print(keep_complaint);
    }

    /* A store, then a look at what the other side wrote: neither may overtake. */
    static inline void armed_store(uint32_t *armed, uint32_t value)
    {
        __atomic_store_n(armed, value, __ATOMIC_SEQ_CST);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }

    static inline uint64_t word_acquire(const uint64_t *word)
    {
        return __atomic_load_n(word, __ATOMIC_ACQUIRE);
    }

    static inline void word_release(uint64_t *word, uint64_t value)
    {
        __atomic_store_n(word, value, __ATOMIC_RELEASE);
    }

    /* _uapi.pxd must give the arrays' bounds as numbers. */
    _Static_assert(FM_BPF_CONTROLLERS == 16 && FM_BPF_CONTROLLER_NAME == 16, "_uapi.pxd");
    _Static_assert(FM_BPF_SLOTS == 1024 && FM_BPF_CALLS == 512, "_uapi.pxd");
    """
    const char *libbpf_said
    void listen_to_libbpf()
    void armed_store(uint32_t *armed, uint32_t value)
    uint64_t word_acquire(const uint64_t *word)
    void word_release(uint64_t *word, uint64_t value)

# The programs as every kernel takes them, and as newer ones run them at less cost: those that
# have the function of the kernel below (driver/bpf/kernel.h).
OBJECT = str(Path(__file__).with_name("falcomod.bpf.o"))
TYPED_OBJECT = str(Path(__file__).with_name("falcomod-typed.bpf.o"))

# Programs at tracepoints; the others are what fm_dispatch jumps to.
ENTRIES = ("dispatch", "exec", "exit", "child")
# Calls whose success only sched_process_exec tells of.
EXECS = frozenset(SYSCALLS[name].sc for name in ("execve", "execveat"))
# Calls that make a child; what it sees of them may come from sched_process_fork.
CLONES = frozenset(SYSCALLS[name].sc for name in ("clone", "clone3", "fork", "vfork"))
TRACEPOINTS = ("sys_exit", "sched_process_exec", "sched_process_exit")
LOCKDOWN = Path("/sys/kernel/security/lockdown")

cdef extern from "<time.h>" nogil:
    enum:
        CLOCK_BOOTTIME

cdef enum:
    NAP_MS = 10                  # how long records gather while there are some
    HELD_WAIT_NS = 500000        # until records that are held back have come of age
    QUIET_NS = 1000000           # until programs that were running when they were detached have ended
    QUIET_MAX_NS = 100000000     # how long they are waited for
    COMPARE_NS = 1000000000      # how often the clocks are compared
    BELL_SIZE = 4096
    WATERMARK_SHARE = 8          # a nap ends when this part of a ring is full


def missing_features() -> list[str]:
    """What this kernel lacks for the eBPF driver, a phrase each; none: it can be used.

    Raises PermissionFault where the kernel does not let this process find out.
    """
    cdef int ring
    missing = []
    if os.geteuid() != 0:
        raise PermissionFault("eBPF programs that see the whole host are loaded as root")
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        missing.append("BTF of the kernel (/sys/kernel/btf/vmlinux; CONFIG_DEBUG_INFO_BTF)")
    if "[confidentiality]" in _read(LOCKDOWN):
        missing.append("reads of kernel memory (kernel lockdown is 'confidentiality')")
    else:
        missing += [f"the tracepoint {name} (CONFIG_BPF_EVENTS)" for name in missing_tracepoints()]
    # Tried, not asked of libbpf_probe_bpf_map_type(), to which a missing right is a missing map.
    ring = bpf_map_create(
        BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, <uint32_t>os.sysconf("SC_PAGE_SIZE"), NULL
    )
    if ring >= 0:
        c_close(ring)
    elif ring == -errno_names.EPERM:
        raise PermissionFault(
            "the kernel does not let this process use eBPF; run as root with CAP_BPF and "
            "CAP_PERFMON, or CAP_SYS_ADMIN, and where no seccomp filter forbids bpf()"
        )
    else:
        missing.append("BPF ring buffers (Linux 5.8, CONFIG_BPF_SYSCALL)")
    return missing


cdef list missing_tracepoints():
    """Those that the kernel's types do not describe, so that no typed program can attach."""
    cdef btf *types = btf__load_vmlinux_btf()
    if types == NULL:
        raise failed("the kernel's types (BTF) cannot be read", errno)
    try:
        return [
            name
            for name in TRACEPOINTS
            if btf__find_by_name_kind(types, f"btf_trace_{name}".encode(), BTF_KIND_TYPEDEF) < 0
        ]
    finally:
        btf__free(types)


cdef class BpfSource(RingSource):
    """Reads the rings of eBPF programs that it loads.

    The system calls in *syscalls* (portable numbers) are selected, and the end of
    processes with *procexit*.  *ring_size* is bytes of a ring, 0 the default, a power
    of two; *cpus_per_ring* CPUs share one.  Raises PermissionFault and DriverError,
    whose message says what to do.
    """

    def __cinit__(self, *_arguments, **_options):
        self.page = os.sysconf("SC_PAGE_SIZE")
        self.bell = -1
        memset(self.entries, -1, sizeof(self.entries))
        self.entry_names = [""] * TRACEPOINTS_MAX

    def __init__(
        self,
        *,
        ring_size: int = 0,
        snaplen: int = 80,
        syscalls=(),
        procexit: bool = True,
        cpus_per_ring: int = 1,
    ) -> None:
        self.name = "ebpf"
        self.last_counters = {}
        self.programs = set()
        self.asked = set()
        online = os.sysconf("SC_NPROCESSORS_ONLN")
        ring_size = ring_size or FM_RING_SIZE_DEFAULT
        if not FM_RING_SIZE_MIN <= ring_size <= FM_RING_SIZE_MAX or ring_size & (ring_size - 1):
            raise DriverError(f"a ring has 1 to 512 MiB, a power of two, not {ring_size} bytes")
        if not 0 <= snaplen <= FM_SNAPLEN_MAX:
            raise DriverError(f"a snaplen is 0 to {FM_SNAPLEN_MAX} bytes, not {snaplen}")
        if not 1 <= cpus_per_ring:
            raise DriverError(f"a ring is for 1 CPU or more, not {cpus_per_ring}")
        rings = -(-online // cpus_per_ring)
        self.selection = checked_selection(syscalls, procexit)
        try:
            self.load(programs_for(self.selection), ring_size, snaplen, rings)
        except BaseException:
            self.close()
            raise

    def __dealloc__(self):
        # Other objects may be gone by now: what is released here is C's alone.
        self.release()

    def select(self, syscalls, *, procexit: bool = True) -> None:
        """Selects exactly these system calls (portable numbers), also while running."""
        self.selection = checked_selection(syscalls, procexit)
        missing = programs_for(self.selection) - self.asked
        if missing:
            if self.object_count == OBJECTS_MAX - 1:
                # The last that fits has all that is left.
                missing = programs_for((ALL_CALLS, True)) - self.asked
            self.load(missing, 0, 0, 0)
        if self.link_count:
            self.publish_selection()

    def start(self) -> None:
        if self.link_count:
            return
        # Only then: this process must not be recorded before it is known.
        self.publish_nothing()
        self.settings.owner = 0
        for name in ENTRIES:
            self.attach_entry(name)
        self.compare_clocks()
        syscall(SYS_close, self.settings.knock)
        if self.settings.owner == 0:
            self.detach_entries()
            raise DriverError("the eBPF programs do not see this process; is the kernel's BPF off?")
        self.publish_selection()

    def stop(self) -> None:
        """Detaches the programs and lets those that run come to their end."""
        if not self.link_count:
            return
        self.detach_entries()
        for _ in range(QUIET_MAX_NS // QUIET_NS):
            sleep_ns(QUIET_NS)
            if not any(self.cpu(number).depth for number in range(self.cpu_count)):
                return

    def close(self) -> None:
        if self.settings != NULL:
            self.last_counters = self.counters()
        self.merge.detach()
        self.release()

    def counters(self) -> dict[str, int]:
        if self.settings == NULL:
            return dict(self.last_counters)
        return self.sum_counters()

    def sum_counters(self) -> dict[str, int]:
        """The counters of all CPUs, those of nested programs and of missed ones included.

        runs_NAME and run_ns_NAME are of the program that the kernel enters at a tracepoint,
        with those it jumps to; it counts them while kernel.bpf_stats_enabled is 1.
        """
        cdef fm_bpf_cpu *cpu
        counts = no_counts()
        for number in range(self.cpu_count):
            cpu = self.cpu(number)
            counts["produced"] += cpu.produced
            counts["delivered"] += cpu.delivered
            counts["filtered"] += cpu.filtered
            counts["faults"] += cpu.faults
            for reason in range(FM_LOSS_REASON_MAX):
                for kind in range(FM_CLASS_MAX):
                    add_lost(counts, reason, kind, cpu.lost[<uint32_t>reason][<uint32_t>kind])
        # The kernel keeps a program from running within itself, and counts (Linux 5.12).
        add_lost(counts, FM_LOSS_NESTED, 0, self.add_runs(counts))
        counts["produced"] += counts[f"lost_{LOSS_REASONS[FM_LOSS_NESTED]}"]
        counts["refused_heads"] = self.merge.refused_heads()
        counts["out_of_order"] = self.merge.out_of_order
        return counts

    cdef int refill(self, int timeout_ms) except -1 nogil:
        """Waits as long as nothing comes; a record that comes after a rest ends it at once,
        those behind it gather for NAP_MS."""
        cdef uint64_t now_ns = wall_clock_ns()
        self.merge.publish()
        # Unsigned: a clock that was set back makes this comparison early, never late.
        if now_ns - self.timed_ns > COMPARE_NS:
            self.timed_ns = now_ns
            self.compare_clocks()
        if self.merge.snapshot(now_ns):
            self.resting = False
            return REFILL_BATCH
        if timeout_ms <= 0:
            if self.link_count or not self.merge.waiting:
                return REFILL_NOTHING
            # Stopped: what is held back is the last there will be.
            sleep_ns(HELD_WAIT_NS)
            return self.merge.snapshot(wall_clock_ns())
        if not self.resting:
            # While records come, they gather: one wake-up for many, also for those too young
            # to be sure that nothing older is still being written.
            self.resting = True
            if self.wait(FM_BPF_ARMED_FULL, min(timeout_ms, NAP_MS)):
                self.resting = False
                return REFILL_BATCH
            if timeout_ms <= NAP_MS:
                return REFILL_NOTHING
            timeout_ms -= NAP_MS
        if not self.wait(FM_BPF_ARMED_ANY, timeout_ms):
            return REFILL_NOTHING
        self.resting = False
        return REFILL_BATCH

    cdef int wait(self, uint32_t armed, int timeout_ms) except -1 nogil:
        """Arms the bell, looks once more, and waits for it; 1 when there is a batch."""
        armed_store(&self.settings.armed, armed)
        if not self.merge.snapshot(wall_clock_ns()):
            if armed == FM_BPF_ARMED_FULL or not self.merge.waiting:
                wait_readable(self.bell, timeout_ms)
        armed_store(&self.settings.armed, FM_BPF_RESTING)
        word_release(self.bell_tail, word_acquire(self.bell_head))
        if self.merge.snapshot(wall_clock_ns()):
            return 1
        if armed == FM_BPF_ARMED_FULL or not self.merge.waiting:
            return 0
        # The first one after a rest: it comes of age at once.
        sleep_ns(HELD_WAIT_NS)
        return self.merge.snapshot(wall_clock_ns())

    cdef int compare_clocks(self) noexcept nogil:
        """What the programs add to their clock: the closest of three looks."""
        cdef timespec before, boot, after
        cdef uint64_t span, closest = ~<uint64_t>0
        cdef uint64_t offset = 0
        cdef int index
        for index in range(3):
            clock_gettime(CLOCK_REALTIME, &before)
            clock_gettime(CLOCK_BOOTTIME, &boot)
            clock_gettime(CLOCK_REALTIME, &after)
            span = nanoseconds(&after) - nanoseconds(&before)
            if span < closest:
                closest = span
                offset = nanoseconds(&before) + span // 2 - nanoseconds(&boot)
        self.settings.boot_to_wall_ns = offset
        return 0

    cdef int load(self, object ids, uint64_t ring_size, uint32_t snaplen, uint32_t rings) except -1:
        """Loads the programs of these events; the first time with maps for so many rings."""
        first = self.object_count == 0
        if first:
            self.cpu_count = libbpf_num_possible_cpus()
            self.make_rings(ring_size, rings)
        candidates = objects_for_kernel() if first else [self.path]
        last = len(candidates) - 1
        for index, path in enumerate(candidates):
            try:
                self.load_object(path, ids, rings)
            except DriverError:
                # A kernel may refuse what its types promised: then the plainer programs.
                if index == last:
                    raise
            else:
                self.path = path
                break
        if first:
            self.map_shared()
            self.settings.snaplen = snaplen
            self.settings.watermark_bytes = <uint32_t>(ring_size // WATERMARK_SHARE)
            self.settings.knock = int.from_bytes(os.urandom(8), "little") | <uint64_t>1 << 63
            name_controllers(self.settings)
            self.enter_rings(rings)
        self.enter_programs(ids)
        self.asked |= ids
        return 0

    cdef int load_object(self, str path, object ids, uint32_t rings) except -1:
        """Opens one of the files with programs, as the last of objects, and loads what is wanted."""
        cdef bpf_object *opened
        if self.object_count == OBJECTS_MAX:
            raise DriverError("the selection of system calls was extended too often")
        if not os.path.exists(path):
            raise DriverError(f"{path} is not there: build falcomod where clang is installed")
        listen_to_libbpf()
        opened = bpf_object__open_file(os.fsencode(path), NULL)
        if opened == NULL:
            raise failed("the eBPF programs cannot be opened", errno)
        try:
            if self.object_count == 0:
                ids = ids | frozenset(ENTRIES)
                size_maps(opened, self.ring_maps[0], self.cpu_count, rings)
            else:
                share_maps(self.objects[0], opened)
            load_programs(opened, ids)
        except BaseException:
            bpf_object__close(opened)
            raise
        self.objects[self.object_count] = opened
        self.object_count += 1
        return 0

    cdef int map_shared(self) except -1:
        """Maps what programs and loader both write, and the bell."""
        cdef int settings = bpf_map__fd(map_of(self.objects[0], b".data.settings"))
        cdef int cpus = bpf_map__fd(map_of(self.objects[0], b"fm_cpus"))
        self.bell = bpf_map__fd(map_of(self.objects[0], b"fm_bell"))
        self.cpus = <uint8_t *>shared(cpus, self.cpus_size(), PROT_READ | PROT_WRITE, 0)
        self.bell_tail = <uint64_t *>shared(self.bell, self.page, PROT_READ | PROT_WRITE, 0)
        self.bell_head = <uint64_t *>shared(self.bell, self.page, PROT_READ, self.page)
        # From here on there is something to count.
        self.settings = <fm_bpf_settings *>shared(
            settings, sizeof(fm_bpf_settings), PROT_READ | PROT_WRITE, 0
        )
        return 0

    def make_rings(self, uint64_t ring_size, uint32_t rings) -> None:
        """Creates and maps the rings."""
        cdef int ring
        self.ring_maps = <int *>malloc(rings * sizeof(int))
        if self.ring_maps == NULL:
            raise MemoryError
        while self.ring_count < rings:
            ring = bpf_map_create(
                BPF_MAP_TYPE_RINGBUF, b"fm_ring", 0, 0, <uint32_t>ring_size, NULL
            )
            if ring < 0:
                raise failed(f"a ring of {ring_size} bytes cannot be made", -ring)
            self.ring_maps[self.ring_count] = ring
            self.ring_count += 1
            self.merge.attach_bpf(ring, ring_size)

    def enter_rings(self, uint32_t rings) -> None:
        """Makes the rings known to the programs, and to each CPU which is its own."""
        cdef int outer = bpf_map__fd(map_of(self.objects[0], b"fm_rings"))
        cdef uint32_t index
        cdef int ring
        for index in range(rings):
            ring = self.ring_maps[index]
            if bpf_map_update_elem(outer, &index, &ring, 0):
                raise failed("a ring cannot be given to the eBPF programs", errno)
        online = os.sysconf("SC_NPROCESSORS_ONLN")
        for place, number in enumerate(cpu_numbers(self.cpu_count)):
            self.cpu(number).sample.cpu = number
            self.cpu(number).ring = place * rings // online % rings

    def enter_programs(self, ids) -> None:
        """Makes the programs of these events known to fm_dispatch, by event code."""
        cdef int jumps = bpf_map__fd(map_of(self.objects[0], b"fm_programs"))
        cdef bpf_program *program
        cdef int program_fd
        cdef uint32_t code
        for event in EVENTS.values():
            if event.id not in ids:
                continue
            program = bpf_object__find_program_by_name(
                self.objects[self.object_count - 1], f"fm_{event.id}".encode()
            )
            if program == NULL:
                continue
            code = event.code
            program_fd = bpf_program__fd(program)
            if bpf_map_update_elem(jumps, &code, &program_fd, 0):
                raise failed(f"the program of {event.id} cannot be entered", errno)
            self.programs.add(event.id)

    def attach_entry(self, name: str) -> None:
        """Attaches a program to its tracepoint; one that this processor has no use for is not there."""
        cdef bpf_program *program = bpf_object__find_program_by_name(
            self.objects[0], f"fm_{name}".encode()
        )
        if program == NULL:
            return
        listen_to_libbpf()
        self.links[self.link_count] = bpf_program__attach(program)
        if self.links[self.link_count] == NULL:
            fault = failed(f"fm_{name} cannot be attached", errno)
            self.detach_entries()
            raise fault
        self.entries[self.link_count] = bpf_program__fd(program)
        self.entry_names[self.link_count] = name
        self.link_count += 1

    cdef void detach_entries(self) noexcept:
        while self.link_count:
            self.link_count -= 1
            bpf_link__destroy(self.links[self.link_count])

    def publish_nothing(self) -> None:
        memset(self.settings.slots, 0, sizeof(self.settings.slots))
        memset(self.settings.codes, 0, sizeof(self.settings.codes))
        self.settings.wanted = 0

    def publish_selection(self) -> None:
        """Writes the selection where the programs look: native number to event."""
        calls, procexit = self.selection
        cdef uint32_t wanted = FM_BPF_WANT_PROCEXIT if procexit else 0
        cdef uint32_t number, code
        arm = os.uname().machine == "aarch64"
        if calls & EXECS:
            wanted |= FM_BPF_WANT_EXEC
        if calls & CLONES:
            wanted |= FM_BPF_WANT_CHILD
        self.settings.wanted = wanted
        for call in SYSCALLS.values():
            code = self.code_of(call) if call.sc in calls else 0
            self.settings.codes[<uint32_t>call.sc] = code
            if call.name == "socketcall" and calls:
                code = code or self.code_of(call)
            numbers = (call.arm64, NO_CALL) if arm else (call.x86_64, call.ia32)
            for native, base in zip(numbers, (0, FM_BPF_NUMBERS), strict=True):
                if 0 <= native < FM_BPF_NUMBERS:
                    number = base + native
                    self.settings.slots[number].sc = call.sc
                    self.settings.slots[number].code = code

    def code_of(self, call) -> int:
        """The event that a call is recorded as: its own, or the generic one."""
        event = EVENTS[call.event]
        return event.code if event.id in self.programs else GENERIC.code

    cdef size_t cpus_size(self) noexcept nogil:
        return (self.cpu_count * sizeof(fm_bpf_cpu) + self.page - 1) // self.page * self.page

    cdef void release(self) noexcept:
        """Gives everything back; may be called twice."""
        self.detach_entries()
        while self.ring_count:
            self.ring_count -= 1
            c_close(self.ring_maps[self.ring_count])
        free(self.ring_maps)
        self.ring_maps = NULL
        if self.bell_tail != NULL:
            munmap(self.bell_tail, self.page)
        if self.bell_head != NULL:
            munmap(self.bell_head, self.page)
        if self.cpus != NULL:
            munmap(self.cpus, self.cpus_size())
        self.bell_tail = NULL
        self.bell_head = NULL
        if self.settings != NULL:
            munmap(self.settings, sizeof(fm_bpf_settings))
        self.cpus = NULL
        self.settings = NULL
        while self.object_count:
            self.object_count -= 1
            bpf_object__close(self.objects[self.object_count])

    cdef fm_bpf_cpu *cpu(self, uint32_t number) noexcept nogil:
        return <fm_bpf_cpu *>(self.cpus + number * sizeof(fm_bpf_cpu))

    cdef int64_t add_runs(self, dict counts) except -1:
        """Counts runs of the entries; returns how often one did not run because it was running."""
        cdef bpf_prog_info info
        cdef uint32_t size, index
        cdef int64_t missed = 0
        for index in range(<uint32_t>TRACEPOINTS_MAX):
            if self.entries[index] < 0:
                continue
            size = sizeof(info)
            memset(&info, 0, sizeof(info))
            if bpf_obj_get_info_by_fd(self.entries[index], &info, &size) == 0:
                missed += info.recursion_misses
                counts[f"runs_{self.entry_names[index]}"] = info.run_cnt
                counts[f"run_ns_{self.entry_names[index]}"] = info.run_time_ns
        return missed


cdef int load_programs(bpf_object *opened, object ids) except -1:
    """Loads these programs and no others."""
    cdef bpf_program *program = NULL
    cdef int code
    wanted = {f"fm_{name}" for name in ids}
    while True:
        program = bpf_object__next_program(opened, program)
        if program == NULL:
            break
        bpf_program__set_autoload(program, bpf_program__name(program).decode() in wanted)
    # The verifier takes its time, and matches need the interpreter meanwhile.
    with nogil:
        code = bpf_object__load(opened)
    if code:
        raise failed("the kernel refuses the eBPF programs", -code)
    return 0


def objects_for_kernel() -> list[str]:
    """The files with programs that this kernel should take, the best first.

    FALCOMOD_BPF_OBJECT names the only one, for tests.
    """
    cdef btf *types
    named = os.environ.get("FALCOMOD_BPF_OBJECT")
    if named:
        return [named]
    types = btf__load_vmlinux_btf()
    if types == NULL:
        raise failed("the kernel's types (BTF) cannot be read", errno)
    try:
        typed = btf__find_by_name_kind(types, b"bpf_rdonly_cast", BTF_KIND_FUNC) > 0
    finally:
        btf__free(types)
    return [TYPED_OBJECT, OBJECT] if typed else [OBJECT]


cdef int size_maps(bpf_object *opened, int ring, uint32_t cpus, uint32_t rings) except -1:
    """Sizes what depends on this host; ring is a map like those that fm_rings will hold."""
    cdef bpf_map *outer = map_of(opened, b"fm_rings")
    if (
        bpf_map__set_max_entries(map_of(opened, b"fm_cpus"), cpus)
        or bpf_map__set_max_entries(outer, rings)
        or bpf_map__set_inner_map_fd(outer, ring)
        or bpf_map__set_max_entries(map_of(opened, b"fm_bell"), BELL_SIZE)
    ):
        raise failed("the maps of the eBPF programs cannot be sized", errno)
    return 0


cdef int share_maps(bpf_object *owner, bpf_object *opened) except -1:
    for name in (b"fm_rings", b"fm_cpus", b"fm_bell", b"fm_programs", b".data.settings"):
        if bpf_map__reuse_fd(map_of(opened, name), bpf_map__fd(map_of(owner, name))):
            raise failed("the maps of the eBPF programs cannot be shared", errno)
    return 0


cdef void *shared(int fd, size_t size, int protection, size_t offset) except NULL:
    cdef void *mapped = mmap(NULL, size, protection, MAP_SHARED, fd, offset)
    if mapped == MAP_FAILED:
        raise failed("what the eBPF programs share cannot be mapped", errno)
    return mapped


cdef bpf_map *map_of(bpf_object *opened, const char *name) except NULL:
    cdef bpf_map *found = bpf_object__find_map_by_name(opened, name)
    if found == NULL:
        raise DriverError(f"{OBJECT} has no map {name.decode()}; build falcomod again")
    return found


cdef int name_controllers(fm_bpf_settings *settings) except -1:
    """The cgroup controllers of this kernel, in its order, from its types."""
    cdef btf *types = btf__load_vmlinux_btf()
    cdef const btf_type *listed
    cdef int number, index
    if types == NULL:
        raise failed("the kernel's types (BTF) cannot be read", errno)
    try:
        number = btf__find_by_name_kind(types, b"cgroup_subsys_id", BTF_KIND_ENUM)
        if number < 0:
            return 0
        listed = btf__type_by_id(types, number)
        for index in range(btf_vlen(listed)):
            name = btf__name_by_offset(types, btf_enumerators(listed)[index].name_off)
            place = btf_enumerators(listed)[index].val
            if not name.endswith(b"_cgrp_id") or not 0 <= place < FM_BPF_CONTROLLERS:
                continue
            text = name.removesuffix(b"_cgrp_id") + b"="
            strncpy(settings.controller[<uint32_t>place], text, FM_BPF_CONTROLLER_NAME - 1)
            settings.controllers = max(settings.controllers, <uint32_t>(place + 1))
    finally:
        btf__free(types)
    return 0


def checked_selection(syscalls, procexit: bool) -> tuple[frozenset[int], bool]:
    calls = frozenset(syscalls)
    for sc in calls:
        if sc not in CALLS:
            raise ValueError(f"no system call has the number {sc}")
    return calls, procexit


def programs_for(selection) -> set[str]:
    """Ids of the events that a selection can give."""
    calls, _procexit = selection
    ids = {EVENTS[CALLS[sc].event].id for sc in calls}
    return ids | {GENERIC.id} if calls else ids


def cpu_numbers(possible: int) -> list[int]:
    """Those that are online first: they come one after the other in their rings."""
    online = _online()
    return online + sorted(set(range(possible)).difference(online))


def _online() -> list[int]:
    numbers: list[int] = []
    for part in _read(Path("/sys/devices/system/cpu/online")).strip().split(","):
        first, _, last = part.partition("-")
        if first:
            numbers += range(int(first), int(last or first) + 1)
    return numbers


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


cdef object failed(str what, int error):
    """The exception for a refusal of the kernel, with what libbpf said of it."""
    cdef char reason[128]
    libbpf_strerror(error, reason, sizeof(reason))
    said = (<bytes>libbpf_said).decode(errors="replace").strip().splitlines()
    # The verifier gives its reason at the end of what it prints.
    message = "\n    ".join([f"{what}: {(<bytes>reason).decode()}", *said[max(0, len(said) - 6):]])
    if error == errno_names.EPERM:
        return PermissionFault(f"{message}\nrun as root with CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN")
    return DriverError(message)


cdef uint64_t nanoseconds(const timespec *time) noexcept nogil:
    return <uint64_t>time.tv_sec * 1000000000 + <uint64_t>time.tv_nsec


CALLS = {call.sc: call for call in SYSCALLS.values()}
GENERIC = EVENTS[1]
ALL_CALLS = frozenset(CALLS)
NO_CALL = -1                     # as a native number in SYSCALLS
