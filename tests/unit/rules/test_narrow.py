# SPDX-License-Identifier: Apache-2.0
"""Event types of conditions, and that none is lost."""

import fnmatch
import itertools
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.rules.ast import And, Check, Constant, Node, Not, Or
from falcomod.rules.expression import MODIFIERS
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
        (Check("evt.type", "startswith", ("open",)), {"open", "openat"}),
        (Check("evt.type", "glob", ("open*",)), KNOWN),
        (Check("evt.type", "= anyof", ("open", "read")), {"open", "read"}),
        (Check("evt.type", "!= allof", ("open", "read")), KNOWN - {"open", "read"}),
        (Check("evt.type", "!= anyof", ("open", "read")), KNOWN),
        (Check("evt.type", "= allof", ("open", "read")), set()),
        (Check("evt.type", "= oneof", ("open", "open")), KNOWN),
        (Check("evt.type", "!= allof", ()), set()),
        (Not(Check("evt.type", "!= allof", ())), KNOWN),
        (Check("evt.type", "=", (), "proc.name"), KNOWN),
        (Check("syscall.type", "=", ("open",)), {"open"}),
        (Check("syscall.type", "in", ("open", "unheard")), KNOWN),
        (Not(Check("syscall.type", "=", ("open",))), KNOWN),
        (Not(Check("syscall.type", "!=", ("open",))), KNOWN),
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


_OPERATORS = ["=", "==", "!=", "startswith", "endswith", "contains", "glob"]
_values = st.lists(st.sampled_from([*sorted(KNOWN), "op", "at", "unheard"]), max_size=3)
_type_checks = st.builds(
    lambda field, operator, values: Check(field, operator, tuple(values)),
    st.sampled_from(["evt.type", "syscall.type"]),
    st.sampled_from(
        ["in", "intersects", "exists"]
        + [f"{operator} {modifier}" for operator in _OPERATORS for modifier in MODIFIERS]
    ),
    _values,
) | st.builds(
    lambda field, operator, value: Check(field, operator, (value,)),
    st.sampled_from(["evt.type", "syscall.type"]),
    st.sampled_from(_OPERATORS),
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
_HOLDS = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
    "glob": fnmatch.fnmatchcase,
}


def value(node: Node, event_type: str, other: bool, is_call: bool) -> bool:
    """The answer of a tree for an event of a type."""
    if isinstance(node, And):
        return all(value(child, event_type, other, is_call) for child in node.children)
    if isinstance(node, Or):
        return any(value(child, event_type, other, is_call) for child in node.children)
    if isinstance(node, Not):
        return not value(node.child, event_type, other, is_call)
    if isinstance(node, Constant):
        return node.value
    assert isinstance(node, Check)
    if node == OTHER:
        return other
    return compared(node, event_type) and (is_call or node.field != "syscall.type")


def compared(node: Check, event_type: str) -> bool:
    """The answer of a comparison with the type."""
    word, _, modifier = node.operator.partition(" ")
    if word == "exists":
        return True
    if word in ("in", "intersects"):
        return event_type in node.values
    held = [_HOLDS[word](event_type, value) for value in node.values]
    if modifier == "oneof":
        return sum(held) == 1
    if modifier == "allof":
        return bool(held) and all(held)
    return any(held)


@given(_trees)
def test_no_type_is_lost_for_which_a_condition_is_true(tree: Node) -> None:
    found = Narrower(KNOWN).types(tree)
    for event_type in KNOWN - found:
        for other, is_call in itertools.product((True, False), repeat=2):
            assert not value(tree, event_type, other, is_call)
