# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.fields import registry
from falcomod.engine.match.graph import Check, Graph
from falcomod.engine.match.lookups import KINDS, RULES_MIN, lookups_of, needed_texts
from falcomod.engine.match.operators import MODIFIERS, prepare
from falcomod.engine.match.textindex import index_of

CHARBUF = 9


def check(operator: str, *values: str, field: str = "fd.name") -> Check:
    return Check(registry.bind(field), operator, values, prepare(CHARBUF, operator, values))


@pytest.mark.parametrize(
    ("operator", "values", "texts"),
    [
        ("=", ["/etc/a"], [("whole", b"/etc/a")]),
        ("in", ["/a", "/b"], [("whole", b"/a"), ("whole", b"/b")]),
        ("startswith", ["/etc/"], [("beginning", b"/etc/")]),
        ("endswith", [".so"], [("ending", b".so")]),
        ("contains", ["passwd"], [("part", b"passwd")]),
        ("contains", ["abc"], None),
        ("glob", ["/etc/*.conf"], [("beginning", b"/etc/")]),
        ("glob", ["*/authorized_keys*"], [("part", b"/authorized_keys")]),
        ("glob", ["/etc/pass"], [("whole", b"/etc/pass")]),
        ("glob", ["[a-z]etc"], None),
        ("glob", ["/etc/[a-z]x"], [("beginning", b"/etc/")]),
        ("glob", ["*a"], None),
        ("pmatch", ["/etc/ssl"], None),
        ("pmatch", ["/var/lib/docker"], [("part", b"docker")]),
        ("pmatch", ["/var/lib*/docker/x"], [("part", b"docker")]),
        ("startswith anyof", ["/a/", "/b/"], [("beginning", b"/a/"), ("beginning", b"/b/")]),
        ("startswith oneof", ["/a/", "/b/"], [("beginning", b"/a/"), ("beginning", b"/b/")]),
        ("startswith allof", ["/a/", "/a/b"], [("beginning", b"/a/")]),
        ("= anyof", [], []),
        ("!=", ["/etc/a"], None),
        ("!= allof", ["/etc/a"], None),
        ("icontains", ["passwd"], None),
        ("<", ["/etc/a"], None),
    ],
)
def test_texts_that_a_check_needs(operator: str, values: list[str], texts: object) -> None:
    graph = Graph()
    handle = graph.check(check(operator, *values))
    assert needed_texts(graph, handle)[1] == texts
    assert needed_texts(graph, handle ^ 1) == (None, None)


def test_any_of_several_checks_of_one_field() -> None:
    graph = Graph()
    one = graph.check(check("startswith", "/etc"))
    two = graph.check(check("=", "/bin/sh"))
    other = graph.check(check("=", "sh", field="proc.name"))
    ref, texts = needed_texts(graph, graph.any_of([one, two]))
    assert ref.name == "fd.name"
    assert sorted(texts) == [("beginning", b"/etc"), ("whole", b"/bin/sh")]
    assert needed_texts(graph, graph.any_of([one, two ^ 1])) == (None, None)
    assert needed_texts(graph, graph.any_of([one, other])) == (None, None)
    assert needed_texts(graph, graph.all_of([one, two])) == (None, None)


@pytest.mark.parametrize("field", ["proc.aname", "fd.num", "evt.buffer"])
def test_fields_without_one_text_are_not_looked_up(field: str) -> None:
    graph = Graph()
    ref = registry.bind(field)
    value = "1"
    handle = graph.check(Check(ref, "=", (value,), prepare(CHARBUF, "=", [value])))
    assert needed_texts(graph, handle) == (None, None)


def test_a_lookup_is_made_where_many_rules_need_a_field() -> None:
    graph = Graph()
    needs = [graph.check(check("=", f"/{number}")) for number in range(RULES_MIN)]
    entries = [(number, [need]) for number, need in enumerate(needs)]
    (lookup,) = lookups_of(graph, entries)
    assert lookup.ref.name == "fd.name"
    assert lookup.positions == set(range(RULES_MIN))
    assert lookups_of(graph, entries[1:]) == []


WORDS = st.text("ab/*?[]\\", max_size=10)


MODIFIED = [
    f"{name} {modifier}" for name in KINDS if name not in ("in", "pmatch") for modifier in MODIFIERS
]


@given(
    st.sampled_from([*sorted(KINDS), *sorted(MODIFIED)]),
    st.lists(WORDS, min_size=1, max_size=3),
    st.lists(WORDS),
)
def test_a_value_that_satisfies_a_check_has_the_texts_it_needs(
    operator: str, constants: list[str], values: list[str]
) -> None:
    if " " not in operator and operator not in ("in", "pmatch"):
        constants = constants[:1]
    graph = Graph()
    node = check(operator, *constants)
    texts = needed_texts(graph, graph.check(node))[1]
    if texts is None:
        return
    index = index_of([(kind, text, 0) for kind, text in texts], 1)
    for value in [*values, *constants, *("".join(constants) + value for value in values)]:
        data = value.encode()
        assert not node.matcher.matches(data) or index.survivors(data) == {0}, value
