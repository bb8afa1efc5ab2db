# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.output.memory_spool import MemorySpool
from falcomod.output.spool_writer import SpoolWriter


def alerts(*outputs: str) -> list[Alert]:
    return [Alert(time_ns=0, priority=Priority.ERROR, rule="r", output=text) for text in outputs]


def writer(spool: MemorySpool) -> SpoolWriter:
    return SpoolWriter(spool, lambda alert: alert.output.encode())


def drain(spool: MemorySpool) -> list[bytes]:
    items = spool.take(100, 0)
    spool.done([item.id for item in items])
    return [item.body for item in items]


def test_next_output_writes_when_the_first_has_written_all() -> None:
    spool = MemorySpool(1000)
    old, new = writer(spool), writer(spool)
    old.write(alerts("1"))
    thread = threading.Thread(target=lambda: new.write(alerts("4")))
    thread.start()
    old.write(alerts("2", "3"))
    old.close()
    thread.join()
    assert drain(spool) == [b"1", b"2", b"3", b"4"]
    old.close()
    new.close()
    spool.close()


def test_output_that_never_wrote_is_not_waited_for() -> None:
    spool = MemorySpool(1000)
    writer(spool).close()
    one = writer(spool)
    one.write(alerts("1"))
    one.close()
    assert drain(spool) == [b"1"]
    spool.close()


def test_wait_for_another_output_can_be_interrupted() -> None:
    spool = MemorySpool(1000)
    old, new = writer(spool), writer(spool)
    old.write(alerts("1"))
    timer = threading.Timer(0.05, new.interrupt)
    timer.start()
    with pytest.raises(OSError, match="canceled"):
        new.write(alerts("2"))
    timer.join()
    new.close()
    old.write(alerts("3"))
    old.close()
    assert drain(spool) == [b"1", b"3"]
    spool.close()
