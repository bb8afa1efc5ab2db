# SPDX-License-Identifier: Apache-2.0
"""Options of drivers, of what is recorded and of the state kept about processes."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from falcomod.config.option import option

DRIVERS = ("auto", "kmod", "ebpf")
DROP_ACTIONS = ("ignore", "log", "alert", "exit")
KINDS = (*DRIVERS, "replay", "nodriver")
FAILED_EXIT = "failed calls are recorded, as rules may ask for them (evt.res)"
PURGING = "threads whose end was lost are looked for every minute in /proc"
RECORDING = "captures are not recorded by rules; make one with another tool and replay it"
RING_DOC = "size of each ring buffer: 1, 2, 3 … 10 stand for 1, 2, 4 … 512 MiB"


@dataclass(frozen=True)
class Kmod:
    """The kernel module."""

    buf_size_preset: int = option(
        4, RING_DOC, least=1, most=10, restart=True, old="syscall_buf_size_preset"
    )
    drop_failed_exit: bool = option(False, "leave out calls that failed", unused=FAILED_EXIT)


@dataclass(frozen=True)
class Ebpf:
    """The eBPF driver."""

    buf_size_preset: int = option(
        4, RING_DOC, least=1, most=10, restart=True, old="syscall_buf_size_preset"
    )
    drop_failed_exit: bool = option(False, "leave out calls that failed", unused=FAILED_EXIT)
    disable_iterators: bool = option(
        False, "read /proc at the start", unused="/proc is read at the start in any case"
    )
    # Falco's default is 2.  Rings are merged by time, but within a ring records stay as
    # they were written: CPUs that share one get ahead of each other by a little.
    cpus_for_each_buffer: int = option(
        1,
        "CPUs that share a ring buffer; 0: all of them. Sharing saves memory, and lets events be "
        "slightly out of order",
        least=0,
        restart=True,
        old="modern_bpf.cpus_for_each_syscall_buffer",
    )


@dataclass(frozen=True)
class Replay:
    """A capture in place of a driver."""

    capture_file: str = option(
        "",
        "file that `kind: replay` reads: a .scap capture, or audit events of Kubernetes as lines "
        "of JSON; - is standard input",
        restart=True,
    )


@dataclass(frozen=True)
class Engine:
    """Where events come from."""

    kind: str = option(
        "auto",
        "driver that records system calls: auto is the first that works, replay a capture in its "
        "place, nodriver none (for audit events alone)",
        KINDS,
        synonyms=MappingProxyType({"modern_ebpf": "ebpf"}),
        restart=True,
    )
    kmod: Kmod = option(Kmod, "the kernel module")
    ebpf: Ebpf = option(Ebpf, "the eBPF driver", also="modern_ebpf")
    replay: Replay = option(Replay, "a capture in place of a driver")


@dataclass(frozen=True)
class FalcoLibs:
    """Limits of the state kept about processes."""

    thread_table_size: int = option(
        262144, "most threads that are known at the same time", restart=True
    )
    snaplen: int = option(
        80, "bytes kept of the data that a call reads or writes, up to 32768", least=0, restart=True
    )
    thread_table_auto_purging_interval_s: int = option(
        300, "how often threads whose end was lost are looked for", unused=PURGING
    )
    thread_table_auto_purging_thread_timeout_s: int = option(
        300, "age of threads that are forgotten then", unused=PURGING
    )


@dataclass(frozen=True)
class BaseSyscalls:
    """Which calls are recorded beside those that rules are about."""

    custom_set: list[str] = option(
        [],
        "system calls that are recorded in place of those by which falcomod knows processes and "
        "descriptors; '!NAME' is one that is never recorded",
    )
    repair: bool = option(
        False,
        "record beside custom_set what is needed to know processes and descriptors",
    )
    all: bool = option(False, "record every system call there is an event for; this costs much")


@dataclass(frozen=True)
class Drops:
    """What happens when events are lost."""

    threshold: float = option(
        0.1, "part of a second's events, 0 to 1, that may be lost before anything is done"
    )
    actions: list[str] = option(
        ["log", "alert"], "what is done then: ignore, or any of log, alert, exit"
    )
    rate: float = option(
        0.03333, "how often it is done, in times a second: 0.03333 is every 30 seconds"
    )
    max_burst: int = option(1, "how often it may be done at once before `rate` holds", least=0)
    simulate_drops: bool = option(False, "act as if events were lost, to try this out")


@dataclass(frozen=True)
class Timeouts:
    """What happens when no event comes at all."""

    max_consecutives: int = option(
        1000, "seconds without an event after which an alert says so", least=1
    )


@dataclass(frozen=True)
class Recording:
    """Recording of captures by rules."""

    enabled: bool = option(False, "record captures", unused=RECORDING)
    path_prefix: str = option("/tmp/falco", "beginning of the captures' paths", unused=RECORDING)
    mode: str = option("rules", "which rules record", ("rules", "all_rules"), unused=RECORDING)
    default_duration: int = option(5000, "length of a capture, in milliseconds", unused=RECORDING)
    max_file_size_mb: int = option(0, "size of a capture, in MB; 0: any", unused=RECORDING)


@dataclass(frozen=True)
class Plugin:
    """A plugin of Falco; those that falcomod has the functions of are known by their names."""

    name: str = option("", "name of the plugin: k8saudit, json or container")
    library_path: str = option("", "file with the plugin; ignored, as it is built in")
    init_config: Any = option(None, "settings of the plugin: keys and values, or a text")
    open_params: str = option("", "what the plugin is to open, such as http://:9765/k8s-audit")
