# SPDX-License-Identifier: Apache-2.0
"""What systemd is told of the service: ready, reloading, stopping, alive.

The protocol is a datagram of NAME=VALUE lines to a socket that the environment
names (man 3 sd_notify), so no library is asked for.  Outside systemd there is
no such socket, and nothing is sent.  What cannot be sent is said once and never
fails the agent.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections.abc import Callable, Mapping

from falcomod.app.snapshot import Snapshot

log = logging.getLogger(__name__)

STATUS_MAX = 500  # characters of a status; `systemctl status` shows a line


class Notifier:
    """Speaks for this process; any thread may call, but watchdog() is for the thread watched.

    *clock_s* is a monotonic clock.
    """

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._clock_s = clock_s
        self._interval_s = _watchdog_interval_s(environment) if self._address else 0.0
        self._next_s = clock_s()
        self._complained = False
        self._status = ""

    def ready(self) -> None:
        """The start is over, or the reload; systemd starts what waits for this service."""
        self._send("READY=1")

    def reloading(self) -> None:
        """A reload begins; ready() has to follow, whatever comes of it.

        The time is how systemd 253 and later (Type=notify-reload) tell this
        message from one of an earlier reload; older ones pass it over.
        """
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """A line for `systemctl status`; sent when it is another than before."""
        line = " ".join(text.split())[:STATUS_MAX]
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def watchdog(self) -> None:
        """Says that this thread goes on, where systemd waits for that.

        Cheap, so call it often: it sends at half of the interval after which
        systemd would take the process for stuck (man 3 sd_watchdog_enabled).
        """
        if not self._interval_s or self._clock_s() < self._next_s:
            return
        self._next_s = self._clock_s() + self._interval_s
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                # An agent that waited for systemd would be worse than one that it hears late.
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            if not self._complained:
                self._complained = True
                log.warning("systemd not told: message=%s reason=%s", lines[0], error)


def summary(snapshot: Snapshot) -> str:
    """What a status may say of a running falcomod; it changes with alerts and losses only."""
    alerts, lost = sum(snapshot.alerts.values()), snapshot.source.get("lost", 0)
    events_from = snapshot.driver or "no driver"
    return f"{snapshot.rules_on} rules, {events_from}: {alerts} alerts, {lost} events lost"


def _address(named: str) -> str:
    """The address of a socket as NOTIFY_SOCKET names it; "" where it names none.

    @ stands for the zero byte that abstract names begin with.
    """
    if named.startswith("@"):
        return "\0" + named[1:]
    return named if named.startswith("/") else ""


def _watchdog_interval_s(environment: Mapping[str, str]) -> float:
    """How often to say that all is well; 0: nobody waits for it, or not for this process."""
    pid = environment.get("WATCHDOG_PID", "")
    if pid and pid != str(os.getpid()):
        return 0.0
    microseconds = environment.get("WATCHDOG_USEC", "")
    if not re.fullmatch("[0-9]{1,20}", microseconds):
        return 0.0
    return int(microseconds) / 2_000_000
