# SPDX-License-Identifier: Apache-2.0
"""Options of a run: what is refused before anything is begun."""

from __future__ import annotations

import pytest

from falcomod import cli
from falcomod.errors import EXIT_USAGE, EXIT_USER


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-M", "0"], EXIT_USAGE, "0.0"),
        (["-M", "x"], EXIT_USAGE, "not a valid float"),
        (["-pm"], EXIT_USER, "Mesos is not supported"),
        (["--enable-source", "x"], EXIT_USER, "Attempted enabling an unknown event source: x"),
        (
            ["--enable-source", "syscall", "--disable-source", "syscall"],
            EXIT_USER,
            "You can not mix --enable-source and --disable-source",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["start", "--dry-run", *arguments]) == code
    assert message in capsys.readouterr().err
