# SPDX-License-Identifier: Apache-2.0
"""Keeps names of users and groups true while the agent runs, the host's and the containers'.

A thread of its own looks at the files every other second; what is new goes to
the thread that owns the state, by the function that it is given for that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from falcomod.engine.state.tables import State
from falcomod.enrich.names import ContainerNames
from falcomod.enrich.users import HostNames

PERIOD_S = 2.0
ANSWER_S = 1.0  # for the threads of containers, from who owns the state

Post = Callable[[Callable[[], None]], None]


class NameWatch:
    """Tells the state of names that have changed.

    *post* has a call made by the thread that owns *state* (Engine.post), soon or never.
    """

    def __init__(
        self,
        state: State,
        post: Post,
        *,
        host: HostNames,
        containers: ContainerNames,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._state = state
        self._post = post
        self._host = host
        self._containers = containers
        self._answer_s = answer_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def check(self) -> None:
        """Looks at all files once."""
        names = self._host.changed()
        if names is not None:
            self._post(partial(self._state.set_users, names.users, names.groups))
        in_use = self._in_use()
        if in_use is None:
            return
        for fresh in self._containers.changed(in_use):
            self._post(
                partial(self._state.set_container_names, fresh.id, fresh.users, fresh.groups)
            )

    def start(self, *, period_s: float = PERIOD_S) -> None:
        """Begins to look."""
        # A daemon: a container's file server that never answers must not keep the program from
        # its end.
        self._thread = threading.Thread(
            target=self._run, args=(period_s,), name="names", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, at the latest when it has looked at what it is at."""
        self._stopping.set()

    def _in_use(self) -> dict[str, int] | None:
        """{id: a thread of it} of all containers; None: nobody answered."""
        answers: list[dict[str, int]] = []
        answered = threading.Event()

        def ask() -> None:
            answers.append({id: tid for id, _, _, tid in self._state.containers_in_use()})
            answered.set()

        self._post(ask)
        answered.wait(self._answer_s)
        return answers[0] if answers else None

    def _run(self, period_s: float) -> None:
        while not self._stopping.wait(period_s):
            self.check()
