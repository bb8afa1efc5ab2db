# SPDX-License-Identifier: Apache-2.0
"""Event types of conditions, and that none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.rules.ast import And, Check, Constant, Node, Not, Or
from falcomod.rules.narrow import Narrower, type_values

KNOWN = frozenset({"open", "openat", "close", "read"})
OTHER = Check("proc.name", "=", ("a",))
OPEN = Check("evt.type", "=", ("open",))
OPENS = Check("evt.type", "in", ("open", "openat"))


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (OTHER, KNOWN),
        (OPEN, {"open"}),
        (Check("evt.type", "!=", ("open",)), KNOWN - {"open"}),
        (Check("evt.type", "in", ("open", "read")), {"open", "read"}),
        (Check("evt.type", "intersects", ("read",)), {"read"}),
        (Check("evt.type", "in", ()), set()),
        (Check("evt.type", "exists"), KNOWN),
        (Not(Check("evt.type", "exists")), set()),
        (Check("evt.type", "startswith", ("open",)), KNOWN),
        (And((OPEN, OTHER)), {"open"}),
        (Or((OPEN, OTHER)), KNOWN),
        (Not(OPEN), KNOWN - {"open"}),
        (Not(OTHER), KNOWN),
        (Not(And((OPENS, OTHER))), KNOWN),
        (Not(Or((OPENS, OTHER))), {"close", "read"}),
        (Not(Not(OPENS)), {"open", "openat"}),
        (And((OPENS, Not(OPEN))), {"openat"}),
        (And((OPEN, Check("evt.type", "=", ("read",)))), set()),
        (Constant(False), set()),
        (And((OPENS, Constant(True))), {"open", "openat"}),
    ],
)
def test_types_of_a_condition(tree: Node, expected: set[str]) -> None:
    assert Narrower(KNOWN).types(tree) == expected


def test_type_values_are_those_compared_with_the_type() -> None:
    assert type_values(OPENS) == ("open", "openat")
    assert type_values(OTHER) == ()
    assert type_values(Check("evt.type", "glob", ("open*",))) == ()


_type_checks = st.builds(
    lambda operator, values: Check("evt.type", operator, tuple(values)),
    st.sampled_from(["in", "intersects"]),
    st.lists(st.sampled_from(sorted(KNOWN)), max_size=3),
) | st.builds(
    lambda operator, value: Check("evt.type", operator, (value,)),
    st.sampled_from(["=", "==", "!="]),
    st.sampled_from(sorted(KNOWN)),
)
_trees = st.recursive(
    _type_checks | st.sampled_from([OTHER, Constant(True), Constant(False)]),
    lambda children: st.one_of(
        st.builds(Not, children),
        st.builds(lambda c: And(tuple(c)), st.lists(children, min_size=1, max_size=3)),
        st.builds(lambda c: Or(tuple(c)), st.lists(children, min_size=1, max_size=3)),
    ),
    max_leaves=12,
)


def value(node: Node, event_type: str, other: bool) -> bool:
    """The answer of a tree for an event of a type."""
    if isinstance(node, And):
        return all(value(child, event_type, other) for child in node.children)
    if isinstance(node, Or):
        return any(value(child, event_type, other) for child in node.children)
    if isinstance(node, Not):
        return not value(node.child, event_type, other)
    if isinstance(node, Constant):
        return node.value
    assert isinstance(node, Check)
    if node == OTHER:
        return other
    return (event_type in node.values) != (node.operator == "!=")


@given(_trees)
def test_no_type_is_lost_for_which_a_condition_is_true(tree: Node) -> None:
    found = Narrower(KNOWN).types(tree)
    for event_type in KNOWN:
        if value(tree, event_type, True) or value(tree, event_type, False):
            assert event_type in found
