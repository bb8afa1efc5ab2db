# SPDX-License-Identifier: Apache-2.0
"""Events as lines."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from falcomod.app import read_events
from falcomod.errors import RuleLoadError, TemplateError, UserError
from tests.capture_files import RULES, SAMPLES, audit_lines, numbers, opened, write

NAMES = ("/etc/shadow", "/b", "/c\x1b[2J")


@pytest.fixture
def path(tmp_path: Path) -> str:
    return write(tmp_path / "x.scap", opened(*NAMES))


def lines(path: str, **options: Any) -> list[str]:
    out = io.StringIO()
    read_events.read(path, out, **options)
    return out.getvalue().splitlines()


def test_line_is_as_users_of_sysdig_know_it(path: str) -> None:
    words = lines(path)[0].split()
    assert words[0] == "1"
    assert words[2:7] == ["0", "cat", "(42)", "<", "openat"]
    assert "name=/etc/shadow" in " ".join(words[7:])


def test_every_event_has_a_line_in_order(path: str) -> None:
    assert numbers(lines(path)) == [1, 2, 3]


def test_filter_picks_events_and_keeps_their_numbers(path: str) -> None:
    assert numbers(lines(path, condition="fd.name = /b")) == [2]
    assert numbers(lines(path, condition="evt.num >= 2")) == [2, 3]


def test_filter_may_use_macros_of_rules_files(path: str, tmp_path: Path) -> None:
    rules = write(tmp_path / "r.yaml", RULES)
    found = lines(path, condition="opened and fd.name != /b", rules=[rules])
    assert numbers(found) == [1, 3]


def test_format_is_a_template(path: str) -> None:
    found = lines(path, template="%evt.num %proc.name %fd.name %proc.tty")
    assert found[1] == "2 cat /b 34816"


def test_values_cannot_steer_the_terminal(path: str) -> None:
    assert lines(path, template="%fd.name")[2] == "/c\\x1b[2J"


def test_json_has_typed_values(path: str) -> None:
    found = json.loads(lines(path, template="%evt.num %proc.name %user.name", as_json=True)[0])
    assert found["evt.num"] == 1
    assert found["proc.name"] == "cat"
    assert found["user.name"] is None


def test_limit_ends_the_reading(path: str) -> None:
    assert numbers(lines(path, limit=2)) == [1, 2]
    assert numbers(lines(path, limit=1, condition="evt.num > 1")) == [2]


def test_audit_events_have_a_line_each(tmp_path: Path) -> None:
    found = lines(write(tmp_path / "audit.log", audit_lines("pod-1", "pod-2")))
    assert numbers(found) == [1, 2]
    assert found[0].split()[2:] == ["admin", "create", "pods", "default/pod-1", "201"]


def test_filter_of_audit_events(tmp_path: Path) -> None:
    path = write(tmp_path / "audit.log", audit_lines("pod-1", "pod-2"))
    assert numbers(lines(path, condition="ka.target.name = pod-2")) == [2]


def test_internal_events_are_shown_when_asked_for() -> None:
    path = str(SAMPLES / "cat_write.scap")
    types = {line.split()[1] for line in lines(path, template="%evt.num %evt.type")}
    assert "procinfo" not in types
    everything = lines(path, template="%evt.num %evt.type", internal=True)
    assert "procinfo" in {line.split()[1] for line in everything}
    assert numbers(everything) == list(range(1, len(everything) + 1))


def test_damaged_file_gives_what_it_holds(tmp_path: Path) -> None:
    path = write(tmp_path / "x", opened(*NAMES)[:-20])
    out = io.StringIO()
    with pytest.raises(UserError, match="offset"):
        read_events.read(path, out)
    assert numbers(out.getvalue().splitlines()) == [1, 2]


@pytest.mark.parametrize(
    ("options", "error"),
    [({"condition": "fd.nme = a"}, RuleLoadError), ({"template": "%fd.nme"}, TemplateError)],
)
def test_what_cannot_be_read_is_told(
    path: str, options: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"fd\.nme"):
        lines(path, **options)


def test_writer_that_fails_ends_the_reading(path: str) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        read_events.read(path, Gone())
