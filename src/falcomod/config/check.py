# SPDX-License-Identifier: Apache-2.0
"""What must hold between options, or of a value beyond its type.

Where Falco refuses the same, the words are Falco's, as its users search for them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from falcomod.config.duration import milliseconds_of
from falcomod.config.engine_options import DROP_ACTIONS
from falcomod.config.model import Config
from falcomod.config.plugins import BUILT_IN, INSTEAD, NEED_NOTHING

INTERVAL_LEAST_MS = 100
INTERVAL = (
    "Metrics interval must have a minimum value of 100ms and reflect a Prometheus compliant time "
    "duration format: https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations"
)
_MODE = re.compile("(0o?)?[0-7]{3}")


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with an option, by its dotted key; where it is not *fatal*, a warning."""

    key: str
    message: str
    remedy: str = ""
    fatal: bool = True


def objections(config: Config) -> Iterator[Objection]:
    """All that is wrong."""
    for check in CHECKS:
        yield from check(config)


def _drops(config: Config) -> Iterator[Objection]:
    key, drops = "syscall_event_drops", config.syscall_event_drops
    *most, last = (f'"{action}"' for action in DROP_ACTIONS)
    listed = f"{', '.join(most)}, and {last}"
    for action in drops.actions:
        if action not in DROP_ACTIONS:
            yield Objection(
                f"{key}.actions",
                f"available actions for syscall event drops are {listed}, not '{action}'",
            )
    others = [action for action in drops.actions if action != "ignore"]
    if "ignore" in drops.actions and others:
        yield Objection(
            f"{key}.actions",
            f'syscall event drop action "{others[0]}" does not make sense with the "ignore" action',
        )
    if not 0 <= drops.threshold <= 1:
        yield Objection(
            f"{key}.threshold", "syscall event drops threshold must be a double in the range [0, 1]"
        )
    if drops.rate < 0:
        yield Objection(f"{key}.rate", "rate must not be below 0")


def _webserver(config: Config) -> Iterator[Objection]:
    server = config.webserver
    try:
        ipaddress.ip_address(server.listen_address)
    except ValueError:
        yield Objection(
            "webserver.listen_address",
            f'webserver listen address "{server.listen_address}" is not a valid IP address',
            "0.0.0.0 and :: stand for all addresses of this host",
        )
    if server.client_ca and not server.ssl_enabled:
        yield Objection(
            "webserver.client_ca",
            "certificates of clients are asked for over TLS only",
            "set webserver.ssl_enabled to true",
            fatal=server.enabled,
        )
    for name in ("k8s_healthz_endpoint", "k8s_audit_endpoint"):
        path = getattr(server, name)
        if not path.startswith("/") and (path or name == "k8s_healthz_endpoint"):
            yield Objection(f"webserver.{name}", f"a path must begin with /, not '{path}'")


def _metrics(config: Config) -> Iterator[Objection]:
    metrics, server = config.metrics, config.webserver
    try:
        too_short = milliseconds_of(metrics.interval) < INTERVAL_LEAST_MS
    except ValueError:
        too_short = True
    if too_short:
        message = f"{INTERVAL}, not '{metrics.interval}'"
        yield Objection("metrics.interval", message, fatal=metrics.enabled)
    scraped = server.enabled and server.prometheus_metrics_enabled
    if metrics.enabled and not (metrics.output_rule or metrics.output_file or scraped):
        yield Objection(
            "metrics.enabled",
            "Metrics are enabled with no output configured",
            "set metrics.output_rule, metrics.output_file or webserver.prometheus_metrics_enabled",
        )


def _plugins(config: Config) -> Iterator[Objection]:
    known = [plugin.name for plugin in config.plugins]
    for index, name in enumerate(config.load_plugins or ()):
        if name not in known and name not in NEED_NOTHING:
            message = f"Cannot load plugin '{name}': plugin config not found for given name"
            yield Objection(f"load_plugins[{index}]", message)
    for index, plugin in enumerate(config.plugins):
        key = f"plugins[{index}].name"
        if not plugin.name:
            yield Objection(f"plugins[{index}]", "a plugin has no name")
        elif plugin.name not in BUILT_IN and (
            config.load_plugins is None or plugin.name in config.load_plugins
        ):
            reason = INSTEAD.get(plugin.name, f"built in are {', '.join(BUILT_IN)}")
            message = f"plugin '{plugin.name}' is not loaded: {reason}"
            yield Objection(key, message, fatal=False)


def _outputs(config: Config) -> Iterator[Objection]:
    for kind, what in (("file", "filename"), ("program", "program"), ("http", "url")):
        output = getattr(config, f"{kind}_output")
        if output.enabled and not getattr(output, what):
            message = f"{kind} output enabled but no {what} in configuration block"
            yield Objection(f"{kind}_output.enabled", message, f"set {kind}_output.{what}")
    if config.outputs.rate < 0:
        yield Objection("outputs.rate", "rate must not be below 0")
    for index, step in enumerate(config.append_output):
        if step.match.rule and step.match.tags:
            yield Objection(
                f"append_output[{index}].match",
                "both a rule and tags are named: only that rule counts, if it has the tags",
                fatal=False,
            )


def _grpc(config: Config) -> Iterator[Objection]:
    if not _MODE.fullmatch(config.grpc.socket_mode):
        message = f"a mode is three octal digits, not '{config.grpc.socket_mode}'"
        yield Objection("grpc.socket_mode", message, "such as 0600")


CHECKS: tuple[Callable[[Config], Iterator[Objection]], ...] = (
    _drops,
    _webserver,
    _metrics,
    _plugins,
    _outputs,
    _grpc,
)
