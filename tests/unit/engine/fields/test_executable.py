# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.record_builder import build
from tests.unit.engine.fields.host import SECOND, TS, Case, host, look, of_cat

BASH = build("getdents64", ts=TS, tid=100, res=0, fd=99)
STRANGER = build("getdents64", ts=TS, tid=9999, res=0, fd=99)

CASES = [
    of_cat("proc.is_exe_writable", "true", True),
    Case("proc.is_exe_writable", BASH, "false", False),
    Case("proc.is_exe_writable", STRANGER, None, None),
    of_cat("proc.is_exe_upper_layer", "false", False),
    of_cat("proc.is_exe_from_memfd", "true", True),
    of_cat("proc.is_exe_lower_layer", "false", False),
    of_cat("proc.exe_ino", "77", 77),
    Case("proc.exe_ino", BASH, None, None),
    of_cat("proc.exe_ino.ctime", str(TS - 5 * SECOND), TS - 5 * SECOND),
    of_cat("proc.exe_ino.mtime", str(TS - 6 * SECOND), TS - 6 * SECOND),
    of_cat("proc.exe_ino.ctime_duration_proc_start", str(2 * SECOND), 2 * SECOND),
    Case("proc.exe_ino.ctime_duration_proc_start", BASH, None, None),
    of_cat(
        "proc.exe_ino.ctime_duration_pidns_start",
        str(TS - 5 * SECOND - 12345),
        TS - 5 * SECOND - 12345,
    ),
    Case("proc.exe_ino.ctime_duration_pidns_start", BASH, None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)
