# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.record_builder import build
from tests.unit.engine.fields.host import TS, Case, host, look, of_cat

INIT = build("getdents64", ts=TS, tid=1, res=0, fd=99)
UNNAMED = build("getdents64", ts=TS, tid=307, res=0, fd=99)
STRANGER = build("getdents64", ts=TS, tid=9999, res=0, fd=99)

CASES = [
    of_cat("user.uid", "1000", 1000),
    Case("user.uid", INIT, "0", 0),
    Case("user.uid", STRANGER, None, None),
    of_cat("user.name", "ada"),
    Case("user.name", UNNAMED, None, None),
    Case("user.name", STRANGER, None, None),
    of_cat("user.homedir", "/home/ada"),
    Case("user.homedir", UNNAMED, None, None),
    of_cat("user.shell", "/bin/zsh"),
    of_cat("user.loginuid", "1000", 1000),
    Case("user.loginuid", INIT, "-1", -1),
    Case("user.loginuid", STRANGER, None, None),
    of_cat("user.loginname", "ada"),
    Case("user.loginname", INIT, None, None),
    of_cat("group.gid", "1000", 1000),
    Case("group.gid", STRANGER, None, None),
    of_cat("group.name", "adas"),
    Case("group.name", UNNAMED, None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_names_in_a_container_are_its_own_where_it_has_some() -> None:
    state = State()
    state.set_users({0: "root", 7: ("ada", "/home/ada", "/bin/zsh")}, {0: "root"})
    state.seed_thread(tid=5, pid=5, uid=7, gid=0, loginuid=0, cgroups=[f"cpu=/docker/{'a' * 64}"])
    probe = Probe(state)
    names = ("user.name", "user.homedir", "group.name", "user.loginname")

    def told() -> list[str | None]:
        view = probe.at(build("getcwd", ts=9, tid=5, res=1))
        found = [bind(name).text(view) for name in names]
        probe.close()
        return found

    assert told() == ["ada", "/home/ada", "root", "root"]
    state.set_container_names("a" * 64, {7: ("app", "/srv", "/bin/false")}, {5: "apps"})
    assert told() == ["app", "/srv", None, "root"]
    state.set_container_names("a" * 64, {0: "boss"}, {0: "wheel"})
    assert told() == [None, None, "wheel", "boss"]
