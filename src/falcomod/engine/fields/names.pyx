# SPDX-License-Identifier: Apache-2.0
"""Names of the kernel's numbers: errors, signals, capabilities.

Errors and signals come from the standard library, whose tables are those of
the C library the engine was built with; both are the same on all
architectures that a driver exists for.
"""

import errno
import re
import signal
from pathlib import Path

cdef enum:
    ERRNO_MAX = 600
    SIGNAL_MAX = 65
    CAPABILITY_MAX = 64
    PORT_MAX = 65536

cdef const char *ERRNO_NAMES[ERRNO_MAX]
cdef const char *SIGNAL_NAMES[SIGNAL_MAX]
cdef const char *CAPABILITY_NAMES[CAPABILITY_MAX]
cdef const char *SERVICES[2][PORT_MAX]          # TCP, UDP
cdef list _kept = []             # the bytes that the tables point into


cdef const char *errno_name(int64_t number) noexcept nogil:
    return ERRNO_NAMES[number] if 0 < number < ERRNO_MAX else NULL


cdef const char *signal_name(uint32_t number) noexcept nogil:
    return SIGNAL_NAMES[number] if number < SIGNAL_MAX else NULL


cdef const char *capability_name(uint32_t number) noexcept nogil:
    return CAPABILITY_NAMES[number] if number < CAPABILITY_MAX else NULL


cdef const char *service_name(uint16_t port, bint is_udp) noexcept nogil:
    return SERVICES[is_udp][port]


def load_services(path: str = "/etc/services") -> int:
    """Reads the names of ports and tells how many there are; hosts without such a file have none."""
    cdef bytes encoded
    cdef int is_udp
    cdef int port
    count = 0
    try:
        text = Path(path).read_text(errors="replace")
    except OSError:
        return 0
    for match in SERVICE.finditer(text):
        port = int(match[2])
        is_udp = match[3] == "udp"
        # Of several names for one port the first is the official one.
        if port < PORT_MAX and SERVICES[is_udp][port] is NULL:
            encoded = match[1].encode()
            _kept.append(encoded)
            SERVICES[is_udp][port] = encoded
            count += 1
    return count


cdef int _fill(const char **table, int size, dict names) except -1:
    cdef bytes encoded
    for number, name in names.items():
        if not 0 <= number < size:
            raise AssertionError(f"{name} is {number}: the table is too small")
        encoded = name.encode()
        _kept.append(encoded)
        table[<int>number] = encoded
    return 0


# man 5 services: name port/protocol aliases.
SERVICE = re.compile(r"^([^\s#]+)\s+(\d{1,5})/(tcp|udp)\b", re.ASCII | re.MULTILINE)

# man 5 services: name port/protocol aliases.
SERVICE = re.compile(r"^([^\s#]+)\s+(\d{1,5})/(tcp|udp)\b", re.ASCII | re.MULTILINE)

# Of several names for one number, the one in the kernel's own headers.
cdef dict PREFERRED_ERRNOS = {11: "EAGAIN", 35: "EDEADLK", 95: "EOPNOTSUPP"}

# Inside the kernel only, but seen at the end of an interrupted call
# (include/linux/errno.h).
cdef dict KERNEL_ERRNOS = {
    512: "ERESTARTSYS",
    513: "ERESTARTNOINTR",
    514: "ERESTARTNOHAND",
    515: "ENOIOCTLCMD",
    516: "ERESTART_RESTARTBLOCK",
    517: "EPROBE_DEFER",
    518: "EOPENSTALE",
    519: "ENOPARAM",
    524: "ENOTSUPP",
}

# include/uapi/linux/capability.h, by number.
cdef tuple CAPABILITIES = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
)

_fill(ERRNO_NAMES, ERRNO_MAX, {**errno.errorcode, **PREFERRED_ERRNOS, **KERNEL_ERRNOS})
_fill(SIGNAL_NAMES, SIGNAL_MAX, {int(number): number.name for number in signal.Signals})
_fill(CAPABILITY_NAMES, CAPABILITY_MAX, dict(enumerate(CAPABILITIES)))
