# SPDX-License-Identifier: Apache-2.0
"""Folding, and that it never changes an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.rules import ast
from falcomod.rules.ast import And, Check, Constant, Node, Not, Or
from falcomod.rules.fold import Folder

A, B = Check("a.a", "exists"), Check("b.b", "exists")
NEVER, ALWAYS = Check("evt.num", "=", ("0",)), Check("evt.num", ">=", ("0",))


@pytest.mark.parametrize(
    ("tree", "folded"),
    [
        (NEVER, Constant(False)),
        (ALWAYS, Constant(True)),
        (Check("evt.num", "=", ("1",)), Check("evt.num", "=", ("1",))),
        (Check("evt.num", "in", ("0", "00")), Constant(False)),
        (Check("evt.num", "in", ("0", "5")), Check("evt.num", "in", ("0", "5"))),
        (Check("evt.num", "<", ("1",)), Constant(False)),
        (Check("evt.num", "<", ("2",)), Check("evt.num", "<", ("2",))),
        (Check("evt.num", "<=", ("1",)), Check("evt.num", "<=", ("1",))),
        (Check("evt.num", ">=", ("1",)), Constant(True)),
        (Check("evt.num", ">", ("1",)), Check("evt.num", ">", ("1",))),
        (Check("evt.num", "!=", ("0",)), Constant(True)),
        (Check("evt.num", "exists"), Constant(True)),
        (Check("evt.num", "=", ("x",)), Check("evt.num", "=", ("x",))),
        (Check("evt.num", "=", ("0" * 5000,)), Check("evt.num", "=", ("0" * 5000,))),
        (Check("evt.num", "<", (), "evt.num"), Check("evt.num", "<", (), "evt.num")),
        (And((A, NEVER)), Constant(False)),
        (And((A, ALWAYS)), A),
        (Or((A, NEVER)), A),
        (Or((A, ALWAYS)), Constant(True)),
        (And((ALWAYS, ALWAYS)), Constant(True)),
        (Or((NEVER, NEVER)), Constant(False)),
        (And((A, B, A)), And((A, B))),
        (Not(NEVER), Constant(True)),
        (Not(Not(A)), A),
        (And((A, Not(Or((NEVER, NEVER))))), A),
    ],
)
def test_constants_repetitions_and_double_negation(tree: Node, folded: Node) -> None:
    assert Folder().fold(tree) == folded


def test_what_does_not_change_stays_the_same_object() -> None:
    tree = And((A, Not(Or((A, B)))))
    assert Folder().fold(tree) is tree


def test_shared_parts_stay_shared() -> None:
    shared = Or((A, And((B, ALWAYS))))
    folder = Folder()
    first, second = folder.fold(And((A, shared))), folder.fold(And((B, shared)))
    assert isinstance(first, And)
    assert isinstance(second, And)
    assert first.children[1] is second.children[1]


def test_what_is_equal_becomes_one_object_and_depth_is_no_matter() -> None:
    folder = Folder()
    one, other = folder.fold(And((A, Not(B)))), folder.fold(Or((A, And((A, Not(B))))))
    assert isinstance(other, Or)
    assert other.children[1] is one
    deep: Node = A
    for _ in range(3000):
        deep = And((B, Not(deep)))
    assert len(list(ast.walk(folder.fold(deep)))) == 9001


_leaves = st.sampled_from([A, B, NEVER, ALWAYS, Constant(True), Constant(False)])
_trees = st.recursive(
    _leaves,
    lambda children: st.one_of(
        st.builds(Not, children),
        st.builds(lambda c: And(tuple(c)), st.lists(children, min_size=1, max_size=4)),
        st.builds(lambda c: Or(tuple(c)), st.lists(children, min_size=1, max_size=4)),
    ),
    max_leaves=15,
)


def value(node: Node, true: set[Node]) -> bool:
    """The answer of a tree when the checks in *true* are."""
    if isinstance(node, And):
        return all(value(child, true) for child in node.children)
    if isinstance(node, Or):
        return any(value(child, true) for child in node.children)
    if isinstance(node, Not):
        return not value(node.child, true)
    return node.value if isinstance(node, Constant) else node in true


@given(_trees, st.sets(st.sampled_from([A, B])))
def test_folding_changes_no_answer(tree: Node, true: set[Node]) -> None:
    folded = Folder().fold(tree)
    assert value(folded, true) == value(tree, {*true, ALWAYS})
    constants = [node for node in ast.walk(folded) if isinstance(node, Constant)]
    assert constants in ([], [folded])
