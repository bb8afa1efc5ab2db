# SPDX-License-Identifier: Apache-2.0
"""A moment in which every metric has a value, for tests."""

from __future__ import annotations

from falcomod.app.metrics.resources import Resources
from falcomod.app.metrics.row import Moment
from falcomod.app.snapshot import RuleKey, Snapshot
from falcomod.engine.capture.bpf import ENTRIES
from falcomod.engine.decode.event import FAULT_NAMES
from falcomod.engine.decode.schema import LOSS_CLASSES, LOSS_REASONS

SECOND_NS = 1_000_000_000
START_NS = 1_700_000_000 * SECOND_NS

SOURCE = {
    "produced": 10_000,
    "delivered": 9_900,
    "filtered": 77,
    "lost": 100,
}
for name in ENTRIES:
    SOURCE |= {f"runs_{name}": 50, f"run_ns_{name}": 5_000}
for number, reason in enumerate(LOSS_REASONS, 1):
    SOURCE[f"lost_{reason}"] = 0
    for kind in LOSS_CLASSES:
        SOURCE[f"lost_{reason}_{kind}"] = number
        SOURCE[f"lost_{reason}"] += number

RESOURCES = Resources(
    cpu_s=12.5,
    cpu_percent=2.345,
    rss_bytes=100 * 1024 * 1024,
    vsz_bytes=200 * 1024 * 1024,
    pss_bytes=90 * 1024 * 1024,
    threads=5,
    open_fds=40,
    container_bytes=120 * 1024 * 1024,
    host_cpu_percent=50.0,
    host_memory_bytes=2048 * 1024 * 1024,
    host_procs_running=3,
    host_open_fds=5000,
    host_boot_ns=START_NS - 100 * SECOND_NS,
    host_cpus=8,
    kernel_release="6.1.0-9-amd64",
    addresses={("eth0", "ipv4"): "192.0.2.1"},
)


def full_snapshot(second: int = 10) -> Snapshot:
    """So many seconds after the start."""
    return Snapshot(
        time_ns=START_NS + second * SECOND_NS,
        start_ns=START_NS,
        reload_ns=START_NS + SECOND_NS,
        reloads=1,
        reloads_failed=2,
        driver="ebpf",
        rings=8,
        sources=("k8s_audit", "syscall"),
        hostname="node-1",
        rules_on=25,
        config_files={"/etc/falco/falco.yaml": "c" * 64},
        rules_files={"/etc/falco/falco_rules.yaml": "a" * 64, "/x/my-rules.d.yaml": "b" * 64},
        engine={
            "events": 9_800,
            "errors": 1,
            "waiting_records": 4,
            "waiting_held": 30,
            "waiting_timeouts": 2,
            "waiting_overflows": 1,
        }
        | {f"corrupt_{fault}": 1 for fault in FAULT_NAMES[1:]},
        source=SOURCE,
        state={
            "threads": 300,
            "fds": 4000,
            "threads_added": 1000,
            "threads_removed": 700,
            "threads_unknown": 12,
            "threads_refused": 3,
            "containers": 6,
        },
        audit={"events": 200, "bodies": 20},
        containers={"wanted": 9, "unknown": 1, "waiting": 2},
        runtimes={"containerd": {"asked": 9, "found": 8}},
        outputs={
            "stdout": {"accepted": 7, "written": 7, "dropped": 0, "waiting": 0},
            "http": {
                "accepted": 7,
                "dropped": 5,
                "waiting": 1,
                "sent": 4,
                "spool_lost": 1,
                "spool_waiting": 2,
                "spool_bytes": 4096,
            },
        },
        alerts={
            RuleKey("Shell in a (container)", 5, "syscall", ("T1059", "a-b")): 6,
            RuleKey("Shell in a [container]", 5, "syscall", ()): 1,
        },
        throttled=8,
    )


def full_moment() -> Moment:
    """With nothing told before, so that rates are since the start."""
    return Moment(now=full_snapshot(), resources=RESOURCES)
