# SPDX-License-Identifier: Apache-2.0
"""What is asked of a container runtime, whichever it is.

A runtime is asked for one container (find), for all of them (list), and to tell
what changes (changes).  Who asks, when, how often and what becomes of the answers
is enrich.containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Facts = dict[str, Any]  # of a container, as State.set_container() takes them

SHORT_ID_SIZE = 12  # characters of container.id
TEXT_MAX = 8192  # characters of one fact; longer ones are left out
ITEMS_MAX = 256  # labels, mounts, ports … of one container
LABEL_MAX = 100  # characters of a label's value; longer ones are left out, as Falco does


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a runtime says of one container."""

    id: str  # whole
    facts: Facts = field(default_factory=dict)
    pid: int | None = None  # of its first process, on the host; None: it does not run, or unknown
    cgroup: str | None = None  # path of its control group, where the runtime tells
    is_complete: bool = True  # False: more may be known a moment later (the pod's address …)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a container."""

    kind: Literal["created", "started", "removed"]
    id: str  # whole
    pid: int | None = None  # of its first process, where it is told
    # What is said of it along with that: known at once, while an answer may take long.
    told: Described | None = field(default=None, compare=False)


class Runtime(Protocol):
    """A container runtime behind a socket.

    All methods may be called from several threads at once.  Whatever is wrong with the
    other side is RuntimeUnavailable, whose message names the socket and the reason.
    """

    @property
    def name(self) -> str:
        """For messages: "containerd", "docker", "cri" …"""

    @property
    def socket(self) -> str:
        """The path of its socket."""

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of control groups (engine.state.cgroup) that may be its containers'."""

    def find(self, id: str, timeout_s: float) -> Described:
        """What it knows of a container, by its whole id or name.

        Raises ContainerUnknown, RuntimeUnavailable.
        """

    def list(self, timeout_s: float) -> list[Described]:
        """All containers that run, paused ones too.  Raises RuntimeUnavailable."""

    def changes(self) -> Iterator[Change]:
        """What happens from now on; blocks.

        Ends after close(); raises RuntimeUnavailable when the connection ends otherwise.
        """

    def close(self) -> None:
        """Lets go of the socket; whoever waits for an answer gets RuntimeUnavailable."""
