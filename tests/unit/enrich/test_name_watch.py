# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from falcomod.engine.state.tables import State
from falcomod.enrich.name_watch import NameWatch
from falcomod.enrich.names import ContainerNames
from falcomod.enrich.users import HostNames

ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
TID = 100


class Told:
    """In place of the state: keeps what it is told."""

    def __init__(self) -> None:
        self.in_use = [(ID, "docker", "", TID)]
        self.host: list[Any] = []
        self.containers: list[Any] = []
        self.is_told = threading.Event()

    def containers_in_use(self) -> list[tuple[str, str, str, int]]:
        return self.in_use

    def set_users(self, users: dict[int, Any], groups: dict[int, str]) -> None:
        self.host.append((users, groups))

    def set_container_names(self, id: str, users: dict[int, Any], groups: dict[int, str]) -> None:
        self.containers.append((id, users, groups))
        self.is_told.set()


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    """/etc of the host; thread TID has the root tmp_path/container."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (tmp_path / "etc/group").write_text("adm:x:4:\n")
    (tmp_path / "container/etc").mkdir(parents=True)
    (tmp_path / "container/etc/group").write_text("www:x:82:\n")
    (tmp_path / f"proc/{TID}").mkdir(parents=True)
    (tmp_path / f"proc/{TID}/root").symlink_to(tmp_path / "container")
    (tmp_path / f"proc/{TID}/cgroup").write_text(f"0::/docker/{ID}\n")
    return tmp_path / "etc"


def at_once(call: Callable[[], None]) -> None:
    call()


def watch(
    etc: Path, told: Told, post: Callable[[Callable[[], None]], None] = at_once, **options: float
) -> NameWatch:
    return NameWatch(
        cast(State, told),
        post,
        host=HostNames(etc),
        containers=ContainerNames(str(etc.parent / "proc")),
        **options,
    )


def test_names_are_told_when_they_change(etc: Path) -> None:
    told = Told()
    watched = watch(etc, told)
    watched.check()
    assert told.host == [({0: ("root", "/root", "/bin/sh")}, {4: "adm"})]
    assert told.containers == [(ID, {}, {82: "www"})]
    watched.check()
    assert (len(told.host), len(told.containers)) == (1, 1)
    (etc / "group").write_text("staff:x:50:\n")
    (etc.parent / "container/etc/group").write_text("web:x:82:\n")
    watched.check()
    assert told.host[1:] == [({0: ("root", "/root", "/bin/sh")}, {50: "staff"})]
    assert told.containers[1:] == [(ID, {}, {82: "web"})]


def test_state_changes_in_posted_calls_only(etc: Path) -> None:
    told = Told()
    posted: list[Callable[[], None]] = []
    watch(etc, told, posted.append, answer_s=0).check()
    assert (told.host, len(posted)) == ([], 2)
    for call in posted:
        call()
    assert (len(told.host), told.containers) == (1, [])


def test_no_answer_forgets_no_container(etc: Path) -> None:
    told = Told()
    is_deaf = False

    def post(call: Callable[[], None]) -> None:
        if not is_deaf:
            call()

    watched = watch(etc, told, post, answer_s=0)
    watched.check()
    is_deaf = True
    watched.check()
    is_deaf = False
    watched.check()
    assert len(told.containers) == 1


def test_thread_checks_until_it_is_stopped(etc: Path) -> None:
    told = Told()
    watched = watch(etc, told)
    watched.start(period_s=0.001)
    assert told.is_told.wait(10)
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "names")
    watched.stop()
    thread.join(10)
    assert not thread.is_alive()
