# SPDX-License-Identifier: Apache-2.0
"""What is being asked about one container, and what has been answered.

No threads, no clock: enrich.containers holds the lock and tells the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from falcomod.engine.state.cgroup import container_name
from falcomod.enrich.control_group import ControlGroup
from falcomod.enrich.followed import Followed
from falcomod.enrich.runtime import Described, Facts

UNKNOWN_FIRST_S = 0.005
UNKNOWN_MOST_S = 1.0
FAILED_FIRST_S = 0.1
FAILED_MOST_S = 10.0
GIVE_UP_S = 60.0  # since the look-up began: nobody will know the container any more
PARTIAL_S = 10.0  # the same where something is known; a pod without an address stays without

TIDS_MAX = 4
# A runtime enters the container that it has begun, and a short-lived one may end soon after.
NAMES_RETRY_S = 0.01
NAMES_TRIES = 40
EMPTY_TRIES = 10  # the same where no process of it is to be seen


@dataclass(slots=True)
class Ask:
    """One runtime that is asked about one container."""

    unknown: int = 0  # times that it did not know, or not all
    failed: int = 0  # times that it did not answer
    is_over: bool = False


@dataclass(slots=True)
class Known:
    """What runtimes have said of a container."""

    answers: dict[Followed, Described] = field(default_factory=dict)
    gone_s: float | None = None  # when it was removed; records of it are still on their way
    idle_s: float | None = None  # since when no thread is in it, as far as was seen

    def facts(self, kind: str, order: Iterable[Followed]) -> Facts:
        """All that is known; of two words on one thing the better one counts.

        That is the word of who has told all, then of who stands first in *order*.
        """
        ranks = {followed: rank for rank, followed in enumerate(order)}
        told = [item for item in self.answers.items() if item[0].fits(kind)]
        told.sort(
            key=lambda item: (not item[0].is_last, item[1].is_complete, -ranks.get(item[0], 0))
        )
        facts: Facts = {}
        for _, described in told:
            facts |= {name: value for name, value in described.facts.items() if value is not None}
            # Paths are searched one by one; where the path's own form tells, that is not needed.
            if (
                described.cgroup
                and container_name(f"={described.cgroup}\0".encode("utf-8", "surrogateescape"))
                is None
            ):
                facts["cgroup"] = described.cgroup
        return facts

    def is_whole(self, kind: str, order: Iterable[Followed]) -> bool:
        """Whether nobody can be expected to say more."""
        whole = [
            followed
            for followed, described in self.answers.items()
            if described.is_complete and followed.fits(kind)
        ]
        if any(not followed.is_last for followed in whole):
            return True
        return bool(whole) and not any(
            followed.is_askable and followed.fits(kind) and not followed.is_last
            for followed in order
        )


@dataclass(slots=True)
class Lookup:
    """Questions about one container that are not all answered."""

    id: str
    began_s: float
    kind: str = ""
    pod_uid: str | None = None
    tids: list[int] = field(default_factory=list)  # threads of it, the latest first
    is_wanted: bool = False  # records wait for it
    is_settled: bool = False
    is_patient: bool = True  # records wait for all that there is to know
    is_removed: bool = False  # who does not know it now never will
    is_over: bool = False
    is_dropped: bool = False  # what is answered now is of no use
    is_naming: bool = False  # its users are being read
    has_names: bool = False
    names_tries: int = 0
    empty_tries: int = 0
    cgroup: str | None = None  # its control group, as its runtime says
    group: ControlGroup | None = None  # where its processes are, once one was found there
    is_start_due: bool = False  # to be told when its facts have been
    started_pid: int | None = None
    asks: dict[Followed, Ask] = field(default_factory=dict)

    def add_tid(self, tid: int | None) -> None:
        """One more thread to read names by; earlier ones may belong to who starts the container."""
        if tid and tid not in self.tids:
            self.tids = [tid, *self.tids[: TIDS_MAX - 1]]

    def add_place(self, described: Described) -> None:
        """What an answer says of where its processes are."""
        self.add_tid(described.pid)
        self.cgroup = described.cgroup or self.cgroup

    def has_hope(self) -> bool:
        """Whether somebody may yet answer."""
        return any(not ask.is_over and followed.is_askable for followed, ask in self.asks.items())

    def retry_s(self, ask: Ask, *, is_failed: bool, is_known: bool, now_s: float) -> float | None:
        """After how long the runtime is asked again; None: it is not."""
        age_s = now_s - self.began_s
        if self.is_removed or age_s >= (PARTIAL_S if is_known else GIVE_UP_S):
            return None
        if is_failed:
            ask.failed += 1
            return min(FAILED_FIRST_S * 2.0 ** min(ask.failed - 1, 16), FAILED_MOST_S)
        ask.unknown += 1
        return min(UNKNOWN_FIRST_S * 2.0 ** min(ask.unknown - 1, 16), UNKNOWN_MOST_S)


def facts_of_group(id: str, kind: str, pod_uid: str | None, local: frozenset[str]) -> Facts:
    """What the path of its control group tells of a container.

    *local* are kinds of containers that are looked after by nobody who could be asked.
    """
    facts: Facts = {"full_id": id}
    if kind in TYPES:
        facts["type"] = TYPES[kind]
    if kind in local:
        facts["name"] = id
    if pod_uid:
        facts["pod_uid"] = pod_uid
    return facts


# Kind of control group → type of container.
TYPES = {
    "docker": "docker",
    "cri-containerd": "containerd",
    "containerd": "containerd",
    "nerdctl": "containerd",
    "crio": "cri-o",
    "libpod": "podman",
    "lxc": "lxc",
    "nspawn": "nspawn",
    "libvirt-lxc": "libvirt-lxc",
    "bpm": "bpm",
}
