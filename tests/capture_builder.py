# SPDX-License-Identifier: Apache-2.0
"""Captures as any version of the format has them, in pure Python.

    capture(machine(), processes([process(tid=7)]), event(build("openat", tid=7)))

Layouts are stated here anew and on purpose, so that they check those of the reader.  A
list takes its version by its type; entries are dictionaries that process(), descriptor()
and the like complete, and fields that a version lacks are left out when it is written.
"""

from __future__ import annotations

import gzip
import ipaddress
import struct
from collections.abc import Iterable, Mapping
from typing import Any

Entry = Mapping[str, Any]

SECTION, MACHINE, EVENT, EVENT_FLAGS = 0x0A0D0D0A, 0x201, 0x216, 0x217
EVENT_LARGE, EVENT_FLAGS_LARGE = 0x221, 0x222
EVENTS_V1 = (0x204, 0x8010ABCD)
EVENT_FLAGS_V1 = 0x208
STATE_ONLY = 1

PROCESS_VERSIONS = {
    0x202: 1, 0x8000ABCD: 1, 0x207: 2, 0x8013ABCD: 2, 0x209: 3, 0x8014ABCD: 3, 0x210: 4,
    0x211: 5, 0x212: 6, 0x213: 7, 0x214: 8, 0x215: 9,
}  # fmt: skip
DESCRIPTOR_VERSIONS = {0x203: 1, 0x8001ABCD: 1, 0x218: 2}
INTERFACE_VERSIONS = {0x205: 1, 0x8011ABCD: 1, 0x219: 2}
USER_VERSIONS = {0x206: 1, 0x8012ABCD: 1, 0x220: 2}


def capture(*blocks: bytes, packed: bool = False) -> bytes:
    """A whole file: a section header and *blocks*."""
    data = section() + b"".join(blocks)
    return gzip.compress(data, mtime=0) if packed else data


def block(type: int, body: bytes, *, trailer: int | None = None) -> bytes:
    padding = bytes(-len(body) % 4)
    size = 12 + len(body) + len(padding)
    end = size if trailer is None else trailer
    return struct.pack("<II", type, size) + body + padding + struct.pack("<I", end)


def section(
    *, magic: int = 0x1A2B3C4D, major: int = 1, minor: int = 2, options: bytes = b""
) -> bytes:
    return block(SECTION, struct.pack("<IHHQ", magic, major, minor, 2**64 - 1) + options)


def machine(
    *, num_cpus: int = 2, memory_size_bytes: int = 1 << 30, max_pid: int = 32768,
    hostname: str = "host-1", boot_ts_ns: int = 5, type: int = MACHINE,
) -> bytes:  # fmt: skip
    body = struct.pack("<IQQ128s", num_cpus, memory_size_bytes, max_pid, hostname.encode())
    return block(type, body + struct.pack("<QQQQ", boot_ts_ns, 0, 0, 0))


def event(
    record: bytes, *, cpu: int = 0, flags: int | None = None, type: int | None = None
) -> bytes:
    """A block of one event; its type follows from *flags* if it is not given."""
    if type is None:
        type = EVENT if flags is None else EVENT_FLAGS
    head = struct.pack("<H", cpu)
    if type in (EVENT_FLAGS, EVENT_FLAGS_LARGE, EVENT_FLAGS_V1):
        head += struct.pack("<I", flags or 0)
    return block(type, head + record)


def without_count(record: bytes) -> bytes:
    """A record as blocks of version 1 have it: the header lacks nparams."""
    ts, tid, length, code, _ = struct.unpack_from("<QQIHI", record)
    return struct.pack("<QQIH", ts, tid, max(0, length - 4), code) + record[26:]


def process(**facts: Any) -> dict[str, Any]:
    """An entry of a process list: of a program that does nothing."""
    tid = facts.get("tid", 1)
    entry: dict[str, Any] = {
        "tid": tid, "pid": tid, "ptid": 1, "sid": tid, "vpgid": tid, "comm": b"sleep",
        "exe": b"sleep", "exepath": b"/bin/sleep", "args": b"9\0", "cwd": b"/tmp",
        "fdlimit": 1024, "flags": 0, "uid": 0, "gid": 0, "vmsize": 10, "vmrss": 5, "vmswap": 1,
        "pfmajor": 2, "pfminor": 3, "env": b"A=1\0", "vtid": tid, "vpid": tid,
        "cgroups": b"cpuset=/\0", "root": b"/", "pidns": 8, "tty": 34816, "loginuid": 1000,
        "exe_writable": 1, "cap_inheritable": 0, "cap_permitted": 1, "cap_effective": 3,
        "exe_upper_layer": 1, "exe_ino": 77, "exe_ino_ctime": 78, "exe_ino_mtime": 79,
        "exe_from_memfd": 0, "exe_lower_layer": 0, "pgid": tid,
    }  # fmt: skip
    return entry | facts


def processes(
    entries: Iterable[Entry],
    *,
    type: int = 0x215,
    tail: int = 14,
    extra: bytes = b"",
    trailer: int | None = None,
) -> bytes:
    """A process list; *tail*: how many of the fields of sized entries there are."""
    version = PROCESS_VERSIONS[type]
    body = []
    for entry in entries:
        parts = [_pack(kind, entry[name]) for name, kind, since in PROCESS if version >= since]
        if version >= 9:
            parts += [_pack(kind, entry[name]) for name, kind in PROCESS_TAIL[:tail]] + [extra]
            body.append(_sized(b"".join(parts)))
        else:
            body += parts
    return block(type, b"".join(body), trailer=trailer)


def processes_before_0_10(entries: Iterable[Entry]) -> bytes:
    """Version 9 of a time without pid namespace and terminal, and with capabilities at the end."""
    body = []
    tail = [row for row in PROCESS_TAIL[:7] if row[0] not in ("pidns", "tty")]
    for entry in entries:
        parts = [_pack(kind, entry[name]) for name, kind, _ in PROCESS]
        parts += [_pack(kind, entry[name]) for name, kind in tail]
        body.append(_sized(b"".join(parts)))
    return block(0x215, b"".join(body))


def descriptors(tid: int, entries: Iterable[bytes], *, type: int = 0x218) -> bytes:
    """The descriptors of a thread; entries are those of descriptor()."""
    version = DESCRIPTOR_VERSIONS[type]
    body = [_sized(entry) if version >= 2 else entry for entry in entries]
    return block(type, struct.pack("<q", tid) + b"".join(body))


def descriptor(number: int, type: int, info: bytes, *, ino: int = 0) -> bytes:
    return struct.pack("<qQB", number, ino, type) + info


def file(number: int, name: str, *, flags: int = 1, dev: int | None = 5, ino: int = 9) -> bytes:
    """A FILE_V2 descriptor; *dev* None: as version 1 and early version 2 have it."""
    info = struct.pack("<I", flags) + _text(name.encode())
    return descriptor(number, 16, info + (b"" if dev is None else struct.pack("<I", dev)), ino=ino)


def named(number: int, type: int, name: str) -> bytes:
    return descriptor(number, type, _text(name.encode()))


def connection(
    number: int, source: str, sport: int, dest: str, dport: int, *, l4proto: int = 2
) -> bytes:  # fmt: skip
    ends = [ipaddress.ip_address(source).packed, ipaddress.ip_address(dest).packed]
    type = 3 if len(ends[0]) == 4 else 4
    return descriptor(number, type, b"".join(ends) + struct.pack("<HHB", sport, dport, l4proto))


def listener(number: int, address: str, port: int, *, l4proto: int = 2) -> bytes:
    packed = ipaddress.ip_address(address).packed
    type = 5 if len(packed) == 4 else 6
    return descriptor(number, type, packed + struct.pack("<HB", port, l4proto))


def unix(number: int, source: int, dest: int, path: str) -> bytes:
    return descriptor(number, 8, struct.pack("<QQ", source, dest) + _text(path.encode()))


def interfaces(entries: Iterable[bytes], *, type: int = 0x219) -> bytes:
    sized = INTERFACE_VERSIONS[type] >= 2
    # This size alone does not count itself.
    parts = [struct.pack("<I", len(entry)) + entry if sized else entry for entry in entries]
    return block(type, b"".join(parts))


def interface(
    name: str, address: str, *, netmask: str, broadcast: str, speed: int | None = 1000
) -> bytes:  # fmt: skip
    packed = [ipaddress.ip_address(part).packed for part in (address, netmask, broadcast)]
    type = (1 if len(packed[0]) == 4 else 2) + (2 if speed is None else 0)
    rest = b"" if speed is None else struct.pack("<Q", speed)
    return struct.pack("<HH", type, len(name)) + b"".join(packed) + rest + name.encode()


def users(entries: Iterable[bytes], *, type: int = 0x220) -> bytes:
    sized = USER_VERSIONS[type] >= 2
    return block(type, b"".join(_sized(entry) if sized else entry for entry in entries))


def user(uid: int, gid: int, name: str, home: str, shell: str) -> bytes:
    texts = b"".join(_text(part.encode()) for part in (name, home, shell))
    return struct.pack("<BII", 0, uid, gid) + texts


def group(gid: int, name: str) -> bytes:
    return struct.pack("<BI", 1, gid) + _text(name.encode())


def _sized(entry: bytes) -> bytes:
    """With its size in front, which counts itself."""
    return struct.pack("<I", 4 + len(entry)) + entry


def _text(text: bytes) -> bytes:
    return struct.pack("<H", len(text)) + text


def _pack(kind: str, value: Any) -> bytes:
    return _text(value) if kind == "s" else struct.pack(f"<{kind}", value)


# Name, kind and first version of the fields that all entries have.
PROCESS = (
    ("tid", "q", 1), ("pid", "q", 1), ("ptid", "q", 1), ("sid", "q", 6), ("vpgid", "q", 8),
    ("comm", "s", 1), ("exe", "s", 1), ("exepath", "s", 7), ("args", "s", 1), ("cwd", "s", 1),
    ("fdlimit", "q", 1), ("flags", "I", 1), ("uid", "I", 1), ("gid", "I", 1), ("vmsize", "I", 2),
    ("vmrss", "I", 2), ("vmswap", "I", 2), ("pfmajor", "Q", 2), ("pfminor", "Q", 2),
    ("env", "s", 3), ("vtid", "q", 4), ("vpid", "q", 4), ("cgroups", "s", 4), ("root", "s", 5),
)  # fmt: skip
PROCESS_TAIL = (
    ("pidns", "Q"), ("tty", "I"), ("loginuid", "I"), ("exe_writable", "B"),
    ("cap_inheritable", "Q"), ("cap_permitted", "Q"), ("cap_effective", "Q"),
    ("exe_upper_layer", "B"), ("exe_ino", "Q"), ("exe_ino_ctime", "Q"), ("exe_ino_mtime", "Q"),
    ("exe_from_memfd", "B"), ("exe_lower_layer", "B"), ("pgid", "q"),
)  # fmt: skip
