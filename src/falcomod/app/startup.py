# SPDX-License-Identifier: Apache-2.0
"""From a configuration to a running falcomod, step by step; and the way back.

Rules are compiled before the driver is touched, so that a bad rule leaves the host as it was.
"""

from __future__ import annotations

import logging
import platform
import signal
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from falcomod import __version__
from falcomod.app import event_sources, logs
from falcomod.app.attendants import Attendants
from falcomod.app.audit.plugin import audit_plugin
from falcomod.app.large_blocks import return_large_blocks
from falcomod.app.pidfile import pidfile as pidfile_of
from falcomod.app.prepared import Load, Prepared, prepare
from falcomod.app.service import Service
from falcomod.app.signals import Calls, on_signals
from falcomod.app.stream import put
from falcomod.app.systemd import Notifier
from falcomod.config.model import Config
from falcomod.errors import EnvironmentFault, UserError, harmless
from falcomod.rules.model import SOURCE_K8S_AUDIT, SOURCE_SYSCALL

log = logging.getLogger(__name__)

SUMMARY_WAIT_S = 2.0  # for whoever reads it

FALCO_FILE = Path("/etc/falco/falco.yaml")


def run(
    load: Load,
    *,
    duration_s: float | None = None,
    explain: bool = False,
    print_format: str | None = None,
    sources: frozenset[str] = event_sources.EVERY,
    pidfile: str | None = None,
    dry_run: bool = False,
) -> None:
    """Runs falcomod in the foreground until a signal, the deadline or a fault.

    *load* is called at the start and at every reload.  *print_format* is added to outputs;
    *pidfile* holds this process's number meanwhile; a *dry_run* ends when configuration and
    rules are known to be right; *sources* are those that events are taken from.  Prints the
    summary on the way out, whatever the reason.  Raises UserError, EnvironmentFault.
    """
    began_s = time.monotonic()
    make = partial(prepare, load, explain=explain, print_format=print_format)
    loaded = load()
    logs.configure(loaded.config)
    if loaded.config.engine.kind == "replay":
        # Imported late: what reads captures is not small.
        from falcomod.app import replay

        replay.run_configured(loaded.config, explain=explain, print_format=print_format)
        return
    log.info("falcomod version: %s (%s)", __version__, platform.machine())
    prepared = prepare(lambda: loaded, explain=explain, print_format=print_format)
    tell(prepared)
    if dry_run:
        log.info("dry run: configuration and rules are right: rules=%d", len(prepared.rules.rules))
        return
    return_large_blocks()
    with ExitStack() as teardown:
        teardown.enter_context(pidfile_of(pidfile))
        service = Service(prepared, chosen(prepared.config, sources))
        notifier = Notifier()
        teardown.callback(service.close)
        service.watch(teardown)
        attendants = Attendants(service, make, notifier)
        attending = teardown.enter_context(ExitStack())
        attendants.start(attending)
        teardown.callback(on_signals(handlers(service, attendants)))
        ready_s = time.monotonic() - began_s
        count = len(prepared.rules.rules)
        log.info("falcomod initialized: %d rules, ready after %.2f s", count, ready_s)
        service.say_started()
        notifier.ready()
        try:
            service.run(duration_s)
            notifier.stopping()
            service.run_until(attending.close)
        finally:
            attending.close()
            service.finish()
            if attendants.summary():
                put(sys.stderr, f"{attendants.summary()}\n", SUMMARY_WAIT_S)
            put(sys.stdout, f"{harmless(service.summary())}\n", SUMMARY_WAIT_S)
    if attendants.has_failed:
        raise EnvironmentFault("events were lost, and syscall_event_drops.actions has exit")


def tell(prepared: Prepared) -> None:
    """What is about to run, in the log."""
    if prepared.config_files:
        log.info("falcomod initialized with configuration files:")
    elif FALCO_FILE.exists():
        log.info("no configuration file is read; to run with that of Falco: -c %s", FALCO_FILE)
    for path in prepared.config_files:
        log.info("   %s", path)
    log.info("System info: %s %s", platform.system(), platform.release())


def chosen(config: Config, wanted: frozenset[str]) -> frozenset[str]:
    """The sources of events that are on.  Raises UserError where none is."""
    found = set(wanted)
    if config.engine.kind == "nodriver":
        found.discard(SOURCE_SYSCALL)
    is_served = config.webserver.enabled and bool(config.webserver.k8s_audit_endpoint)
    if not is_served and audit_plugin(config) is None:
        found.discard(SOURCE_K8S_AUDIT)
    if not found:
        raise UserError(
            "Must enable at least one event source: engine.kind is "
            f"{config.engine.kind}, and no audit events are taken (webserver.k8s_audit_endpoint)"
        )
    log.info("Enabled event sources: %s", ", ".join(sorted(found)))
    return frozenset(found)


def handlers(service: Service, attendants: Attendants) -> Calls:
    """What each signal does."""
    return {
        signal.SIGINT: partial(service.stop, "SIGINT"),
        signal.SIGTERM: partial(service.stop, "SIGTERM"),
        signal.SIGHUP: partial(attendants.reloader.request, "SIGHUP"),
        signal.SIGUSR1: service.outlet.reopen,
    }
