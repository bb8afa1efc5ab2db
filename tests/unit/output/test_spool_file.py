# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from random import Random

import pytest

from falcomod.output.spool_file import (
    APPLICATION_ID,
    RUN_SHIFT,
    SpoolDamaged,
    SpoolFile,
    SpoolInUse,
    move_aside,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool?%41#" / "http.db"  # none of these may mean something in a URI


def test_rows_are_read_in_order_and_deleted(path: Path) -> None:
    file = SpoolFile(path, sync=True)
    first = file.first_id
    file.insert([(first, b"a"), (first + 1, b"")])
    file.insert([(first + 2, b"\0\xff")])
    assert file.after(first, 5) == [(first + 1, b""), (first + 2, b"\0\xff")]
    file.delete([first, first + 1])
    file.delete([first])
    assert file.after(0, 5) == [(first + 2, b"\0\xff")]
    file.close()
    assert os.listdir(path.parent) == ["http.db"]
    again = SpoolFile(path, sync=False)
    assert (again.count, again.size_bytes) == (1, 2)
    assert again.first_id > first + 2
    again.close()


def test_numbers_begin_above_those_that_are_asked_for(path: Path) -> None:
    file = SpoolFile(path, sync=True, least_id=(7 << RUN_SHIFT) + 5)
    assert file.first_id == 8 << RUN_SHIFT
    file.close()


def test_insert_is_all_or_nothing(path: Path) -> None:
    file = SpoolFile(path, sync=True)
    file.insert([(5, b"a")])
    with pytest.raises(SpoolDamaged):
        file.insert([(4, b"b"), (5, b"c")])
    assert file.after(0, 5) == [(5, b"a")]
    file.close()


def test_full_disk_is_said_as_the_system_does(path: Path) -> None:
    file = SpoolFile(path, sync=True)
    file._connection.execute("PRAGMA max_page_count = 3")
    with pytest.raises(OSError, match="full") as raised:
        file.insert([(1, bytes(100_000))])
    assert raised.value.errno == errno.ENOSPC
    assert not isinstance(raised.value, SpoolDamaged)
    file.close()


def test_row_that_is_no_bytes_is_damage(path: Path) -> None:
    file = SpoolFile(path, sync=True)
    file._connection.execute("INSERT INTO alerts VALUES (1, 'text')")
    with pytest.raises(SpoolDamaged):
        file.after(0, 1)
    file.close()


def test_rows_out_of_order_are_damage(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SpoolFile(path, sync=True)
    file.insert([(1, b"a"), (2, b"b")])

    class Shuffled:
        """What a damaged tree of rows may answer."""

        def execute(self, *_arguments: object) -> Shuffled:
            return self

        def fetchall(self) -> list[tuple[int, bytes]]:
            return [(2, b"b"), (1, b"a")]

    with monkeypatch.context() as patch:
        patch.setattr(file, "_connection", Shuffled())
        with pytest.raises(SpoolDamaged, match="not in order"):
            file.after(0, 5)
    file.close()


def test_header_that_forbids_writing_is_damage(path: Path) -> None:
    SpoolFile(path, sync=True).close()
    content = bytearray(path.read_bytes())
    content[18] = 9  # the version that may write, https://sqlite.org/fileformat.html, 1.3.3
    path.write_bytes(content)
    with pytest.raises(SpoolDamaged, match="forbids to write"):
        SpoolFile(path, sync=True)


def test_schema_that_is_no_text_is_damage(path: Path) -> None:
    SpoolFile(path, sync=True).close()
    path.write_bytes(
        path.read_bytes().replace(b"CREATE TABLE alerts", b"CREATE TABLE \xff\xfeerts")
    )
    with pytest.raises(SpoolDamaged):
        SpoolFile(path, sync=True)


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_is_noticed_or_harmless(path: Path, seed: int) -> None:
    random = Random(seed)
    file = SpoolFile(path, sync=False)
    file.insert([(id, bytes([id]) * random.randrange(6000)) for id in range(1, 60)])
    file.close()
    content = bytearray(path.read_bytes())
    for _ in range(random.choice((1, 5, 100))):
        content[random.randrange(random.choice((200, len(content))))] = random.randrange(256)
    path.write_bytes(content[: random.choice((len(content), len(content) // 2))])
    try:
        file = SpoolFile(path, sync=False)
    except SpoolDamaged:
        move_aside(path)
        SpoolFile(path, sync=False).close()
        return
    try:
        last = 0
        while rows := file.after(last, 10):
            assert last < rows[0][0] <= rows[-1][0]
            last = rows[-1][0]
        file.insert([(file.first_id, b"new")])
    except SpoolDamaged:
        pass
    finally:
        file.close()


def test_second_opener_is_refused(path: Path) -> None:
    file = SpoolFile(path, sync=True)
    with pytest.raises(SpoolInUse):
        SpoolFile(path, sync=True)
    file.insert([(1, b"a")])
    file.close()


def test_file_of_another_program_is_not_ours(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE alerts (id INTEGER PRIMARY KEY, body TEXT)")
    connection.close()
    with pytest.raises(SpoolDamaged, match="no spool of falcomod"):
        SpoolFile(path, sync=True)


def test_file_says_whose_it_is(path: Path) -> None:
    SpoolFile(path, sync=True).close()
    assert path.read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big")


def test_second_name_of_a_file_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    (tmp_path / "other").touch()
    path.hardlink_to(tmp_path / "other")
    with pytest.raises(SpoolDamaged):
        SpoolFile(path, sync=True)


def test_log_is_cut_and_pages_are_given_back(path: Path) -> None:
    file = SpoolFile(path, sync=True)
    file.insert([(id, bytes(4000)) for id in range(1, 501)])
    file.delete(range(1, 501))
    rounds = 0
    while file.shrink(100):
        rounds += 1
    assert rounds >= 4
    assert path.stat().st_size < 110 * 4096
    assert Path(f"{path}-wal").stat().st_size == 0
    file.close()


def test_damaged_file_goes_with_its_log_over_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "http.db"
    for content in ("first", "second"):
        path.write_text(content)
        (tmp_path / "http.db-wal").write_text("log of the " + content)
        assert move_aside(path) == tmp_path / "http.db.damaged"
    assert sorted(os.listdir(tmp_path)) == ["http.db.damaged", "http.db.damaged-wal"]
    assert (tmp_path / "http.db.damaged").read_text() == "second"
