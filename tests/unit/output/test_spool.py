# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import errno
import logging
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod.config.output_options import OutputsSpool
from falcomod.output import memory_spool, spool
from falcomod.output.spool import MemorySpool, Spool, open_spool

Make = Callable[..., Spool]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A spool on one file, as often as it is asked for; all are closed at the end."""
    made: list[Spool] = []

    def new(max_bytes: int = 2**24, fsync: str = "interval") -> Spool:
        made.append(Spool(tmp_path / "spool" / "http.db", max_bytes=max_bytes, fsync=fsync))
        return made[-1]

    yield new
    for each in made:
        if each.users:
            each.close()


def bodies(*numbers: int) -> list[bytes]:
    return [b"%d" % number for number in numbers]


def taken(spool: MemorySpool, count: int = 1000) -> list[bytes]:
    return [item.body for item in spool.take(count, 0)]


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def set_limit(of: Spool, pages: int) -> None:
    """A disk that has room for so many pages: SQLite answers as it does when it is full."""
    file: Any = of._file
    file._connection.execute(f"PRAGMA max_page_count = {pages}")


@pytest.mark.parametrize("fsync", ["always", "interval", "never"])
def test_alerts_outlive_the_spool_in_their_order(make: Make, fsync: str) -> None:
    first = make(fsync=fsync)
    assert first.append(bodies(1, 2, 3)) == 3
    assert first.append(bodies(4)) == 1
    items = first.take(2, 0)
    first.done([items[1].id])  # the other is on lease at the end
    assert first.counters()["waiting"] == 3
    first.close()
    second = make(fsync=fsync)
    assert second.counters() == {
        "appended": 0,
        "lost": 0,
        "waiting": 3,
        "leased": 0,
        "bytes": 3,
        "damaged": 0,
    }
    assert taken(second) == bodies(1, 3, 4)


def test_numbers_rise_from_run_to_run_though_the_file_is_empty(make: Make) -> None:
    last = 0
    for _ in range(3):
        one = make()
        one.append(bodies(1))
        (item,) = one.take(1, 0)
        assert item.id > last
        last = item.id
        one.done([item.id])
        one.close()


def test_what_is_given_back_comes_first(make: Make) -> None:
    one = make()
    one.append(bodies(1, 2, 3, 4))
    items = one.take(3, 0)
    one.give_back([items[2].id, items[0].id])
    assert taken(one, 2) == bodies(1, 3)
    assert taken(one) == bodies(4)


def test_file_and_folder_are_for_falcomod_alone(make: Make, tmp_path: Path) -> None:
    one = make()
    one.append(bodies(1))
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
    found = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "spool").iterdir()}
    assert found == {"http.db": 0o600, "http.db-wal": 0o600}


def test_rights_that_are_too_wide_are_taken_back(make: Make, tmp_path: Path) -> None:
    make().close()
    (tmp_path / "spool" / "http.db").chmod(0o644)
    make()
    assert (tmp_path / "spool" / "http.db").stat().st_mode & 0o777 == 0o600


def test_newest_are_refused_when_it_is_full_also_after_a_restart(make: Make) -> None:
    one = make(max_bytes=10)
    assert one.append([b"12345", b"1234", b"12"]) == 2
    one.close()
    two = make(max_bytes=10)
    assert two.append([b"12", b"1"]) == 1
    assert two.counters()["lost"] == 1
    assert taken(two) == [b"12345", b"1234", b"1"]


def test_disk_without_room_keeps_alerts_in_memory_behind_the_others(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    one = make()
    one.append([b"a" * 3000, b"b"])
    set_limit(one, 4)
    count = 1
    while not one._memory:
        assert one.append([b"c" * 3000, b"%d" % count]) == 2
        count += 1
    for _ in range(3):
        assert one.append(bodies(count)) == 1
        count += 1
    one.give_back(item.id for item in one.take(1, 0))  # can be read still
    one.append(bodies(count))
    count += 1
    (told,) = caplog.records
    assert "spool cannot be used, alerts wait in memory" in told.getMessage()
    expected = [b"a" * 3000, b"b"]
    first = one.take(2, 0)
    one.done([item.id for item in first])
    assert [item.body for item in first] == expected
    small = [body for body in taken(one) if len(body) < 3000]
    assert small == bodies(*range(1, count))


def test_alerts_in_memory_go_to_disk_when_it_has_room_again(
    make: Make, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    caplog.set_level(logging.INFO)
    one = make()
    set_limit(one, 4)
    for number in range(8):
        one.append([b"%d" % number + b"c" * 3000])
    assert one._memory
    held = one.take(8, 0)
    one.give_back(item.id for item in held[:-1])  # that were never on disk, partly
    one.append([b"8"])
    set_limit(one, 10**6)
    until(lambda: not one._memory)
    assert "spool can be used again" in caplog.text
    one.close()
    assert [body[:1] for body in taken(make())] == bodies(*range(9))


def test_disk_that_has_room_now_and_then_is_told_of_once(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    caplog.set_level(logging.INFO)
    one = make()
    for _ in range(3):
        set_limit(one, 4)
        while not one._memory:
            one.append([b"c" * 3000])
        set_limit(one, 10**6)
        until(lambda: not one._memory)
    told = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert told == ["spool cannot be used, alerts wait in memory", "spool can be used again"]


def test_fault_that_stays_is_told_of_though_one_was_before(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    one = make()
    one._told_s = time.monotonic()
    set_limit(one, 4)
    while not one._memory:
        one.append([b"c" * 3000])
    assert not caplog.records
    one._told_s -= spool.QUIET_S
    until(lambda: "spool cannot be used" in caplog.text)


def test_a_full_disk_is_left_as_soon_as_all_on_it_is_done(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    one = make()
    set_limit(one, 4)
    for number in range(8):
        one.append([b"%d" % number + b"c" * 3000])
    file: Any = one._file
    file._connection.execute("PRAGMA query_only = 1")  # nor can it be deleted from
    items = one.take(8, 0)
    one.done([item.id for item in items[:-1]])
    until(lambda: one._file is not file)
    one.append(bodies(8))
    until(lambda: not one._memory)
    one.give_back([items[-1].id])
    assert taken(one) == [items[-1].body, b"8"]
    assert one.take(1, 0) == []
    one.close()
    assert taken(make()) == [items[-1].body, b"8"]


def test_memory_beside_a_full_disk_is_bounded(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(spool, "MEMORY_MAX", 10_000)
    one = make()
    set_limit(one, 3)
    counts = [one.append([b"c" * 5000]) for _ in range(6)]
    assert sum(counts) in (2, 3)
    assert one.counters()["lost"] == 6 - sum(counts)
    assert "spool full" in caplog.text


def test_done_alerts_that_cannot_be_deleted_are_not_sent_again(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    one = make()
    one.append(bodies(1, 2))
    (item,) = one.take(1, 0)
    file: Any = one._file
    file._connection.execute("PRAGMA query_only = 1")
    one.done([item.id])
    assert taken(one) == bodies(2)
    file._connection.execute("PRAGMA query_only = 0")
    until(lambda: not one._undeleted)
    one.close()
    assert taken(make()) == bodies(2)


def spoil(path: Path, content: bytes, at: int = 0) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


@pytest.mark.parametrize("kind", ["text", "header", "leaf", "foreign", "folder", "link", "numbers"])
def test_a_damaged_file_is_moved_aside(
    kind: str, make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "spool" / "http.db"
    one = make()
    one.append([b"x" * 900] * 100)
    one.close()
    if kind == "text":
        path.write_text("no database\n" * 1000)
    elif kind == "header":
        spoil(path, b"\xff" * 100)
    elif kind == "leaf":
        spoil(path, b"\xff" * 4096 * 8, at=4096 * 4)
    elif kind in ("foreign", "numbers"):
        with sqlite3.connect(path) as connection:
            if kind == "foreign":
                connection.execute("CREATE TRIGGER t AFTER INSERT ON alerts BEGIN SELECT 1; END")
            else:
                connection.execute("UPDATE alerts SET id = 9223372036854775807 WHERE id % 100 = 1")
        connection.close()
    else:
        path.unlink()
        path.mkdir() if kind == "folder" else path.symlink_to("/etc/passwd")
    two = make()
    assert "spool is damaged, a new one is begun" in caplog.text
    assert os.path.lexists(f"{path}.damaged")
    two.append(bodies(1))
    assert taken(two) == bodies(1)
    two.close()
    assert taken(make()) == bodies(1)


def test_a_file_that_is_damaged_meanwhile_is_moved_aside(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = make()
    one.append([b"x" * 900] * 5000)
    held = one.take(2, 0)
    file: Any = one._file
    file.cut_log()
    file._connection.execute("PRAGMA cache_size = 0")
    file._connection.execute("PRAGMA shrink_memory")
    # All but the first two pages: the table's first rows may have been read already.
    spoil(tmp_path / "spool" / "http.db", b"\xff" * 4096 * 1000, at=4096 * 3)
    while one.take(100, 0):
        continue
    assert "moved_to=" in caplog.text
    assert one.counters()["damaged"] == 1
    one.give_back(item.id for item in held)
    assert one.append(bodies(1)) == 1
    assert taken(one)[-1] == b"1"
    one.close()
    assert taken(make())[-1] == b"1"


def test_rows_that_are_missing_are_told_of(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    one = make()
    one.append(bodies(1, 2, 3))
    file: Any = one._file
    file._connection.execute("DELETE FROM alerts")
    assert taken(one) == []
    assert "lost=3 reason=rows are missing" in caplog.text
    assert one.counters()["lost"] == 3
    one.append(bodies(4))
    assert taken(one) == bodies(4)


def test_folder_that_others_may_write_to_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool").chmod(0o777)
    one = open_spool(OutputsSpool(path=str(tmp_path / "spool")), "http")
    assert not one.is_durable
    assert "others may write to the folder; chmod go-w" in caplog.text
    one.close()


def test_without_a_folder_alerts_wait_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    one = open_spool(OutputsSpool(path=str(tmp_path / "file")), "http")
    assert type(one) is MemorySpool
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "kept in memory, and lost at the end: output=http" in caplog.text
    one.close()


def test_spool_that_is_switched_off_is_in_memory(tmp_path: Path) -> None:
    one = open_spool(OutputsSpool(enabled=False, path=str(tmp_path), max_size_mb=1), "http")
    assert type(one) is MemorySpool
    assert one.append([bytes(2**20), b"1"]) == 1
    one.done([item.id for item in one.take(1, 0)])
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_whoever_opens_it_again_gets_the_same_until_the_last_has_closed(tmp_path: Path) -> None:
    options = OutputsSpool(path=str(tmp_path / "spool"), max_size_mb=1)
    old = open_spool(options, "http")
    old.append(bodies(1))
    new = open_spool(OutputsSpool(path=options.path, max_size_mb=2, fsync="never"), "http")
    assert new is old
    assert open_spool(options, "grpc").close() is None
    old.close()
    assert new.append([bytes(2**20)]) == 1
    new.close()
    later = open_spool(options, "http")
    assert later is not new
    assert len(taken(later)) == 2
    later.close()


CHILD = """
import sys
from pathlib import Path
from falcomod.config.output_options import OutputsSpool
from falcomod.output.spool import open_spool
spool = open_spool(OutputsSpool(path=sys.argv[1], fsync=sys.argv[2]), "http")
print(type(spool).__name__, flush=True)
number = 0
while True:
    assert spool.append([b"%d" % number])
    print(number, flush=True)
    number += 1
"""


def child(tmp_path: Path, fsync: str = "interval", **kwargs: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(tmp_path / "spool"), fsync]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **kwargs)


@pytest.mark.parametrize("fsync", ["always", "interval", "never"])
def test_nothing_is_lost_by_kill_and_a_second_process_is_kept_out(
    fsync: str, make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with child(tmp_path, fsync) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Spool\n"
        told = [process.stdout.readline() for _ in range(200)]
        second = open_spool(OutputsSpool(path=str(tmp_path / "spool")), "http")
        assert not second.is_durable
        assert "another process uses it" in caplog.text
        second.close()
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().split()
    kept = taken(make(), 10**6)
    assert kept == bodies(*range(len(kept)))
    assert int(told[-1]) <= len(kept) - 1 <= int(told[-1]) + 1


def test_write_errors_of_the_system_lose_nothing_that_was_taken(tmp_path: Path, make: Make) -> None:
    """A file that may not grow: the system refuses writes in the middle."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    with child(tmp_path, stderr=subprocess.PIPE, preexec_fn=limit) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        assert "alerts wait in memory" in process.stderr.readline()
        for _ in range(10):
            process.stdout.readline()
        process.kill()
        process.communicate()
    kept = taken(make(), 10**6)
    assert len(kept) > 10
    assert kept == bodies(*range(len(kept)))


def test_file_stays_small_and_shrinks_after_an_outage(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    path = tmp_path / "spool" / "http.db"
    one = make(max_bytes=2**26)
    for _ in range(300):
        one.append([b"x" * 1000] * 100)
    grown = path.stat().st_size
    assert grown > 25 * 2**20
    assert Path(f"{path}-wal").stat().st_size < 8 * 2**20
    while items := one.take(1000, 0):
        one.done([item.id for item in items])
    until(lambda: path.stat().st_size < 6 * 2**20)
    for _ in range(100):  # one after the other: pages are used again
        one.append([b"x" * 1000] * 100)
        one.done([item.id for item in one.take(100, 0)])
    assert path.stat().st_size < 6 * 2**20
    assert one.counters()["waiting"] == 0


def test_disk_that_does_not_confirm_is_told_of_once(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    one = make(fsync="always")
    monkeypatch.setattr(os, "fdatasync", fail)
    assert one.append(bodies(1)) == 1
    assert one.append(bodies(2)) == 1
    assert len(caplog.records) == 1
    assert "spool is not on the disk" in caplog.text
    assert taken(one) == bodies(1, 2)


def test_house_is_kept_after_descriptors_ran_out(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fails: list[int] = []
    synced: list[int] = []

    def refuse(_descriptor: int) -> int:
        fails.append(1)
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    one = make()
    with monkeypatch.context() as patch:
        patch.setattr(os, "dup", refuse)
        one.append(bodies(1))
        until(lambda: len(fails) > 2)
    monkeypatch.setattr(os, "fdatasync", synced.append)
    until(lambda: synced)  # what was appended meanwhile, without another alert
    (told,) = caplog.records
    assert told.getMessage().endswith("reason=Too many open files")


def test_house_is_kept_after_a_fault_of_ours(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    one = make()
    with monkeypatch.context() as patch:
        patch.setattr(one, "_renew", lambda: 1 / 0)
        one.append(bodies(1))
        until(lambda: "spool failed inside" in caplog.text)
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    one.append(bodies(2))
    until(lambda: synced)


def test_each_is_on_the_disk_before_it_is_taken_where_that_is_asked_for(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    one = make(fsync="always")
    one.append(bodies(1))
    one.append(bodies(2))
    assert len(synced) == 2


def test_the_disk_is_told_each_interval(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(spool, "SYNC_S", 0.01)
    monkeypatch.setattr(os, "fdatasync", synced.append)
    one = make(fsync="interval")
    one.append(bodies(1))
    until(lambda: synced)


def test_base_and_disk_bound_memory_alike() -> None:
    assert spool.MEMORY_MAX == memory_spool.MEMORY_MAX
