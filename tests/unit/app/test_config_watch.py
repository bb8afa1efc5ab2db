# SPDX-License-Identifier: Apache-2.0
"""Every way in which a configuration changes is seen, once; what leaves the content alone is not.

Most tests take the watch's looks themselves, with a clock of their own; the
files are real.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from falcomod.app import config_watch
from falcomod.app.config_watch import ConfigWatch, watched
from falcomod.config.model import Config, ConfigFile


class Watched:
    """A watch of some paths, and the looks that it takes."""

    def __init__(self, *paths: Path) -> None:
        self.paths = [str(path) for path in paths]
        self.changes = 0
        self.now_s = 0.0
        self.watch = ConfigWatch(lambda: self.paths, self._count)

    def _count(self) -> None:
        self.changes += 1

    def looks(self, count: int = 4) -> int:
        """Takes some looks, each when it is due; returns the changes that were told of."""
        before = self.changes
        for _ in range(count):
            self.now_s += self.watch.step(self.now_s)
        return self.changes - before


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "falcomod.yaml"
    path.write_text("priority: debug\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "rules.d"
    path.mkdir()
    (path / "a.yaml").write_text("[]\n")
    return path


def old(path: Path) -> None:
    """Makes a file look as if it was written long ago."""
    os.utime(path, (1_000_000, 1_000_000))


def rewrite(path: Path) -> None:
    path.write_text("priority: error\n")


def rename_over(path: Path) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text("priority: error\n")
    fresh.rename(path)


def delete(path: Path) -> None:
    path.unlink()


def append(path: Path) -> None:
    with path.open("a") as opened:
        opened.write("json_output: true\n")


@pytest.mark.parametrize("change", [rewrite, rename_over, delete, append])
def test_change_of_a_file_is_told_once(file: Path, change: Callable[[Path], None]) -> None:
    watched = Watched(file)
    assert watched.looks() == 0
    change(file)
    assert watched.looks() == 1
    assert watched.looks() == 0


def test_file_that_appears_and_goes(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "later" / "falcomod.yaml")
    assert watched.looks() == 0
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "falcomod.yaml").write_text("a: 1\n")
    assert watched.looks() == 1
    (tmp_path / "later" / "falcomod.yaml").unlink()
    assert watched.looks() == 1


def test_folder_whose_files_come_change_and_go(folder: Path) -> None:
    watched = Watched(folder)
    (folder / "b.yml").write_text("- list: x\n")
    assert watched.looks() == 1
    (folder / "a.yaml").write_text("- list: y\n")
    assert watched.looks() == 1
    (folder / "b.yml").unlink()
    assert watched.looks() == 1
    assert watched.looks() == 0


def test_folder_that_appears_later(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "rules.d")
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "a.yaml").write_text("[]\n")
    assert watched.looks() == 1


def test_files_of_editors_are_nothing(folder: Path) -> None:
    watched = Watched(folder)
    (folder / ".a.yaml.swp").write_text("x")
    (folder / "a.yaml~").write_text("x")
    (folder / "below.yaml").mkdir()
    assert watched.looks() == 0


def test_files_are_seen_whatever_they_are_called(folder: Path) -> None:
    """config_files takes every file of a folder."""
    watched = Watched(folder)
    (folder / "50-local.conf").write_text("a: 1\n")
    assert watched.looks() == 1


def test_folder_that_cannot_be_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(folder)

    def refuse(_path: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    assert watched.looks() == 1  # its files are gone, as far as can be seen
    assert watched.looks() == 0


def config_map(folder: Path) -> None:
    """A volume as the kubelet makes it: files are links through ..data to a folder by time."""
    (folder / "..2026_1").mkdir(parents=True)
    (folder / "..2026_1" / "falcomod.yaml").write_text("a: 1\n")
    (folder / "..data").symlink_to("..2026_1")
    (folder / "falcomod.yaml").symlink_to("..data/falcomod.yaml")


def swap(folder: Path, text: str) -> None:
    (folder / "..2026_2").mkdir()
    (folder / "..2026_2" / "falcomod.yaml").write_text(text)
    (folder / "..data_tmp").symlink_to("..2026_2")
    (folder / "..data_tmp").rename(folder / "..data")
    (folder / "..2026_1" / "falcomod.yaml").unlink()
    (folder / "..2026_1").rmdir()


@pytest.mark.parametrize("named", ["falcomod.yaml", ""])
def test_config_map_that_kubernetes_swaps(tmp_path: Path, named: str) -> None:
    config_map(tmp_path / "map")
    watched = Watched(tmp_path / "map" / named)
    swap(tmp_path / "map", "a: 2\n")
    assert watched.looks() == 1


def test_config_map_that_is_swapped_for_the_same_is_nothing(tmp_path: Path) -> None:
    config_map(tmp_path / "map")
    watched = Watched(tmp_path / "map")
    swap(tmp_path / "map", "a: 1\n")
    assert watched.looks() == 0


def touch(path: Path) -> None:
    path.touch()


def write_the_same(path: Path) -> None:
    path.write_text(path.read_text())


def replace_by_the_same(path: Path) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(path.read_text())
    fresh.rename(path)


@pytest.mark.parametrize("change", [touch, old, write_the_same, replace_by_the_same])
def test_same_content_is_no_change(file: Path, change: Callable[[Path], None]) -> None:
    watched = Watched(file)
    change(file)
    assert watched.looks() == 0


def test_rewriting_that_leaves_no_trace_is_seen(file: Path) -> None:
    watched = Watched(file)
    before = file.stat()
    file.write_text("priority: error\n")  # as long as before
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    # The time of change cannot be set, so the watch is told that it has not moved.
    watched.watch._marks[str(file)] = {str(file): config_watch._mark(str(file))}
    assert watched.looks() == 1


def test_writer_is_waited_for(file: Path) -> None:
    watched = Watched(file)
    for number in range(20):
        file.write_text(f"{number}\n")
        assert watched.watch.step(number * 0.1) == config_watch.QUIET_S
    assert watched.changes == 0
    watched.now_s = 2.0
    assert watched.looks() == 1


def test_writer_without_end_is_waited_for_in_vain(file: Path) -> None:
    watched = Watched(file)
    for number in range(20):
        file.write_text(f"{number}\n")
        watched.watch.step(number * 1.0)
    assert watched.changes == 1


def test_change_that_is_undone_at_once_is_none(file: Path) -> None:
    watched = Watched(file)
    before = file.read_text()
    file.write_text("x\n")
    watched.watch.step(0.0)
    file.write_text(before)
    watched.now_s = 0.1
    assert watched.looks() == 0


def test_path_that_is_named_later_is_known(file: Path, folder: Path) -> None:
    watched = Watched(file)
    watched.paths = [str(file), str(folder)]
    assert watched.looks() == 0
    (folder / "a.yaml").write_text("- list: y\n")
    assert watched.looks() == 1


def test_change_is_not_lost_when_its_folder_is_named_too(folder: Path) -> None:
    watched = Watched(folder / "a.yaml")
    (folder / "a.yaml").write_text("- list: y\n")
    watched.paths.append(str(folder))
    assert watched.looks() == 1


def test_path_that_is_named_no_longer_is_forgotten(file: Path, folder: Path) -> None:
    watched = Watched(file, folder)
    watched.paths = [str(file)]
    assert watched.looks() == 0
    (folder / "a.yaml").write_text("- list: y\n")
    assert watched.looks() == 0
    watched.paths = [str(file), str(folder)]
    assert watched.looks() == 0


def test_stock_that_is_taken_makes_changes_known(file: Path) -> None:
    watched = Watched(file)
    rewrite(file)
    watched.watch.take_stock()
    assert watched.looks() == 0


def test_change_between_making_and_start_is_seen(file: Path) -> None:
    changed = threading.Event()
    watch = ConfigWatch(lambda: [str(file)], changed.set, interval_s=0.01, quiet_s=0.01)
    rewrite(file)
    watch.start()
    assert changed.wait(10)
    watch.stop()


def test_pipe_does_not_hold_the_watch_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "falcomod.yaml")
    watched = Watched(tmp_path / "falcomod.yaml", tmp_path)
    assert watched.looks() == 0
    (tmp_path / "falcomod.yaml").unlink()
    assert watched.looks() == 1


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, ""])
def test_path_that_cannot_be_is_never_there(name: str) -> None:
    changes: list[None] = []
    watch = ConfigWatch(lambda: [name], lambda: changes.append(None))
    watch.step(0.0)
    watch.step(0.1)
    assert changes == []


@pytest.fixture
def log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(logging.getLogger("falcomod"), "propagate", True)
    caplog.set_level(logging.INFO, "falcomod")
    return caplog


def test_log_says_what_has_changed(folder: Path, log: pytest.LogCaptureFixture) -> None:
    watched = Watched(folder)
    (folder / "b.yaml").write_text("[]\n")
    watched.looks()
    assert [record.getMessage() for record in log.records] == [
        f"configuration has changed: path={folder}/b.yaml"
    ]


def test_failing_reload_is_said_and_the_watch_goes_on(
    file: Path, log: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []
    ended = threading.Event()

    def on_change() -> None:
        calls.append(1)
        if len(calls) == 1:
            append(file)
            raise RuntimeError("no such rule")
        ended.set()

    watch = ConfigWatch(lambda: [str(file)], on_change, interval_s=0.01, quiet_s=0.01)
    watch.start()
    rewrite(file)
    assert ended.wait(10)
    watch.stop()
    errors = [record.getMessage() for record in log.records if record.levelname == "ERROR"]
    assert errors == ["watching the configuration failed: reason=RuntimeError: no such rule"]


@pytest.fixture
def running(file: Path) -> Iterator[tuple[ConfigWatch, threading.Semaphore]]:
    told = threading.Semaphore(0)
    watch = ConfigWatch(lambda: [str(file)], told.release, interval_s=0.01, quiet_s=0.01)
    watch.start()
    yield watch, told
    watch.stop()


def test_thread_has_a_name_and_ends(
    running: tuple[ConfigWatch, threading.Semaphore], file: Path
) -> None:
    watch, told = running
    assert "config-watch" in {thread.name for thread in threading.enumerate()}
    for number in range(3):
        file.write_text(f"{number}\n")
        assert told.acquire(timeout=10)
    watch.stop()
    assert "config-watch" not in {thread.name for thread in threading.enumerate()}


def test_change_is_told_within_a_second_by_default(file: Path) -> None:
    changed = threading.Event()
    watch = ConfigWatch(lambda: [str(file)], changed.set)
    assert watch._interval_s + watch._quiet_s <= 1.0
    watch.start()
    began_s = time.monotonic()
    rewrite(file)
    assert changed.wait(10)
    assert time.monotonic() - began_s >= config_watch.QUIET_S
    watch.stop()


def test_what_is_watched_by_configuration() -> None:
    config = Config(
        config_files=[ConfigFile(path="/etc/falcomod/config.d")],
        rules_files=["/etc/falcomod/rules.d", "/a.yaml"],
    )
    assert watched(config, ["/c.yaml", "/etc/falcomod/config.d/x.yaml", "/a.yaml"]) == [
        "/c.yaml",
        "/etc/falcomod/config.d/x.yaml",
        "/a.yaml",
        "/etc/falcomod/config.d",
        "/etc/falcomod/rules.d",
    ]


def test_shipped_rules_are_watched_where_none_are_named() -> None:
    assert "/etc/falcomod/falcomod_rules.yaml" in watched(Config())
