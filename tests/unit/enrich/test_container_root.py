# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.enrich import container_root
from falcomod.enrich.container_root import ContainerRoot
from falcomod.enrich.stamp import stamp_of

TID = 100
SIZE_MAX = 1000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The root directory of thread 100 of tmp_path/proc."""
    task = tmp_path / "proc" / str(TID)
    task.mkdir(parents=True)
    root = tmp_path / "container"
    (root / "etc").mkdir(parents=True)
    (task / "root").symlink_to(root)
    (task / "cgroup").write_text("0::/somewhere\n")
    return root


@pytest.fixture(params=["openat2", "without openat2"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "openat2":
        monkeypatch.setattr(container_root, "SYS_OPENAT2", 100_000)
    return str(request.param)


def read(root: Path, path: str = "etc/passwd") -> bytes | None:
    with ContainerRoot(TID, str(root.parent / "proc")) as opened:
        content = opened.read(path, SIZE_MAX)
        assert opened.stamp(path) == (None if content is None else content.stamp)
        return None if content is None else content.data


def outcome(root: Path) -> bytes | int | None:
    """What is read, or the number of the error."""
    try:
        return read(root)
    except OSError as error:
        return error.errno


@pytest.mark.usefixtures("kernel")
def test_read_regular_file(root: Path) -> None:
    (root / "etc/passwd").write_text("text")
    assert read(root) == b"text"
    with ContainerRoot(TID, str(root.parent / "proc")) as opened:
        assert opened.stamp("etc/passwd") == stamp_of((root / "etc/passwd").stat())


def test_openat2_is_there_since_5_6(root: Path) -> None:
    number = [int(part) for part in os.uname().release.split("-")[0].split(".")[:2]]
    if number < [5, 6]:
        pytest.skip("kernel without openat2")
    (root / "etc/real").write_text("text")
    (root / "etc/passwd").symlink_to("real")
    assert read(root) == b"text"


@pytest.mark.usefixtures("kernel")
def test_read_stops_at_the_limit(root: Path) -> None:
    (root / "etc/passwd").touch()
    os.truncate(root / "etc/passwd", 1 << 40)
    assert read(root) == bytes(SIZE_MAX)


@pytest.mark.parametrize("target", ["/etc/real", "../../../../../../etc/real", "real"])
def test_link_leads_within_the_root(root: Path, target: str) -> None:
    (root / "etc/real").write_text("the container's")
    (root / "etc/passwd").symlink_to(target)
    assert read(root) == b"the container's"


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("target", ["/etc/hostname", "../../secret", "/proc/self/environ"])
def test_link_leads_nowhere_else(root: Path, target: str) -> None:
    (root.parent / "secret").write_text("the host's")
    (root / "etc/passwd").symlink_to(target)
    assert outcome(root) in (None, errno.ENOENT)


@pytest.mark.usefixtures("kernel")
def test_directory_that_is_a_link_leads_nowhere_else(root: Path) -> None:
    (root / "etc").rmdir()
    (root / "etc").symlink_to("/etc")
    assert outcome(root) in (errno.ELOOP, errno.ENOTDIR)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("loop", ["passwd", "/etc/passwd"])
def test_link_to_itself(root: Path, loop: str) -> None:
    (root / "etc/passwd").symlink_to(loop)
    assert outcome(root) in (None, errno.ELOOP)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("kind", ["fifo", "directory", "socket"])
def test_only_regular_files_are_read(
    root: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "etc/passwd"
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "directory":
            path.mkdir()
        case _:
            monkeypatch.chdir(path.parent)
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(path.name)
    assert read(root) is None


@pytest.mark.usefixtures("kernel")
def test_device_is_not_opened(root: Path) -> None:
    try:
        os.mknod(root / "etc/passwd", stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero
    except PermissionError:
        pytest.skip("needs root: a device")
    assert read(root) is None


@pytest.fixture
def sigio_ignored() -> Iterator[None]:
    """Who holds a lease is sent a signal, which here would end the tests."""
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGIO, before)


@pytest.mark.usefixtures("sigio_ignored")
def test_lease_is_not_waited_for(root: Path) -> None:
    path = root / "etc/passwd"
    path.write_text("text")
    with path.open("r+") as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except OSError as error:
            pytest.skip(f"needs a file system with leases: {error.strerror}")
        with pytest.raises(BlockingIOError):
            read(root)
    assert read(root) == b"text"


def test_file_of_proc_is_not_read(root: Path) -> None:
    (root / "etc").rmdir()
    with ContainerRoot(TID, str(root.parent / "proc")) as opened:
        opened._root, before = os.open("/proc", os.O_PATH), opened._root
        os.close(before)
        content = opened.read("version", SIZE_MAX)
    assert content is not None
    assert content.data == b""


def test_rename_elsewhere_is_tried_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "etc/passwd").write_text("text")
    answers = [errno.EAGAIN, errno.EAGAIN, 0, errno.EAGAIN, 0]
    openat2 = container_root._openat2

    def busy(directory: int, path: str) -> int:
        code = answers.pop(0)
        if code:
            raise OSError(code, os.strerror(code))
        return openat2(directory, path)

    monkeypatch.setattr(container_root, "_openat2", busy)
    assert read(root) == b"text"
    answers[:] = [errno.EAGAIN] * 100
    with pytest.raises(BlockingIOError):
        read(root)


@pytest.mark.parametrize("missing", ["proc/100/root", "proc/100"])
def test_thread_that_is_gone(root: Path, missing: str) -> None:
    path = root.parent / missing
    path.unlink() if path.is_symlink() else path.rename(path.with_name("101"))
    before = os.listdir("/proc/self/fd")
    with pytest.raises(FileNotFoundError):
        read(root)
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.usefixtures("kernel")
def test_nothing_stays_open(root: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    (root / "etc/passwd").write_text("text")
    os.mkfifo(root / "etc/fifo")
    for path in ("etc/passwd", "etc/fifo", "etc/none", "none/passwd"):
        try:
            read(root, path)
        except FileNotFoundError:
            continue
    assert len(os.listdir("/proc/self/fd")) == before


def test_own_process_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST_ROOT", raising=False)
    status = os.stat("/")
    with ContainerRoot(os.getpid()) as opened:
        assert opened.identity == (status.st_dev, status.st_ino)
        assert b":/" in opened.cgroups()


def test_below_host_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST_ROOT", str(root.parent))
    with ContainerRoot(TID) as opened:
        assert opened.cgroups() == b"0::/somewhere\n"
