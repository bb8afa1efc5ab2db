# SPDX-License-Identifier: Apache-2.0
"""How soon a real containerd says what a container is: at rest, and while hundreds start.

Needs root and what the tests in tests/containers need: `tools/install-packages containers`.
The argument is how many containers are started at a time (100); each reads /etc/shadow and
ends.  As soon as one is told to have started it is asked about, as the agent does it.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from falcomod.enrich.containerd import ContainerdRuntime
from falcomod.enrich.cri import CriRuntime
from falcomod.enrich.runtime import Runtime
from falcomod.errors import MetadataFault
from tests.containers.crowd import crowd
from tests.containers.fix_containerd import Containerd, with_images
from tests.containers.native import Native
from tests.containers.pods import Pods

COUNT = 100
ROUNDS = 200
PODS = 20
TIMEOUT_S = 20.0
ASKING = 4  # threads, as the agent has them for a socket
AFTERWARDS_S = 1.0
READ = ("cat", "/etc/shadow")


class Asking:
    """Asks about every container that starts."""

    def __init__(self, runtime: Runtime) -> None:
        self.took_s: list[float] = []
        self.incomplete = 0
        self.faults = 0
        self._runtime = runtime
        self._pool = ThreadPoolExecutor(ASKING)
        threading.Thread(target=self._follow, daemon=True).start()
        time.sleep(AFTERWARDS_S)

    def report(self, what: str, seconds: float, count: int) -> None:
        """Prints the figures since the last report."""
        time.sleep(AFTERWARDS_S)
        print(f"{count} {what} in {seconds:.1f} s; from its start until a container is known:")
        show("", self.took_s)
        print(f"    incomplete: {self.incomplete}, without an answer: {self.faults}")
        self.took_s, self.incomplete, self.faults = [], 0, 0

    def _follow(self) -> None:
        for change in self._runtime.changes():
            if change.kind == "started":
                self._pool.submit(self._ask, change.id, time.perf_counter())

    def _ask(self, id: str, began: float) -> None:
        try:
            found = self._runtime.find(id, TIMEOUT_S)
        except MetadataFault:
            self.faults += 1
            return
        self.took_s.append(time.perf_counter() - began)
        self.incomplete += not found.is_complete


def show(what: str, took_s: list[float]) -> None:
    rows = sorted(took_s) or [0.0]
    middle, late = rows[len(rows) // 2], rows[int(len(rows) * 0.95)]
    figures = (
        f"median {middle * 1e3:.2f} ms, 95 % {late * 1e3:.2f} ms, most {rows[-1] * 1e3:.2f} ms"
    )
    print(f"    {what}{figures} of {len(took_s)}")


def timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def at_rest(daemon: Containerd, native: Native, pods: Pods) -> None:
    """One question after the other."""
    native.run("web")
    made = [pods.run_container(pods.run(f"shop-{number}"), "front") for number in range(PODS)]
    runtime, interface = ContainerdRuntime(daemon.socket), CriRuntime(daemon.socket)
    seconds = timed(lambda: runtime.find("web", TIMEOUT_S))
    print(f"    first answer, over a new connection: {seconds:.3f} s")
    first = [timed(lambda id=id: runtime.find(id, TIMEOUT_S)) for id in made]  # type: ignore[misc]
    show("of a pod that is new: ", first)
    for what, ask in (
        ("of a pod: ", lambda: runtime.find(made[0], TIMEOUT_S)),
        ("of nobody's pod: ", lambda: runtime.find("web", TIMEOUT_S)),
        ("by the interface alone: ", lambda: interface.find(made[0], TIMEOUT_S)),
    ):
        show(what, [timed(ask) for _ in range(ROUNDS)])
    count = len(runtime.list(TIMEOUT_S))
    print(f"    list of {count}: {timed(lambda: runtime.list(TIMEOUT_S)):.3f} s")
    runtime.close()
    interface.close()


def in_crowds(daemon: Containerd, native: Native, pods: Pods, count: int) -> None:
    """Questions about what starts, while more starts."""
    runtime = ContainerdRuntime(daemon.socket)
    asking = Asking(runtime)
    names = [f"c{number}" for number in range(count)]
    seconds = timed(lambda: crowd(lambda name: native.run(name, *READ), names))
    asking.report("containers of nobody's pods", seconds, count)
    shared = crowd(lambda number: pods.run(f"p{number}"), range(PODS))
    asking.took_s.clear()
    seconds = timed(
        lambda: crowd(
            lambda at: pods.run_container(shared[at % PODS], f"c{at}", *READ), range(count)
        )
    )
    asking.report(f"containers in {PODS} pods", seconds, count)
    seconds = timed(
        lambda: crowd(
            lambda at: pods.run_container(pods.run(f"q{at}"), "only", *READ), range(count)
        )
    )
    asking.report("pods of one container", seconds, count)
    runtime.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as home:
        daemon = Containerd(Path(home))
        try:
            with_images(daemon)
            native, pods = Native(daemon), Pods(daemon.socket)
            at_rest(daemon, native, pods)
            in_crowds(daemon, native, pods, count)
            pods.close()
            native.close()
        finally:
            daemon.close()


if __name__ == "__main__":
    main()
