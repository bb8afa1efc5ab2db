# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from falcomod.enrich.control_group import PIDS_MAX, ControlGroup, group_at, group_of

TID = 41
ID = "a" * 64


@pytest.fixture
def host(tmp_path: Path) -> Path:
    (tmp_path / "proc" / str(TID)).mkdir(parents=True)
    return tmp_path


def in_group(host: Path, lines: str) -> ControlGroup | None:
    (host / "proc" / str(TID) / "cgroup").write_text(lines)
    return group_of(ID, TID, str(host / "proc"), str(host / "sys"))


def add_group(host: Path, path: str, pids: str = "") -> str:
    directory = host / "sys" / path
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "cgroup.procs").write_text(pids)
    return str(directory)


def test_group_of_the_unified_hierarchy(host: Path) -> None:
    path = add_group(host, f"docker/{ID}", "7\n41\n12\n")
    group = in_group(host, f"0::/docker/{ID}\n")
    assert group is not None
    assert Path(group.path) == Path(path)
    assert group.pids() == [41, 12, 7]


def test_group_of_a_controller(host: Path) -> None:
    path = add_group(host, f"pids/docker/{ID}")
    add_group(host, "cpuset/caller")  # where it came from, and is about to leave
    group = in_group(host, f"12:cpuset:/caller\n11:pids:/docker/{ID}\n1:name=systemd:/x\n")
    assert group == ControlGroup(path)
    assert group.pids() == []


def test_hierarchy_with_a_name_alone(host: Path) -> None:
    path = add_group(host, f"systemd/docker/{ID}")
    assert in_group(host, f"1:name=systemd:/docker/{ID}\n") == ControlGroup(path)


@pytest.mark.parametrize(
    "lines",
    [
        "0::/\n",
        f"0::/../docker/{ID}\n",
        f"0::/docker/{ID}\n",
        f"0::/docker/{'b' * 64}\n",
        "",
        "nonsense\n",
        "0:\n",
    ],
)
def test_group_that_cannot_be_followed(host: Path, lines: str) -> None:
    add_group(host, "docker/" + "b" * 64)
    assert in_group(host, lines) is None


def test_group_by_its_path(host: Path) -> None:
    root = str(host / "sys")
    assert group_at("/docker/web", root) is None
    path = add_group(host, "pids/docker/web")
    assert group_at("/docker/web", root) == ControlGroup(path)
    add_group(host, "")
    assert group_at("/docker/web", root) is None
    unified = add_group(host, "docker/web")
    assert group_at("/docker/web", root) == ControlGroup(unified)
    for odd in ("", "/", "/../docker/web"):
        assert group_at(odd, root) is None


def test_thread_that_is_gone(host: Path) -> None:
    assert group_of(ID, TID + 1, str(host / "proc"), str(host / "sys")) is None


def test_group_that_has_ended(host: Path) -> None:
    assert ControlGroup(str(host / "sys/gone")).pids() == []


def test_only_the_latest_of_many_are_told(host: Path) -> None:
    path = add_group(host, "many", "\n".join(map(str, range(1, 100))) + "\n0\nx\n")
    assert ControlGroup(path).pids() == list(range(99, 99 - PIDS_MAX, -1))
