# SPDX-License-Identifier: Apache-2.0
"""The module and the eBPF driver write the same records for the same calls.

tests/driver runs on both drivers at once too (FALCOMOD_DRIVER=both, guest-tests); here is
what its tests, one call each, do not come by: deep control groups, namespaces, paths that
are long or gone, and programs of every origin.
"""

from __future__ import annotations

import os
import pty
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.driver import peers
from tests.driver.both import BothConsumer
from tests.driver.child import in_child
from tests.driver.consumer import TP_PROCEXIT
from tests.driver.fix_overlay import Overlay, overlay
from tests.driver.native import buffer, iovec, syscall, syscall32
from tests.driver.programs import copy_program, execve, memory_program
from tests.reference.decode import Record
from tests.reference.tables import syscalls

__all__ = ["overlay"]

CLONE_NEWPID, CLONE_NEWNS = 0x20000000, 0x20000
EVERY_CALL = sorted(syscalls())

SameRecords = Callable[[Callable[[], object]], list[Record]]


@pytest.fixture
def same_records() -> SameRecords:
    """Runs something in a child under both drivers, all calls selected; what both said."""

    def run(call: Callable[[], object]) -> list[Record]:
        with BothConsumer() as consumer:
            consumer.configure()
            consumer.select(EVERY_CALL, tracepoints=TP_PROCEXIT)
            consumer.start()
            in_child(call)
            found = consumer.drain()
            assert consumer.totals().lost_total == 0
        return found

    return run


@pytest.fixture
def deep_cgroup() -> Iterator[Path]:
    """Ten levels down, with a controller of its own."""
    made = [Path("/sys/fs/cgroup") / "same"]
    for number in range(9):
        made.append(made[-1] / f"level-{number}-of-a-hierarchy")
    for folder in made:
        folder.mkdir()
        # Where a controller is not switched on its path is an ancestor's.
        (folder.parent / "cgroup.subtree_control").write_text("+pids")
    yield made[-1]
    for folder in reversed(made):
        folder.rmdir()
    (made[0].parent / "cgroup.subtree_control").write_text("-pids")


def run_program(path: Path, *arguments: bytes) -> None:
    """In a process of its own, to its end."""
    pid = os.fork()
    if pid == 0:
        execve(path, [b"true", *arguments], [b"HOME=/", b"", b"PATH=/bin"])
        os._exit(1)
    os.waitpid(pid, 0)


def ids(records: list[Record]) -> set[str]:
    return {record.event.id for record in records}


def test_programs_of_a_deep_cgroup(
    same_records: SameRecords, deep_cgroup: Path, tmp_path: Path
) -> None:
    program = copy_program(tmp_path)

    def call() -> None:
        (deep_cgroup / "cgroup.procs").write_text("0")
        run_program(program, b"x", b"", b"y" * 5000)

    found = same_records(call)
    cgroups = [r.raw["cgroups"] for r in found if r.event.id == "EXECVE_19_X"]
    assert any(deep_cgroup.name.encode() in value for value in cgroups)


def test_programs_of_another_pid_namespace(same_records: SameRecords, tmp_path: Path) -> None:
    program = copy_program(tmp_path)

    def call() -> None:
        assert syscall("unshare", CLONE_NEWPID | CLONE_NEWNS) == 0
        first = os.fork()
        if first == 0:
            os.setsid()
            run_program(program)
            os._exit(3)
        os.waitpid(first, 0)

    assert {"EXECVE_19_X", "CLONE_20_X", "PROCEXIT_1_E", "UNSHARE_X"} <= ids(same_records(call))


def test_programs_with_a_terminal_by_another_user(
    same_records: SameRecords, tmp_path: Path
) -> None:
    program = copy_program(tmp_path)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)

    def call() -> None:
        pid, _ = pty.fork()
        if pid == 0:
            os.setgroups([4, 24])
            os.setresgid(1000, 1001, 1002)
            os.setresuid(1000, 1001, 1002)
            execve(program, [b"true"], [])
            os._exit(1)
        os.waitpid(pid, 0)

    programs = [r for r in same_records(call) if r.event.id == "EXECVE_19_X"]
    assert any(record.params["tty"] for record in programs)


def test_programs_of_every_layer(same_records: SameRecords, overlay: Overlay) -> None:
    upper = copy_program(overlay.merged, "above")
    lower = overlay.merged / "lower"
    lower_program = overlay.merged.parent / "image" / "below"
    lower_program.write_bytes(upper.read_bytes())
    lower_program.chmod(0o755)

    def call() -> None:
        run_program(upper)
        run_program(overlay.merged / "below")
        run_program(lower)  # not executable
        run_program(Path(f"/proc/self/fd/{memory_program()}"))
        run_program(overlay.merged / "missing")
        upper.unlink()

    assert len([r for r in same_records(call) if r.event.id == "EXECVE_19_X"]) >= 5


def test_files_with_long_paths_and_gone_ones(same_records: SameRecords, tmp_path: Path) -> None:
    def call() -> None:
        os.chdir(tmp_path)
        for _ in range(12):
            os.mkdir("n" * 200)
            os.chdir("n" * 200)
        gone = os.open("gone", os.O_CREAT | os.O_RDWR, 0o640)
        os.unlink("gone")
        run_program(Path(f"/proc/self/fd/{gone}"))
        os.close(os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600))
        os.rename(tmp_path, tmp_path.with_name("renamed"))
        os.symlink("a", "b")
        os.close(os.open("/proc/self/stat", os.O_RDONLY))
        copy_program(Path("."), "deep")
        run_program(Path("deep"))

    assert {"OPENAT_2_X", "EXECVE_19_X", "RENAME_X"} <= ids(same_records(call))


def test_sockets_of_every_family(same_records: SameRecords, tmp_path: Path) -> None:
    def talk(one: socket.socket, other: socket.socket) -> None:
        one.sendall(b"hello" * 40)
        other.recvmsg_into([bytearray(20), bytearray(7)], 64)
        syscall("readv", other.fileno(), iovec(buffer(3), buffer(9)), 2)
        other.close()
        one.close()

    def call() -> None:
        for family in peers.LOOPBACK:
            talk(*peers.connected(family))
            here, there = peers.datagram(family), peers.datagram(family)
            here.sendto(b"question", there.getsockname())
            there.recvfrom(30)
            here.connect(there.getsockname())
            here.send(b"again")
        for name in (str(tmp_path / "socket"), "\0abstract"):
            server = socket.socket(socket.AF_UNIX)
            server.bind(name)
            server.listen()
            client = socket.socket(socket.AF_UNIX)
            client.connect(name)
            talk(client, server.accept()[0])
        talk(*socket.socketpair())
        syscall32("socket", socket.AF_INET6, socket.SOCK_STREAM, 0)

    assert {"ACCEPT4_6_X", "CONNECT_X", "SENDTO_X", "RECVFROM_X"} <= ids(same_records(call))
