# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses

import pytest

from falcomod.app.metrics.of_program import ENGINES, ROWS, sanitized
from falcomod.app.metrics.row import Moment
from falcomod.config.engine_options import DRIVERS
from tests.metrics_moment import full_snapshot


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Terminal shell in container", "Terminal_shell_in_container"),
        ("a  -- b", "a_b"),
        ("k8s: x (y)", "k8s:_x_y"),
        ("ä", ""),
        ("", ""),
    ],
)
def test_names_of_rules_are_made_as_falco_makes_them(name: str, clean: str) -> None:
    assert sanitized(name) == clean


@pytest.mark.parametrize(
    ("sources", "told"),
    [((), "syscall"), (("k8s_audit",), "k8s_audit"), (("k8s_audit", "syscall"), "syscall")],
)
def test_source_is_syscall_where_that_is_on(sources: tuple[str, ...], told: str) -> None:
    moment = Moment(now=dataclasses.replace(full_snapshot(), sources=sources))
    (row,) = [row for row in ROWS if row.name == "evt.source"]
    assert [sample.value for sample in row.samples(moment)] == [told]


def test_every_driver_has_a_name_of_falcos() -> None:
    assert set(ENGINES) == {*DRIVERS, ""} - {"auto"}
