# SPDX-License-Identifier: Apache-2.0
"""What falcomod says of itself where its alerts go, one function for each message.

Rules' names, texts and fields are Falco's where Falco has the message: drops, timeouts,
metrics and failed restarts.  Start, stop, reload and lost alerts are in the same style.
"""

from __future__ import annotations

from collections.abc import Mapping

from falcomod.alert.internal import RULE_PREFIX, internal_alert
from falcomod.alert.model import Alert, FieldValue, Priority

DROP = f"{RULE_PREFIX}syscall event drop"
TIMEOUTS = f"{RULE_PREFIX}timeouts notification"
METRICS = f"{RULE_PREFIX}metrics snapshot"
RESTART_FAILURE = f"{RULE_PREFIX}hot restart failure"
START = f"{RULE_PREFIX}start"
STOP = f"{RULE_PREFIX}stop"
RELOAD = f"{RULE_PREFIX}reload"
ALERTS_LOST = f"{RULE_PREFIX}alerts lost"
LIFECYCLE = frozenset({START, RELOAD, STOP})


def events_dropped(
    drops: int, fields: Mapping[str, FieldValue], *, hostname: str, time_ns: int
) -> Alert:
    """System calls of the last second were lost."""
    return internal_alert(
        DROP,
        Priority.DEBUG,
        drop_text(drops),
        fields,
        hostname=hostname,
        time_ns=time_ns,
    )


def drop_text(drops: int) -> str:
    """What log and alert say of lost system calls."""
    return f"{DROP}. {drops} system calls dropped in last second."


def no_events(seconds: int, last_event_time: str, *, hostname: str, time_ns: int) -> Alert:
    """No event came for that long; *last_event_time* is "none" where there never was one."""
    return internal_alert(
        TIMEOUTS,
        Priority.DEBUG,
        f"{TIMEOUTS}. {seconds} consecutive timeouts without event.",
        {"last_event_time": last_event_time},
        hostname=hostname,
        time_ns=time_ns,
    )


def metrics_snapshot(fields: Mapping[str, FieldValue], *, hostname: str, time_ns: int) -> Alert:
    """The numbers of `metrics`."""
    return internal_alert(
        METRICS,
        Priority.INFORMATIONAL,
        "Falco metrics snapshot",
        fields,
        hostname=hostname,
        time_ns=time_ns,
    )


def reload_failed(reason: str, *, hostname: str, time_ns: int) -> Alert:
    """New configuration or rules are no good; those of before go on."""
    return internal_alert(
        RESTART_FAILURE,
        Priority.CRITICAL,
        f"{RESTART_FAILURE}: {reason}",
        {"error": reason},
        hostname=hostname,
        time_ns=time_ns,
    )


def started(
    *, version: str, driver: str, sources: tuple[str, ...], rules: int, hostname: str, time_ns: int
) -> Alert:
    """Events are looked at from now on; *driver* is "" where none is asked for."""
    return internal_alert(
        START,
        Priority.INFORMATIONAL,
        f"{START}. falcomod {version} watches with {rules} rules.",
        {
            "version": version,
            "driver": driver or "none",
            "sources": list(sources),
            "rules": rules,
        },
        hostname=hostname,
        time_ns=time_ns,
    )


def stopped(
    reason: str, *, events: int, drops: int, alerts: int, hostname: str, time_ns: int
) -> Alert:
    """The end of the run; *reason* such as "SIGTERM"; counts are of the whole run."""
    return internal_alert(
        STOP,
        Priority.INFORMATIONAL,
        f"{STOP}. falcomod stops: {reason}.",
        {"reason": reason, "n_evts": events, "n_drops": drops, "n_alerts": alerts},
        hostname=hostname,
        time_ns=time_ns,
    )


def reloaded(cause: str, *, rules: int, reloads: int, hostname: str, time_ns: int) -> Alert:
    """New configuration and rules are in use; *cause* such as "SIGHUP" or a file's path."""
    return internal_alert(
        RELOAD,
        Priority.INFORMATIONAL,
        f"{RELOAD}. {rules} rules are in use from now on.",
        {"cause": cause, "rules": rules, "reloads": reloads},
        hostname=hostname,
        time_ns=time_ns,
    )


def alerts_lost(output: str, lost: int, total: int, *, hostname: str, time_ns: int) -> Alert:
    """An output could not keep up: *lost* alerts since it was last told of, *total* in all."""
    return internal_alert(
        ALERTS_LOST,
        Priority.CRITICAL,
        f"{ALERTS_LOST}. {lost} alerts did not reach output {output}.",
        {"output": output, "n_lost": lost, "n_lost_total": total},
        hostname=hostname,
        time_ns=time_ns,
    )
