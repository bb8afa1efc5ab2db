# SPDX-License-Identifier: Apache-2.0
"""Addresses of the domain names that rules compare with (fd.sip.name and its like).

Looked up in a thread of their own, at the start and again and again: a resolver
may take seconds, and events do not wait.  Names change their addresses, so what
an address is called is as good as the last look-up.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterable

from falcomod.engine.match.ruleset import Ruleset
from falcomod.engine.state.tables import State

log = logging.getLogger(__name__)

PERIOD_S = 60.0
START_WAIT_S = 2.0  # for the first look-ups, before the first event

FIELDS = frozenset(("fd.cip.name", "fd.sip.name", "fd.lip.name", "fd.rip.name"))

LookUp = Callable[[str], Iterable[bytes]]


def asked_for(ruleset: Ruleset) -> frozenset[str]:
    """The domain names that rules compare with; what is an address already is none."""
    return frozenset(name for name in ruleset.constants(FIELDS) if not _is_address(name))


def addresses_of(name: str) -> list[bytes]:
    """All addresses of a name, packed; OSError or UnicodeError when there are none."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return sorted({ipaddress.ip_address(str(row[4][0]).split("%")[0]).packed for row in found})


class Domains:
    """Keeps addresses of names current; hand_over() is for the thread that owns the state."""

    def __init__(self, names: Iterable[str], *, look_up: LookUp = addresses_of) -> None:
        self._names = sorted(names)
        self._look_up = look_up
        self._found: dict[str, list[bytes]] = {}
        self._failed: set[str] = set()
        # Set by one thread, cleared by the other; what it tells of is replaced, never changed.
        self._is_fresh = threading.Event()
        self._news = threading.Event()  # other names, or the end
        self._is_stopping = False
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Looks all names up once; one that cannot be found keeps the addresses that it had."""
        found = {}
        for name in self._names:
            try:
                found[name] = sorted(self._look_up(name))
            except (OSError, UnicodeError) as error:
                if name not in self._failed:
                    log.warning("domain name unavailable name=%s error=%s", name, error)
                self._failed.add(name)
                found[name] = self._found.get(name, [])
            else:
                self._failed.discard(name)
        if found != self._found:
            self._found = found
            self._is_fresh.set()

    def hand_over(self, state: State) -> bool:
        """Puts what is new into the state; False: nothing is."""
        if not self._is_fresh.is_set():
            return False
        self._is_fresh.clear()
        state.set_domains(self._found)
        return True

    def start(self, *, wait_s: float = START_WAIT_S, period_s: float = PERIOD_S) -> None:
        """Begins to look names up, and waits a little for the first answers."""
        if not self._names:
            return
        # A daemon: a resolver that never answers must not keep the program from its end.
        self._thread = threading.Thread(
            target=self._run, args=(period_s,), name="domains", daemon=True
        )
        self._thread.start()
        self._is_fresh.wait(wait_s)

    def ask_for(self, names: Iterable[str]) -> None:
        """Other names from now on; those that were known before keep their addresses."""
        wanted = sorted(names)
        if wanted == self._names:
            return
        self._names = wanted
        if self._thread is None:
            self.start(wait_s=0)
        self._news.set()

    def stop(self) -> None:
        """Ends the thread, at the latest when the look-up that it is at has ended."""
        self._is_stopping = True
        self._news.set()

    def _run(self, period_s: float) -> None:
        while not self._is_stopping:
            self.refresh()
            self._news.wait(period_s)
            self._news.clear()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
