# SPDX-License-Identifier: Apache-2.0
"""From a configuration to a running agent, step by step; and the way back.

The order matters in three places: rules are compiled before the driver is
touched, so that a bad rule leaves the host as it was; runtimes are listed before
records flow, so that a slow one fills no ring; and records flow before /proc is
read, so that a process that starts meanwhile is in one or the other.
"""

from __future__ import annotations

import logging
import os
import platform
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

from falcomod import __version__
from falcomod.alert.format import json_line, text_line
from falcomod.alert.model import Alert
from falcomod.app import event_sources
from falcomod.app.agent import Agent
from falcomod.app.driver_choice import Opened, open_driver
from falcomod.app.explainers import Explainers
from falcomod.app.metadata import Metadata, kubernetes_access, wait_ms
from falcomod.app.pidfile import pidfile as pidfile_of
from falcomod.app.rules_program import load_rules
from falcomod.app.statistics import Statistics
from falcomod.app.status_file import StatusFile
from falcomod.config.model import Config
from falcomod.engine.decode.schema import ABI_VERSION, SYSCALLS
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.engine.state.waiting import Waiting
from falcomod.enrich import procfs, users
from falcomod.enrich.domains import Domains, asked_for
from falcomod.enrich.kubernetes_access import Access
from falcomod.errors import UserError
from falcomod.output.direct import DirectOutlet
from falcomod.output.explanation import ExplanationSink
from falcomod.output.sink import Sink
from falcomod.output.stdout import StdoutSink
from falcomod.rules.compile import CompiledRules
from falcomod.rules.model import SOURCE_SYSCALL

log = logging.getLogger(__name__)

PRUNE_INTERVAL_S = 60
STATUS_INTERVAL_S = 5


def run(
    config: Config,
    *,
    config_path: str | None,
    duration_s: float | None,
    explain: bool = False,
    print_format: str | None = None,
    pidfile: str | None = None,
    dry_run: bool = False,
    sources: frozenset[str] = event_sources.EVERY,
) -> None:
    """Runs falcomod in the foreground until a signal, the deadline or a fault.

    *print_format* is added to outputs; *pidfile* holds this process's number meanwhile; a
    *dry_run* ends when configuration and rules are known to be right; *sources* are those
    that events are taken from.  Prints the summary on the way out, whatever the reason.
    Raises UserError, EnvironmentFault.
    """
    began = time.monotonic()
    log.info("falcomod version: %s (%s)", __version__, platform.machine())
    if config_path is not None:
        log.info("Configuration file: %s", config_path)
    log.info("System info: %s %s", platform.system(), platform.release())
    rules = load_rules(config, print_format=print_format)
    sinks = open_sinks(config, explain=explain)
    explainers = Explainers.configured(config) if explain else None
    access = kubernetes_access(config.kubernetes)
    if dry_run:
        log.info("dry run: configuration and rules are right: rules=%d", len(rules.rules))
        return
    if SOURCE_SYSCALL not in sources:
        raise UserError("events of the source k8s_audit alone are not taken yet")
    statistics = Statistics()
    with ExitStack() as teardown:
        teardown.enter_context(pidfile_of(pidfile))
        domains = Domains(asked_for(rules.ruleset))
        teardown.callback(domains.stop)
        domains.start()
        state = State(thread_limit=config.falco_libs.thread_table_size)
        metadata = ask_others(config, state, access, teardown)
        opened = open_driver(config, selection(rules))
        log.info("Opening 'syscall' source with %s", opened.how)
        source = opened.source
        teardown.callback(source.close)
        source.start()
        seed_state(state, metadata.host_names)
        domains.hand_over(state)
        metadata.meet()
        outlet = DirectOutlet(sinks, lambda: agent.stop())
        agent = Agent(
            rules=rules.rules,
            publish=outlet.publish,
            statistics=statistics,
            hostname=hostname(),
            keep_house=Housekeeping(state, status_writer(opened, teardown), domains),
            explain=None if explainers is None else explainers.of_alert,
        )
        engine = Engine(
            source,
            state,
            rules.ruleset,
            agent.on_match,
            on_error=agent.on_error,
            waiting=waiting(config, state, metadata),
        )
        metadata.hand_over(engine.post)
        teardown.callback(on_signals(agent.stop))
        ready_s = time.monotonic() - began
        log.info("falcomod initialized: %d rules, ready after %.2f s", len(rules.rules), ready_s)
        try:
            agent.run(engine, duration_s=duration_s)
            source.stop()
            agent.drain(engine, wait_s=wait_ms(config.container_engines) / 1000)
        finally:
            outlet.close()
            about = metadata.containers.counters(), metadata.containers.runtimes()
            print(statistics.summary(engine.counters(), source.counters(), *about), flush=True)


def open_sinks(config: Config, *, explain: bool = False) -> list[Sink]:
    """The outputs that are switched on.

    Explanations are part of JSON alerts; beside texts they go to standard error.
    """
    if not config.stdout_output.enabled:
        raise UserError(
            "no output configured: switch one on, for example with -o stdout_output.enabled=true"
        )
    sinks: list[Sink] = [StdoutSink(sys.stdout, renderer(config), buffered=config.buffered_outputs)]
    if explain and not config.json_output:
        sinks.append(ExplanationSink(sys.stderr))
    return sinks


def renderer(config: Config) -> Callable[[Alert], str]:
    """How an alert becomes a line, by the json_… and time options."""
    iso_time = config.time_format_iso_8601
    if not config.json_output:
        return lambda alert: text_line(alert, iso_time=iso_time)
    included = {
        "output": config.json_include_output_property,
        "output_fields": config.json_include_output_fields_property,
        "tags": config.json_include_tags_property,
    }
    leave_out = frozenset(name for name, wanted in included.items() if not wanted)
    return lambda alert: json_line(alert, iso_time=iso_time, leave_out=leave_out)


def selection(rules: CompiledRules) -> frozenset[int]:
    """Portable numbers of the calls to record: those of the rules, those that change state."""
    return rules.syscalls | {call.sc for call in SYSCALLS.values() if call.capture_class == "STATE"}


def status_writer(opened: Opened, teardown: ExitStack) -> Callable[[], None]:
    """What tells `falcomod driver status` the counters; its file goes with this run."""
    file = StatusFile(opened.driver, version=__version__, abi=ABI_VERSION, rings=opened.rings)
    file.sweep()
    teardown.callback(file.remove)
    return lambda: file.write(opened.source.counters())


def seed_state(state: State, host: users.HostNames) -> None:
    """Process, descriptor, user and group tables as /proc and /etc show them."""
    users.load(state, host)
    procfs.scan(state)


def ask_others(
    config: Config, state: State, access: Access | None, teardown: ExitStack
) -> Metadata:
    """Begins to ask runtimes and Kubernetes; the state has what they list in the end."""
    metadata = Metadata(config, state, access=access)
    teardown.callback(metadata.stop)
    metadata.start()
    return metadata


def waiting(config: Config, state: State, metadata: Metadata) -> Waiting:
    """What keeps records back until their container is known."""
    engines = config.container_engines
    return Waiting(
        state,
        metadata.containers.wanted,
        wait_ms=wait_ms(engines),
        records_max=engines.waiting_events_max,
    )


class Housekeeping:
    """Keeps the state true where events alone do not: called between batches."""

    def __init__(
        self, state: State, write_status: Callable[[], None], domains: Domains | None = None
    ) -> None:
        self._state = state
        self._write_status = write_status
        self._domains = domains
        self._suspects: frozenset[int] = frozenset()
        now_s = time.monotonic()
        self._prune_s = now_s + PRUNE_INTERVAL_S
        self._status_s = now_s

    def __call__(self) -> None:
        # Threads that made events and that nobody had described.
        for tid in self._state.unknown_tids():
            procfs.lookup(self._state, tid)
        if self._domains is not None:
            self._domains.hand_over(self._state)
        now_s = time.monotonic()
        # Threads whose end was lost.
        if now_s >= self._prune_s:
            self._suspects = procfs.prune(self._state, self._suspects)
            self._prune_s = now_s + PRUNE_INTERVAL_S
        if now_s >= self._status_s:
            self._write_status()
            self._status_s = now_s + STATUS_INTERVAL_S


def hostname() -> str:
    """The name alerts carry; FALCO_HOSTNAME overrides the host's own."""
    return os.environ.get("FALCO_HOSTNAME") or socket.gethostname()


def on_signals(stop: Callable[[], None]) -> Callable[[], None]:
    """Calls stop on SIGINT and SIGTERM; returns what restores the handlers of before."""

    def handle(number: int, _frame: object) -> None:
        log.info("%s received, stopping", signal.Signals(number).name)
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
