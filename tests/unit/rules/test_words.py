# SPDX-License-Identifier: Apache-2.0
"""Words of conditions, and that the fast pattern of checks reads what the composition reads."""

import subprocess
import sys

import pyparsing as pp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from falcomod.errors import RuleError
from falcomod.rules import words
from falcomod.rules.precedence import Token
from falcomod.rules.text import Scalar, SourceFile, SourceText


def source(text: str) -> SourceText:
    return SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))


def test_words_come_in_any_order_with_their_places() -> None:
    assert words.read(source("or  (a.b = 'x y' tolower( a.b ) in val(c.d[1])")) == [
        Token("or", 0),
        Token("(", 4),
        Token("check", 5, "a.b", "=", ("x y",)),
        Token("check", 17, "tolower(a.b)", "in", (), "c.d[1]"),
    ]


def test_a_text_that_stops_being_words_is_told_there() -> None:
    with pytest.raises(RuleError, match="expected an operator such as = or in") as caught:
        words.read(source("a and c.d is"))
    assert caught.value.location.column == 11


def test_nothing_imports_pyparsing_before_a_condition_is_read() -> None:
    program = "import sys, falcomod.rules.compile as c; sys.exit('pyparsing' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


_pieces = st.sampled_from(
    ["a.b", "a.b[c]", "a.b['x']", "a", "b", "(", ")", " and ", " or ", "not ", " = ", " in ", "(x)",
     "(x, y)", '"q"', " exists", " startswith ", "anyof ", "val(a.b)", "tolower(a.b)", "<", " "]
)  # fmt: skip


@given(st.lists(_pieces, max_size=12).map("".join))
@example("a.b startswith anyof (x)")
def test_the_usual_shape_means_what_the_composed_one_means(text: str) -> None:
    end = pp.Regex(r"\Z").set_whitespace_chars(" \t\b\r\n")
    single = pp.Regex(r"[()]|(?:and|or|not)(?![\w.\[])|[a-z]+(?![.\[(\w])")
    single.set_whitespace_chars(" \t\b\r\n")
    whole = (pp.ZeroOrMore(single | words._check()) + end).parse_with_tabs()

    def checks(read: pp.ParserElement) -> list[object] | None:
        try:
            tokens = read.parse_string(text).as_list()
        except pp.ParseBaseException:
            return None
        return [token[2:] for token in tokens if getattr(token, "kind", "") == "check"]

    assert checks(words._WORDS) == checks(whole)
