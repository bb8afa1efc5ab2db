# SPDX-License-Identifier: Apache-2.0
"""capture: runs something in a child and gives the events it caused."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.driver.child import in_child
from tests.driver.consumer import Consumer
from tests.reference.decode import Record


class Matcher:
    """A value that is not known in advance but can be judged."""

    def __init__(self, text: str, judge: Callable[[Any], bool]) -> None:
        self._text = text
        self._judge = judge

    def __eq__(self, other: object) -> bool:
        return self._judge(other)

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"<{self._text}>"


# They stand for numbers, also inside of typed tuples.
POSITIVE: Any = Matcher("a number above 0", lambda value: isinstance(value, int) and value > 0)
COUNT: Any = Matcher("a number", lambda value: isinstance(value, int) and value >= 0)


class Event:
    """A record and what a test asks of it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.id = record.event.id
        self.params = record.params

    def expect(self, **params: object) -> None:
        """Every parameter of the event must be named, and be equal."""
        names = [param.name for param in self.record.event.params]
        assert sorted(params) == sorted(names), f"{self.id} has the parameters {names}"
        assert self.params == {name: params[name] for name in names}


@dataclass(frozen=True, kw_only=True)
class Capture:
    pid: int  # of the child
    status: int
    result: Any  # what the child returned
    records: tuple[Record, ...]  # of every process, in order of time

    def events(self, event_id: str, *, tid: int | None = None) -> list[Event]:
        """Events of the child, or of another thread."""
        wanted = self.pid if tid is None else tid
        return [
            Event(record)
            for record in self.records
            if record.tid == wanted and record.event.id == event_id
        ]

    def only(self, event_id: str, *, tid: int | None = None) -> Event:
        """The one event of this kind."""
        found = self.events(event_id, tid=tid)
        assert len(found) == 1, f"{len(found)} events {event_id}: {self._summary()}"
        return found[0]

    def last(self, event_id: str) -> Event:
        """The latest event of this kind: the one before the child ended."""
        found = self.events(event_id)
        assert found, f"no event {event_id}: {self._summary()}"
        return found[-1]

    def _summary(self) -> list[tuple[int, str]]:
        return [(record.tid, record.event.id) for record in self.records]


CaptureCall = Callable[..., Capture]


def driver() -> str:
    """The driver under test: FALCOMOD_DRIVER, kmod, ebpf or both, which compares the two."""
    return os.environ.get("FALCOMOD_DRIVER", "kmod")


def open_consumer() -> Any:
    """A consumer of the driver under test."""
    if driver() == "ebpf":
        from tests.driver.ebpf import EbpfConsumer

        return EbpfConsumer()
    return Consumer()


def capture_consumer() -> Any:
    """One that sees what a test's child does."""
    if driver() == "ebpf":
        from tests.driver.ebpf import KeptConsumer

        return KeptConsumer()
    if driver() == "both":
        from tests.driver.both import BothConsumer

        return BothConsumer()
    return Consumer()


def capture_events(
    syscalls: Iterable[str], call: Callable[[], Any], *, tracepoints: int = 0, snaplen: int = 80
) -> Capture:
    with capture_consumer() as consumer:
        consumer.configure(snaplen=snaplen)
        consumer.select(syscalls, tracepoints=tracepoints)
        consumer.start()
        child = in_child(call)
        records = tuple(consumer.drain())
        assert consumer.totals().lost_total == 0
    return Capture(pid=child.pid, status=child.status, result=child.result, records=records)


@pytest.fixture
def capture() -> CaptureCall:
    """capture("openat", call): selects the calls, runs the callable in a child.

    Several names are given as a list or tuple.
    """

    def run(syscalls: str | Iterable[str], call: Callable[[], Any], **options: int) -> Capture:
        names = [syscalls] if isinstance(syscalls, str) else syscalls
        return capture_events(names, call, **options)

    return run


@pytest.fixture
def in_tmp_path(tmp_path: os.PathLike[str]) -> Iterator[os.PathLike[str]]:
    """A fresh working directory."""
    before = os.getcwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)
