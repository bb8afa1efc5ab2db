# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.record_builder import build
from tests.unit.engine.fields.host import TS, Case, host, look, of_cat

CASES = [
    of_cat("container.id", "host"),
    Case("container.id", build("getcwd", ts=TS, tid=307), *2 * ("0123456789ab",)),
    Case("container.id", build("DROP_E", ts=TS, tid=2**64 - 1), None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.text))
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)
