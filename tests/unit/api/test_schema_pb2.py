# SPDX-License-Identifier: Apache-2.0
"""Numbers and names of priorities and sources, as Falco's clients look them up."""

from __future__ import annotations

import pytest

from falcomod.alert.model import Priority
from falcomod.api import schema_pb2 as pb


@pytest.mark.parametrize("level", Priority)
def test_priority_has_its_number_and_three_names(level: Priority) -> None:
    names = {level.name, level.name.lower(), level.label}
    found = {name for name, number in pb.priority.items() if number == level}
    assert found == names


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (0, {"SYSCALL", "syscall", "Syscall"}),
        (1, {"K8S_AUDIT", "k8s_audit", "K8s_audit", "K8S_audit"}),
        (2, {"INTERNAL", "internal", "Internal"}),
        (3, {"PLUGIN", "plugin", "Plugin"}),
    ],
)
def test_source_has_its_number_and_its_names(number: int, names: set[str]) -> None:
    assert {name for name, value in pb.source.items() if value == number} == names
