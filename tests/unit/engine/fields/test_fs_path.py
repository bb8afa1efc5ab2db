# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.fields.registry import bind
from tests.record_builder import build
from tests.unit.engine.fields.host import DIRECTORY, FILE, TS, Case, host, look

ONE = ("name", "nameraw")
TWO = ("source", "sourceraw", "target", "targetraw")


def cases(event: str, params: dict[str, Any], **values: str | None) -> list[Case]:
    """All six fields of one successful call; those not named have no value."""
    record = build(event, ts=TS, tid=200, **params)
    return [
        Case(f"fs.path.{kind}", record, values.get(kind), values.get(kind)) for kind in ONE + TWO
    ]


RELATIVE = {"name": "/home/ada/d/f", "nameraw": "d/../d/f"}
PAIR = {"source": "/home/ada/a", "sourceraw": "a", "target": "/b", "targetraw": "/b"}
BOTH_AT = {"source": "/srv/data/a", "sourceraw": "a", "target": "/home/ada/b", "targetraw": "b"}

CASES = [
    *cases("open", {"fd": 40, "name": "d/../d/f"}, **RELATIVE),
    *cases("openat", {"fd": 40, "dirfd": -100, "name": "d/../d/f"}, **RELATIVE),
    *cases(
        "openat2",
        {"fd": 40, "dirfd": DIRECTORY, "name": "f"},
        name="/srv/data/f",
        nameraw="f",
    ),
    *cases("creat", {"fd": 40, "name": "d/../d/f"}, **RELATIVE),
    *cases("mkdir", {"path": "d/../d/f"}, **RELATIVE),
    *cases("mkdirat", {"dirfd": -100, "path": "d/../d/f"}, **RELATIVE),
    *cases("rmdir", {"path": "d/../d/f"}, **RELATIVE),
    *cases("unlink", {"path": "d/../d/f"}, **RELATIVE),
    *cases("unlinkat", {"dirfd": -100, "name": "d/../d/f"}, **RELATIVE),
    *cases("chmod", {"filename": "d/../d/f"}, **RELATIVE),
    *cases("fchmod", {"fd": FILE}, name="/etc/ssh/keys", nameraw="/etc/ssh/keys"),
    *cases("fchmodat", {"dirfd": -100, "filename": "d/../d/f"}, **RELATIVE),
    *cases("chown", {"path": "d/../d/f"}, **RELATIVE),
    *cases("lchown", {"path": "d/../d/f"}, **RELATIVE),
    *cases("fchown", {"fd": FILE}, name="/etc/ssh/keys", nameraw="/etc/ssh/keys"),
    *cases("fchownat", {"dirfd": -100, "pathname": "d/../d/f"}, **RELATIVE),
    *cases("umount", {"name_": "d/../d/f"}, **RELATIVE),
    *cases("umount2", {"name_": "d/../d/f"}, **RELATIVE),
    *cases("quotactl", {"quotafilepath": "d/../d/f"}, **RELATIVE),
    *cases("mount", {"dev": "a", "dir": "/b"}, **PAIR),
    *cases("rename", {"oldpath": "a", "newpath": "/b"}, **PAIR),
    *cases(
        "renameat",
        {"olddirfd": DIRECTORY, "oldpath": "a", "newdirfd": -100, "newpath": "b"},
        **BOTH_AT,
    ),
    *cases(
        "renameat2",
        {"olddirfd": DIRECTORY, "oldpath": "a", "newdirfd": -100, "newpath": "b"},
        **BOTH_AT,
    ),
    *cases("link", {"oldpath": "a", "newpath": "/b"}, **PAIR),
    *cases(
        "linkat", {"olddir": DIRECTORY, "oldpath": "a", "newdir": -100, "newpath": "b"}, **BOTH_AT
    ),
    *cases("symlink", {"target": "a", "linkpath": "/b"}, **PAIR),
    *cases("symlinkat", {"target": "a", "linkdirfd": -100, "linkpath": "/b"}, **PAIR),
    *cases("chdir", {"path": "/x"}),
    *cases("unlink", {"res": -2, "path": "/x"}),
    *cases("open", {"fd": -2, "name": "/x"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_a_directory_that_is_not_known_is_said_to_be() -> None:
    probe = host()
    view = probe.at(build("mkdirat", ts=TS, tid=200, res=0, dirfd=77, path="x"))
    assert bind("fs.path.name").text(view) == "<UNKNOWN>/x"
