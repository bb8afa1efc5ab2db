# SPDX-License-Identifier: Apache-2.0
"""Messages and exit codes of the exception tree."""

from __future__ import annotations

import inspect

from falcomod import errors
from falcomod.errors import Location, RuleError, RuleLoadError


def test_location_leaves_out_what_is_unknown() -> None:
    assert str(Location("a.yaml")) == "a.yaml"
    assert str(Location("a.yaml", 3)) == "a.yaml:3"
    assert str(Location("a.yaml", 3, 7)) == "a.yaml:3:7"


def test_located_error_points_into_the_quoted_line() -> None:
    error = RuleError("unknown field", Location("a.yaml", 3, 5), quote="x = proc.nme", remedy="fix")
    assert str(error).splitlines() == [
        "a.yaml:3:5: unknown field",
        "    x = proc.nme",
        "        ^",
        "    fix",
        "    LOAD_ERR_VALIDATE",
    ]


def test_rule_load_error_sorts_by_place() -> None:
    late = RuleError("b", Location("a.yaml", 9, 1))
    early = RuleError("a", Location("a.yaml", 2, 1))
    assert RuleLoadError([late, early]).errors == (early, late)


def test_every_class_is_drawn_in_the_tree() -> None:
    drawing = errors.__doc__ or ""
    names = [
        name
        for name, value in inspect.getmembers(errors, inspect.isclass)
        if issubclass(value, Exception)
    ]
    assert [name for name in names if name not in drawing] == []


def test_exit_codes_tell_users_from_hosts() -> None:
    assert errors.RuleError.exit_code == errors.EXIT_USER
    assert errors.DriverError.exit_code == errors.EXIT_ENVIRONMENT
    assert errors.FalcomodError.exit_code == errors.EXIT_BUG


def test_load_errors_keep_warnings_beside_the_message() -> None:
    def fault(line: int, text: str) -> RuleError:
        return RuleError(text, Location("r.yaml", line))

    error = RuleLoadError([fault(2, "bad")], [fault(9, "later"), fault(1, "odd")])
    assert [warning.message for warning in error.warnings] == ["odd", "later"]
    assert "odd" not in str(error)


def test_of_a_long_line_the_part_around_the_place_is_quoted() -> None:
    line = "x" * 300 + "!" + "y" * 300
    error = RuleError("wrong", Location("/r.yaml", 1, 301), quote=line)
    _, quoted, mark, _ = str(error).split("\n")
    assert quoted[mark.index("^")] == "!"
    assert quoted.startswith("    …x")
    assert len(quoted) < 120


def test_what_a_terminal_would_obey_is_an_escape() -> None:
    assert errors.harmless("é: a\n\tb") == "é: a\n\tb"
    assert errors.harmless("\x1b[2J\r\x9b\x7f\u202e\udc80\U000e0001") == (
        r"\x1b[2J\r\x9b\x7f\u202e\udc80\U000e0001"
    )
