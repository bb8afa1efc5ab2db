# SPDX-License-Identifier: Apache-2.0
"""Laws that make equal conditions one node."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from falcomod.engine.match.graph import DEPTH_MAX, FALSE, TRUE, Check, Graph
from falcomod.errors import CheckError


@pytest.fixture
def graph() -> Graph:
    return Graph()


def check(graph: Graph, name: str, special: bool = False) -> int:
    """A check about which the graph knows only the field's name."""
    return graph.check(Check(SimpleNamespace(name=name), "=", ("x",), None), special)


def test_equal_checks_are_one_node(graph: Graph) -> None:
    assert check(graph, "a") == check(graph, "a")
    assert check(graph, "a") != check(graph, "b")


def test_order_and_repetition_do_not_count(graph: Graph) -> None:
    a, b = check(graph, "a"), check(graph, "b")
    assert graph.all_of([a, b]) == graph.all_of([b, a, b])
    assert graph.any_of([a, b]) == graph.any_of([b, a, a])


def test_one_of_one_is_that_one(graph: Graph) -> None:
    a = check(graph, "a")
    assert graph.all_of([a]) == graph.any_of([a]) == graph.all_of([a, TRUE]) == a


def test_none_of_none(graph: Graph) -> None:
    assert graph.all_of([]) == TRUE
    assert graph.any_of([]) == FALSE


def test_constants_fold(graph: Graph) -> None:
    a = check(graph, "a")
    assert graph.all_of([a, FALSE]) == FALSE
    assert graph.any_of([a, TRUE]) == TRUE
    assert graph.any_of([a, FALSE]) == a


def test_contradiction_and_tautology(graph: Graph) -> None:
    a, b = check(graph, "a"), check(graph, "b")
    assert graph.all_of([a, b, a ^ 1]) == FALSE
    assert graph.any_of([a ^ 1, b, a]) == TRUE


def test_de_morgan(graph: Graph) -> None:
    a, b = check(graph, "a"), check(graph, "b")
    assert graph.all_of([a ^ 1, b ^ 1]) == graph.any_of([a, b]) ^ 1


def test_nodes_come_after_their_children(graph: Graph) -> None:
    a, b = check(graph, "a"), check(graph, "b")
    both = graph.all_of([a, graph.any_of([a ^ 1, b])])
    assert graph.below([both]) == sorted(graph.below([both]), reverse=True)
    for index in graph.below([both]):
        assert all(child >> 1 < index for child in graph.nodes[index].children)


def test_specialised_where_the_code_decides(graph: Graph) -> None:
    a, b = check(graph, "a", special=True), check(graph, "b")
    node = graph.any_of([graph.all_of([a, b]), graph.all_of([a ^ 1, b ^ 1])])
    assert graph.specialise(node, lambda _: True, {}) == b
    assert graph.specialise(node, lambda _: False, {}) == b ^ 1
    assert graph.specialise(node, lambda _: None, {}) == node
    assert graph.specialise(b, lambda _: False, {}) == b


def test_text_reads_as_the_rule_language(graph: Graph) -> None:
    a, b = check(graph, "a"), check(graph, "b")
    node = graph.all_of([a, graph.any_of([a ^ 1, b])])
    assert graph.text(node) == "(a = x and (not a = x or b = x))"
    assert graph.text(TRUE) == "true"
    assert graph.text(FALSE) == "false"


def nested(graph: Graph, levels: int) -> int:
    node = check(graph, "x")
    for level in range(levels):
        parts = [node ^ 1, check(graph, f"f{level}")]
        node = graph.all_of(parts)
    return node


def test_depth_is_bounded(graph: Graph) -> None:
    nested(graph, DEPTH_MAX)
    with pytest.raises(CheckError, match="nested more than 1000 levels"):
        nested(graph, DEPTH_MAX + 1)
