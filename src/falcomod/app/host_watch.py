# SPDX-License-Identifier: Apache-2.0
"""This host's system calls: the driver, what is known of processes, the engine over both.

The order of the start matters in two places: runtimes are listed before records flow, so that
a slow one fills no ring; and records flow before /proc is read, so that a process that starts
meanwhile is in one or the other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from falcomod import __version__
from falcomod.app.agent import Agent
from falcomod.app.driver_choice import Opened, open_driver
from falcomod.app.metadata import Metadata, kubernetes_access, wait_ms
from falcomod.app.prepared import Prepared
from falcomod.app.status_file import StatusFile
from falcomod.config.model import Config
from falcomod.engine.capture.source import RingSource
from falcomod.engine.decode.schema import ABI_VERSION
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.engine.state.waiting import Waiting
from falcomod.enrich import procfs, users
from falcomod.enrich.domains import Domains, asked_for
from falcomod.errors import EnvironmentFault

log = logging.getLogger(__name__)

PRUNE_INTERVAL_S = 60
STATUS_INTERVAL_S = 5
EXCHANGE_WAIT_S = 10.0  # for the engine to come to the end of an event


class HostWatch:
    """Open from the start on; everything it holds is given back through *teardown*."""

    def __init__(self, prepared: Prepared, agent: Agent, teardown: ExitStack) -> None:
        config = prepared.config
        access = kubernetes_access(config.kubernetes)
        self._agent = agent
        self._wait_ms = wait_ms(config.container_engines)
        self._syscalls = prepared.syscalls
        self._domains = Domains(asked_for(prepared.rules.ruleset))
        teardown.callback(self._domains.stop)
        self._domains.start()
        self.state = State(thread_limit=config.falco_libs.thread_table_size)
        self.metadata = Metadata(config, self.state, access=access)
        teardown.callback(self.metadata.stop)
        self.metadata.start()
        self.opened = open_driver(config, prepared.syscalls)
        self.driver = self.opened.driver
        log.info("Opening 'syscall' source with %s", self.opened.how)
        self.source = self.opened.source
        teardown.callback(self.source.close)
        self.source.start()
        seed_state(self.state, self.metadata.host_names)
        self._domains.hand_over(self.state)
        self.metadata.meet()
        self.engine = Engine(
            self.source,
            self.state,
            prepared.rules.ruleset,
            agent.on_match,
            on_error=agent.on_error,
            waiting=waiting(config, self.state, self.metadata),
        )
        self.metadata.hand_over(self.engine.post)
        write_status = status_writer(self.opened, teardown)
        self.keep_house = Housekeeping(self.state, write_status, self._domains)

    def about(self) -> dict[str, Any]:
        """What a Snapshot says of this host; on the engine's thread."""
        return {
            "driver": self.driver,
            "rings": self.opened.rings,
            "source": self.source.counters(),
            "state": self.state.counters(),
            "containers": self.metadata.containers.counters(),
            "runtimes": self.metadata.containers.runtimes(),
        }

    def finish(self) -> None:
        """Stops recording, and takes what has been recorded."""
        self.source.stop()
        self._agent.drain(self.engine, wait_s=self._wait_ms / 1000)

    def widen(self, prepared: Prepared) -> None:
        """Records what the new rules ask for, too.

        Raises DriverError; nothing has changed then.
        """
        self._select(self._syscalls | prepared.syscalls)

    def narrow(self) -> None:
        """Records what the rules in force ask for, and no more."""
        self._select(self._syscalls)

    def exchange(self, prepared: Prepared) -> None:
        """Puts the rules in place of those that run, between two events; from another thread."""

        def put() -> None:
            self.engine.ruleset = prepared.rules.ruleset
            self._agent.rules = prepared.rules.rules
            self._agent.explain = prepared.explain

        call_between_events(self.engine, put)
        self._syscalls = prepared.syscalls
        self._domains.ask_for(asked_for(prepared.rules.ruleset))
        try:
            self.narrow()
        except EnvironmentFault as error:
            # The new rules are in force; what is recorded too much finds nobody interested.
            log.warning("calls that no rule asks for are still recorded: %s", error)

    def _select(self, syscalls: frozenset[int]) -> None:
        self.source.select(syscalls)


class NoHost:
    """In place of a host's system calls where only other sources are on."""

    driver = ""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.state = State()
        self.source = RingSource()
        self.engine = Engine(self.source, self.state, None, agent.on_match)

    def keep_house(self) -> None:
        """There is none."""

    def about(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def finish(self) -> None:
        """Nothing was recorded."""

    def widen(self, prepared: Prepared) -> None:
        """Nothing is recorded."""

    def narrow(self) -> None:
        """Nothing is recorded."""

    def exchange(self, prepared: Prepared) -> None:
        def put() -> None:
            self._agent.rules = prepared.rules.rules

        call_between_events(self.engine, put)


def call_between_events(engine: Engine, call: Callable[[], None]) -> None:
    """Has the call made on the engine's thread, and waits for that.

    Raises EnvironmentFault where the engine does not come to it.
    """
    done = threading.Event()
    given_up = threading.Lock()  # whoever has it decides whether the call is made

    def make() -> None:
        if given_up.acquire(blocking=False):
            try:
                call()
            finally:
                done.set()

    engine.post(make)
    if not done.wait(EXCHANGE_WAIT_S) and given_up.acquire(blocking=False):
        raise EnvironmentFault(f"the engine did not answer within {EXCHANGE_WAIT_S:g} s")
    done.wait()


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
