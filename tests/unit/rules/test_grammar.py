# SPDX-License-Identifier: Apache-2.0
"""Conditions to trees, and what is said about text that is none."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from falcomod.errors import RuleError
from falcomod.rules import ast, expression, grammar, lexis
from falcomod.rules.ast import And, Check, MacroRef, Node, Not, Or
from falcomod.rules.expression import MODIFIERS
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
        ("nothing and not_a", And((MacroRef("nothing"), MacroRef("not_a")))),
        ("a or(b)", Or((A, B))),
        ("a and(b)or not(c)", Or((And((A, B)), Not(C)))),
        ("not\tnot(a)", Not(Not(A))),
        ("\b a \b and\bb \b", And((A, B))),
        ("a\v and\f b", And((A, B))),
        ("_a and not _9", And((MacroRef("_a"), Not(MacroRef("_9"))))),
    ],
)
def test_precedence_and_brackets(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize("operator", ["=", "==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("form", ["fd.num{}3", "fd.num {} 3", 'fd.num {}"3"'])
def test_signs_need_no_blanks(operator: str, form: str) -> None:
    assert parse(form.format(operator)) == Check("fd.num", operator, ("3",))


@pytest.mark.parametrize("operator", lexis.WORD_OPERATORS)
def test_word_operators(operator: str) -> None:
    assert parse(f"fd.name {operator} /etc") == Check("fd.name", operator, ("/etc",))


@pytest.mark.parametrize("operator", sorted(ast.LIST_OPERATORS))
@pytest.mark.parametrize(
    ("items", "values"),
    [
        ("(x)", ("x",)),
        ("()", ()),
        ("(\n)", ()),
        ("( x , 'y z' )", ("x", "y z")),
        ("(\n\"a,b\",\n'(c)')", ("a,b", "(c)")),
        ("x", ("x",)),
    ],
)
def test_list_operators(operator: str, items: str, values: tuple[str, ...]) -> None:
    assert parse(f"fd.name {operator} {items}") == Check("fd.name", operator, values)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("a.b in (x,,y)", Check("a.b", "in", ("x", "y"))),
        ("a.b in (x, y, )", Check("a.b", "in", ("x", "y"))),
        ("a.b in ( , x)", Check("a.b", "in", ("x",))),
        ("a.b = anyof (,)", Check("a.b", "= anyof", ())),
        ("a.b = it's", Check("a.b", "=", ("it's",))),
        ('a.b in (x"y", z)', Check("a.b", "in", ('x"y"', "z"))),
        ("a.b startswith/etc", Check("a.b", "startswith", ("/etc",))),
        ("a.b < 'x'", Check("a.b", "<", ("x",))),
    ],
)
def test_what_only_rules_of_2020_may_have(text: str, check: Check) -> None:
    assert parse(text) == check


@pytest.mark.parametrize("operator", lexis.TEXT_OPERATORS)
@pytest.mark.parametrize("modifier", MODIFIERS)
@pytest.mark.parametrize(
    ("items", "values"),
    [(" (x)", ("x",)), ("()", ()), ("(x, 'y z')", ("x", "y z")), (" x", ("x",))],
)
def test_modifiers(operator: str, modifier: str, items: str, values: tuple[str, ...]) -> None:
    expected = Check("fd.name", f"{operator} {modifier}", values)
    assert parse(f"fd.name {operator} {modifier}{items}") == expected
    assert parse(f"a or(not fd.name {operator}  {modifier}{items})") == Or((A, Not(expected)))


@pytest.mark.parametrize(
    "text", ["a.b = anyof", "(a.b=anyof)", "a.b = anyof or c", "a.b = anyofus"]
)
def test_a_value_may_be_called_like_a_modifier(text: str) -> None:
    check = next(node for node in ast.walk(parse(text)) if isinstance(node, Check))
    assert check == Check("a.b", "=", ("anyofus" if "us" in text else "anyof",))


@pytest.mark.parametrize(
    ("operator", "right", "rhs"),
    [
        ("=", "val(proc.pname)", "proc.pname"),
        ("<=", "val( proc.aname[2] )", "proc.aname[2]"),
        ("in", 'val(proc.env["a b"])', 'proc.env["a b"]'),
        ("intersects", "toupper( fd.name )", "toupper(fd.name)"),
        ("startswith", "concat(a.b, '-' ,\"\\n\")", 'concat(a.b, "-", "\\n")'),
        (">", "len(proc.args)", "len(proc.args)"),
    ],
)
def test_field_expressions_on_the_right(operator: str, right: str, rhs: str) -> None:
    assert parse(f"fd.num {operator} {right} or a") == Or((Check("fd.num", operator, (), rhs), A))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("tolower(proc.name)", "tolower(proc.name)"),
        ("tolower( basename(\n proc.exepath ))", "tolower(basename(proc.exepath))"),
        ("getopt((proc.args[0],proc.args[1]), 'ab:')[b]",
         'getopt((proc.args[0], proc.args[1]), "ab:")[b]'),
        ('getopt(proc.args, "")["b"]', 'getopt(proc.args, "")[b]'),
        ("join(',', proc.args)", 'join(",", proc.args)'),
        ("concat(-1.5e+3, 0xFf)", "concat(-1.5e+3, 0xFf)"),
    ],
)  # fmt: skip
def test_transformers_have_one_spelling(written: str, name: str) -> None:
    assert parse(f"{written} exists") == Check(name, "exists")
    assert parse(f"a and not ({written}=x)") == And((A, Not(Check(name, "=", ("x",)))))


@pytest.mark.parametrize("number", ["5", "-5", "+5", "0x1F", "1.5", "2e+3", "-1.5E-3", "0"])
@pytest.mark.parametrize("operator", lexis.NUMBER_OPERATORS)
def test_numbers(operator: str, number: str) -> None:
    assert parse(f"(fd.num{operator}{number})") == Check("fd.num", operator, (number,))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("proc.env['HOME']", "proc.env[HOME]"),
        ('proc.env["it\'s"]', 'proc.env["it\'s"]'),
        ("proc.env['say \"x\"']", "proc.env['say \"x\"']"),
        (r'proc.env["say \"x\""]', "proc.env['say \"x\"']"),
        ('proc.env["a]b"]', 'proc.env["a]b"]'),
        (r"proc.env[a\b]", r"proc.env[a\b]"),
        (r'proc.env["a\\b c"]', r'proc.env["a\b c"]'),
        ("evt.arg[é=,()]", "evt.arg[é=,()]"),
    ],
)
def test_arguments_have_one_spelling(written: str, name: str) -> None:
    assert parse(f"{written} exists") == Check(name, "exists")
    assert parse(ast.to_text(Check(name, "exists"))) == Check(name, "exists")


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


EXPECTING = "', expecting 'or', 'and'"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "filter input string is empty"),
        (" \n", 1, "filter input string is empty"),
        ("a and", 6, "ends where"),
        ("and a", 1, "expected before 'and'"),
        ("a b", 3, f"unexpected token after 'a{EXPECTING}"),
        ("a orx", 3, f"unexpected token after 'a{EXPECTING}"),
        ("(a b)", 4, f"unexpected token after 'a{EXPECTING}, ')'"),
        ("a.b in (x) y", 12, f"unexpected token after '){EXPECTING}"),
        ("a.b = 'x y' z", 13, f"unexpected token after 'x y{EXPECTING}"),
        ("a.b exists z", 12, f"unexpected token after 'exists{EXPECTING}"),
        ("(a) b", 5, f"unexpected token after '){EXPECTING}"),
        ("a b &&", 3, f"unexpected token after 'a{EXPECTING}"),
        ("(a or b", 1, "never closed"),
        ("a or b)", 7, f"unexpected token after 'b{EXPECTING}"),
        ("()", 2, "expected before ')'"),
        ("&&", 1, "a check, a macro or '(' is expected, found '&&'"),
        ("proc.name", 10, "an operator"),
        ("proc.name like x", 11, "an operator"),
        ("proc.name containsx", 11, "an operator"),
        ("proc.name = ", 12, "a value"),
        ("proc.name startswith", 21, "a value"),
        ("proc.name in", 13, "a list"),
        ("proc.name in (a b)", 17, "',' or ')'"),
        ("proc.name in (a", 16, "',' or ')'"),
        ("proc.name in (a, (b))", 18, "',' or ')'"),
        ("proc.name = anyof (a, (b))", 23, "',' or ')'"),
        ("proc.name = (a)", 13, "a value"),
        ("proc.name = 'x", 13, "never closed"),
        (r'proc.name = "\q"', 13, r"unsupported string escape sequence: \q"),
        (r"proc.name = '\"'", 13, r"unsupported string escape sequence: \""),
        (r'proc.name = "\x0"', 13, r"unsupported string escape sequence: \x"),
        (r'proc.name in (a, "\q")', 18, r"unsupported string escape sequence: \q"),
        (r'proc.name = anyof (a, "\q")', 23, r"unsupported string escape sequence: \q"),
        (r'proc.env["\q"] = a', 10, r"unsupported string escape sequence: \q"),
        (r'proc.name = concat(a.b, "\q")', 25, r"unsupported string escape sequence: \q"),
        (r'proc.name = "\x00"', 13, "NUL"),
        ("name = x", 6, f"unexpected token after 'name{EXPECTING}"),
        ("= x", 1, "without a field"),
        ("proc.name = a=b", 14, f"unexpected token after 'a{EXPECTING}"),
        ("proc.name = f(x)", 13, "followed by '('"),
        ("f(x) = a", 1, "followed by '('"),
        ("proc.aname[ = x", 1, "argument"),
        ("tolower(proc.name, = x", 20, "a field or a transformer is expected"),
        ("tolower() = x", 9, "a field or a transformer is expected"),
        ("tolower(name) = x", 9, "a field or a transformer is expected"),
        ("tolower(proc.name = x", 19, "',' or ')'"),
        ("tolower(proc.name) x", 20, "an operator"),
        ("val(proc.name) = x", 1, "whole right side"),
        ("proc.name = val(x)", 17, "a field"),
        ("proc.name = val(proc.exe", 25, "')'"),
        ("proc.name in (val(proc.exe))", 15, "whole right side"),
        ("a && b", 3, f"unexpected token after 'a{EXPECTING}"),
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


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1000 + "a" + ")" * 1000,
        "not " * 1000 + "a",
        "tolower(" * 1000 + "a.b" + ")" * 1000 + " = x",
    ],
)
def test_nesting_beyond_the_limit_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="exceeded max depth limit of 1000"):
        parse(text)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse("(" * 999 + "a" + ")" * 999) == A
    deep = "not (a and " * 499 + "a" + ")" * 499
    assert ast.to_text(parse(deep)) == deep
    calls = "tolower(" * 998 + "a.b" + ")" * 998
    assert parse(f"{calls} = x") == Check(calls, "=", ("x",))


_names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: name not in ("and", "or", "not")
)
_plain_fields = st.builds(
    "{}.{}{}".format, _names, _names,
    st.sampled_from(["", "[1]", "[PATH]", '["a b"]', "['\"']", r'["\ x"]', r"[\x]", "[é,(=]"]),
)  # fmt: skip
_fields = st.recursive(
    _plain_fields,
    lambda inner: st.one_of(
        st.builds("{}({})".format, st.sampled_from(["tolower", "len", "b64"]), inner),
        st.builds("concat({}, {})".format, inner, st.text(max_size=3).map(expression.quoted)),
        st.builds('getopt(({}, {}), "ab:")[a]'.format, inner, inner),
        st.builds("join(-1.5, {})".format, inner),
    ),
    max_leaves=4,
)
_values = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
) | st.sampled_from(["in", "tolower", "\udcfe", "anyof", "allof", "val(a.b)", "and", "not"])
_leaves = st.one_of(
    st.builds(MacroRef, _names),
    st.builds(lambda field: Check(field, "exists"), _fields),
    st.builds(
        lambda field, operator, value: Check(field, operator, (value,)),
        _fields,
        st.sampled_from(["=", "!=", "<", ">=", *lexis.WORD_OPERATORS]),
        _values,
    ),
    st.builds(
        lambda field, operator, values: Check(field, operator, tuple(values)),
        _fields,
        st.sampled_from([*sorted(ast.LIST_OPERATORS), "= anyof", "regex allof", "!= oneof"]),
        st.lists(_values, max_size=4),
    ),
)
_compared_fields = st.builds(
    lambda field, operator, rhs: Check(field, operator, (), rhs),
    _fields,
    st.sampled_from(["=", "<", "in", "intersects", "startswith"]),
    _fields,
)
_leaves = st.one_of(_leaves, _compared_fields)
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
     "a", " ", "\n", "!=", "val(", "tolower(", "glob", "anyof", "getopt((", "0x", "\\x00", "\b"]
)  # fmt: skip


@given(st.lists(_fragments, max_size=25).map("".join) | st.text(max_size=40))
@example("a.b = '\ud800'")
def test_any_text_gives_a_tree_or_a_rule_error(text: str) -> None:
    with contextlib.suppress(RuleError):
        parse(text)
