# SPDX-License-Identifier: Apache-2.0
"""What a reload over the socket comes to, in words; with the real socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from falcomod.app.reload_request import request, told
from falcomod.errors import EXIT_USER, UserError
from tests.asked import control_server


def test_what_is_new_and_what_takes_effect_later() -> None:
    answer = {"ok": True, "message": "26 rules, took 0.25 s", "later": ["engine.kind", "grpc"]}
    with control_server(reload=lambda: answer) as path:
        assert request(path, 10) == [
            "reloaded: 26 rules, took 0.25 s",
            "takes effect at the next start: engine.kind, grpc",
        ]


@pytest.mark.parametrize(
    "answer", [{"ok": False, "message": "a.yaml:3: no such field"}, {"error": "a.yaml:3: no"}]
)
def test_reload_that_was_refused(answer: dict[str, object]) -> None:
    with (
        control_server(reload=lambda: answer) as path,
        pytest.raises(UserError, match=r"a\.yaml:3: no"),
    ):
        request(path, 10)


def test_nobody_listens(tmp_path: Path) -> None:
    path = str(tmp_path / "none.sock")
    with pytest.raises(UserError, match=f"no falcomod listens at {path}(.|\n)*kill -HUP") as caught:
        request(path, 10)
    assert caught.value.exit_code == EXIT_USER


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ({}, ["reloaded"]),
        ({"message": None, "later": {}}, ["reloaded"]),
        ({"later": [1, None]}, ["reloaded", "takes effect at the next start: 1, None"]),
    ],
)
def test_answer_of_another_version(answer: dict[str, object], lines: list[str]) -> None:
    assert told(answer) == lines
