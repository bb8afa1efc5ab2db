# SPDX-License-Identifier: Apache-2.0
"""What a running falcomod knows about itself at one moment, for whoever asks: metrics, status.

It is made on the engine's thread, between two events, so that the numbers fit together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Counters = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Counters are since the start, and go on over reloads."""

    time_ns: int  # when it was made, since the epoch
    start_ns: int  # of this falcomod, since the epoch
    reload_ns: int  # of the last reload that succeeded; of the start where there was none
    reloads: int = 0  # that succeeded
    reloads_failed: int = 0
    driver: str = ""  # "kmod", "ebpf"; "" without
    rings: int = 0
    sources: tuple[str, ...] = ()  # of events, that are on
    hostname: str = ""
    rules_on: int = 0
    config_files: Mapping[str, str] = field(default_factory=dict)  # path → SHA-256 in hex
    rules_files: Mapping[str, str] = field(default_factory=dict)
    engine: Counters = field(default_factory=dict)  # Engine.counters()
    source: Counters = field(default_factory=dict)  # counters() of the driver's source
    state: Counters = field(default_factory=dict)  # State.counters()
    audit: Counters = field(default_factory=dict)  # of audit events; empty without that source
    containers: Counters = field(default_factory=dict)  # Containers.counters()
    runtimes: Mapping[str, Counters] = field(default_factory=dict)
    outputs: Mapping[str, Counters] = field(default_factory=dict)  # by name: Outlet.counters()
    alerts: Mapping[RuleKey, int] = field(default_factory=dict)
    throttled: int = 0  # alerts that outputs.rate kept back


@dataclass(frozen=True)
class RuleKey:
    """A rule that alerts were raised by; internal messages are not counted."""

    name: str
    priority: int  # number of alert.model.Priority
    source: str
    tags: tuple[str, ...] = ()
