# SPDX-License-Identifier: Apache-2.0
"""The event table, as the engine links it and as Python sees it.

This extension alone links driver/uapi/falcomod_events.c.  Everything here is a
view of that table: nothing is stated a second time but the names of categories,
origins and types, which C has no text for.
"""

from dataclasses import dataclass
from types import MappingProxyType

from libc.stdint cimport uint16_t

from falcomod.engine._uapi cimport *


cdef const fm_event_info *event_info(uint16_t code) noexcept nogil:
    if code >= FM_EVENT_MAX or fm_event_table[code].name == NULL:
        return NULL
    return &fm_event_table[code]


cdef const fm_syscall_info *syscall_info(uint16_t sc) noexcept nogil:
    if sc >= FM_SC_MAX or fm_syscall_table[sc].name == NULL:
        return NULL
    return &fm_syscall_table[sc]


@dataclass(frozen=True, slots=True)
class ParamInfo:
    """One parameter of an event."""

    name: str
    type: str                    # "FSPATH": a key of PARAM_TYPES
    format: str                  # "NA", "DEC", "HEX", "OCT"
    dirfd: int                   # index of the parameter a path is relative to, or -1
    vocabulary: MappingProxyType | None      # name -> value, in table order
    width: int                   # stored bytes, 0 where they vary


@dataclass(frozen=True, slots=True)
class EventInfo:
    """One row of the event table."""

    code: int
    id: str                      # "OPENAT_2_X"
    name: str                    # "openat"
    category: str                # "FILE"
    origin: str                  # "SYSCALL"
    flags: int                   # EF_…
    loss_class: str              # one of LOSS_CLASSES
    params: tuple[ParamInfo, ...]

    @property
    def is_exit(self) -> bool:
        """Whether the event happens at the end of a call."""
        return self.id.endswith("_X")

    def index(self, name: str) -> int:
        """Index of the parameter *name*; KeyError when the event has none."""
        for index, param in enumerate(self.params):
            if param.name == name:
                return index
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class SyscallInfo:
    """One row of the system call table."""

    name: str
    sc: int                      # portable number, FM_SC_…
    event: int                   # code of the event that the call ends in
    capture_class: str           # "STATE", "IO", "PLAIN"
    x86_64: int                  # native numbers, -1: none
    ia32: int
    arm64: int


def codes_of(evt_type: str) -> frozenset[int]:
    """Codes of the events whose evt.type can be *evt_type*; empty: no such name.

    A system call without an event of its own gives {GENERIC_X}, whose evt.type is
    the call's name; likewise ASYNCEVENT_E for the names that observers give theirs.
    """
    return _CODES_OF.get(evt_type, frozenset())


def vocabularies() -> dict[str, dict[str, int]]:
    """Every vocabulary by its name in falcomod_flags.def."""
    groups: dict[str, dict[str, int]] = {}
    cdef const fm_vocabulary_row *row = fm_vocabulary_rows()
    while row.group != NULL:
        groups.setdefault(row.group.decode(), {})[row.name.decode()] = row.value
        row += 1
    return groups


def events_hash() -> int:
    """The number of this event table, which a driver's must equal."""
    return fm_events_hash()


def abi_text() -> str:
    """Sizes and offsets of everything that crosses the seam, as tools/abi_layout.c prints them."""
    lines = [
        f"abi_version {FM_ABI_VERSION}",
        f"events_hash {fm_events_hash():#018x}",
        f"event_max {FM_EVENT_MAX}",
        f"syscall_max {FM_SC_MAX}",
    ]
    lines += [f"ioctl {name} {number:#010x}" for name, number in _ioctls()]
    for name, size, members in _structs() + _bpf_structs():
        lines.append(f"struct {name} {size}")
        lines += [f"    {member} {offset} {width}" for member, offset, width in members]
    return "\n".join(lines) + "\n"


def _ioctls() -> list[tuple[str, int]]:
    return [
        ("VERSION", FM_IOC_VERSION),
        ("CONFIGURE", FM_IOC_CONFIGURE),
        ("SELECT", FM_IOC_SELECT),
        ("START", FM_IOC_START),
        ("STOP", FM_IOC_STOP),
        ("STATUS", FM_IOC_STATUS),
    ]


def _structs() -> list[tuple[str, int, list[tuple[str, int, int]]]]:
    cdef fm_record_header record
    cdef fm_ring_control ring
    cdef fm_ioc_version version
    cdef fm_ioc_configure configure
    cdef fm_ioc_select select
    cdef fm_ioc_status status
    cdef char *at_record = <char *>&record
    cdef char *at_ring = <char *>&ring
    cdef char *at_version = <char *>&version
    cdef char *at_configure = <char *>&configure
    cdef char *at_select = <char *>&select
    cdef char *at_status = <char *>&status
    return [
        ("fm_record_header", sizeof(record), [
            ("ts", <char *>&record.ts - at_record, sizeof(record.ts)),
            ("tid", <char *>&record.tid - at_record, sizeof(record.tid)),
            ("len", <char *>&record.len - at_record, sizeof(record.len)),
            ("type", <char *>&record.type - at_record, sizeof(record.type)),
            ("nparams", <char *>&record.nparams - at_record, sizeof(record.nparams)),
        ]),
        ("fm_ring_control", sizeof(ring), [
            ("head", <char *>&ring.head - at_ring, sizeof(ring.head)),
            ("produced", <char *>&ring.produced - at_ring, sizeof(ring.produced)),
            ("delivered", <char *>&ring.delivered - at_ring, sizeof(ring.delivered)),
            ("filtered", <char *>&ring.filtered - at_ring, sizeof(ring.filtered)),
            ("faults", <char *>&ring.faults - at_ring, sizeof(ring.faults)),
            ("tail", <char *>&ring.tail - at_ring, sizeof(ring.tail)),
            ("abi_version", <char *>&ring.abi_version - at_ring, sizeof(ring.abi_version)),
            ("cpu", <char *>&ring.cpu - at_ring, sizeof(ring.cpu)),
            ("data_size", <char *>&ring.data_size - at_ring, sizeof(ring.data_size)),
            ("lost", <char *>&ring.lost - at_ring, sizeof(ring.lost)),
        ]),
        ("fm_ioc_version", sizeof(version), [
            ("abi_version", <char *>&version.abi_version - at_version, sizeof(version.abi_version)),
            ("events_hash", <char *>&version.events_hash - at_version, sizeof(version.events_hash)),
            ("driver_version", <char *>&version.driver_version - at_version,
             sizeof(version.driver_version)),
        ]),
        ("fm_ioc_configure", sizeof(configure), [
            ("ring_size", <char *>&configure.ring_size - at_configure, sizeof(configure.ring_size)),
            ("snaplen", <char *>&configure.snaplen - at_configure, sizeof(configure.snaplen)),
            ("watermark_bytes", <char *>&configure.watermark_bytes - at_configure,
             sizeof(configure.watermark_bytes)),
            ("wake_delay_us", <char *>&configure.wake_delay_us - at_configure,
             sizeof(configure.wake_delay_us)),
        ]),
        ("fm_ioc_select", sizeof(select), [
            ("syscalls", <char *>&select.syscalls - at_select, sizeof(select.syscalls)),
            ("tracepoints", <char *>&select.tracepoints - at_select, sizeof(select.tracepoints)),
        ]),
        ("fm_ioc_status", sizeof(status), [
            ("ring_size", <char *>&status.ring_size - at_status, sizeof(status.ring_size)),
            ("cpus_generation", <char *>&status.cpus_generation - at_status,
             sizeof(status.cpus_generation)),
            ("consumers", <char *>&status.consumers - at_status, sizeof(status.consumers)),
            ("cpus", <char *>&status.cpus - at_status, sizeof(status.cpus)),
        ]),
    ]


def _bpf_structs() -> list[tuple[str, int, list[tuple[str, int, int]]]]:
    """What the eBPF programs and their loader share."""
    cdef fm_bpf_slot slot
    cdef fm_bpf_settings settings
    cdef fm_bpf_sample sample
    cdef fm_bpf_cpu cpu
    cdef char *at_slot = <char *>&slot
    cdef char *at_settings = <char *>&settings
    cdef char *at_sample = <char *>&sample
    cdef char *at_cpu = <char *>&cpu
    return [
        ("fm_bpf_slot", sizeof(slot), [
            ("sc", <char *>&slot.sc - at_slot, sizeof(slot.sc)),
            ("code", <char *>&slot.code - at_slot, sizeof(slot.code)),
        ]),
        ("fm_bpf_settings", sizeof(settings), [
            ("boot_to_wall_ns", <char *>&settings.boot_to_wall_ns - at_settings,
             sizeof(settings.boot_to_wall_ns)),
            ("knock", <char *>&settings.knock - at_settings, sizeof(settings.knock)),
            ("owner", <char *>&settings.owner - at_settings, sizeof(settings.owner)),
            ("snaplen", <char *>&settings.snaplen - at_settings, sizeof(settings.snaplen)),
            ("armed", <char *>&settings.armed - at_settings, sizeof(settings.armed)),
            ("watermark_bytes", <char *>&settings.watermark_bytes - at_settings,
             sizeof(settings.watermark_bytes)),
            ("wanted", <char *>&settings.wanted - at_settings, sizeof(settings.wanted)),
            ("controllers", <char *>&settings.controllers - at_settings,
             sizeof(settings.controllers)),
            ("controller", <char *>&settings.controller - at_settings, sizeof(settings.controller)),
            ("slots", <char *>&settings.slots - at_settings, sizeof(settings.slots)),
            ("codes", <char *>&settings.codes - at_settings, sizeof(settings.codes)),
        ]),
        ("fm_bpf_sample", sizeof(sample), [
            ("cpu", <char *>&sample.cpu - at_sample, sizeof(sample.cpu)),
            ("reserved", <char *>&sample.reserved - at_sample, sizeof(sample.reserved)),
        ]),
        ("fm_bpf_cpu", sizeof(cpu), [
            ("produced", <char *>&cpu.produced - at_cpu, sizeof(cpu.produced)),
            ("delivered", <char *>&cpu.delivered - at_cpu, sizeof(cpu.delivered)),
            ("filtered", <char *>&cpu.filtered - at_cpu, sizeof(cpu.filtered)),
            ("faults", <char *>&cpu.faults - at_cpu, sizeof(cpu.faults)),
            ("lost", <char *>&cpu.lost - at_cpu, sizeof(cpu.lost)),
            ("depth", <char *>&cpu.depth - at_cpu, sizeof(cpu.depth)),
            ("ring", <char *>&cpu.ring - at_cpu, sizeof(cpu.ring)),
            ("sample", <char *>&cpu.sample - at_cpu, sizeof(cpu.sample)),
        ]),
    ]


cdef object _vocabulary(const fm_flag_info *flag):
    if flag == NULL:
        return None
    names = {}
    while flag.name != NULL:
        names[flag.name.decode()] = flag.value
        flag += 1
    return MappingProxyType(names)


cdef object _param(const fm_param_info *param):
    return ParamInfo(
        name=param.name.decode(),
        type=_TYPE_NAMES[param.type],
        format=_FORMATS[param.format],
        dirfd=param.dirfd,
        vocabulary=_vocabulary(param.vocabulary),
        width=fm_param_width(param.type),
    )


cdef object _event(uint16_t code):
    cdef const fm_event_info *info = &fm_event_table[code]
    return EventInfo(
        code=code,
        id=fm_event_id(code).decode(),
        name=info.name.decode(),
        category=_CATEGORIES[info.category],
        origin=_ORIGINS[info.origin],
        flags=info.flags,
        loss_class=LOSS_CLASSES[info.loss_class],
        params=tuple(_param(&info.params[i]) for i in range(info.nparams)),
    )


cdef object _syscall(uint16_t sc):
    cdef const fm_syscall_info *info = &fm_syscall_table[sc]
    return SyscallInfo(
        name=info.name.decode(),
        sc=sc,
        event=info.event,
        capture_class=_CAPTURE_CLASSES[info.capture_class],
        x86_64=info.x86_64,
        ia32=info.ia32,
        arm64=info.arm64,
    )


def _codes_by_type() -> dict[str, frozenset[int]]:
    codes: dict[str, set[int]] = {}
    for event in EVENTS.values():
        codes.setdefault(event.name, set()).add(event.code)
    for syscall in SYSCALLS.values():
        if syscall.event == FM_GENERIC_X:
            codes.setdefault(syscall.name, set()).add(FM_GENERIC_X)
    for name in ASYNC_NAMES:
        codes.setdefault(name, set()).add(FM_ASYNCEVENT_E)
    return {name: frozenset(found) for name, found in codes.items()}


ABI_VERSION: int = FM_ABI_VERSION    # of the seam that this engine speaks

EF_CREATES_FD = FM_EF_CREATES_FD
EF_DESTROYS_FD = FM_EF_DESTROYS_FD
EF_USES_FD = FM_EF_USES_FD
EF_READS_FROM_FD = FM_EF_READS_FROM_FD
EF_WRITES_TO_FD = FM_EF_WRITES_TO_FD
EF_MODIFIES_STATE = FM_EF_MODIFIES_STATE
EF_WAITS = FM_EF_WAITS
EF_SKIPPARSERESET = FM_EF_SKIPPARSERESET
EF_LARGE_PAYLOAD = FM_EF_LARGE_PAYLOAD
EF_CONVERTER_MANAGED = FM_EF_CONVERTER_MANAGED

# Names of C enumerations, by value; a test compares them with the headers.
PARAM_TYPES = MappingProxyType({
    "NONE": FM_PT_NONE, "INT8": FM_PT_INT8, "INT16": FM_PT_INT16, "INT32": FM_PT_INT32,
    "INT64": FM_PT_INT64, "UINT8": FM_PT_UINT8, "UINT16": FM_PT_UINT16, "UINT32": FM_PT_UINT32,
    "UINT64": FM_PT_UINT64, "CHARBUF": FM_PT_CHARBUF, "BYTEBUF": FM_PT_BYTEBUF,
    "ERRNO": FM_PT_ERRNO, "SOCKADDR": FM_PT_SOCKADDR, "SOCKTUPLE": FM_PT_SOCKTUPLE,
    "FD": FM_PT_FD, "PID": FM_PT_PID, "FDLIST": FM_PT_FDLIST, "FSPATH": FM_PT_FSPATH,
    "SYSCALLID": FM_PT_SYSCALLID, "SIGTYPE": FM_PT_SIGTYPE, "RELTIME": FM_PT_RELTIME,
    "ABSTIME": FM_PT_ABSTIME, "PORT": FM_PT_PORT, "L4PROTO": FM_PT_L4PROTO,
    "SOCKFAMILY": FM_PT_SOCKFAMILY, "BOOL": FM_PT_BOOL, "IPV4ADDR": FM_PT_IPV4ADDR,
    "DYN": FM_PT_DYN, "FLAGS8": FM_PT_FLAGS8, "FLAGS16": FM_PT_FLAGS16,
    "FLAGS32": FM_PT_FLAGS32, "UID": FM_PT_UID, "GID": FM_PT_GID, "DOUBLE": FM_PT_DOUBLE,
    "SIGSET": FM_PT_SIGSET, "CHARBUFARRAY": FM_PT_CHARBUFARRAY, "IPV4NET": FM_PT_IPV4NET,
    "IPV6ADDR": FM_PT_IPV6ADDR, "IPV6NET": FM_PT_IPV6NET, "IPADDR": FM_PT_IPADDR,
    "IPNET": FM_PT_IPNET, "MODE": FM_PT_MODE, "FSRELPATH": FM_PT_FSRELPATH,
    "ENUMFLAGS8": FM_PT_ENUMFLAGS8, "ENUMFLAGS16": FM_PT_ENUMFLAGS16,
    "ENUMFLAGS32": FM_PT_ENUMFLAGS32, "FD32": FM_PT_FD32, "PID32": FM_PT_PID32,
})
_TYPE_NAMES = {value: name for name, value in PARAM_TYPES.items()}
_FORMATS = {
    FM_FORMAT_NA: "NA", FM_FORMAT_DEC: "DEC", FM_FORMAT_HEX: "HEX", FM_FORMAT_OCT: "OCT",
}
_CATEGORIES = {
    FM_CATEGORY_NONE: "NONE", FM_CATEGORY_OTHER: "OTHER", FM_CATEGORY_FILE: "FILE",
    FM_CATEGORY_NET: "NET", FM_CATEGORY_IPC: "IPC", FM_CATEGORY_MEMORY: "MEMORY",
    FM_CATEGORY_PROCESS: "PROCESS", FM_CATEGORY_SLEEP: "SLEEP", FM_CATEGORY_SYSTEM: "SYSTEM",
    FM_CATEGORY_SIGNAL: "SIGNAL", FM_CATEGORY_USER: "USER", FM_CATEGORY_TIME: "TIME",
    FM_CATEGORY_IO_READ: "IO_READ", FM_CATEGORY_IO_WRITE: "IO_WRITE",
    FM_CATEGORY_IO_OTHER: "IO_OTHER", FM_CATEGORY_WAIT: "WAIT",
    FM_CATEGORY_SCHEDULER: "SCHEDULER", FM_CATEGORY_INTERNAL: "INTERNAL",
}
_ORIGINS = {
    FM_ORIGIN_NONE: "NONE", FM_ORIGIN_SYSCALL: "SYSCALL", FM_ORIGIN_TRACEPOINT: "TRACEPOINT",
    FM_ORIGIN_METAEVENT: "METAEVENT", FM_ORIGIN_PLUGIN: "PLUGIN", FM_ORIGIN_ITER: "ITER",
}
_CAPTURE_CLASSES = {
    FM_SYSCALL_NONE: "NONE", FM_SYSCALL_STATE: "STATE", FM_SYSCALL_IO: "IO",
    FM_SYSCALL_PLAIN: "PLAIN",
}
LOSS_CLASSES: tuple[str, ...] = tuple(name for _, name in sorted([
    (FM_CLASS_OTHER, "other"), (FM_CLASS_CLONE_FORK_EXIT, "clone_fork_exit"),
    (FM_CLASS_EXECVE_EXIT, "execve_exit"), (FM_CLASS_CONNECT_ENTER, "connect_enter"),
    (FM_CLASS_CONNECT_EXIT, "connect_exit"), (FM_CLASS_OPEN_ENTER, "open_enter"),
    (FM_CLASS_OPEN_EXIT, "open_exit"), (FM_CLASS_DIR_FILE_EXIT, "dir_file_exit"),
    (FM_CLASS_OTHER_INTEREST_EXIT, "other_interest_exit"), (FM_CLASS_CLOSE_EXIT, "close_exit"),
    (FM_CLASS_PROC_EXIT, "proc_exit"),
]))
LOSS_REASONS: tuple[str, ...] = tuple(name for _, name in sorted([
    (FM_LOSS_FULL, "full"), (FM_LOSS_TOO_BIG, "too_big"), (FM_LOSS_FAULT, "fault"),
    (FM_LOSS_NESTED, "nested"),
]))

EVENTS: dict[int, EventInfo] = {
    code: _event(code) for code in range(FM_EVENT_MAX) if event_info(code) != NULL
}
SYSCALLS: dict[str, SyscallInfo] = {
    syscall.name: syscall
    for syscall in (_syscall(sc) for sc in range(FM_SC_MAX) if syscall_info(sc) != NULL)
}
# What observers call the events that they put into a capture: Falco's container plugin.
ASYNC_NAMES = ("container", "container_removed")

_CODES_OF = _codes_by_type()
