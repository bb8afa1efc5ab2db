# SPDX-License-Identifier: Apache-2.0
"""Conditions to trees, and what is said about text that is none."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from falcomod.errors import RuleError
from falcomod.rules import ast, grammar
from falcomod.rules.ast import And, Check, MacroRef, Node, Not, Or
from falcomod.rules.text import Scalar, SourceFile, SourceText

A, B, C = MacroRef("a"), MacroRef("b"), MacroRef("c")


def source(text: str) -> SourceText:
    return SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))


def parse(text: str) -> Node:
    return grammar.parse(source(text))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("a and b or c", Or((And((A, B)), C))),
        ("a or b and c", Or((A, And((B, C))))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("not a and b", And((Not(A), B))),
        ("not (a and b)", Not(And((A, B)))),
        ("not(a)and(b)or(c)", Or((And((Not(A), B)), C))),
        ("not not a", Not(Not(A))),
        ("((a))", A),
        ("a\n\tand\r\n b", And((A, B))),
        ("android or order", Or((MacroRef("android"), MacroRef("order")))),
    ],
)
def test_precedence_and_brackets(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize("operator", ["=", "==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("form", ["fd.num{}3", "fd.num {} 3", 'fd.num {}"3"'])
def test_signs_need_no_blanks(operator: str, form: str) -> None:
    assert parse(form.format(operator)) == Check("fd.num", operator, ("3",))


@pytest.mark.parametrize("operator", grammar.WORD_OPERATORS)
def test_word_operators(operator: str) -> None:
    assert parse(f"fd.name {operator} /etc") == Check("fd.name", operator, ("/etc",))


@pytest.mark.parametrize("operator", sorted(ast.LIST_OPERATORS))
@pytest.mark.parametrize(
    ("items", "values"),
    [("(x)", ("x",)), ("()", ()), ("( x , 'y z' )", ("x", "y z")), ("x", ("x",))],
)
def test_list_operators(operator: str, items: str, values: tuple[str, ...]) -> None:
    assert parse(f"fd.name {operator} {items}") == Check("fd.name", operator, values)


@pytest.mark.parametrize(
    "name",
    [
        "proc.name",
        "fs.path.name",
        "proc.aname[2]",
        "evt.arg[0]",
        "proc.env[HOME]",
        'proc.env["a b"]',
    ],
)
def test_fields_and_arguments(name: str) -> None:
    assert parse(f"{name} exists") == Check(name, "exists")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("/usr/*", "/usr/*"),
        ("a\\b", "a\\b"),
        ("'a b'", "a b"),
        ('""', ""),
        (r'"a\"b"', 'a"b'),
        (r"'it\'s'", "it's"),
        (r'"\b\f\n\r\t\\\/"', "\b\f\n\r\t\\/"),
        (r'"\x41\xc3\xa9"', "A\u00e9"),
        (r'"\xff"', "\udcff"),
        (r'"a\ b"', "a\\b"),
        ("and", "and"),
    ],
)
def test_values_and_quoting(written: str, value: str) -> None:
    assert parse(f"proc.name = {written}") == Check("proc.name", "=", (value,))


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "empty"),
        ("a and", 6, "ends where"),
        ("and a", 1, "expected before 'and'"),
        ("a b", 3, "'and' or 'or'"),
        ("(a or b", 1, "never closed"),
        ("a or b)", 7, "closes nothing"),
        ("()", 2, "expected before ')'"),
        ("proc.name", 10, "an operator"),
        ("proc.name like x", 11, "an operator"),
        ("proc.name = ", 12, "a value"),
        ("proc.name in (a,,b)", 16, "after ','"),
        ("proc.name in (a,)", 16, "after ','"),
        ("proc.name in (a b)", 17, "',' or ')'"),
        ("proc.name in (a", 16, "',' or ')'"),
        ("proc.name = 'x", 13, "never closed"),
        (r'proc.name = "\q"', 13, r"\q"),
        (r"proc.name = '\"'", 13, r"\""),
        (r'proc.name = "\x00"', 13, "NUL"),
        ("name = x", 6, "without a field"),
        ("proc.name = a=b", 14, "without a field"),
        ("proc.name = f(x)", 13, "followed by '('"),
        ("proc.aname[ = x", 1, "argument"),
        ("tolower(proc.name) = x", 1, "transformers are not supported yet"),
        ("proc.name = toupper(proc.name)", 13, "transformers are not supported yet"),
        ("fd.name = val(proc.exe)", 11, "val() is not supported yet"),
        ("proc.name = anyof (a, b)", 13, "not supported yet"),
        ("a && b", 3, "found '&&'"),
    ],
)
def test_faults_name_the_place_and_what_is_expected(text: str, column: int, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(text)
    assert caught.value.code == "LOAD_ERR_COMPILE_CONDITION"
    assert message in caught.value.message
    assert caught.value.location.column == column


def test_nodes_know_where_they_stand() -> None:
    tree = parse("a and\n  not proc.name = x")
    check = next(node for node in ast.walk(tree) if isinstance(node, Check))
    assert check.place is not None
    assert str(check.place.text.location(check.place.offset)) == "rules.yaml:2:7"


@pytest.mark.parametrize("text", ["(" * 100 + "a" + ")" * 100, "not " * 100 + "a"])
def test_nesting_beyond_the_limit_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="more than 100"):
        parse(text)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse("(" * 99 + "a" + ")" * 99) == A


_names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: name not in ("and", "or", "not")
)
_fields = st.builds("{}.{}{}".format, _names, _names, st.sampled_from(["", "[1]", "[PATH]"]))
_values = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
) | st.sampled_from(["in", "tolower", "\udcfe"])
_leaves = st.one_of(
    st.builds(MacroRef, _names),
    st.builds(lambda field: Check(field, "exists"), _fields),
    st.builds(
        lambda field, operator, value: Check(field, operator, (value,)),
        _fields,
        st.sampled_from(["=", "!=", "<", ">=", *grammar.WORD_OPERATORS]),
        _values,
    ),
    st.builds(
        lambda field, operator, values: Check(field, operator, tuple(values)),
        _fields,
        st.sampled_from(sorted(ast.LIST_OPERATORS)),
        st.lists(_values, max_size=4),
    ),
)
_trees = st.recursive(
    _leaves,
    lambda children: st.one_of(
        st.builds(Not, children),
        st.builds(lambda c: And(tuple(c)), st.lists(children, min_size=2, max_size=4)),
        st.builds(lambda c: Or(tuple(c)), st.lists(children, min_size=2, max_size=4)),
    ),
    max_leaves=12,
)


@given(_trees)
def test_printed_conditions_parse_to_the_same_tree(tree: Node) -> None:
    assert parse(ast.to_text(tree)) == tree


_fragments = st.sampled_from(
    ["and", "or", "not", "(", ")", "proc.name", "=", "in", "exists", '"', "'", "\\", ",", "[", "]",
     "a", " ", "\n", "!=", "val(", "tolower(", "glob"]
)  # fmt: skip


@given(st.lists(_fragments, max_size=25).map("".join) | st.text(max_size=40))
@example("a.b = '\ud800'")
def test_any_text_gives_a_tree_or_a_rule_error(text: str) -> None:
    with contextlib.suppress(RuleError):
        parse(text)
