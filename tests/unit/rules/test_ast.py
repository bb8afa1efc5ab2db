# SPDX-License-Identifier: Apache-2.0
"""Nodes: equality, walking, replacing, printing."""

from falcomod.rules import ast
from falcomod.rules.ast import And, Check, MacroRef, Node, Not, Or
from falcomod.rules.text import Place, Scalar, SourceFile, SourceText

A = Check("proc.name", "=", ("a",))
B = MacroRef("b")
TREE = Or((And((A, B)), Not(Or((B, A)))))


def test_nodes_are_equal_wherever_they_stand() -> None:
    file = SourceFile("x", "proc.name=a")
    place = Place(SourceText.of(Scalar("proc.name=a", file, 0, 11)), 0)
    assert Check("proc.name", "=", ("a",), place) == A
    assert hash(Check("proc.name", "=", ("a",), place)) == hash(A)


def test_walk_gives_parents_first_and_children_in_order() -> None:
    assert list(ast.walk(TREE)) == [
        TREE, TREE.children[0], A, B, TREE.children[1], Or((B, A)), B, A,
    ]  # fmt: skip


def test_transform_replaces_leaves_and_keeps_what_stays() -> None:
    def leaf(node: Node) -> Node:
        return A if node == B else node

    changed = ast.transform(TREE, leaf)
    assert changed == Or((And((A, A)), Not(Or((A, A)))))
    assert ast.transform(changed, leaf) is changed


def test_measure_tells_the_longest_way_and_the_number_of_nodes() -> None:
    assert ast.measure(A, lambda leaf: ast.Extent()) == ast.Extent(1, 1)
    assert ast.measure(TREE, lambda leaf: ast.Extent()) == ast.Extent(4, 8)
    assert ast.measure(TREE, lambda leaf: ast.Extent(5, 10)) == ast.Extent(8, 44)


def test_to_text_puts_brackets_where_they_are_needed() -> None:
    assert ast.to_text(TREE) == "(proc.name = a and b) or not (b or proc.name = a)"


def test_to_text_of_checks_and_constants() -> None:
    assert ast.to_text(Check("fd.name", "exists")) == "fd.name exists"
    assert ast.to_text(Check("fd.name", "pmatch", ("/a", "b c"))) == 'fd.name pmatch (/a, "b c")'
    assert ast.to_text(ast.Constant(True)) == "true"
    assert ast.to_text(ast.Constant(False)) == "false"


def test_quote_escapes_what_cannot_stand_bare() -> None:
    assert ast.quote("/bin/sh") == "/bin/sh"
    assert ast.quote("") == '""'
    assert ast.quote('a"b\\c\n') == '"a\\"b\\\\c\\n"'
    assert ast.quote("\udcff") == '"\\xff"'
