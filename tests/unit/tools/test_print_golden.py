# SPDX-License-Identifier: Apache-2.0
"""What is printed is what is kept, and everything kept is printed or a copied fact."""

from __future__ import annotations

import pytest

from tools.print_golden import GOLDEN, PRINTERS

COPIED = {"conversions.tsv", "events.tsv", "fields.tsv", "flags.tsv", "old_events.tsv"}


@pytest.mark.parametrize("name", PRINTERS)
def test_golden_file_is_current(name: str) -> None:
    assert (GOLDEN / name).read_text() == PRINTERS[name]()


def test_every_golden_file_has_a_printer() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == COPIED | set(PRINTERS)
