# SPDX-License-Identifier: Apache-2.0
"""The sources of records: the kernel module, and memory.

A source knows nothing of what records say, but the merge their time.
"""

import errno as errno_names
import os

from libc.errno cimport EINTR, errno
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset
from posix.fcntl cimport O_CLOEXEC, O_RDWR, open as c_open
from posix.time cimport CLOCK_REALTIME, clock_gettime, nanosleep, timespec
from posix.unistd cimport close as c_close

from falcomod.engine._uapi cimport (
    FM_ABI_VERSION, FM_CLASS_MAX, FM_CPUS_MAX, FM_IOC_CONFIGURE, FM_IOC_SELECT, FM_IOC_START,
    FM_IOC_STATUS, FM_IOC_STOP, FM_IOC_VERSION, FM_LOSS_REASON_MAX, FM_SYSCALL_WORDS,
    FM_TP_PROCEXIT, fm_ioc_configure, fm_ioc_select, fm_ioc_status, fm_ioc_version,
)

from falcomod import __version__
from falcomod.engine.decode.schema import LOSS_CLASSES, LOSS_REASONS, events_hash
from falcomod.errors import DriverError, PermissionFault

cdef extern from "<poll.h>" nogil:
    struct pollfd:
        int fd
        short events
        short revents
    enum:
        POLLIN, POLLERR, POLLHUP, POLLNVAL
    int poll(pollfd *fds, unsigned long nfds, int timeout)

cdef extern from "<sys/ioctl.h>" nogil:
    int ioctl(int fd, unsigned long request, ...)

cdef enum:
    CHECK_CPUS_NS = 100000000    # how long a new CPU's ring may go unread on a busy host
    ALL_AGES_NS = 1000000000     # ahead of any record
    HELD_WAIT_NS = 500000        # until records that are held back have come of age


cdef class Source:

    cdef int next(self, Record *out) except -1 nogil:
        with gil:
            raise NotImplementedError

    cdef int consume(self, uint64_t size) except -1 nogil:
        with gil:
            raise NotImplementedError

    cdef int drop_rest(self) except -1 nogil:
        with gil:
            raise NotImplementedError

    cdef int refill(self, int timeout_ms) except -1 nogil:
        with gil:
            raise NotImplementedError

    def start(self) -> None:
        """Records are produced from now on."""

    def stop(self) -> None:
        """No further records are produced; those there are can still be read."""

    def close(self) -> None:
        """Gives everything back; counters() keeps what it said last."""

    def counters(self) -> dict[str, int]:
        """What was produced, delivered and lost, since the source was opened."""
        return {}


cdef class RingSource(Source):
    """Rings in memory, as a driver lays them out; for tests and benches."""

    def __cinit__(self, *_arguments, **_options):
        self.merge = Merge()
        self.name = "ring"

    def attach_ring(self, fd: int, cpu: int, data_size: int) -> None:
        """Maps the ring of *cpu* in the file *fd*. Raises DriverError."""
        self.merge.attach(fd, cpu, data_size)

    def counters(self) -> dict[str, int]:
        """The rings' counters, summed over CPUs.

        produced, delivered, filtered, faults; lost, lost_<reason> and
        lost_<reason>_<class>; out_of_order; refused_heads.  produced is delivered + lost
        whenever no call is being recorded.
        """
        counts = sum_rings(self.merge)
        counts["out_of_order"] = self.merge.out_of_order
        return counts

    def take_records(self) -> list[bytes]:
        """Everything there is, however young, in order of time; for tests."""
        taken = self.merge.drain(wall_clock_ns() + ALL_AGES_NS)
        return [record for _cpu, record in taken if record is not None]

    cdef int next(self, Record *out) except -1 nogil:
        return self.merge.next(out)

    cdef int consume(self, uint64_t size) except -1 nogil:
        self.merge.consume(size)
        return 0

    cdef int drop_rest(self) except -1 nogil:
        self.merge.drop_rest()
        return 0

    cdef int refill(self, int timeout_ms) except -1 nogil:
        self.merge.publish()
        return self.merge.snapshot(wall_clock_ns())


cdef class KmodSource(RingSource):
    """Reads /dev/falcomod.

    The system calls in *syscalls* (portable numbers) are selected, and the end of
    processes with *procexit*.  *ring_size* 0 leaves the size to the module.
    Raises PermissionFault and DriverError, whose message says what to do.
    """

    def __cinit__(self, *_arguments, **_options):
        self.fd = -1

    def __init__(
        self,
        device: str = "/dev/falcomod",
        *,
        ring_size: int = 0,
        snaplen: int = 80,
        syscalls=(),
        procexit: bool = True,
    ) -> None:
        self.name = "kmod"
        self.last_counters = {}
        self.fd = c_open(os.fsencode(device), O_RDWR | O_CLOEXEC)
        if self.fd < 0:
            raise fault_of_open(errno, device)
        try:
            check_version(self.fd, device)
            configure(self.fd, ring_size, snaplen)
            self.select(syscalls, procexit=procexit)
        except BaseException:
            self.close()
            raise

    def __dealloc__(self):
        if self.fd >= 0:
            c_close(self.fd)

    def select(self, syscalls, *, procexit: bool = True) -> None:
        """Selects exactly these system calls (portable numbers), also while running."""
        cdef fm_ioc_select wanted
        memset(&wanted, 0, sizeof(wanted))
        for sc in syscalls:
            if not 0 <= sc < FM_SYSCALL_WORDS * 64:
                raise ValueError(f"no system call has the number {sc}")
            wanted.syscalls[<uint32_t>sc // 64] |= <uint64_t>1 << (<uint32_t>sc % 64)
        wanted.tracepoints = FM_TP_PROCEXIT if procexit else 0
        if ioctl(self.fd, FM_IOC_SELECT, &wanted) < 0:
            raise refused("the selection of system calls", errno)

    def start(self) -> None:
        if ioctl(self.fd, FM_IOC_START, 0) < 0:
            raise refused("to start", errno)
        self.map_cpus()

    def stop(self) -> None:
        if ioctl(self.fd, FM_IOC_STOP, 0) < 0:
            raise refused("to stop", errno)

    def close(self) -> None:
        if self.fd < 0:
            return
        self.last_counters = self.counters()
        self.merge.detach()
        c_close(self.fd)
        self.fd = -1

    def counters(self) -> dict[str, int]:
        return dict(self.last_counters) if self.fd < 0 else RingSource.counters(self)

    cdef int refill(self, int timeout_ms) except -1 nogil:
        cdef uint64_t now_ns = wall_clock_ns()
        cdef int ready
        self.merge.publish()
        # Unsigned: a clock that was set back makes this check early, never late.
        if now_ns - self.checked_ns > CHECK_CPUS_NS:
            self.checked_ns = now_ns
            self.check_cpus()
        if self.merge.snapshot(now_ns):
            return REFILL_BATCH
        ready = wait_readable(self.fd, timeout_ms)
        if ready <= 0:
            return ready
        if self.merge.snapshot(wall_clock_ns()):
            return REFILL_BATCH
        # The driver has something and we do not: it is held back, or in a ring not mapped yet.
        self.check_cpus()
        sleep_ns(HELD_WAIT_NS)
        return self.merge.snapshot(wall_clock_ns())

    cdef int check_cpus(self) except -1 nogil:
        """Maps the rings of CPUs that have come up since."""
        cdef fm_ioc_status status
        if ioctl(self.fd, FM_IOC_STATUS, &status) < 0:
            with gil:
                raise refused("its status", errno)
        if status.cpus_generation != self.generation:
            with gil:
                self.map_cpus()
        return 0

    cdef int map_cpus(self) except -1:
        cdef fm_ioc_status status
        cdef uint32_t cpu
        if ioctl(self.fd, FM_IOC_STATUS, &status) < 0:
            raise refused("its status", errno)
        mapped = {self.merge.rings[i].cpu for i in range(self.merge.count)}
        for cpu in range(<uint32_t>FM_CPUS_MAX):
            if status.cpus[cpu // 64] >> (cpu % 64) & 1 and cpu not in mapped:
                self.merge.attach(self.fd, cpu, status.ring_size)
        self.generation = status.cpus_generation
        return 0


cdef class ReplaySource(Source):
    """Records from memory, *repeat* times over; for tests and benches.

    *records* is bytes with records back to back, or an iterable of bytes: then each
    piece is on its own, and one whose length is wrong does not take the next ones along.
    """

    def __init__(self, records, *, repeat: int = 1) -> None:
        cdef uint64_t end = 0
        parts = [records] if isinstance(records, bytes) else list(records)
        parts = [part for part in parts if part]
        self.name = "replay"
        self.data = b"".join(parts)
        self.start = self.data
        self.pieces = <uint32_t>len(parts)
        self.passes = repeat if parts else 0
        self.position = len(self.data)
        self.piece = self.pieces
        free(self.ends)
        self.ends = <uint64_t *>malloc((self.pieces + 1) * sizeof(uint64_t))
        if self.ends == NULL:
            raise MemoryError
        for index, part in enumerate(parts):
            end += len(part)
            self.ends[<uint32_t>index] = end

    def __dealloc__(self):
        free(self.ends)

    cdef int next(self, Record *out) except -1 nogil:
        if self.piece == self.pieces:
            return 0
        out.data = self.start + self.position
        out.size = self.ends[self.piece] - self.position
        out.cpu = 0
        out.is_state_only = 0
        return 1

    cdef int consume(self, uint64_t size) except -1 nogil:
        self.position += min(size, self.ends[self.piece] - self.position)
        if self.position == self.ends[self.piece]:
            self.piece += 1
        return 0

    cdef int drop_rest(self) except -1 nogil:
        self.position = self.ends[self.piece]
        self.piece += 1
        return 0

    cdef int refill(self, int timeout_ms) except -1 nogil:
        if self.passes == 0:
            return REFILL_END
        self.passes -= 1
        self.position = 0
        self.piece = 0
        return REFILL_BATCH


cdef uint64_t wall_clock_ns() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_REALTIME, &now)
    return <uint64_t>now.tv_sec * 1000000000 + <uint64_t>now.tv_nsec


cdef void sleep_ns(uint64_t duration_ns) noexcept nogil:
    cdef timespec duration
    duration.tv_sec = 0
    duration.tv_nsec = <long>duration_ns
    nanosleep(&duration, NULL)


cdef int wait_readable(int fd, int timeout_ms) except -1 nogil:
    cdef pollfd polled
    cdef int ready
    polled.fd = fd
    polled.events = POLLIN
    polled.revents = 0
    ready = poll(&polled, 1, timeout_ms)
    if ready < 0 and errno == EINTR:
        return 0
    if ready < 0 or polled.revents & (POLLERR | POLLHUP | POLLNVAL):
        with gil:
            raise DriverError("the driver's device has failed; load the driver again")
    return ready


cdef int check_version(int fd, str device) except -1:
    cdef fm_ioc_version version
    if ioctl(fd, FM_IOC_VERSION, &version) < 0:
        raise DriverError(
            f"{device} is not falcomod's device ({os.strerror(errno)}); "
            "load the driver with `falcomod driver load`"
        )
    if version.abi_version == FM_ABI_VERSION and version.events_hash == events_hash():
        return 0
    loaded = (<bytes>version.driver_version[:sizeof(version.driver_version)]).split(b"\0")[0]
    raise DriverError(
        f"the loaded driver is version {loaded.decode(errors='replace')} "
        f"(ABI {version.abi_version}, events {version.events_hash:#018x}), "
        f"but falcomod {__version__} needs ABI {FM_ABI_VERSION}, events {events_hash():#018x}; "
        "unload it with `falcomod driver unload`, build the one of this version with "
        "`falcomod driver build` and load that"
    )


cdef int configure(int fd, uint64_t ring_size, uint32_t snaplen) except -1:
    cdef fm_ioc_configure wanted
    memset(&wanted, 0, sizeof(wanted))
    wanted.ring_size = ring_size
    wanted.snaplen = snaplen
    if ioctl(fd, FM_IOC_CONFIGURE, &wanted) < 0:
        raise refused(f"rings of {ring_size} bytes and a snaplen of {snaplen}", errno)
    return 0


cdef dict no_counts():
    counts = dict.fromkeys(
        ("produced", "delivered", "filtered", "faults", "refused_heads", "lost"), 0
    )
    counts.update({f"lost_{reason}": 0 for reason in LOSS_REASONS})
    counts.update({f"lost_{reason}_{kind}": 0 for reason in LOSS_REASONS for kind in LOSS_CLASSES})
    return counts


cdef int add_lost(dict counts, int reason, int kind, uint64_t lost) except -1:
    counts["lost"] += lost
    counts[f"lost_{LOSS_REASONS[reason]}"] += lost
    counts[f"lost_{LOSS_REASONS[reason]}_{LOSS_CLASSES[kind]}"] += lost
    return 0


cdef dict sum_rings(Merge merge):
    counts = no_counts()
    for index in range(merge.count):
        control = merge.rings[index].control
        counts["produced"] += control.produced
        counts["delivered"] += control.delivered
        counts["filtered"] += control.filtered
        counts["faults"] += control.faults
        counts["refused_heads"] += merge.rings[index].refused
        for reason in range(FM_LOSS_REASON_MAX):
            for kind in range(FM_CLASS_MAX):
                add_lost(counts, reason, kind, control.lost[<uint32_t>reason][<uint32_t>kind])
    return counts


def fault_of_open(error: int, device: str) -> Exception:
    """What a failed open of the device means to the user."""
    reason = os.strerror(error)
    if error in (errno_names.EACCES, errno_names.EPERM):
        return PermissionFault(
            f"cannot open {device}: {reason}; falcomod reads the driver as root (CAP_SYS_ADMIN)"
        )
    if error == errno_names.EBUSY:
        return DriverError(
            f"cannot open {device}: {reason}; the driver serves no more programs at once, end one"
        )
    return DriverError(
        f"cannot open {device}: {reason}; load the driver with `falcomod driver load`"
    )


cdef object refused(str what, int error):
    return DriverError(f"the driver refuses {what}: {os.strerror(error)}")
