# SPDX-License-Identifier: Apache-2.0
"""The pages of docs/reference are what is printed."""

from __future__ import annotations

import pytest

from falcomod.app.metrics.fields import ROWS
from falcomod.config.keys import all_options
from falcomod.config.model import Config
from falcomod.engine.fields.registry import all_fields
from falcomod.engine.fields.transform import TRANSFORMERS
from falcomod.engine.match.operators import OPERATORS
from tools.print_docs import PAGES, REFERENCE, page


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text() == page(name), "print the pages anew: make docs"


def test_every_page_is_printed() -> None:
    assert {path.name for path in REFERENCE.iterdir()} == set(PAGES)


def test_every_row_is_on_its_page() -> None:
    fields, operators, transformers = (
        page(name) for name in ("fields.md", "operators.md", "transformers.md")
    )
    assert [info.name for info in all_fields() if f"| `{info.name}` |" not in fields] == []
    assert [name for name in OPERATORS if f"`{name}`" not in operators] == []
    assert [name for name in TRANSFORMERS if f"| `{name}(" not in transformers] == []


def test_every_metric_is_on_its_page() -> None:
    printed = page("metrics.md")
    assert [row.prometheus for row in ROWS if row.prometheus not in printed] == []


def test_every_option_is_on_its_page() -> None:
    printed = page("configuration.md")
    blocks = [key for key, option in all_options(Config) if option.block]
    rows = [key for key, option in all_options(Config) if not option.block]
    assert [key for key in rows if f"| `{key}` |" not in printed] == []
    assert [key for key in blocks if "." not in key and f"\n## {key}\n" not in printed] == []
