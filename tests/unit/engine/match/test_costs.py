# SPDX-License-Identifier: Apache-2.0
"""Costs of fields: prefixes that name something, dear ones first."""

from __future__ import annotations

from falcomod.engine.fields import registry
from falcomod.engine.match.costs import COSTS, field_cost, reference_cost


def test_walks_cost_more_than_texts_and_texts_more_than_numbers() -> None:
    assert field_cost("proc.aname[2]") > field_cost("proc.cmdline") > field_cost("proc.pid")


def test_no_prefix_hides_behind_a_shorter_one() -> None:
    prefixes = [prefix for prefix, _ in COSTS]
    for place, prefix in enumerate(prefixes):
        assert not any(prefix.startswith(earlier) for earlier in prefixes[:place]), prefix


def test_fields_exist() -> None:
    names = [info.name for info in registry.all_fields()]
    known = [prefix for prefix, _ in COSTS if any(name.startswith(prefix) for name in names)]
    assert {"proc.aname", "proc.cmdline", "fd.name", "evt.arg"} <= set(known)


def test_expression_costs_more_than_its_fields() -> None:
    field = registry.bind("proc.cmdline")
    assert reference_cost(field) == field_cost("proc.cmdline")
    expression = registry.bind("concat(proc.cmdline, proc.pname)")
    assert reference_cost(expression) > field_cost("proc.cmdline") + field_cost("proc.pname")
