# SPDX-License-Identifier: Apache-2.0
"""Every runtime does what enrich.runtime says."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from falcomod.engine.state.cgroup import kind_words
from falcomod.enrich.containerd import ContainerdRuntime
from falcomod.enrich.cri import CriRuntime
from falcomod.enrich.docker import DockerRuntime
from falcomod.enrich.runtime import Described, Runtime
from falcomod.errors import RuntimeUnavailable

RUNTIMES: list[type[Runtime]] = [ContainerdRuntime, CriRuntime, DockerRuntime]

METHODS = [name for name, _ in inspect.getmembers(Runtime, inspect.isfunction) if name[0] != "_"]
PROPERTIES = [name for name, each in vars(Runtime).items() if isinstance(each, property)]


def made(kind: type[Runtime], path: Path) -> Runtime:
    return kind(str(path / "none"))  # a protocol says nothing of how its classes are made


@pytest.mark.parametrize("kind", RUNTIMES)
@pytest.mark.parametrize("name", METHODS)
def test_method_takes_what_the_protocol_says(kind: type[Runtime], name: str) -> None:
    expected = inspect.signature(getattr(Runtime, name))
    found = inspect.signature(getattr(kind, name))
    assert list(found.parameters) == list(expected.parameters)


@pytest.mark.parametrize("kind", RUNTIMES)
def test_properties(kind: type[Runtime], tmp_path: Path) -> None:
    runtime = made(kind, tmp_path)
    assert {name: type(getattr(runtime, name)) for name in PROPERTIES} == {
        "name": str, "socket": str, "kinds": frozenset,
    }  # fmt: skip
    assert runtime.socket == str(tmp_path / "none")
    runtime.close()


@pytest.mark.parametrize("kind", RUNTIMES)
def test_kinds_are_those_of_control_groups(kind: type[Runtime], tmp_path: Path) -> None:
    runtime = made(kind, tmp_path)
    assert runtime.kinds
    assert runtime.kinds <= set(kind_words())
    runtime.close()


@pytest.mark.parametrize("kind", RUNTIMES)
@pytest.mark.parametrize("call", [
    lambda runtime: runtime.find("0c" * 32, 1.0),
    lambda runtime: runtime.list(1.0),
    lambda runtime: list(runtime.changes()),
], ids=["find", "list", "changes"])  # fmt: skip
def test_absent_socket_is_named(kind: type[Runtime], call: object, tmp_path: Path) -> None:
    assert callable(call)
    runtime = made(kind, tmp_path)
    with pytest.raises(RuntimeUnavailable, match=str(tmp_path / "none")):
        call(runtime)
    runtime.close()


def test_described_has_facts_of_its_own() -> None:
    assert Described(id="1").facts is not Described(id="2").facts
