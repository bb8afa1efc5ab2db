# SPDX-License-Identifier: Apache-2.0
"""Runtimes, threads and a state that do what a test says: for the coordinator's tests alone.

What real runtimes say is tested with real ones (tests/containers).
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from falcomod.enrich.runtime import Change, Described, Facts
from falcomod.errors import ContainerUnknown, RuntimeUnavailable

Answer = Described | BaseException


class ScriptedRuntime:
    """Answers with what lies in *answers*, the last for ever; what is not there is unknown."""

    def __init__(
        self, name: str = "containerd", kinds: Iterable[str] = ("containerd", "cri-containerd")
    ) -> None:
        self.name = name
        self.socket = f"/run/{name}.sock"
        self.kinds = frozenset(kinds)
        self.answers: dict[str, deque[Answer]] = {}
        self.lists: deque[list[Described] | BaseException] = deque([[]])
        self.streams: deque[list[Change | BaseException]] = deque()
        self.asked: list[str] = []
        self.is_closed = False

    def says(self, id: str, *answers: Answer) -> None:
        self.answers[id] = deque(answers)

    def is_down(self, reason: str = "connection refused") -> None:
        self.lists = deque([RuntimeUnavailable(f"{self.socket}: {reason}")])

    def find(self, id: str, timeout_s: float) -> Described:
        self.asked.append(id)
        answers = self.answers.get(id)
        if not answers:
            raise ContainerUnknown(id)
        return _given(answers)

    def list(self, timeout_s: float) -> list[Described]:
        return _given(self.lists)

    def changes(self) -> Iterator[Change]:
        for change in self.streams.popleft() if self.streams else ():
            if isinstance(change, BaseException):
                raise change
            yield change

    def close(self) -> None:
        self.is_closed = True


def _given(answers: deque[Any]) -> Any:
    answer = answers.popleft() if len(answers) > 1 else answers[0]
    if isinstance(answer, BaseException):
        raise answer
    return answer


class ScriptedWork:
    """Calls that lanes would make, made in order when the test lets time pass."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.calls: list[tuple[float, int, str, Callable[[], None]]] = []
        self.blocked: set[str] = set()  # lanes whose threads hang
        self._numbers = itertools.count()

    def clock(self) -> float:
        return self.now_s

    def submit(self, lane: str, call: Callable[[], None], delay_s: float = 0.0) -> None:
        heapq.heappush(self.calls, (self.now_s + delay_s, next(self._numbers), lane, call))

    def close(self) -> None:
        self.calls.clear()

    def run(self, seconds: float = 0.0) -> None:
        """Lets so much time pass."""
        end_s = self.now_s + seconds
        kept = []
        while self.calls and self.calls[0][0] <= end_s:
            due_s, number, lane, call = heapq.heappop(self.calls)
            self.now_s = max(self.now_s, due_s)
            if lane in self.blocked:
                kept.append((due_s, number, lane, call))
            else:
                call()
        for item in kept:
            heapq.heappush(self.calls, item)
        self.now_s = end_s


class RecordingState:
    """Notes what is told, and what a container is like by then."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.facts: dict[str, Facts] = {}
        self.finals: list[str] = []  # containers of which all was said that will be
        self.in_use: list[tuple[str, str, str | None, int]] = []

    def set_container(self, id: str, facts: Facts, *, json: bytes | None) -> None:
        if json is not None:
            assert id[:12].encode() in json
            self.finals.append(id)
        self.told.append(("facts", id))
        self.facts[id] = facts

    def set_container_names(self, id: str, users: Any, groups: Any) -> None:
        self.told.append(("names", id, users, groups))

    def settle_container(self, id: str) -> None:
        self.told.append(("settled", id))

    def start_container(self, id: str, pid: int) -> None:
        self.told.append(("started", id, pid))

    def remove_container(self, id: str) -> None:
        self.told.append(("removed", id))
        self.facts.pop(id, None)

    def containers_in_use(self) -> list[tuple[str, str, str | None, int]]:
        return self.in_use

    def sweep_containers(self, older_than_s: float) -> int:
        return 0


class ScriptedNames:
    """Names of users of the threads in *seen*."""

    def __init__(self) -> None:
        self.seen: dict[int, tuple[dict[int, str], dict[int, str]]] = {}
        self.forgotten: list[str] = []

    def read(self, id: str, tid: int) -> Any | None:
        return self.seen.get(tid)

    def forget(self, id: str) -> None:
        self.forgotten.append(id)


def described(
    id: str, *, is_complete: bool = True, pid: int | None = None, **facts: Any
) -> Described:
    return Described(id=id, facts=facts, pid=pid, is_complete=is_complete)


def now(call: Callable[[], None]) -> None:
    """Engine.post of an engine that is always between two events."""
    call()


class Waits:
    """Waiting that takes no time, *count* times; then it says stop."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.asked: list[float] = []

    def __call__(self, seconds: float) -> bool:
        if seconds:
            self.asked.append(seconds)
            self._left -= 1
        return self._left <= 0
