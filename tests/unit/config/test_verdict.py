# SPDX-License-Identifier: Apache-2.0
"""What `config check` says of files."""

from __future__ import annotations

from falcomod.config.verdict import lines
from falcomod.errors import ConfigError, Location


def found(path: str, line: int) -> ConfigError:
    return ConfigError("odd", Location(path, line, 1), quote="x", remedy="mend it")


def test_each_file_has_a_line_with_its_warnings_below() -> None:
    warnings = [found("b.yaml", 5), found("b.yaml", 2), found("-o x=y", 0)]
    assert list(lines(["a.yaml", "b.yaml", "c.yaml"], warnings, [found("c.yaml", 1)])) == [
        "a.yaml: ok",
        "b.yaml: ok, with warnings",
        "    b.yaml:2:1: odd",
        "        x",
        "        ^",
        "        mend it",
        "    b.yaml:5:1: odd",
        "        x",
        "        ^",
        "        mend it",
        "c.yaml: faulty",
        "    -o x=y: odd",
        "        x",
        "        ^",
        "        mend it",
    ]


def test_no_file() -> None:
    assert list(lines([], [])) == ["no configuration file: the defaults: ok"]
