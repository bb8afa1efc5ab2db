# SPDX-License-Identifier: Apache-2.0
"""This process and this host, and a host that is made of files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest

from falcomod.app.metrics import resources
from falcomod.app.metrics.resources import (
    Meter,
    Resources,
    container_memory,
    host_open_fds,
    procs_running,
)

STAT = """cpu  100 0 100 700 100 0 0 0 0 0
cpu0 100 0 100 700 100 0 0 0 0 0
btime 1700000000
procs_running 7
procs_blocked 0
"""
MEMINFO = """MemTotal:        1000 kB
MemFree:          100 kB
MemAvailable:     400 kB
Buffers:           10 kB
Cached:           200 kB
Active:           100 kB
Inactive:         100 kB
Shmem:             10 kB
Slab:              10 kB
SReclaimable:       5 kB
"""


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """HOST_ROOT, with a /proc in it."""
    monkeypatch.setenv("HOST_ROOT", str(tmp_path))
    monkeypatch.setattr(psutil, "PROCFS_PATH", psutil.PROCFS_PATH)
    proc = tmp_path / "proc"
    (proc / "sys/fs").mkdir(parents=True)
    (proc / "stat").write_text(STAT)
    (proc / "meminfo").write_text(MEMINFO)
    (proc / "sys/fs/file-nr").write_text("1500\t0\t99999\n")
    return proc


def test_this_process_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST_ROOT", raising=False)
    with open("/proc/self/status", "rb") as file:
        own = file.fileno()
        found = Meter().measure()
    status = Path("/proc/self/status").read_text()
    rss = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
    assert found.rss_bytes is not None
    assert abs(found.rss_bytes / 1024 - rss) < 0.2 * rss
    assert found.vsz_bytes is not None
    assert found.vsz_bytes >= found.rss_bytes
    assert found.pss_bytes is not None
    assert 0 < found.pss_bytes <= found.rss_bytes * 1.1
    assert found.open_fds is not None
    assert found.open_fds > own
    assert found.threads is not None
    assert found.threads >= 1
    assert found.host_cpus == os.cpu_count()
    assert found.kernel_release == os.uname().release
    assert found.host_memory_bytes is not None
    assert found.host_boot_ns is not None
    assert found.host_boot_ns < time.time_ns()
    assert found.host_open_fds


def test_processor_time_grows_with_work() -> None:
    meter = Meter()
    before = meter.measure()
    assert before.cpu_s is not None
    deadline = time.monotonic() + 20
    while (after := meter.measure()).cpu_s == before.cpu_s and time.monotonic() < deadline:
        sum(range(200_000))
    assert after.cpu_s is not None
    assert after.cpu_s > before.cpu_s
    assert after.cpu_percent is not None
    assert 0 < after.cpu_percent < 100 * (os.cpu_count() or 1) + 1


def test_host_is_below_host_root_and_the_process_is_not(host: Path) -> None:
    found = Meter().measure()
    assert found.host_cpu_percent == pytest.approx(20.0)
    assert found.host_memory_bytes == 600 * 1024
    assert found.host_procs_running == 7
    assert found.host_open_fds == 1500
    assert found.host_boot_ns == 1_700_000_000_000_000_000
    assert found.rss_bytes
    assert found.pss_bytes


@pytest.mark.parametrize(
    "text", ["", "\0\0", "cpu\n", "procs_running\n", "cpu x y\nprocs_running x"]
)
def test_files_of_another_shape_are_absent(host: Path, text: str) -> None:
    (host / "stat").write_text(text)
    (host / "sys/fs/file-nr").write_text(text)
    found = Meter().measure()
    assert found.host_procs_running is None
    assert found.host_open_fds is None
    assert found.host_boot_ns is None
    assert found.rss_bytes


def test_files_that_are_not_there_are_absent(host: Path) -> None:
    for name in ("stat", "meminfo", "sys/fs/file-nr"):
        (host / name).unlink()
    found = Meter().measure()
    assert found.host_cpu_percent is None
    assert found.host_memory_bytes is None
    assert found.host_open_fds is None
    with pytest.raises(OSError, match="file-nr"):
        host_open_fds()
    with pytest.raises(OSError, match="stat"):
        procs_running()


def test_memory_of_a_container_is_of_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "memory.current"
    file.write_text("4096\n")
    monkeypatch.setenv("FALCO_CGROUP_MEM_PATH", str(file))
    assert container_memory() == 4096
    for text in ("", "max\n", "\0"):
        file.write_text(text)
        assert Meter().measure().container_bytes is None
    monkeypatch.setenv("FALCO_CGROUP_MEM_PATH", str(tmp_path / "none"))
    assert Meter().measure().container_bytes is None


@pytest.mark.parametrize(
    ("groups", "path"),
    [
        ("0::/system.slice/falcomod.service\n", "system.slice/falcomod.service/memory.current"),
        ("0::/\n", "memory.current"),
        ("0::/../../pod\n", "memory.current"),
        ("5:cpu,cpuacct:/a\n4:memory:/a/b\n0::/\n", "memory/a/b/memory.usage_in_bytes"),
        ("4:memory:/a/b\n", "memory/memory.usage_in_bytes"),
        ("nothing\n", "memory.current"),
    ],
)
def test_memory_of_a_container_is_found_by_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: str, path: str
) -> None:
    monkeypatch.delenv("FALCO_CGROUP_MEM_PATH", raising=False)
    monkeypatch.setattr(resources, "CGROUP", str(tmp_path))
    content = resources._content
    monkeypatch.setattr(
        resources,
        "_content",
        lambda name, most: groups.encode() if name == "/proc/self/cgroup" else content(name, most),
    )
    with pytest.raises(OSError, match="No such file"):
        container_memory()
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("123\n")
    assert container_memory() == 123


def test_addresses_are_of_interfaces_without_the_loopback() -> None:
    addresses = Meter().measure().addresses
    assert all(interface != "lo" for interface, _ in addresses)
    assert {protocol for _, protocol in addresses} <= {"ipv4", "ipv6"}
    assert all("%" not in text for text in addresses.values())


def test_nothing_is_known_at_first() -> None:
    assert Resources().rss_bytes is None
    assert not Resources().addresses
