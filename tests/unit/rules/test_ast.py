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
    assert Check("proc.name", "=", ("a",), place=place) == A
    assert hash(Check("proc.name", "=", ("a",), place=place)) == hash(A)


def test_walk_gives_parents_first_and_children_in_order() -> None:
    assert list(ast.walk(TREE)) == [
        TREE, TREE.children[0], A, B, TREE.children[1], Or((B, A)), B, A,
    ]  # fmt: skip


def test_rebuilt_keeps_a_node_whose_children_stay() -> None:
    assert ast.rebuilt(TREE, TREE.children) is TREE
    assert ast.rebuilt(TREE, (A, B)) == Or((A, B))
    assert ast.rebuilt(Not(A), (A,)) == Not(A)
    assert ast.rebuilt(And((A, B)), (B, A)) == And((B, A))
    assert ast.rebuilt(A, ()) is A


def test_to_text_puts_brackets_where_they_are_needed() -> None:
    assert ast.to_text(TREE) == "(proc.name = a and b) or not (b or proc.name = a)"


def test_to_text_of_checks_and_constants() -> None:
    assert ast.to_text(Check("fd.name", "exists")) == "fd.name exists"
    assert ast.to_text(Check("fd.name", "pmatch", ("/a", "b c"))) == 'fd.name pmatch (/a, "b c")'
    assert (
        ast.to_text(Check("fd.name", "startswith anyof", ("/a",)))
        == "fd.name startswith anyof (/a)"
    )
    assert ast.to_text(Check("fd.name", "=", (), "proc.exe")) == "fd.name = val(proc.exe)"
    assert ast.to_text(Check("len(fd.name)", "<", (), "len(a.b)")) == "len(fd.name) < len(a.b)"
    assert ast.to_text(ast.Constant(True)) == "true"
    assert ast.to_text(ast.Constant(False)) == "false"


def test_quote_escapes_what_cannot_stand_bare() -> None:
    assert ast.quote("/bin/sh") == "/bin/sh"
    assert ast.quote("") == '""'
    assert ast.quote('a"b\\c\n') == '"a\\"b\\\\c\\n"'
    assert ast.quote("anyof") == '"anyof"'
    assert ast.quote("\udcff") == '"\\xff"'


def test_bottom_up_asks_about_shared_nodes_once_and_deep_ones_without_recursion() -> None:
    tree: Node = A
    for _ in range(5000):
        tree = And((tree, Not(tree)))
    asked: list[Node] = []

    def depth(node: Node, below: list[int]) -> int:
        asked.append(node)
        return 1 + max(below, default=0)

    known: dict[int, tuple[Node, int]] = {}
    assert ast.bottom_up(tree, depth, known) == 10001
    assert len(asked) == 10001
    assert ast.bottom_up(tree, depth, known) == 10001
    assert len(asked) == 10001
