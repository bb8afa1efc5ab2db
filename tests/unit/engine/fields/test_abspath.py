# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.registry import bind
from falcomod.errors import FieldError
from tests.record_builder import build
from tests.unit.engine.fields.host import DIRECTORY, TS, Case, host, look


def call(event: str, /, **params: object) -> bytes:
    return build(event, ts=TS, tid=200, **params)


RENAME = call(
    "renameat2", res=0, olddirfd=DIRECTORY, oldpath="a", newdirfd="AT_FDCWD", newpath="../b"
)
LINK = call("linkat", res=-1, olddir=DIRECTORY, oldpath="a", newdir=DIRECTORY, newpath="/c")
OPEN = call("openat", fd=-2, dirfd=DIRECTORY, name="sub//f")

CASES = [
    Case("evt.abspath", OPEN, *2 * ("/srv/data/sub/f",)),
    Case("evt.abspath.src", OPEN, *2 * ("/srv/data/sub/f",)),
    Case("evt.abspath.dst", OPEN, None, None),
    Case("evt.abspath", RENAME, *2 * ("/srv/data/a",)),
    Case("evt.abspath.src", RENAME, *2 * ("/srv/data/a",)),
    Case("evt.abspath[dst]", RENAME, *2 * ("/home/b",)),
    Case("evt.abspath.dst", LINK, *2 * ("/c",)),
    Case(
        "evt.abspath",
        call("renameat", res=0, olddirfd="AT_FDCWD", oldpath="x", newdirfd=-1, newpath="/y"),
        *2 * ("/home/ada/x",),
    ),
    Case("evt.abspath", call("openat2", fd=9, dirfd=DIRECTORY, name="f"), *2 * ("/srv/data/f",)),
    Case("evt.abspath", call("open_by_handle_at", fd=9, path="/q"), *2 * ("/q",)),
    Case("evt.abspath", call("mkdirat", res=0, dirfd=DIRECTORY, path="d"), *2 * ("/srv/data/d",)),
    Case("evt.abspath", call("unlinkat", res=0, dirfd=DIRECTORY, name="d"), *2 * ("/srv/data/d",)),
    Case(
        "evt.abspath", call("fchmodat", res=0, dirfd=DIRECTORY, filename="d"),
        *2 * ("/srv/data/d",),
    ),
    Case(
        "evt.abspath", call("fchownat", res=0, dirfd=DIRECTORY, pathname="d"),
        *2 * ("/srv/data/d",),
    ),
    Case(
        "evt.abspath", call("symlinkat", res=0, target="t", linkdirfd=DIRECTORY, linkpath="l"),
        *2 * ("/srv/data/l",),
    ),
    Case("evt.abspath", call("open", fd=9, name="f"), None, None),
    Case("evt.abspath", call("OPENAT_2_E", dirfd=DIRECTORY, name="f"), *2 * ("/srv/data/f",)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_other_sides_are_refused() -> None:
    with pytest.raises(FieldError, match=r"evt\.abspath\.src or evt\.abspath\.dst"):
        bind("evt.abspath.from")
