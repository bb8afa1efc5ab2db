# SPDX-License-Identifier: Apache-2.0
"""Lists in texts, macros in trees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.errors import RuleError
from falcomod.rules import ast
from falcomod.rules.load import load_sources
from falcomod.rules.resolve import MAX_CHAIN, Resolver, syntax_faults
from falcomod.rules.text import Scalar, SourceFile, SourceText


def resolver(text: str) -> Resolver:
    return Resolver(load_sources([SourceFile("rules.yaml", text)]))


def rule(condition: str, more: str = "") -> str:
    head = f"- rule: r\n  condition: {condition}\n"
    return f"{head}  desc: d\n  output: o\n  priority: debug\n{more}"


def source(text: str) -> SourceText:
    return SourceText.of(Scalar(text, SourceFile("condition", text), 0, len(text)))


def macros(**conditions: str) -> str:
    return "".join(f"- macro: {n}\n  condition: {c}\n" for n, c in conditions.items())


def expand_all(found: Resolver) -> list[ast.Node]:
    return [found.expanded_macro(macro) for macro in found.collection.macros.values()]


LISTS = """
- list: one
  items: [a, b c]
- list: two
  items: [one, d, two]
- list: early
  items: [late]
- list: late
  items: [e]
- list: empty
  items: []
- list: commas
  items: ["x,y"]
- list: ring
  items: [gnir, x]
- list: gnir
  items: [ring, y]
"""


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ("p.n in (one)", 'p.n in (a, "b c")'),
        ("p.n in (x,one,y)", 'p.n in (x,a, "b c",y)'),
        ("p.n in (two)", 'p.n in (a, "b c", d, two)'),
        ("p.n in (early)", "p.n in (e)"),
        ("p.n in one", 'p.n in (a, "b c")'),
        ("p.n in empty or x", "p.n in () or x"),
        ("p.n in (empty)", "p.n in ()"),
        ("p.n in (empty, x)", "p.n in ( x)"),
        ("p.n in (x, empty)", "p.n in (x)"),
        ("p.n in (empty, empty)", "p.n in ( )"),
        ("p.n in (ring)", "p.n in (ring, y, x)"),
        ("p.n=late", "p.n=e"),
        ("p.n = anyof one", 'p.n = anyof (a, "b c")'),
        ("p.n startswith allof (late)", "p.n startswith allof (e)"),
        ('p.n = "one two"', 'p.n = "one two"'),
        ('p.n = "is late now"', 'p.n = "is e now"'),
        ("late", "e"),
        ("p.n = commas", "p.n = x,y"),
        ("p.n = someone and one_more", "p.n = someone and one_more"),
    ],
)
def test_lists_take_the_place_of_their_names(written: str, resolved: str) -> None:
    assert resolver(LISTS).with_lists(source(written)).text == resolved


def replaced_one_by_one(text: str, lists: dict[str, list[str]]) -> str:
    """What the definition says, word for word: each name in turn, wherever it stands alone."""
    for name, items in lists.items():
        at = 0
        while (start := text.find(name, at)) >= 0:
            end = at = start + len(name)
            around = text[max(start - 1, 0) : start] + text[end : end + 1]
            if all(character in " \t\n\r(),=" for character in around):
                before, after, new = text[:start].rstrip(), text[end:].lstrip(), ", ".join(items)
                if not items and before.endswith(","):
                    before = before[:-1]
                elif not items and after.startswith(","):
                    after = after[1:]
                text = f"{before} {new} {after}"
                at = len(before) + len(new) + 1
    return text


_words = st.sampled_from(
    ["one", "none", "several", "on", "ones", "x", " ", "(", ")", ",", ", ", "=", '"', "\t", "!="]
)


@given(st.lists(_words, max_size=15).map("".join))
def test_lists_are_text_wherever_their_names_stand(text: str) -> None:
    lists = {"none": [], "one": ["p"], "several": ["q", "r"]}
    found = resolver("".join(f"- list: {n}\n  items: {i}\n" for n, i in lists.items()))

    def bare(text: str) -> str:
        return "".join(text.split())

    assert bare(found.with_lists(source(text)).text) == bare(replaced_one_by_one(text, lists))


def test_a_list_may_be_defined_after_its_use() -> None:
    found = resolver(rule("proc.name in (l)") + "- list: l\n  items: [a]\n")
    tree = found.rule(found.collection.rules["r"])
    assert tree == ast.Check("proc.name", "in", ("a",))
    assert found.used_lists == {"l"}


def test_lists_that_grow_without_end_are_refused() -> None:
    lines = ["- list: l0\n  items: [a, a]\n"]
    lines += [f"- list: l{n}\n  items: [l{n - 1}, l{n - 1}]\n" for n in range(1, 40)]
    with pytest.raises(RuleError, match="has more than 100000 items"):
        resolver("".join(lines)).with_lists(source("p.n in (l39)"))


def test_macros_are_put_in_and_shared() -> None:
    text = macros(inner="proc.name = a", outer="inner or not inner") + rule("outer and inner")
    found = resolver(text)
    tree = found.rule(found.collection.rules["r"])
    inner = ast.Check("proc.name", "=", ("a",))
    assert tree == ast.And((ast.Or((inner, ast.Not(inner))), inner))
    assert isinstance(tree, ast.And)
    assert isinstance(tree.children[0], ast.Or)
    assert tree.children[0].children[0] is tree.children[1]
    assert found.used_macros == {"inner", "outer"}


def test_exceptions_stand_beside_the_whole_condition() -> None:
    more = "  exceptions: [{name: e, fields: proc.name, values: [x]}]\n"
    found = resolver(rule("a.b exists or c.d exists", more))
    tree = found.rule(found.collection.rules["r"])
    assert ast.to_text(tree) == "(a.b exists or c.d exists) and not proc.name in (x)"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (rule("nothing"), "rules.yaml:2:14", "Undefined macro 'nothing'"),
        (rule("l") + "- list: l2\n  items: []\n", "rules.yaml:2:14", "Undefined macro 'l'"),
        (macros(m="m") + rule("m"), "rules.yaml:2:14", "Undefined macro 'm'"),
        (macros(early="late", late="a.b exists") + rule("early"),
         "rules.yaml:2:14", "Undefined macro 'late'"),
        (macros(a="x.y exists", b="a") + macros(a="b") + rule("a"),
         "rules.yaml:4:14", "reference loop in macro 'a'"),
    ],
)  # fmt: skip
def test_macros_that_cannot_be_put_in(text: str, place: str, message: str) -> None:
    found = resolver(text)
    with pytest.raises(RuleError, match=message) as caught:
        found.rule(found.collection.rules["r"])
    assert str(caught.value.location) == place
    assert caught.value.code == "LOAD_ERR_VALIDATE"


def test_a_redefined_macro_sees_what_was_defined_before_its_redefinition() -> None:
    text = macros(a="x.y exists", b="z.y exists") + macros(a="b") + rule("a")
    found = resolver(text)
    tree = found.rule(found.collection.rules["r"])
    assert tree == ast.Check("z.y", "exists")


def test_macros_that_double_without_end_are_refused() -> None:
    doubling = {f"m{n}": f"m{n - 1} or m{n - 1}" for n in range(1, 40)}
    found = resolver(macros(m0="a.b exists", **doubling))
    with pytest.raises(RuleError, match="levels or 100000 checks"):
        expand_all(found)


def test_long_chains_are_read_in_order_of_definition_and_refused_otherwise() -> None:
    count = 10 * MAX_CHAIN
    forward = {f"m{n}": f"m{n - 1}" for n in range(1, count)}
    found = resolver(macros(m0="a.b exists", **forward))
    assert set(expand_all(found)) == {ast.Check("a.b", "exists")}
    backward = {f"m{n}": f"m{n + 1}" for n in range(count)}
    names = {f"m{n}": "a.b exists" for n in range(count + 1)}
    found = resolver(macros(**names) + macros(**backward))
    with pytest.raises(RuleError, match="a chain of more than"):
        found.expanded_macro(found.collection.macros["m0"])


def test_deep_trees_are_refused() -> None:
    deep = {f"m{n}": f"{'not ' * 50}m{n - 1}" for n in range(1, 60)}
    found = resolver(macros(m0="a.b exists", **deep))
    with pytest.raises(RuleError, match="1000 levels"):
        expand_all(found)


def test_syntax_faults_do_not_ask_what_names_stand_for() -> None:
    text = macros(m="nothing and", n="nothing") + rule("also nothing")
    faults = syntax_faults(resolver(text).collection)
    assert [str(fault.location) for fault in faults] == ["rules.yaml:2:25", "rules.yaml:6:19"]
