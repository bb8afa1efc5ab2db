# SPDX-License-Identifier: Apache-2.0
"""Which checks become one, and that conditions stay what they are."""

from __future__ import annotations

import pytest

from falcomod.engine.match.ruleset import RulesetBuilder
from tests.record_builder import event_of

OPENAT = event_of("openat").code
STARTS = [("fd.name", "startswith", [f"/{letter}"]) for letter in "abcd"]


@pytest.fixture
def builder() -> RulesetBuilder:
    return RulesetBuilder("all")


def nodes_of(builder: RulesetBuilder, node: int) -> int:
    """How many nodes a ruleset of one rule has."""
    builder.rule(1, node, [OPENAT])
    count: int = builder.build().node_count
    return count


def any_of(builder: RulesetBuilder, *checks: tuple[str, str, list[str]]) -> int:
    node: int = builder.any_of([builder.check(*check) for check in checks])
    return node


def test_or_of_checks_of_one_field_is_one_node(builder: RulesetBuilder) -> None:
    checks = [*STARTS, ("fd.name", "in", ["/x", "/y"]), ("fd.name", "endswith anyof", ["a", "b"])]
    assert nodes_of(builder, any_of(builder, *checks)) == 1


def test_exceptions_of_one_field_are_one_node(builder: RulesetBuilder) -> None:
    name = builder.check("proc.name", "=", ["cat"])
    excepted = [builder.negate(builder.check(*check)) for check in STARTS]
    assert nodes_of(builder, builder.all_of([name, *excepted])) == 2


def test_few_checks_stay_apart(builder: RulesetBuilder) -> None:
    assert nodes_of(builder, any_of(builder, *STARTS[:2])) == 3


@pytest.mark.parametrize(
    "check",
    [
        ("fd.name", "glob", ["/x*"]),
        ("fd.name", "!=", ["/x"]),
        ("fd.name", "startswith allof", ["/x", "/xy"]),
        ("fd.name", "exists", []),
        ("fd.directory", "startswith", ["/x"]),
    ],
)
def test_other_checks_stay_apart(
    builder: RulesetBuilder, check: tuple[str, str, list[str]]
) -> None:
    # The one that stays, the merged one, and their "or".
    assert nodes_of(builder, any_of(builder, check, *STARTS)) == 3


def test_checks_that_another_rule_needs_are_left_alone(builder: RulesetBuilder) -> None:
    builder.rule(2, builder.check(*STARTS[0]), [OPENAT])
    assert nodes_of(builder, any_of(builder, *STARTS)) == 3


def test_shared_or_is_evaluated_once_and_stays_in_the_description(builder: RulesetBuilder) -> None:
    node = any_of(builder, *STARTS)
    for rule_id, name in ((1, "cat"), (2, "dog")):
        own = builder.check("proc.name", "=", [name])
        builder.rule(rule_id, builder.all_of([own, node]), [OPENAT])
    ruleset = builder.build()
    assert ruleset.node_count == 3
    assert "fd.name startswith /a or fd.name startswith /b" in ruleset.describe()


def test_numbers_become_one_set(builder: RulesetBuilder) -> None:
    checks = [("proc.pid", "=", [str(number)]) for number in range(5)]
    assert nodes_of(builder, any_of(builder, *checks)) == 1
