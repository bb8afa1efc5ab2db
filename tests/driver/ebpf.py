# SPDX-License-Identifier: Apache-2.0
"""A consumer of the eBPF driver, used like that of the module (consumer.py).

The rings are read by the engine's own source: a BPF ring buffer has no second reader.
The records are decoded by the slow decoder all the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from falcomod.engine.capture.bpf import BpfSource
from falcomod.engine.decode.schema import LOSS_CLASSES, LOSS_REASONS
from tests.driver.consumer import RING_MIN, TP_PROCEXIT, Counters, Settling
from tests.reference import tables
from tests.reference.decode import CorruptError, Record, records


class EbpfConsumer(Settling):
    """Programs of one's own; the process that makes it is not recorded."""

    def __init__(self) -> None:
        self._options: dict[str, int] = {}
        self._selected: set[int] = set()
        self._procexit = False
        self._source: BpfSource | None = None

    def __enter__(self) -> EbpfConsumer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        if self._source is not None:
            self._source.close()

    def configure(self, *, ring_size: int = RING_MIN, snaplen: int = 80) -> None:
        self._options = {"ring_size": ring_size, "snaplen": snaplen}

    def select(self, syscalls: Iterable[str | int], *, tracepoints: int = 0) -> None:
        """Chooses system calls, by name or portable number."""
        known = tables.syscalls()
        self._selected = {known[call].sc if isinstance(call, str) else call for call in syscalls}
        self._procexit = bool(tracepoints & TP_PROCEXIT)
        if self._source is not None:
            self._source.select(self._selected, procexit=self._procexit)

    def start(self) -> None:
        if self._source is None:
            self._source = BpfSource(
                syscalls=self._selected, procexit=self._procexit, **self._options
            )
        self._source.start()

    def stop(self) -> None:
        assert self._source is not None
        self._source.stop()

    def drain(self) -> list[Record]:
        """Everything unread, in order of time."""
        assert self._source is not None
        found = []
        for data in self._source.take_records():
            for record in records(data):
                assert not isinstance(record, CorruptError), f"corrupt record: {record.fault}"
                found.append(record)
        return sorted(found, key=lambda record: record.ts)

    def totals(self) -> Counters:
        assert self._source is not None
        counts = self._source.counters()
        return Counters(
            head=0,
            produced=counts["produced"],
            delivered=counts["delivered"],
            filtered=counts["filtered"],
            faults=counts["faults"],
            lost=tuple(
                tuple(counts[f"lost_{reason}_{kind}"] for kind in LOSS_CLASSES)
                for reason in LOSS_REASONS
            ),
        )


class KeptConsumer(EbpfConsumer):
    """One whose programs, all of them, are loaded once and kept for the tests that follow.

    Loading takes up to a minute in an emulated guest, and most tests are not about it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._before: Counters | None = None

    def start(self) -> None:
        global _kept
        if self._options.get("snaplen", SNAPLEN) != SNAPLEN:
            EbpfConsumer.start(self)
            self._before = None
            return
        if _kept is None:
            every = {call.sc for call in tables.syscalls().values()}
            _kept = BpfSource(syscalls=every, procexit=True, **self._options)
        self._source = _kept
        self._source.select(self._selected, procexit=self._procexit)
        self._before = super().totals()
        self._source.start()

    def close(self) -> None:
        if self._source is not _kept or self._source is None:
            super().close()
            return
        self._source.stop()
        self._source.take_records()
        self._source = None

    def totals(self) -> Counters:
        now = super().totals()
        return now if self._before is None else since(self._before, now)


def since(before: Counters, now: Counters) -> Counters:
    """What was counted in between."""
    return Counters(
        head=0,
        produced=now.produced - before.produced,
        delivered=now.delivered - before.delivered,
        filtered=now.filtered - before.filtered,
        faults=now.faults - before.faults,
        lost=tuple(
            tuple(late - early for early, late in zip(*rows, strict=True))
            for rows in zip(before.lost, now.lost, strict=True)
        ),
    )


SNAPLEN = 80  # of the kept ones
_kept: BpfSource | None = None
