# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

import pytest

from falcomod.engine.state.tables import FD_TYPES
from falcomod.enrich.descriptors import portable_flags, read_descriptors
from falcomod.enrich.sockets import Sockets

LINKS = {
    "/etc/passwd": "file",
    "/etc/a (deleted)": "file",
    "/memfd:x (deleted)": "memfd",
    "pipe:[7]": "pipe",
    "socket:[8]": "unsupported",
    "anon_inode:[eventfd]": "event",
    "anon_inode:[eventpoll]": "eventpoll",
    "anon_inode:[signalfd]": "signalfd",
    "anon_inode:[timerfd]": "timerfd",
    "anon_inode:[userfaultfd]": "userfaultfd",
    "anon_inode:[io_uring]": "io_uring",
    "anon_inode:[pidfd]": "pidfd",
    "anon_inode:inotify": "inotify",
    "anon_inode:bpf-map": "bpf",
    "anon_inode:[fanotify]": "unsupported",
    "net:[4026531840]": "unsupported",
}


def fake(proc: Path, number: int, link: str, flags: int = 0, inode: int = 0) -> None:
    for name in ("fd", "fdinfo"):
        (proc / "5" / name).mkdir(parents=True, exist_ok=True)
    (proc / "5" / "fd" / str(number)).symlink_to(link)
    (proc / "5" / "fdinfo" / str(number)).write_text(
        f"pos:\t0\nflags:\t0{flags:o}\nmnt_id:\t29\nino:\t{inode}\n"
    )


@pytest.mark.parametrize(("link", "kind"), LINKS.items())
def test_type_by_link(tmp_path: Path, link: str, kind: str) -> None:
    fake(tmp_path, 3, link)
    [(number, facts)] = read_descriptors(str(tmp_path), 5, Sockets(str(tmp_path)))
    assert (number, facts["type"]) == (3, FD_TYPES[kind])
    assert facts.get("name") == (None if link.startswith("socket") else link)


def test_directory_is_told_by_its_flag(tmp_path: Path) -> None:
    fake(tmp_path, 3, "/var/log", os.O_DIRECTORY | os.O_CLOEXEC, 77)
    [(_, facts)] = read_descriptors(str(tmp_path), 5, Sockets(str(tmp_path)))
    assert facts["type"] == FD_TYPES["directory"]
    assert (facts["close_on_exec"], facts["ino"]) == (True, 77)


@pytest.mark.parametrize(
    ("native", "portable"),
    [
        (os.O_RDONLY, 1),
        (os.O_WRONLY, 2),
        (os.O_RDWR, 3),
        (os.O_RDWR | os.O_APPEND | os.O_NONBLOCK, 3 | 8 | 64),
        (os.O_RDONLY | os.O_DSYNC, 1 | 16),
        (os.O_RDONLY | os.O_SYNC, 1 | 16 | 128),
        (os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, 1 | 1024 | 4096),
    ],
)
def test_portable_flags(native: int, portable: int) -> None:
    assert portable_flags(native) == portable


def test_descriptor_that_vanishes_is_left_out(tmp_path: Path) -> None:
    fake(tmp_path, 3, "/a")
    fake(tmp_path, 4, "/b")
    (tmp_path / "5" / "fdinfo" / "4").unlink()
    found = dict(read_descriptors(str(tmp_path), 5, Sockets(str(tmp_path))))
    assert list(found) == [3]


def test_process_that_is_gone(tmp_path: Path) -> None:
    assert list(read_descriptors(str(tmp_path), 5, Sockets(str(tmp_path)))) == []


def test_own_descriptors(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("w") as file:
        found = dict(read_descriptors("/proc", os.getpid(), Sockets("/proc")))
        facts = found[file.fileno()]
    assert (facts["name"], facts["type"]) == (str(path), FD_TYPES["file"])
    assert facts["open_flags"] & 3 == 2
    assert facts["close_on_exec"]
