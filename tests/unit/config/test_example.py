# SPDX-License-Identifier: Apache-2.0
"""The example file: every key, at its default; and the printed one is current."""

from __future__ import annotations

import re

from falcomod.config.example import WIDTH, text
from falcomod.config.keys import all_options
from falcomod.config.load import from_text
from falcomod.config.model import Config
from tools.print_docs import EXAMPLE


def test_it_is_read_as_the_defaults() -> None:
    loaded = from_text(text(), "falcomod.yaml")
    assert loaded.config == Config()
    assert loaded.warnings == ()


def test_every_key_is_there_with_its_documentation() -> None:
    # Of comments that go over several lines one line.
    joined = re.sub(r"\n *# *", " ", text())
    for key, option in all_options(Config):
        name = key.partition("[].")[2] or key.rpartition(".")[2]
        assert re.search(rf"\b{re.escape(name)}:", joined), key
        assert option.about["doc"][1:] in joined, key


def test_lines_fit() -> None:
    assert [line for line in text().splitlines() if len(line) > WIDTH] == []


def test_the_printed_file_is_current() -> None:
    assert EXAMPLE.read_text() == text(), "print it anew: make docs"
