# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.record_builder import build
from tests.unit.engine.fields.host import TS, Case, host, look, of_cat

CASES = [
    of_cat("proc.stdin.type", "file"),
    of_cat("proc.stdin.name", "/dev/pts/0"),
    of_cat("proc.stdout.type", "pipe"),
    of_cat("proc.stdout.name", "pipe:[5]"),
    of_cat("proc.stderr.type", "unix"),
    of_cat("proc.stderr.name", "/run/log"),
    Case("proc.stdin.name", build("getcwd", ts=TS, tid=100), None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)
