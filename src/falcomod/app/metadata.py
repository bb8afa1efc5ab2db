# SPDX-License-Identifier: Apache-2.0
"""Who tells of containers, pods and names of users: from the configuration to running threads.

In the order of a start: made when the state is there, start() before records flow, meet()
when the state is filled, hand_over() to the engine, stop().
"""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from falcomod.app.outbox import Outbox, Post
from falcomod.config.container_options import ContainerEngines
from falcomod.config.container_options import Kubernetes as KubernetesOptions
from falcomod.config.model import Config
from falcomod.engine.state.tables import State
from falcomod.enrich.containers import PATIENCE_S, Containers
from falcomod.enrich.followed import Followed
from falcomod.enrich.host import host_path
from falcomod.enrich.kubernetes_access import Access, access_of, node_name
from falcomod.enrich.name_watch import NameWatch
from falcomod.enrich.names import ContainerNames
from falcomod.enrich.runtime import Runtime
from falcomod.enrich.users import HostNames
from falcomod.errors import UserError

log = logging.getLogger(__name__)

START_WAIT_S = 2.0  # for runtimes that are there, before the first event
UNKNOWN_WAIT_S = 0.2  # for users' names, and for containers that runtimes did not list
SYNC_WAIT_MS = 10_000  # what disable_async stands for


class Metadata:
    """Threads that ask and watch, and what they are told to do.

    Everything that is found out goes to *state*, on the thread that owns it.
    """

    def __init__(self, config: Config, state: State, *, access: Access | None = None) -> None:
        engines = config.container_engines
        self._state = state
        self._outbox = Outbox()
        names = ContainerNames()
        followed = list(followed_of(engines))
        self._stop_kubernetes: Callable[[], None] | None = None
        if access is not None:
            followed.append(self._kubernetes(access, config.kubernetes.node))
        self.containers = Containers(
            followed,
            post=self._outbox,
            state=state,
            names=names,
            local=local_kinds(engines),
            find_more=partial(more_of, engines),
            label_max=engines.label_max_len,
            patience_s=SYNC_WAIT_MS / 1000 if engines.cri.disable_async else PATIENCE_S,
        )
        self.host_names = HostNames()  # which whoever fills the state reads first
        self._name_watch = NameWatch(state, self._outbox, host=self.host_names, containers=names)

    def start(self, *, wait_s: float = START_WAIT_S) -> None:
        """Begins to ask; within *wait_s* the state has what runtimes list.

        Called before records flow: a runtime that is slow must not fill the rings.
        """
        self.containers.start(wait_s=wait_s)
        self._outbox.run_until(lambda: True, wait_s=0)

    def meet(self, *, wait_s: float = UNKNOWN_WAIT_S) -> None:
        """Asks about the containers that threads are in; waits a little for what is missing."""
        for id, kind, pod_uid, tid in self._state.containers_in_use():
            self.containers.wanted(id, kind, pod_uid, tid)
        if not self._outbox.run_until(self._is_all_known, wait_s=wait_s):
            count = self.containers.counters()["waiting"]
            log.info("containers that nobody knows yet count=%d", count)
        self._name_watch.start()

    def _is_all_known(self) -> bool:
        return self.containers.counters()["waiting"] == 0

    def hand_over(self, post: Post) -> None:
        """From now on the engine makes the calls: *post* is Engine.post."""
        self._outbox.hand_over(post)

    def stop(self) -> None:
        """Ends all threads, or leaves them to their end."""
        self._name_watch.stop()
        self.containers.stop()
        if self._stop_kubernetes is not None:
            self._stop_kubernetes()

    def _kubernetes(self, access: Access, node: str) -> Followed:
        # Imported late: most hosts have no API server.
        from falcomod.enrich.kubernetes import Kubernetes
        from falcomod.enrich.kubernetes_runtime import KubernetesRuntime

        server = Kubernetes(access, node_name(node), post=self._outbox, state=self._state)
        server.start()
        self._stop_kubernetes = server.stop
        return Followed(KubernetesRuntime(server), is_last=True)


def wait_ms(engines: ContainerEngines) -> int:
    """How long records of an unknown container wait."""
    return max(engines.wait_ms, SYNC_WAIT_MS if engines.cri.disable_async else 0)


def kubernetes_access(options: KubernetesOptions) -> Access | None:
    """How the API server is reached; None: it is not asked.  Raises UserError."""
    if options.enabled == "false":
        return None
    try:
        access = access_of(
            url=options.api_server,
            certificate=options.certificate,
            kubeconfig=options.kubeconfig,
        )
    except ValueError as error:
        raise UserError(f"kubernetes: {error}") from None
    if access is None and options.enabled == "true":
        raise UserError(
            "kubernetes.enabled is true, but nothing tells where the API server is: "
            "set kubernetes.api_server or kubernetes.kubeconfig"
        )
    return access


def local_kinds(engines: ContainerEngines) -> frozenset[str]:
    """Kinds of control groups whose containers have no runtime that could be asked."""
    return frozenset(
        kind for name, kinds in LOCAL.items() if getattr(engines, name).enabled for kind in kinds
    )


def followed_of(engines: ContainerEngines) -> Iterator[Followed]:
    """The runtimes that are switched on, the best first, each socket once."""
    seen: set[str] = set()
    for name, make in RUNTIMES.items():
        options = getattr(engines, name)
        if not options.enabled:
            continue
        is_named = options.sockets != type(options)().sockets
        for socket in _expanded(options.sockets):
            place = os.path.realpath(socket)
            if place not in seen:
                seen.add(place)
                yield Followed(make(socket, engines.label_max_len), is_named=is_named)


def more_of(engines: ContainerEngines) -> Iterable[Followed]:
    """Runtimes whose sockets are patterns: users of rootless podman come and go."""
    patterns = [socket for socket in engines.podman.sockets if glob.has_magic(socket)]
    if not engines.podman.enabled or not patterns:
        return ()
    return [Followed(_podman(socket, engines.label_max_len)) for socket in _expanded(patterns)]


def _expanded(sockets: Iterable[str]) -> Iterator[str]:
    """Paths below the host's root; of a pattern those that are there."""
    for socket in sockets:
        path = host_path(socket)
        if glob.has_magic(path):
            yield from sorted(glob.glob(path))[:PATTERN_MAX]
        else:
            yield path


# Each imports what it needs when it is used: hosts have one runtime, not all.


def _containerd(socket: str, label_max: int) -> Runtime:
    from falcomod.enrich.containerd import ContainerdRuntime

    return ContainerdRuntime(socket, label_max=label_max)


def _cri(socket: str, label_max: int) -> Runtime:
    if "containerd" in os.path.basename(socket):
        # The same, and its own containers beside those of Kubernetes.
        return _containerd(socket, label_max)
    from falcomod.enrich.cri import CriRuntime

    return CriRuntime(socket, label_max=label_max)


def _docker(socket: str, label_max: int) -> Runtime:
    from falcomod.enrich.docker import DockerRuntime

    return DockerRuntime(socket, label_max=label_max)


def _podman(socket: str, label_max: int) -> Runtime:
    from falcomod.enrich.docker import DockerRuntime

    return DockerRuntime(socket, "podman", label_max=label_max)


PATTERN_MAX = 32  # sockets of one pattern

# Name of the options → what is asked, the best first.
RUNTIMES: dict[str, Callable[[str, int], Runtime]] = {
    "docker": _docker,
    "podman": _podman,
    "cri": _cri,
    "containerd": _containerd,
}

# Name of the options → kinds of control groups.
LOCAL = {"lxc": ("lxc", "nspawn"), "libvirt_lxc": ("libvirt-lxc",), "bpm": ("bpm",)}
