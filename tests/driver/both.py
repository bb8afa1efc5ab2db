# SPDX-License-Identifier: Apache-2.0
"""Both drivers at once, on the same calls: what one writes the other must, byte for byte.

A test that runs so (FALCOMOD_DRIVER=both) sees the module's records, after those of the
eBPF driver were found to be equal: event, thread and every parameter's bytes, in the same
order within each thread. The time stamp is left out, the drivers take it one after the
other. What cannot be equal is listed in MAY_DIFFER, and nowhere else.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable

from tests.driver.consumer import Consumer, Counters, Settling
from tests.driver.ebpf import KeptConsumer
from tests.reference.decode import Record

Calls = list[tuple[str, dict[str, bytes]]]


class BothConsumer(Settling):
    """The module's consumer, compared with the eBPF driver's."""

    def __init__(self) -> None:
        self._module = Consumer()
        self._ebpf = KeptConsumer()
        self._began = 0

    def __enter__(self) -> BothConsumer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._module.close()
        self._ebpf.close()

    def configure(self, *, snaplen: int = 80) -> None:
        self._module.configure(snaplen=snaplen, ring_size=RING_SIZE)
        self._ebpf.configure(snaplen=snaplen, ring_size=RING_SIZE)

    def select(self, syscalls: Iterable[str | int], *, tracepoints: int = 0) -> None:
        names = list(syscalls)
        self._module.select(names, tracepoints=tracepoints)
        self._ebpf.select(names, tracepoints=tracepoints)

    def start(self) -> None:
        self._module.start()
        self._ebpf.start()
        # What others did while only one of the drivers was at work is not compared.
        self._began = time.time_ns()

    def drain(self) -> list[Record]:
        """The module's records; those of the eBPF driver were equal."""
        ended = time.time_ns()
        module, ebpf = (
            [record for record in consumer.drain() if self._began <= record.ts <= ended]
            for consumer in (self._module, self._ebpf)
        )
        assert not (found := differences(module, ebpf)), "\n".join(found)
        return module

    def totals(self) -> Counters:
        ebpf = self._ebpf.totals()
        assert ebpf.lost_total == 0, f"the eBPF driver lost records: {ebpf}"
        return self._module.totals()


def differences(module: Iterable[Record], ebpf: Iterable[Record]) -> list[str]:
    """A line for each thing that differs, except for what MAY_DIFFER says."""
    ones, others = by_thread(module), by_thread(ebpf)
    found = []
    for tid in sorted(ones.keys() | others.keys()):
        one, other = ones[tid], others[tid]
        if [event for event, _ in one] != [event for event, _ in other]:
            found.append(f"thread {tid}: {names(one)} by the module, {names(other)} by eBPF")
            continue
        for (event, params), (_, also) in zip(one, other, strict=True):
            found += [
                f"thread {tid}: {event}.{name}: {value!r} by the module, {also[name]!r} by eBPF"
                for name, value in params.items()
                if value != also[name] and (event, name) not in MAY_DIFFER
            ]
    return found


def by_thread(records: Iterable[Record]) -> dict[int, Calls]:
    threads: dict[int, Calls] = defaultdict(list)
    for record in records:
        threads[record.tid].append((record.event.id, record.raw))
    return threads


def names(calls: Calls) -> list[str]:
    return [event for event, _ in calls]


RING_SIZE = 4 << 20

# Event and parameter, and why the drivers cannot say the same of it: so far there is none.
#
# What an eBPF program cannot do shows only in calls that no test makes, because loops and
# questions to the kernel have bounds there (driver/bpf):
#   vectors of readv(2) and its like beyond 128: neither summed nor shown (record.h)
#   arguments or variables of a failed execve(2) beyond 256 (task.h)
#   names of a path, mounts counted, beyond 80; of a control group's beyond 24 (path.h, cgroup.h)
#   threads beyond 32 and ancestors beyond 16 in the search for an orphan's new parent (task.h)
#   EXE_WRITABLE: groups beyond 32, access control lists, read-only mounts and security
#   modules do not count (executable.h)
MAY_DIFFER: dict[tuple[str, str], str] = {}
