# SPDX-License-Identifier: Apache-2.0
"""A snapshot as JSON, for the control socket: what `falcomod status` shows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from falcomod import __version__
from falcomod.alert.model import Priority
from falcomod.app.snapshot import RuleKey, Snapshot

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot's fields by their names, and the process that it is of.

    Rules that alerted are a list, the most frequent first.
    """
    return {
        "version": __version__,
        "time_ns": snapshot.time_ns,
        "start_ns": snapshot.start_ns,
        "reload_ns": snapshot.reload_ns,
        "reloads": snapshot.reloads,
        "reloads_failed": snapshot.reloads_failed,
        "driver": snapshot.driver,
        "rings": snapshot.rings,
        "sources": list(snapshot.sources),
        "hostname": snapshot.hostname,
        "rules_on": snapshot.rules_on,
        "config_files": dict(snapshot.config_files),
        "rules_files": dict(snapshot.rules_files),
        "engine": dict(snapshot.engine),
        "source": dict(snapshot.source),
        "state": dict(snapshot.state),
        "audit": dict(snapshot.audit),
        "containers": dict(snapshot.containers),
        "runtimes": {name: dict(counts) for name, counts in snapshot.runtimes.items()},
        "outputs": {name: dict(counts) for name, counts in snapshot.outputs.items()},
        "alerts": [
            _rule(key, count)
            for key, count in sorted(snapshot.alerts.items(), key=lambda item: -item[1])
        ],
        "throttled": snapshot.throttled,
        "process": process(),
    }


def process() -> dict[str, Any]:
    """This process: its number, the processor's seconds that it took, bytes in memory."""
    times = os.times()
    return {
        "pid": os.getpid(),
        "cpu_s": times.user + times.system,
        "rss_bytes": _resident_pages() * PAGE_BYTES,
    }


def _rule(key: RuleKey, count: int) -> dict[str, Any]:
    return {
        "rule": key.name,
        "priority": Priority(key.priority).label,
        "source": key.source,
        "tags": list(key.tags),
        "count": count,
    }


def _resident_pages() -> int:
    """0 where /proc is not mounted (man 5 proc, statm)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
