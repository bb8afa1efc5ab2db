# SPDX-License-Identifier: Apache-2.0
"""What falcomod takes of its host, and how the host is: the home of psutil.

psutil (BSD 3-clause; Giampaolo Rodolà and others) knows the formats of /proc, its ten thousand
exceptions included.  What cannot be read is absent: numbers about falcomod must never be
what ends it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from falcomod.enrich.host import host_path

log = logging.getLogger(__name__)

_FIRST = threading.Lock()  # of the first measure, which says to psutil where /proc is

T = TypeVar("T")

NUMBER_BYTES_MAX = 64  # of a file that holds a number
STAT_BYTES_MAX = 1 << 22  # of /proc/stat, a line of which may name thousands of interrupts
ADDRESSES_MAX = 256  # of a host, that are told
CGROUP_PATH_MAX = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Measured at one moment; None: could not be read.  Sizes are in bytes."""

    cpu_s: float | None = None  # that falcomod took, of all its threads
    cpu_percent: float | None = None  # of one CPU, since its start
    rss_bytes: int | None = None
    vsz_bytes: int | None = None
    pss_bytes: int | None = None
    threads: int | None = None
    open_fds: int | None = None
    container_bytes: int | None = None  # in use in the control group that falcomod is in
    host_cpu_percent: float | None = None  # of all CPUs, since the host's start
    host_memory_bytes: int | None = None
    host_procs_running: int | None = None
    host_open_fds: int | None = None
    host_boot_ns: int | None = None  # since the epoch
    host_cpus: int | None = None
    kernel_release: str | None = None
    addresses: Mapping[tuple[str, str], str] = field(default_factory=dict)
    # By interface and "ipv4" or "ipv6": addresses, with commas.


class Meter:
    """Measures falcomod and its host; from any thread."""

    def __init__(self) -> None:
        self._psutil: Any = None
        self._process: Any = None
        self._created_s: float | None = None  # since the epoch

    def measure(self) -> Resources:
        """The numbers of now; takes a millisecond, more where falcomod has much memory."""
        with _FIRST:
            if self._process is None:
                self._begin()
        process = self._process
        memory = self._read(process.memory_info)
        cpu_s = self._read(lambda: sum(process.cpu_times()[:2]))
        age_s = 0.0 if self._created_s is None else time.time() - self._created_s
        return Resources(
            cpu_s=cpu_s,
            cpu_percent=100 * cpu_s / age_s if cpu_s is not None and age_s > 0 else None,
            rss_bytes=None if memory is None else memory.rss,
            vsz_bytes=None if memory is None else memory.vms,
            pss_bytes=self._read(lambda: int(process.memory_full_info().pss)),
            threads=self._read(process.num_threads),
            open_fds=self._read(process.num_fds),
            container_bytes=self._read(container_memory),
            host_cpu_percent=self._read(self._host_cpu_percent),
            host_memory_bytes=self._read(self._host_memory),
            host_procs_running=self._read(procs_running),
            host_open_fds=self._read(host_open_fds),
            host_boot_ns=self._read(lambda: int(self._psutil.boot_time() * 1_000_000_000)),
            host_cpus=os.cpu_count(),
            kernel_release=os.uname().release,
            addresses=self._read(self._addresses) or {},
        )

    def _begin(self) -> None:
        # Late: whoever has no metrics does not pay for it.
        import psutil

        self._psutil = psutil
        # The process keeps the /proc of this moment, our own: below HOST_ROOT we may have another
        # number.  What is asked for without a process is about the host.
        psutil.PROCFS_PATH = "/proc"
        self._process = psutil.Process()
        self._created_s = self._read(self._process.create_time)
        psutil.PROCFS_PATH = host_path("/proc")

    def _read(self, what: Callable[[], T]) -> T | None:
        """None where the kernel has no answer, or a file is of a shape that psutil does not know,
        which it says by any exception there is."""
        try:
            return what()
        except Exception as error:
            log.debug("not measured: %s: %s", type(error).__name__, error)
            return None

    def _host_cpu_percent(self) -> float | None:
        times = self._psutil.cpu_times()
        # Guests' time is part of user's.
        whole = sum(times[:8])
        return 100 * (whole - times.idle - times.iowait) / whole if whole > 0 else None

    def _host_memory(self) -> int:
        memory = self._psutil.virtual_memory()
        return int(memory.total - memory.available)

    def _addresses(self) -> dict[tuple[str, str], str]:
        """Of this network namespace, without the loopback's."""
        families = {2: "ipv4", 10: "ipv6"}
        found: dict[tuple[str, str], list[str]] = {}
        count = 0
        for interface, addresses in sorted(self._psutil.net_if_addrs().items()):
            for address in addresses:
                family = families.get(int(address.family))
                if interface == "lo" or family is None or count >= ADDRESSES_MAX:
                    continue
                count += 1
                text = address.address.partition("%")[0]
                found.setdefault((interface, family), []).append(text)
        return {key: ",".join(texts) for key, texts in found.items()}


def container_memory() -> int:
    """Bytes in use in falcomod's own control group; raises OSError where none counts them.

    FALCO_CGROUP_MEM_PATH names the file, as Falco has it.
    """
    named = os.environ.get("FALCO_CGROUP_MEM_PATH")
    if named:
        return int(_content(named, NUMBER_BYTES_MAX))
    error: OSError = FileNotFoundError("no control group")
    for path in _memory_files():
        try:
            return int(_content(path, NUMBER_BYTES_MAX))
        except OSError as failed:
            error = failed
    raise error


def procs_running() -> int:
    """Threads of the host that run or could; source: man 5 proc_stat."""
    for line in _content(host_path("/proc/stat"), STAT_BYTES_MAX).splitlines():
        if line.startswith(b"procs_running "):
            return int(line.split()[1])
    raise LookupError("procs_running")


def host_open_fds() -> int:
    """Open files of the host; source: Linux Documentation/admin-guide/sysctl/fs.rst."""
    return int(_content(host_path("/proc/sys/fs/file-nr"), NUMBER_BYTES_MAX).split()[0])


def _memory_files() -> list[str]:
    """Where the kernel tells the memory of our control group, the likeliest first.

    In a container of its own namespace the group is what is mounted; otherwise it is named in
    /proc/self/cgroup.  Source: man 7 cgroups.
    """
    files = []
    for line in os.fsdecode(_content("/proc/self/cgroup", CGROUP_PATH_MAX)).splitlines():
        number, controllers, path = (*line.split(":", 2), "", "")[:3]
        path = path.rstrip("/")
        if ".." in path.split("/"):
            path = ""
        if number == "0":
            files.append(f"{CGROUP}{path}/memory.current")
        elif "memory" in controllers.split(","):
            files.append(f"{CGROUP}/memory{path}/memory.usage_in_bytes")
    return [*files, f"{CGROUP}/memory/memory.usage_in_bytes", f"{CGROUP}/memory.current"]


def _content(path: str, size_max: int) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read(size_max) or b""


CGROUP = "/sys/fs/cgroup"
