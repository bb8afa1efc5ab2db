# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.fields.registry import bind
from tests.record_builder import build
from tests.unit.engine.fields.host import CLIENT, FILE, TS, host


@pytest.mark.parametrize(
    ("field", "event", "params", "text", "value"),
    [
        ("evt.rawarg.res", "chdir", {"res": -1}, "-1", -1),
        ("evt.rawarg.offset", "lseek", {"offset": 2**64 - 1}, str(2**64 - 1), 2**64 - 1),
        ("evt.rawarg.gid", "setgid", {"gid": 2**32 - 1}, str(2**32 - 1), 2**32 - 1),
        ("evt.failed", "chdir", {"res": 0}, "false", False),
        ("evt.rawtime.ns", "chdir", {}, "012345678", 12345678),
        ("fd.dev", "fchmod", {"fd": FILE}, "800103", 0x800103),
        ("fd.cip", "fchmod", {"fd": CLIENT}, "10.0.0.1", "10.0.0.1"),
        ("fd.cport", "fchmod", {"fd": CLIENT}, "40000", 40000),
        ("proc.fdusage", "chdir", {}, "1.3", 100 * 13 / 1024),
        ("evt.rawarg.path", "chdir", {"path": b"a\xff\xc3\xa9\0"}, "a\ufffdé", "a\ufffdé"),
        ("evt.rawarg.path", "chdir", {"path": ""}, "", ""),
        ("evt.rawarg.data", "write", {"data": b"\0a~\x7f\xff"}, ".a~..", ".a~.."),
    ],
)
def test_values_by_type(
    field: str, event: str, params: dict[str, Any], text: str, value: Any
) -> None:
    probe = host()
    view = probe.at(build(event, ts=TS, tid=200, **params))
    ref = bind(field)
    assert (ref.text(view), ref.value(view)) == (text, value)
    assert type(ref.value(view)) is type(value)
