# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.enrich import names
from falcomod.enrich.names import ContainerNames, Fresh
from falcomod.enrich.users import Names

ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
OTHER = "f" * 64
TID = 100

PASSWD = "root:x:0:0:root:/root:/bin/ash\nwww:x:82:82:www:/srv:/sbin/nologin\n"
GROUP = "root:x:0:\nwww:x:82:\n"
NAMES = Names(
    {0: ("root", "/root", "/bin/ash"), 82: ("www", "/srv", "/sbin/nologin")}, {0: "root", 82: "www"}
)


class Host:
    """A /proc with thread 1, and with others that a test adds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.proc = path / "proc"
        self.root = self.add_root("host", "root:x:0:0::/:/bin/sh\n")
        self.add_thread(1, self.root, "/init.scope")

    def add_root(self, name: str, passwd: str | None = PASSWD, group: str | None = GROUP) -> Path:
        etc = self.path / name / "etc"
        etc.mkdir(parents=True)
        if passwd is not None:
            (etc / "passwd").write_text(passwd)
        if group is not None:
            (etc / "group").write_text(group)
        return etc.parent

    def add_thread(self, tid: int, root: Path, cgroup: str = f"/docker/{ID}") -> None:
        task = self.proc / str(tid)
        task.mkdir(parents=True)
        (task / "root").symlink_to(root)
        (task / "cgroup").write_text(f"0::{cgroup}\n")

    def remove_thread(self, tid: int) -> None:
        task = self.proc / str(tid)
        (task / "root").unlink()
        (task / "cgroup").unlink()
        task.rmdir()

    def names(self) -> ContainerNames:
        return ContainerNames(str(self.proc))


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.fixture
def root(host: Host) -> Path:
    """That of a container with the thread TID."""
    root = host.add_root("container")
    host.add_thread(TID, root)
    return root


@pytest.mark.usefixtures("root")
def test_names_of_a_container(host: Host) -> None:
    assert host.names().read(ID, TID) == NAMES


@pytest.mark.usefixtures("root")
def test_short_id_is_of_the_same_container(host: Host) -> None:
    assert host.names().read(ID[:12], TID) == NAMES


def test_thread_that_is_gone(host: Host) -> None:
    assert host.names().read(ID, TID) is None


def test_root_of_the_host_has_nothing_to_tell(host: Host) -> None:
    host.add_thread(TID, host.root)
    assert host.names().read(ID, TID) is None


def test_own_root_is_that_of_the_host_where_no_other_may_be_seen(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.remove_thread(1)
    host.add_thread(TID, host.root)
    monkeypatch.setenv("HOST_ROOT", str(host.root))
    assert host.names().read(ID, TID) is None


def test_thread_of_another_container_is_none_of_this_one(host: Host) -> None:
    host.add_thread(TID, host.add_root("container"), f"/docker/{OTHER}")
    assert host.names().read(ID, TID) is None
    assert host.names().changed({ID: TID}) == []


@pytest.mark.parametrize("name", ["web-1", "web-frontend-1"])
def test_names_of_containers_may_begin_alike(host: Host, name: str) -> None:
    host.add_thread(TID, host.add_root("container"), f"/lxc.payload.{name}/init.scope")
    assert host.names().read(name, TID) == NAMES
    assert host.names().read(f"{name}0", TID) is None
    assert host.names().read(name[:-1], TID) is None


def test_root_of_the_host_that_may_not_be_seen(host: Host, root: Path) -> None:
    host.remove_thread(1)
    assert host.names().read(ID, TID) == NAMES


@pytest.mark.parametrize(
    ("passwd", "group", "expected"),
    [
        (None, None, Names({}, {})),
        (PASSWD, None, Names(NAMES.users, {})),
        (None, GROUP, Names({}, NAMES.groups)),
        ("", "", Names({}, {})),
    ],
)
def test_files_that_are_missing(
    host: Host, passwd: str | None, group: str | None, expected: Names
) -> None:
    host.add_thread(TID, host.add_root("container", passwd, group))
    assert host.names().read(ID, TID) == expected


def test_fifo_has_no_names(host: Host) -> None:
    root = host.add_root("container", None, None)
    os.mkfifo(root / "etc/passwd")
    (root / "etc/group").mkdir()
    host.add_thread(TID, root)
    assert host.names().read(ID, TID) == Names({}, {})


def test_link_out_of_the_container_has_no_names(host: Host) -> None:
    root = host.add_root("container", None, None)
    (root / "etc/passwd").symlink_to(host.root / "etc/passwd")
    host.add_thread(TID, root)
    assert host.names().read(ID, TID) == Names({}, {})


def test_garbage_has_no_names(host: Host, root: Path) -> None:
    (root / "etc/passwd").write_bytes(random.Random(5).randbytes(100_000))
    (root / "etc/group").write_bytes(b":" * 100_000 + b"\n" * 100_000)
    assert host.names().read(ID, TID) == Names({}, {})


def test_names_are_not_more_than_are_kept(host: Host, root: Path) -> None:
    rows = names.ROWS_MAX + 10
    (root / "etc/passwd").write_text("".join(f"u{n}:x:{n}:0::/:\n" for n in range(rows)))
    (root / "etc/group").write_text("".join(f"g{n}:x:{n}:\n" for n in range(rows)))
    found = host.names().read(ID, TID)
    assert found is not None
    assert (len(found.users), len(found.groups)) == (names.ROWS_MAX, names.ROWS_MAX)
    assert names.ROWS_MAX - 1 in found.users


def test_line_that_is_cut_is_none(host: Host, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SIZE_MAX", len("root:x:0:\nwww:x:82:"))
    (root / "etc/group").write_text("root:x:0:\nwww:x:82:user\n")
    found = host.names().read(ID, TID)
    assert found is not None
    assert found.groups == {0: "root"}


def test_changed_tells_once_what_is_new(host: Host, root: Path) -> None:
    watched = host.names()
    assert watched.changed({ID: TID}) == [Fresh(ID, *NAMES)]
    assert watched.changed({ID: TID}) == []
    (root / "etc/group").write_text("new:x:7:\n")
    assert watched.changed({ID: TID}) == [Fresh(ID, NAMES.users, {7: "new"})]
    assert watched.changed({ID: TID}) == []


def test_changed_tells_nothing_that_was_read(host: Host, root: Path) -> None:
    watched = host.names()
    watched.read(ID, TID)
    assert watched.changed({ID: TID}) == []
    (root / "etc/new").write_text(PASSWD.replace("www", "web"))
    (root / "etc/new").rename(root / "etc/passwd")
    (fresh,) = watched.changed({ID: TID})
    assert fresh.users[82][0] == "web"


def test_changed_tells_names_that_are_gone(host: Host, root: Path) -> None:
    watched = host.names()
    watched.read(ID, TID)
    (root / "etc/passwd").unlink()
    (root / "etc/group").unlink()
    os.mkfifo(root / "etc/group")
    assert watched.changed({ID: TID}) == [Fresh(ID, {}, {})]
    assert watched.changed({ID: TID}) == []


def test_container_without_files_is_no_news(host: Host) -> None:
    host.add_thread(TID, host.add_root("container", None, None))
    watched = host.names()
    assert watched.changed({ID: TID}) == []
    assert len(watched) == 1


def test_container_is_seen_when_its_root_is_entered(host: Host) -> None:
    host.add_thread(TID, host.root)
    watched = host.names()
    assert watched.read(ID, TID) is None
    assert watched.changed({ID: TID}) == []
    host.remove_thread(TID)
    host.add_thread(TID, host.add_root("container"))
    assert watched.changed({ID: TID}) == [Fresh(ID, *NAMES)]


def test_another_thread_of_the_container_takes_over(host: Host, root: Path) -> None:
    watched = host.names()
    watched.read(ID, TID)
    host.remove_thread(TID)
    host.add_thread(TID + 1, root)
    assert watched.changed({ID: TID + 1}) == []
    (root / "etc/group").write_text("new:x:7:\n")
    assert watched.changed({ID: TID + 1}) == [Fresh(ID, NAMES.users, {7: "new"})]


def test_thread_in_another_root_does_not_take_over(host: Host, root: Path) -> None:
    host.add_thread(TID + 1, host.add_root("container/srv/jail", "jail:x:0:0::/:\n"))
    watched = host.names()
    watched.read(ID, TID)
    (root / "etc/group").write_text("new:x:7:\n")
    assert watched.changed({ID: TID + 1}) == [Fresh(ID, NAMES.users, {7: "new"})]


def test_number_of_a_thread_that_another_has_now(host: Host, root: Path) -> None:
    watched = host.names()
    watched.read(ID, TID)
    host.remove_thread(TID)
    host.add_thread(TID, host.add_root("other", "stranger:x:0:0::/:\n"), f"/docker/{OTHER}")
    assert watched.changed({ID: TID}) == []
    host.add_thread(TID + 1, root)
    assert watched.changed({ID: TID + 1}) == []


def test_thread_that_ended_leaves_the_names(host: Host, root: Path) -> None:
    watched = host.names()
    watched.read(ID, TID)
    host.remove_thread(TID)
    assert watched.changed({ID: TID}) == []
    assert len(watched) == 1


@pytest.mark.usefixtures("root")
def test_container_that_is_gone_is_forgotten(host: Host) -> None:
    watched = host.names()
    watched.read(ID, TID)
    watched.read(ID[:12], TID)
    watched.forget(ID)
    watched.forget(ID)
    assert len(watched) == 1
    watched.changed({})
    assert len(watched) == 0


CHROOT = """\
import os, sys
os.chroot(sys.argv[1])
os.chdir("/")
print("there", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def chrooted(tmp_path: Path) -> Iterator[int]:
    """The pid of a process whose root is tmp_path."""
    if os.geteuid() != 0:
        pytest.skip("needs root: chroot")
    command = [sys.executable, "-c", CHROOT, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


def test_process_in_a_root_of_its_own(tmp_path: Path, chrooted: int) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/real").write_text(PASSWD)
    (tmp_path / "etc/passwd").symlink_to("/etc/real")
    (tmp_path / "etc/group").symlink_to("/etc/group")  # to itself, in there
    assert ContainerNames().read(ID, chrooted) == Names(NAMES.users, {})


def test_process_in_the_root_of_the_host() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: the root of another process")
    assert ContainerNames().read(ID, 1) is None
