# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.record_builder import build
from tests.unit.engine.fields.host import TS, Case, host, look, of_cat

BASH = build("getdents64", ts=TS, tid=100, res=0, fd=99)
CONTAINED = build("getdents64", ts=TS, tid=307, res=0, fd=99)
STRANGER = build("getdents64", ts=TS, tid=9999, res=0, fd=99)

CASES = [
    of_cat("proc.sid", "100", 100),
    Case("proc.sid", STRANGER, None, None),
    of_cat("proc.sname", "bash"),
    Case("proc.sname", CONTAINED, "nginx", "nginx"),
    Case("proc.sname", STRANGER, None, None),
    of_cat("proc.sid.exe", "-bash"),
    of_cat("proc.sid.exepath", "/usr/bin/bash"),
    Case("proc.sid.exepath", CONTAINED, "/usr/sbin/nginx", "/usr/sbin/nginx"),
    of_cat("proc.is_sid_leader", "false", False),
    Case("proc.is_sid_leader", BASH, "true", True),
    Case("proc.is_sid_leader", STRANGER, None, None),
    of_cat("proc.vpgid", "200", 200),
    of_cat("proc.vpgid.name", "cat"),
    Case("proc.vpgid.name", CONTAINED, "sh", "sh"),
    of_cat("proc.vpgid.exe", "cat"),
    of_cat("proc.vpgid.exepath", "/usr/bin/cat"),
    of_cat("proc.is_vpgid_leader", "true", True),
    Case("proc.is_vpgid_leader", CONTAINED, "true", True),
    of_cat("proc.pgid", "200", 200),
    Case("proc.pgid", CONTAINED, "307", 307),
    of_cat("proc.pgid.name", "cat"),
    of_cat("proc.pgid.exe", "cat"),
    of_cat("proc.pgid.exepath", "/usr/bin/cat"),
    Case("proc.pgid.name", STRANGER, None, None),
    of_cat("proc.is_pgid_leader", "true", True),
    Case("proc.is_pgid_leader", STRANGER, None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)
