# SPDX-License-Identifier: Apache-2.0
"""Metrics of processor and memory: of falcomod, of its container, of the host.

Names are Falco's; what is measured, and how, is in resources.
"""

from __future__ import annotations

from collections.abc import Callable

from falcomod.app.metrics.resources import Resources
from falcomod.app.metrics.row import GAUGE, MEMORY, PERCENT, PLAIN, Row, Value, one

SWITCH = "resource_utilization_enabled"


def row(
    name: str, prometheus: str, doc: str, value: Callable[[Resources], Value | None], unit: str
) -> Row:
    """A number that was measured."""
    return Row(
        name=f"falco.{name}",
        prometheus=f"falcosecurity_falco_{prometheus}",
        kind=GAUGE,
        doc=doc,
        samples=one(lambda moment: value(moment.resources)),
        switch=SWITCH,
        unit=unit,
    )


ROWS: tuple[Row, ...] = (
    row(
        "cpu_usage_perc",
        "cpu_usage_ratio",
        "Processor time that falcomod took, of one CPU, on average since its start.",
        lambda found: found.cpu_percent,
        PERCENT,
    ),
    row(
        "memory_rss",
        "memory_rss_bytes",
        "Memory of falcomod that is resident.",
        lambda found: found.rss_bytes,
        MEMORY,
    ),
    row(
        "memory_vsz",
        "memory_vsz_bytes",
        "Size of falcomod's address space.",
        lambda found: found.vsz_bytes,
        MEMORY,
    ),
    row(
        "memory_pss",
        "memory_pss_bytes",
        "Memory of falcomod that is resident, what it shares with others divided among them.",
        lambda found: found.pss_bytes,
        MEMORY,
    ),
    row(
        "container_memory_used",
        "container_memory_used_bytes",
        "Memory in use of the control group that falcomod is in.",
        lambda found: found.container_bytes,
        MEMORY,
    ),
    row(
        "host_cpu_usage_perc",
        "host_cpu_usage_ratio",
        "Processor time in use on the host, of all CPUs, on average since its start.",
        lambda found: found.host_cpu_percent,
        PERCENT,
    ),
    row(
        "host_memory_used",
        "host_memory_used_bytes",
        "Memory of the host that is not available.",
        lambda found: found.host_memory_bytes,
        MEMORY,
    ),
    row(
        "host_procs_running",
        "host_procs_running_total",
        "Threads of the host that run or are ready to.",
        lambda found: found.host_procs_running,
        PLAIN,
    ),
    row(
        "host_open_fds",
        "host_open_fds_total",
        "Open files of the host.",
        lambda found: found.host_open_fds,
        PLAIN,
    ),
)
