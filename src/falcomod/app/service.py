# SPDX-License-Identifier: Apache-2.0
"""The running falcomod: what lives as long as it does, and what a reload exchanges in it.

engine thread   events → rules → alerts → the queues of the outputs
observer        a snapshot each second, for metrics, alerts about drops, systemd
reload          what is new, made beside what runs
servers         threads of their own; they ask the service
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from falcomod import __version__
from falcomod.alert.model import Alert, Priority
from falcomod.alert.throttle import Throttle
from falcomod.app import messages
from falcomod.app.agent import BATCH_EVENTS, Agent
from falcomod.app.audit.source import AuditSource
from falcomod.app.host_watch import HostWatch, NoHost
from falcomod.app.hostname import hostname
from falcomod.app.prepared import Prepared
from falcomod.app.snapshot import Snapshot
from falcomod.app.statistics import Statistics
from falcomod.config.changes import later
from falcomod.config.model import Config
from falcomod.errors import FalcomodError
from falcomod.output.outlet import Outlet
from falcomod.rules.model import SOURCE_K8S_AUDIT, SOURCE_SYSCALL

log = logging.getLogger(__name__)

SNAPSHOT_WAIT_S = 2.0
HEALTHY_S = 5.0  # since the engine last came to the end of a batch
ENDING_WAIT_MS = 10
CLOSE_WAIT_S = 5.0  # for outputs, at the end


class Service:
    """One run.  Made, then watch() and run(); every other method is for any thread."""

    def __init__(self, prepared: Prepared, sources: frozenset[str]) -> None:
        config = prepared.config
        self._prepared = prepared
        self._at_start = config
        self._sources = sources
        self._start_ns = self._reload_ns = time.time_ns()
        self.reloads = self.reloads_failed = 0
        self.hostname = hostname()
        self.statistics = Statistics()
        self._throttle = Throttle(config.outputs)
        self.outlet = Outlet(
            capacity=config.outputs_queue.capacity,
            timeout_ms=config.output_timeout,
            on_dead=partial(self.stop, "no output is left"),
        )
        self.agent = self._agent(prepared)
        self._audit_agent = self._agent(prepared)
        self.audit: AuditSource | None = None
        self._beat_s = time.monotonic()
        self._why = ""

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self._prepared.config

    @property
    def prepared(self) -> Prepared:
        """All that is in force."""
        return self._prepared

    def watch(self, teardown: ExitStack) -> None:
        """Opens the outputs and the sources of events."""
        self.outlet.configure(self._prepared.outputs)
        if SOURCE_SYSCALL in self._sources:
            self.host: HostWatch | NoHost = HostWatch(self._prepared, self.agent, teardown)
        else:
            self.host = NoHost(self.agent)
        if SOURCE_K8S_AUDIT in self._sources:
            self.audit = AuditSource(
                self._prepared.rules.rulesets[SOURCE_K8S_AUDIT],
                self._audit_agent.on_match,
                self._audit_agent.on_error,
                self.outlet.settle,
            )

    def close(self) -> None:
        """Ends the outputs, if they are still there."""
        self.outlet.close(0)

    def say_started(self) -> None:
        """Tells, where alerts go, that events are looked at from now on."""
        if self.config.lifecycle_messages:
            self.publish(
                messages.started(
                    version=__version__,
                    driver=self.host.driver,
                    sources=tuple(sorted(self._sources)),
                    rules=len(self._prepared.rules.rules),
                    hostname=self.hostname,
                    time_ns=time.time_ns(),
                )
            )

    def run(self, duration_s: float | None) -> None:
        """Takes events until stop(), the deadline or the end of the source."""
        self.agent.run(self.host.engine, duration_s=duration_s)

    def run_until(self, end: Callable[[], object]) -> None:
        """Takes events while *end* ends those who ask the engine, on a thread of its own."""
        thread = threading.Thread(target=end, name="ending")
        thread.start()
        while thread.is_alive():
            self.host.engine.run(ENDING_WAIT_MS, BATCH_EVENTS)

    def finish(self) -> None:
        """Takes what is still to be taken, and hands all alerts over."""
        try:
            self.host.finish()
            self.tell_of_throttle(at_once=True)
            self._say_stopped()
        finally:
            self.outlet.close(CLOSE_WAIT_S)

    def _say_stopped(self) -> None:
        if self.config.lifecycle_messages:
            self.publish(
                messages.stopped(
                    self._why or "end of the run",
                    events=self.host.engine.counters()["events"],
                    drops=self.host.about().get("source", {}).get("lost", 0),
                    alerts=self.statistics.alerts,
                    hostname=self.hostname,
                    time_ns=time.time_ns(),
                )
            )

    def summary(self) -> str:
        """The text at the end of the run."""
        about = self.host.about()
        return self.statistics.summary(
            self.host.engine.counters(),
            about.get("source", {}),
            about.get("containers"),
            about.get("runtimes"),
        )

    def stop(self, why: str = "") -> None:
        """Ends run(); safe in a signal handler.  The first reason is the one that is told."""
        self._why = self._why or why
        self.agent.stop()

    def publish(self, alert: Alert) -> None:
        """Hands an alert to the outputs, unless the limit of old keeps it back.

        `priority` counts for messages of start, reload and stop as it does for rules; those
        that Falco has are told in any case, as Falco does it, or losses would go unheard.
        """
        if alert.rule in messages.LIFECYCLE and alert.priority > Priority.parse(
            self.config.priority
        ):
            return
        if self._throttle.passes(alert, time.monotonic()):
            self.outlet.publish(alert)

    def tell_of_throttle(self, *, at_once: bool = False) -> None:
        """Warns of alerts that the limit of old kept back, a minute after the first."""
        self._throttle.tell(time.monotonic(), at_once=at_once)

    def exchange(self, prepared: Prepared) -> list[str]:
        """Puts what is new in force; keys that differ from the start, and need another one.

        Raises FalcomodError where that is refused: then all is as before.
        """
        before = self._prepared
        self.host.widen(prepared)
        try:
            self._configure_outputs(prepared)
            self.host.exchange(prepared)
        except BaseException:
            self._take_back(before)
            raise
        if self.audit is not None:
            self.audit.swap(
                prepared.rules.rulesets[SOURCE_K8S_AUDIT], lambda: self._audit_rules(prepared)
            )
        self._throttle.configure(prepared.config.outputs)
        self._prepared = prepared
        self._reload_ns = time.time_ns()
        self.reloads += 1
        return later(self._at_start, prepared.config)

    def _configure_outputs(self, prepared: Prepared) -> None:
        self.outlet.configure(
            prepared.outputs,
            capacity=prepared.config.outputs_queue.capacity,
            timeout_ms=prepared.config.output_timeout,
        )

    def _take_back(self, before: Prepared) -> None:
        """Has outputs and recording as they were before an exchange that was refused."""
        undo: tuple[Callable[[], None], ...] = (
            self.host.narrow, partial(self._configure_outputs, before),
        )  # fmt: skip
        for step in undo:
            try:
                step()
            except (FalcomodError, OSError) as error:
                log.error("not as before the reload: %s", error)

    def is_healthy(self) -> bool:
        """Whether the engine comes to the end of its batches."""
        return time.monotonic() - self._beat_s < HEALTHY_S

    def snapshot(self, wait_s: float = SNAPSHOT_WAIT_S) -> Snapshot | None:
        """What is known at this moment; None where the engine does not answer in time.

        Not for the engine's own thread.
        """
        found: list[Snapshot] = []
        done = threading.Event()

        def take() -> None:
            try:
                found.append(self._snapshot())
            finally:
                done.set()

        self.host.engine.post(take)
        done.wait(wait_s)
        return found[0] if found else None

    def _snapshot(self) -> Snapshot:
        prepared = self._prepared
        return Snapshot(
            time_ns=time.time_ns(),
            start_ns=self._start_ns,
            reload_ns=self._reload_ns,
            reloads=self.reloads,
            reloads_failed=self.reloads_failed,
            sources=tuple(sorted(self._sources)),
            hostname=self.hostname,
            rules_on=len(prepared.rules.rules),
            config_files=prepared.config_files,
            rules_files=prepared.rules_files,
            engine=self.host.engine.counters(),
            audit=self.audit.counters() if self.audit is not None else {},
            outputs=self.outlet.counters(),
            alerts=self.statistics.by_rule(),
            throttled=self._throttle.count,
            **self.host.about(),
        )

    def _agent(self, prepared: Prepared) -> Agent:
        return Agent(
            rules=prepared.rules.rules,
            publish=self.publish,
            statistics=self.statistics,
            hostname=self.hostname,
            keep_house=self._keep_house,
            explain=prepared.explain,
        )

    def _audit_rules(self, prepared: Prepared) -> None:
        self._audit_agent.rules = prepared.rules.rules
        self._audit_agent.explain = prepared.explain

    def _keep_house(self) -> None:
        self._beat_s = time.monotonic()
        self.host.keep_house()
        self.outlet.look_after()
