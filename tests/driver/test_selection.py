# SPDX-License-Identifier: Apache-2.0
"""Who is recorded, and what."""

from __future__ import annotations

import os
import threading
import time

from tests.driver.child import in_child
from tests.driver.consumer import TP_PROCEXIT, Consumer
from tests.driver.fix_capture import driver, open_consumer
from tests.driver.native import buffer, syscall
from tests.reference.tables import syscalls

# Each is an event of its own, and openat comes late.
GROWING = (
    "read", "write", "socket", "bind", "connect", "listen", "accept", "chdir", "mkdir", "unlink",
    "rename", "link", "symlink", "chmod", "setuid", "setgid", "kill", "dup", "pipe", "mmap",
    "mount", "ptrace", "close", "openat",
)  # fmt: skip


def names(consumer: Consumer, pid: int) -> list[str]:
    """Names of a process's generic calls and other events."""
    by_number = {call.sc: name for name, call in syscalls().items()}
    return [
        by_number[record.params["ID"]] if record.event.id == "GENERIC_X" else record.event.name
        for record in consumer.drain()
        if record.tid == pid
    ]


def three_calls() -> None:
    for name in ("getppid", "getpgrp", "getpriority"):
        syscall(name, 0, 0)


def test_only_selected_calls() -> None:
    with open_consumer() as consumer:
        consumer.configure()
        consumer.select(["getpgrp"])
        consumer.start()
        child = in_child(three_calls)
        assert names(consumer, child.pid) == ["getpgrp"]


def test_selection_changes_while_running() -> None:
    with open_consumer() as consumer:
        consumer.configure()
        consumer.start()
        first = in_child(three_calls)
        assert names(consumer, first.pid) == []
        consumer.select(["getpriority", "getppid"], tracepoints=TP_PROCEXIT)
        second = in_child(three_calls)
        assert names(consumer, second.pid) == ["getppid", "getpriority", "procexit"]
        consumer.select([])
        third = in_child(three_calls)
        assert names(consumer, third.pid) == []


def test_selection_grows_as_often_as_it_likes() -> None:
    grown = ["getppid"]
    with open_consumer() as consumer:
        consumer.configure()
        consumer.select(grown)
        consumer.start()
        for call in GROWING:
            grown.append(call)
            for _ in range(2):
                consumer.select(grown)
        child = in_child(lambda: os.close(os.open("/etc/hostname", os.O_RDONLY)))
        assert names(consumer, child.pid)[-2:] == ["openat", "close"]
        consumer.select(["getppid"])
        assert names(consumer, in_child(three_calls).pid) == ["getppid"]


def test_own_calls_are_not_seen() -> None:
    with open_consumer() as consumer:
        consumer.configure()
        consumer.select(["getppid"])
        consumer.start()
        thread = threading.Thread(target=syscall, args=("getppid",))
        thread.start()
        thread.join()
        syscall("getppid")
        child = in_child(lambda: syscall("getppid"))
        records = consumer.drain()
        assert child.pid in {record.tid for record in records}
        assert os.getpid() not in {record.tid for record in records}
        assert consumer.totals().filtered == 2


def test_two_consumers_at_once() -> None:
    with open_consumer() as wide, open_consumer() as narrow:
        wide.configure(snaplen=100)
        wide.select(["pwrite64", "getppid"])
        narrow.configure(snaplen=10)
        narrow.select(["pwrite64"])
        wide.start()
        narrow.start()

        def call() -> None:
            syscall("getppid")
            syscall("pwrite64", -1, buffer(bytes(range(200))), 200, 0)

        child = in_child(call)
        first = [record for record in wide.drain() if record.tid == child.pid]
        second = [record for record in narrow.drain() if record.tid == child.pid]
        assert [record.event.id for record in first] == ["GENERIC_X", "PWRITE_X"]
        assert [record.event.id for record in second] == ["PWRITE_X"]
        assert first[1].params["data"] == bytes(range(100))
        assert second[0].params["data"] == bytes(range(10))
        # The module looks at the clock once for both.
        if driver() != "ebpf":
            assert first[1].ts == second[0].ts


def test_consumer_that_ends_leaves_the_other_alone() -> None:
    with open_consumer() as stays:
        stays.configure()
        stays.select(["getppid"])
        stays.start()
        with open_consumer() as goes:
            goes.configure()
            goes.select(["getpgrp"])
            goes.start()
        child = in_child(three_calls)
        assert names(stays, child.pid) == ["getppid"]


def test_stop_and_start_again() -> None:
    with open_consumer() as consumer:
        consumer.configure()
        consumer.select(["getppid"])
        consumer.start()
        consumer.stop()
        in_child(three_calls)
        assert consumer.drain() == []
        consumer.start()
        child = in_child(three_calls)
        assert names(consumer, child.pid) == ["getppid"]


def test_times_are_those_of_the_wall_clock() -> None:
    with open_consumer() as consumer:
        consumer.configure()
        consumer.select(["getppid"])
        consumer.start()
        child = in_child(lambda: (time.time_ns(), syscall("getppid"), time.time_ns()))
        before, _, after = child.result
        (record,) = [record for record in consumer.drain() if record.tid == child.pid]
        assert before <= record.ts <= after
