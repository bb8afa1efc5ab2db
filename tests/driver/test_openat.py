# SPDX-License-Identifier: Apache-2.0
"""openat(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.driver.fix_capture import CaptureCall
from tests.driver.fix_overlay import Overlay
from tests.driver.native import AT_FDCWD, BAD_POINTER, syscall
from tests.reference.tables import flags

EVENTS = ("OPENAT_2_X",)
O_LARGEFILE = 0o100000


def test_openat_new_file(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
        return dirfd, syscall("openat", dirfd, "new", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)

    run = capture("openat", call)
    dirfd, fd = run.result
    there = (tmp_path / "new").stat()
    run.last("OPENAT_2_X").expect(
        fd=fd,
        dirfd=dirfd,
        name="new",
        flags=flags("file_flags", "O_CREAT", "O_EXCL", "O_WRONLY", "O_F_CREATED"),
        mode=0o600,
        dev=there.st_dev,
        ino=there.st_ino,
    )


def test_openat_missing_file(capture: CaptureCall) -> None:
    run = capture("openat", lambda: syscall("openat", AT_FDCWD, "/none/none", os.O_RDONLY))
    run.last("OPENAT_2_X").expect(
        fd=-errno.ENOENT,
        dirfd=AT_FDCWD,
        name="/none/none",
        flags=flags("file_flags", "O_RDONLY"),
        mode=0,
        dev=0,
        ino=0,
    )


def test_openat_unreadable_path(capture: CaptureCall) -> None:
    run = capture("openat", lambda: syscall("openat", -1, BAD_POINTER, os.O_RDWR))
    run.last("OPENAT_2_X").expect(
        fd=-errno.EFAULT,
        dirfd=-1,
        name=None,
        flags=flags("file_flags", "O_RDWR"),
        mode=0,
        dev=0,
        ino=0,
    )


def test_openat_longest_path_is_cut(capture: CaptureCall) -> None:
    run = capture("openat", lambda: syscall("openat", AT_FDCWD, "/" + "x" * 6000, os.O_RDONLY))
    event = run.last("OPENAT_2_X")
    assert event.params["fd"] == -errno.ENAMETOOLONG
    assert event.params["name"] == "/" + "x" * 4094


@pytest.mark.parametrize(
    ("native", "portable"),
    [
        (os.O_DIRECTORY, ["O_RDONLY", "O_DIRECTORY"]),
        (os.O_DIRECTORY | os.O_CLOEXEC, ["O_RDONLY", "O_DIRECTORY", "O_CLOEXEC"]),
        (os.O_PATH, ["O_RDONLY"]),
        (os.O_NONBLOCK | O_LARGEFILE, ["O_RDONLY", "O_NONBLOCK", "O_LARGEFILE"]),
        (os.O_TMPFILE | os.O_RDWR, ["O_RDWR", "O_DIRECTORY", "O_TMPFILE"]),
    ],
)
def test_openat_flags_on_a_directory(
    capture: CaptureCall, tmp_path: Path, native: int, portable: list[str]
) -> None:
    def call() -> tuple[int, int]:
        fd = syscall("openat", AT_FDCWD, tmp_path, native, 0o644)
        return fd, os.fstat(fd).st_ino

    run = capture("openat", call)
    fd, ino = run.result
    run.last("OPENAT_2_X").expect(
        fd=fd,
        dirfd=AT_FDCWD,
        name=str(tmp_path),
        flags=flags("file_flags", *portable),
        mode=0o644 if "O_TMPFILE" in portable else 0,
        dev=tmp_path.stat().st_dev,
        ino=ino,
    )


@pytest.mark.parametrize(
    ("native", "portable"),
    [
        (os.O_APPEND | os.O_WRONLY, ["O_WRONLY", "O_APPEND"]),
        (os.O_DSYNC | os.O_WRONLY, ["O_WRONLY", "O_DSYNC"]),
        (os.O_SYNC | os.O_WRONLY, ["O_WRONLY", "O_DSYNC", "O_SYNC"]),
        (os.O_TRUNC | os.O_RDWR, ["O_RDWR", "O_TRUNC"]),
        (os.O_CREAT | os.O_RDWR, ["O_RDWR", "O_CREAT"]),
    ],
)
def test_openat_flags_on_a_file(
    capture: CaptureCall, tmp_path: Path, native: int, portable: list[str]
) -> None:
    path = tmp_path / "there"
    path.touch()
    run = capture("openat", lambda: syscall("openat", AT_FDCWD, path, native, 0o644))
    run.last("OPENAT_2_X").expect(
        fd=run.result,
        dirfd=AT_FDCWD,
        name=str(path),
        flags=flags("file_flags", *portable),
        mode=0o644 if native & os.O_CREAT else 0,
        dev=path.stat().st_dev,
        ino=path.stat().st_ino,
    )


@pytest.mark.parametrize(
    ("name", "layer"), [("lower", "FD_LOWER_LAYER"), ("upper", "FD_UPPER_LAYER")]
)
def test_openat_layer_of_an_overlay(
    capture: CaptureCall, overlay: Overlay, name: str, layer: str
) -> None:
    path = overlay.merged / name
    run = capture("openat", lambda: syscall("openat", AT_FDCWD, path, os.O_RDONLY))
    event = run.last("OPENAT_2_X")
    assert event.params["fd"] == run.result >= 0
    assert event.params["flags"] == flags("file_flags", "O_RDONLY", layer)


def test_openat_copies_up_a_file_of_the_lower_layer(capture: CaptureCall, overlay: Overlay) -> None:
    path = overlay.merged / "lower"
    run = capture("openat", lambda: syscall("openat", AT_FDCWD, path, os.O_WRONLY))
    event = run.last("OPENAT_2_X")
    assert event.params["flags"] == flags("file_flags", "O_WRONLY", "FD_UPPER_LAYER")
