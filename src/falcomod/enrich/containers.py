# SPDX-License-Identifier: Apache-2.0
"""Who asks which runtime about which container, and what becomes of the answers.

    wanted()     the engine has the first record of a container that nobody described
    changed()    a runtime tells of a container before its first record
    listed()     a runtime is there, or is there again

The engine's thread never waits here: runtimes are asked on threads of their own
(enrich.lanes), and what they say is posted to the engine's thread.  A container's
records wait there until settle_container() is posted, or for as long as the engine
lets them; an answer that comes later is still good for the records that follow.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol

from falcomod.enrich.container_json import container_event
from falcomod.enrich.control_group import ControlGroup, group_at, group_of
from falcomod.enrich.followed import ABSENT, DOWN, UNTRIED, Followed
from falcomod.enrich.host import host_path
from falcomod.enrich.lanes import Lanes, Work
from falcomod.enrich.lookup import (
    EMPTY_TRIES,
    NAMES_RETRY_S,
    NAMES_TRIES,
    Ask,
    Known,
    Lookup,
    facts_of_group,
)
from falcomod.enrich.runtime import LABEL_MAX, Change, Described, Facts
from falcomod.errors import ContainerUnknown, RuntimeUnavailable

log = logging.getLogger(__name__)

LOOKUPS_MAX = 16384  # containers that are asked about at the same time
KNOWN_MAX = 4096  # as many as State keeps
LISTED_MAX = 4096  # of one answer
RUNTIMES_MAX = 64
ID_MAX = 256  # characters of an id

TICK_S = 1.0
PATIENCE_S = 0.1  # for more than the most important, which is known
START_S = 2.0  # after which the record of a start is taken to be lost
COMPARE_S = 30.0  # how often threads are asked which containers there are
IDLE_S = 60.0  # without a thread, after which a container is forgotten
SWEEP_S = 600.0  # the same for one that is not known here
REMOVED_S = 10.0  # records of a removed container may still be on their way

NAMES_LANE = "names of users"
OWN_LANE = "containers"

Post = Callable[[Callable[[], None]], None]


def is_alive(tid: int) -> bool:
    """Whether there is a thread of that number on the host."""
    return os.path.exists(host_path(f"/proc/{tid}"))


class ContainerState(Protocol):
    """The part of State that is told of containers, on the engine's thread."""

    def set_container(self, id: str, facts: Facts, *, json: bytes | None) -> None: ...
    def set_container_names(self, id: str, users: Any, groups: Any) -> None: ...
    def settle_container(self, id: str) -> None: ...
    def start_container(self, id: str, pid: int) -> None: ...
    def remove_container(self, id: str) -> None: ...
    def containers_in_use(self) -> list[tuple[str, str, str | None, int]]: ...
    def sweep_containers(self, older_than_s: float) -> int: ...


class NameReader(Protocol):
    """Reads the names of a container's users: enrich.names."""

    def read(self, id: str, tid: int) -> Any | None:
        """(users, groups), seen from a thread of the container; None: not to be seen."""

    def forget(self, id: str) -> None:
        """The container has ended."""


class Containers:
    """Look-ups of all containers.

    *followed* are the runtimes, the best first.  *post* has a call made on the thread that
    owns *state*.  *local* are kinds of control groups whose containers have no runtime that
    could be asked: LXC and its like.  *find_more* names runtimes that may have come since.
    Labels longer than *label_max* are left out, whoever tells them.  Where the most important
    is known, records wait *patience_s* for the rest.
    """

    def __init__(
        self,
        followed: Sequence[Followed],
        *,
        post: Post,
        state: ContainerState,
        names: NameReader | None = None,
        local: frozenset[str] = frozenset(),
        work: Work | None = None,
        find_more: Callable[[], Iterable[Followed]] = tuple,
        label_max: int = LABEL_MAX,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
        exists: Callable[[str], bool] = os.path.exists,
        is_alive: Callable[[int], bool] = is_alive,
        group_of: Callable[[str, int], ControlGroup | None] = group_of,
        group_at: Callable[[str], ControlGroup | None] = group_at,
    ) -> None:
        self._followed = list(followed)
        self._post = post
        self._state = state
        self._names = names
        self._local = local
        self._find_more = find_more
        self._label_max = label_max
        self._patience_s = patience_s
        self._work = Lanes() if work is None else work
        self._clock = clock
        self._exists = exists
        self._is_alive = is_alive
        self._group_of = group_of
        self._group_at = group_at
        self._lookups: dict[str, Lookup] = {}
        self._known: dict[str, Known] = {}
        self._counts: Counter[str] = Counter()
        self._relisting: set[Followed] = set()
        self._threads: dict[Followed, threading.Thread] = {}
        self._stopping = threading.Event()
        self._compare_s = clock() + COMPARE_S
        # Protects all of the above; runtimes are asked without it.
        self._lock = threading.Lock()

    # From outside

    def wanted(self, id: str, kind: str, pod_uid: str | None, tid: int) -> None:
        """Asks about a container that a record is of; on the engine's thread, returns at once."""
        with self._lock:
            self._counts["wanted"] += 1
            self._want(id, kind, pod_uid, tid)

    def listed(self, followed: Followed, containers: list[Described]) -> None:
        """A runtime that answers says what there is."""
        for described in containers[:LISTED_MAX]:
            with self._lock:
                if _is_id(described.id):
                    self._take(followed, described.id, described)
        with self._lock:
            for lookup in list(self._lookups.values()):
                if lookup.is_wanted:
                    self._advance(lookup)
        self._post(self._want_missing)

    def changed(self, followed: Followed, change: Change) -> None:
        """A runtime says what has just happened."""
        if not _is_id(change.id):
            return
        with self._lock:
            if change.kind == "removed":
                self._removed(change.id)
                return
            known = self._known.get(change.id)
            if known is not None:
                known.gone_s = None
            if change.told is not None and known is None:
                self._take(followed, change.id, change.told)
            # One that has started has an address, perhaps another name than it had.
            if change.kind == "started" or known is None:
                self._look_ahead(followed, change)

    def tick(self) -> None:
        """What is due now and then: sockets that have appeared, containers that are gone."""
        self._add_more()
        for followed in tuple(self._followed):
            if followed.state in (ABSENT, UNTRIED):
                self._begin(followed)
            elif followed.needs_asking:
                self._relist(followed)
        now_s = self._clock()
        with self._lock:
            is_due = now_s >= self._compare_s
            if is_due:
                self._compare_s = now_s + COMPARE_S
        if is_due:
            self._post(self._compare)

    def start(self, *, wait_s: float) -> None:
        """Begins to follow all runtimes, and waits a little for what they list."""
        deadline_s = time.monotonic() + wait_s
        for followed in tuple(self._followed):
            self._begin(followed)
        for followed in tuple(self._followed):
            followed.first_answer.wait(max(0.0, deadline_s - time.monotonic()))
        # A daemon, as all threads here: a runtime must not keep the program from its end.
        threading.Thread(target=self._tick_on, name=OWN_LANE, daemon=True).start()

    def stop(self) -> None:
        """Ends the threads, at the latest when the call that each is at has ended."""
        self._stopping.set()
        self._work.close()
        for followed in tuple(self._followed):
            followed.close()

    def counters(self) -> dict[str, int]:
        """What was asked for, what became of it, and what is kept now."""
        with self._lock:
            counts = {name: self._counts[name] for name in COUNTERS}
            lookups = self._lookups.values()
            counts["waiting"] = sum(it.is_wanted and not it.is_settled for it in lookups)
            counts["lookups"] = len(self._lookups)
            counts["known"] = len(self._known)
        return counts

    def runtimes(self) -> dict[str, dict[str, int]]:
        """By name of the runtime: how often it was asked, and what it said."""
        found: dict[str, Counter[str]] = {}
        for followed in tuple(self._followed):
            found.setdefault(followed.runtime.name, Counter()).update(followed.counters())
        return {name: dict(counts) for name, counts in found.items()}

    # Questions

    def _want(self, id: str, kind: str, pod_uid: str | None, tid: int) -> None:
        lookup = self._lookups.get(id)
        if lookup is None and len(self._lookups) >= LOOKUPS_MAX:
            self._counts["refused"] += 1
            self._post(partial(self._state.settle_container, id))
            return
        if lookup is None:
            lookup = self._lookups[id] = Lookup(id, self._clock())
        lookup.kind, lookup.pod_uid = kind, pod_uid
        lookup.add_tid(tid)
        lookup.is_wanted, lookup.is_settled = True, False
        known = self._known.get(id)
        for described in () if known is None else known.answers.values():
            lookup.add_place(described)
        if known is not None and known.facts(kind, self._followed):
            # The state may have forgotten it since it was told.
            self._tell(lookup)
        lookup.is_patient = True
        self._work.submit(OWN_LANE, partial(self._lose_patience, lookup), self._patience_s)
        self._begin_names(lookup)
        self._advance(lookup)

    def _want_missing(self) -> None:
        """Asks about what was asked before somebody was there; on the engine's thread."""
        in_use = self._state.containers_in_use()
        with self._lock:
            for id, kind, pod_uid, tid in in_use:
                if id not in self._known and id not in self._lookups:
                    self._want(id, kind, pod_uid, tid)

    def _advance(self, lookup: Lookup) -> None:
        """Asks whom there is to ask, and lets the records go if there is nobody."""
        if not self._is_whole(lookup):
            for followed in self._followed:
                if followed.is_askable and followed.fits(lookup.kind):
                    self._begin_ask(lookup, followed)
        self._conclude(lookup)

    def _begin_ask(self, lookup: Lookup, followed: Followed) -> None:
        ask = lookup.asks.get(followed)
        if ask is None or ask.is_over:
            lookup.asks[followed] = Ask()
            self._work.submit(followed.lane, partial(self._ask, lookup, followed))

    def _look_ahead(self, followed: Followed, change: Change) -> None:
        """Asks about a container before anybody wants it."""
        lookup = self._lookups.get(change.id)
        if lookup is None:
            if len(self._lookups) >= LOOKUPS_MAX:
                self._counts["refused"] += 1
                return
            lookup = self._lookups[change.id] = Lookup(change.id, self._clock())
            self._counts["ahead"] += 1
        lookup.is_removed = False
        if change.kind == "started":
            lookup.is_start_due, lookup.started_pid = True, change.pid
            lookup.add_tid(change.pid)
        self._begin_ask(lookup, followed)

    def _ask(self, lookup: Lookup, followed: Followed) -> None:
        """On a thread of the runtime's."""
        if lookup.is_over or not followed.is_askable:
            with self._lock:
                lookup.asks.pop(followed, None)  # it is asked when it is back
                self._conclude(lookup)
            return
        described = None
        is_failed = False
        try:
            described = followed.find(lookup.id)
        except ContainerUnknown:
            log.debug("%s does not know id=%s", followed.lane, lookup.id)
        except RuntimeUnavailable:
            is_failed = True  # which followed has counted
        with self._lock:
            if lookup.is_dropped:
                return
            if described is not None:
                # Its id is that of the control group, which threads carry.
                self._take(followed, lookup.id, described)
            if not lookup.is_over:
                self._ask_again(lookup, followed, is_failed=is_failed)
                self._conclude(lookup)

    def _ask_again(self, lookup: Lookup, followed: Followed, *, is_failed: bool) -> None:
        ask = lookup.asks.get(followed)
        if ask is None:
            return
        known = self._known.get(lookup.id)
        if known is not None and followed in known.answers and not is_failed:
            ask.is_over = known.answers[followed].is_complete
        if ask.is_over or self._is_whole(lookup):
            return
        retry_s = lookup.retry_s(
            ask, is_failed=is_failed, is_known=known is not None, now_s=self._clock()
        )
        if retry_s is None:
            ask.is_over = True
        else:
            self._work.submit(followed.lane, partial(self._ask, lookup, followed), retry_s)

    # Answers

    def _take(self, followed: Followed, id: str, described: Described) -> None:
        """Keeps what a runtime says, tells the state, and goes on with the look-up."""
        described = _within(described, self._label_max)
        known = self._known.get(id)
        if known is None:
            if len(self._known) >= KNOWN_MAX:
                del self._known[next(iter(self._known))]
            known = self._known[id] = Known()
        is_news = known.answers.get(followed) != described
        known.answers[followed] = described
        lookup = self._lookups.get(id)
        if is_news:
            self._tell(Lookup(id, 0.0) if lookup is None else lookup)
        if lookup is not None:
            lookup.add_place(described)
            self._tell_start(lookup, described)
        elif not described.is_complete and not known.is_whole("", self._followed):
            lookup = self._lookups[id] = Lookup(id, self._clock())
            self._begin_ask(lookup, followed)

    def _tell(self, lookup: Lookup, *, is_last: bool = False) -> None:
        """Posts what is known of a container, and what its start is told with if that is all."""
        facts = facts_of_group(lookup.id, lookup.kind, lookup.pod_uid, self._local)
        known = self._known.get(lookup.id)
        if known is not None:
            facts |= known.facts(lookup.kind, self._followed)
        is_last = is_last or self._is_whole(lookup)
        json = container_event(lookup.id, facts) if is_last else None
        self._post(partial(self._state.set_container, lookup.id, facts, json=json))

    def _lose_patience(self, lookup: Lookup) -> None:
        """What is known of a container has to do for its records; the rest comes later."""
        with self._lock:
            lookup.is_patient = False
            self._conclude(lookup)

    def _tell_start(self, lookup: Lookup, described: Described) -> None:
        """Posts that a container has started, once its first process is known."""
        pid = lookup.started_pid or described.pid
        if lookup.is_start_due and pid is not None:
            lookup.is_start_due = False
            call = partial(self._state.start_container, lookup.id, pid)
            # The record of its program tells more, and comes before, if it is not lost.
            self._work.submit(OWN_LANE, partial(self._post, call), START_S)

    def _conclude(self, lookup: Lookup) -> None:
        """Lets the records go and ends the look-up, each when its time has come."""
        if lookup.is_over:
            return
        is_whole = self._is_whole(lookup)
        has_hope = not is_whole and lookup.has_hope()
        is_enough = lookup.id in self._known and not lookup.is_patient
        is_due = lookup.is_wanted and not lookup.is_settled and lookup.has_names
        is_last = not is_whole and not has_hope and not self._may_come(lookup)
        if is_due and (is_enough or not has_hope):
            if is_last or lookup.id not in self._known:
                self._tell(lookup, is_last=is_last)
            lookup.is_settled = True
            self._post(partial(self._state.settle_container, lookup.id))
        if has_hope or (lookup.is_wanted and not lookup.is_settled):
            return
        if not is_whole and not is_last:
            return  # until it is answered, or until the container has ended
        self._counts["found" if lookup.id in self._known else "unknown"] += lookup.is_wanted
        if is_last and lookup.is_wanted and not is_due:
            self._tell(lookup, is_last=True)
        lookup.is_over = True
        self._lookups.pop(lookup.id, None)

    def _is_whole(self, lookup: Lookup) -> bool:
        if lookup.kind in self._local:
            return True
        known = self._known.get(lookup.id)
        return known is not None and known.is_whole(lookup.kind, self._followed)

    def _may_come(self, lookup: Lookup) -> bool:
        """Whether a runtime that cannot be asked now may know the container when it is back.

        One that is not there has no containers; if it comes, it lists what runs by then.
        """
        if lookup.is_removed or not lookup.is_wanted:
            return False
        return any(one.state == DOWN and one.fits(lookup.kind) for one in self._followed)

    # Names of users

    def _begin_names(self, lookup: Lookup) -> None:
        if self._names is None:
            lookup.has_names = True
        elif not lookup.is_naming:
            lookup.is_naming, lookup.has_names = True, False
            lookup.names_tries = lookup.empty_tries = 0
            self._work.submit(NAMES_LANE, partial(self._read_names, self._names, lookup))

    def _read_names(self, reader: NameReader, lookup: Lookup) -> None:
        """On a thread for names."""
        tids = self._threads_of(lookup)
        found = (reader.read(lookup.id, tid) for tid in tids)
        names = next((names for names in found if names is not None), None)
        with self._lock:
            if names is None and self._may_be_named(lookup, tids):
                call = partial(self._read_names, reader, lookup)
                self._work.submit(NAMES_LANE, call, NAMES_RETRY_S)
                return
            if names is not None and any(names):
                self._post(partial(self._state.set_container_names, lookup.id, *names))
            lookup.is_naming = False
            lookup.has_names = True
            self._conclude(lookup)

    def _threads_of(self, lookup: Lookup) -> list[int]:
        """Threads that are, or may be, the container's."""
        if lookup.group is None:
            found = (self._group_of(lookup.id, tid) for tid in lookup.tids)
            lookup.group = next((group for group in found if group is not None), None)
        if lookup.group is None and lookup.cgroup is not None:
            lookup.group = self._group_at(lookup.cgroup)
        pids = lookup.group.pids() if lookup.group is not None else ()
        return list(dict.fromkeys((*pids, *filter(self._is_alive, lookup.tids))))

    def _may_be_named(self, lookup: Lookup, tids: list[int]) -> bool:
        """Whether a process may yet be seen that has entered the container."""
        lookup.names_tries += 1
        # Where its processes are may yet be told, as long as somebody may answer.
        if not tids and (self._is_whole(lookup) or not lookup.has_hope()):
            lookup.empty_tries += 1
        is_gone = lookup.empty_tries >= (1 if lookup.is_removed else EMPTY_TRIES)
        return not (is_gone or lookup.is_over or lookup.names_tries >= NAMES_TRIES)

    # Beginning and end

    def _removed(self, id: str) -> None:
        known = self._known.get(id)
        if known is not None:
            known.gone_s = self._clock()
        lookup = self._lookups.get(id)
        if lookup is not None:
            lookup.is_removed = True
        self._work.submit(OWN_LANE, partial(self._drop_removed, id), REMOVED_S)

    def _drop_removed(self, id: str) -> None:
        """Some time after its removal, unless it was started again, or removed again."""
        with self._lock:
            known = self._known.get(id)
            lookup = self._lookups.get(id)
            if known is not None:
                is_gone = known.gone_s is not None and self._clock() - known.gone_s >= REMOVED_S
            else:
                is_gone = lookup is None or lookup.is_removed
            if is_gone:
                self._drop(id)

    def _drop(self, id: str) -> None:
        """Keeps nothing of a container."""
        self._known.pop(id, None)
        lookup = self._lookups.pop(id, None)
        if lookup is not None:
            lookup.is_over = lookup.is_dropped = True
            if lookup.is_wanted and not lookup.is_settled:
                self._post(partial(self._state.settle_container, id))
        if self._names is not None:
            self._names.forget(id)
        self._counts["dropped"] += 1
        self._post(partial(self._state.remove_container, id))

    def _compare(self) -> None:
        """Forgets containers whose removal nobody told; on the engine's thread."""
        in_use = {id for id, *_ in self._state.containers_in_use()}
        # Those that nothing is kept of here any more.
        self._state.sweep_containers(SWEEP_S)
        now_s = self._clock()
        with self._lock:
            for id, known in list(self._known.items()):
                if id in in_use:
                    known.idle_s = None
                elif known.idle_s is None:
                    known.idle_s = now_s
                elif now_s - known.idle_s >= IDLE_S:
                    self._drop(id)
            for id, lookup in list(self._lookups.items()):
                if id not in in_use and now_s - lookup.began_s >= IDLE_S:
                    self._drop(id)

    # Threads

    def _add_more(self) -> None:
        for followed in self._find_more():
            with self._lock:
                known = {one.runtime.socket for one in self._followed}
                if followed.runtime.socket not in known and len(known) < RUNTIMES_MAX:
                    self._followed.append(followed)

    def _begin(self, followed: Followed) -> None:
        """Follows a runtime if its socket is there and nobody does yet."""
        with self._lock:
            if followed in self._threads or self._stopping.is_set():
                return
            if not self._is_there(followed.runtime.socket):
                followed.set_absent()
                return
            self._threads[followed] = thread = threading.Thread(
                target=followed.follow,
                args=(self, self._stopping.wait),
                name=followed.lane,
                daemon=True,
            )
            followed.set_present()
        thread.start()

    def _is_there(self, socket: str) -> bool:
        # What is no path is asked over the network.
        return not socket.startswith("/") or self._exists(socket)

    def _relist(self, followed: Followed) -> None:
        """Asks a runtime that gave no answers whether it does again, beside its changes."""
        with self._lock:
            if followed in self._relisting:
                return
            self._relisting.add(followed)
        self._work.submit(f"{followed.lane} again", partial(self._relist_now, followed))

    def _relist_now(self, followed: Followed) -> None:
        try:
            followed.relist(self)
        finally:
            with self._lock:
                self._relisting.discard(followed)

    def _tick_on(self) -> None:
        while not self._stopping.wait(TICK_S):
            self.tick()


def _within(described: Described, label_max: int) -> Described:
    """Without labels that are too long."""
    facts = dict(described.facts)
    for name in ("labels", "pod_labels"):
        words = facts.get(name)
        if words and any(len(word) > label_max for word in words.values()):
            facts[name] = {key: word for key, word in words.items() if len(word) <= label_max}
    return dataclasses.replace(described, facts=facts)


def _is_id(id: str) -> bool:
    """Whether it may be told to the state: a hostile runtime says anything."""
    return 0 < len(id) <= ID_MAX and id.isascii() and id.isprintable()


COUNTERS = ("wanted", "ahead", "found", "unknown", "refused", "dropped")
