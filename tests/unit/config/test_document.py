# SPDX-License-Identifier: Apache-2.0
"""YAML as nodes: places, limits, and what YAML makes of values."""

from __future__ import annotations

import itertools
import time

import pytest

from falcomod.config.document import MAX_NODES, Mapping, Node, Scalar, Sequence, parse, plain_value
from falcomod.config.findings import Findings, Source


def parsed(text: str) -> tuple[Node | None, list[str]]:
    findings = Findings()
    node = parse(text, Source("c.yaml", tuple(text.splitlines())), findings)
    return node, [str(fault) for fault in findings.faults]


def test_nodes_know_their_places() -> None:
    node, faults = parsed("a: 1\nb:\n  - x\n  - {c: 'y'}\n")
    assert isinstance(node, Mapping)
    listed = node.get("b")
    assert isinstance(listed, Sequence)
    inner = listed.items[1]
    assert isinstance(inner, Mapping)
    value = inner.get("c")
    assert isinstance(value, Scalar)
    assert str(value.place.location) == "c.yaml:4:9"
    assert value.place.quote == "  - {c: 'y'}"
    assert faults == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("1.5", 1.5), ("yes", True), ("~", None), ("", None), ("'1'", "1"),
        ("!!str 1", "1"), ("0b", "0b"), ("2020-01-01", "2020-01-01"), ("=", "="), ("1.0e+3", 1e3),
        ("{a: [1, b], c: {}}", {"a": [1, "b"], "c": {}}),
    ],
)  # fmt: skip
def test_plain_values_are_those_of_yaml(text: str, value: object) -> None:
    node, faults = parsed(f"x: {text}\n")
    assert isinstance(node, Mapping)
    assert plain_value(node) == {"x": value}
    assert faults == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [1,", "not YAML: "),
        ("a: 1\nb: 2\na: 3", "c.yaml:3:1: key 'a' stands here twice"),
        ("x: {a: 1, a: 2}", "c.yaml:1:11: key 'a' stands here twice"),
        ("[a]: 1", "c.yaml:1:1: a key must be a single value"),
        ("a: &a [*a]", "c.yaml:1:8: alias of 'a', which is not complete here"),
        ("a: *b", "alias"),
        ("a: 1\n---\nb: 2", "c.yaml:2:1: a second document begins here"),
        ("a: \x07", "not YAML"),
        ("[" * 40, "nested deeper than 32 levels"),
        ("[" * 100_000, "nest"),
        ("- " * 100_000, "nest"),
        ("{a: " * 100_000, "nest"),
    ],
)
def test_what_is_refused(text: str, fault: str) -> None:
    _, faults = parsed(text)
    assert fault in faults[0]


def test_the_first_of_two_equal_keys_counts() -> None:
    node, _ = parsed("a: 1\na: 2")
    assert node is not None
    assert plain_value(node) == {"a": 1}


def test_an_alias_is_a_copy() -> None:
    node, faults = parsed("a: &x {b: [1]}\nc: *x")
    assert isinstance(node, Mapping)
    first, second = node.get("a"), node.get("c")
    assert isinstance(first, Mapping)
    assert isinstance(second, Mapping)
    first.put("b", Scalar("2", first.place))
    assert plain_value(second) == {"b": [1]}
    assert faults == []


def bomb(levels: int) -> str:
    names = [chr(ord("a") + level) for level in range(levels)]
    lines = [f"{names[0]}: &{names[0]} [x, x, x, x, x, x, x, x, x, x]"]
    for below, name in itertools.pairwise(names):
        lines.append(f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]")
    return "\n".join(lines)


def test_aliases_cannot_blow_up() -> None:
    started = time.process_time()
    _, faults = parsed(bomb(20))
    assert "too large" in faults[0]
    assert time.process_time() - started < 10
    assert parsed(bomb(4))[1] == []


def test_aliases_cannot_nest_without_end() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 40)]
    assert "nested too deep" in parsed("\n".join(lines))[1][0]


def test_too_many_values_are_refused() -> None:
    _, faults = parsed("- x\n" * (MAX_NODES + 1))
    assert "too large" in faults[0]


def test_keys_are_put_and_removed() -> None:
    node, _ = parsed("a: 1\nb: 2")
    assert isinstance(node, Mapping)
    node.put("a", Scalar("3", node.place))
    node.put("c", Scalar("4", node.place))
    node.remove("b")
    node.remove("none")
    assert plain_value(node) == {"a": "3", "c": "4"}
    assert node.get("b") is None
