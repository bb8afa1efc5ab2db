# SPDX-License-Identifier: Apache-2.0
"""Words to trees, and which word is told to be out of place."""

import re

import pytest

from falcomod.errors import RuleError
from falcomod.rules.ast import And, Check, MacroRef, Not, Or
from falcomod.rules.precedence import Token, Tree
from falcomod.rules.text import Scalar, SourceFile, SourceText

A, B = MacroRef("a"), MacroRef("b")


def tree() -> Tree:
    return Tree(SourceText.of(Scalar("x" * 40, SourceFile("rules.yaml", "x" * 40), 0, 40)))


def words(text: str) -> list[Token]:
    """A token for each word; single letters are macros."""
    return [
        Token(word, at) if word in ("and", "or", "not", "(", ")") else Token("macro", at, word)
        for at, word in enumerate(text.split())
    ]


def test_precedence() -> None:
    assert tree().build(words("not a and b or a")) == Or((And((Not(A), B)), A))
    assert tree().build(words("not ( a or not b ) and a")) == And((Not(Or((A, Not(B)))), A))


def test_checks_get_all_that_their_words_say() -> None:
    built = tree().build([Token("check", 3, "a.b", "= anyof", ("x", "y"))])
    assert built == Check("a.b", "= anyof", ("x", "y"))
    assert isinstance(built, Check)
    assert built.place is not None
    assert built.place.offset == 3
    assert tree().build([Token("check", 0, "a.b", "=", (), "c.d")]) == Check("a.b", "=", (), "c.d")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a b", 2, "unexpected token after 'a', expecting 'or', 'and'"),
        ("( a b", 3, "unexpected token after 'a', expecting 'or', 'and', ')'"),
        ("a )", 2, "unexpected token after 'a', expecting 'or', 'and'"),
        ("a or ( b", 3, "never closed"),
        ("a or", 41, "ends where"),
        ("or a", 1, "expected before 'or'"),
        ("not " * 1000 + "a", 41, "exceeded max depth limit of 1000"),
    ],
)
def test_words_out_of_place(text: str, column: int, message: str) -> None:
    with pytest.raises(RuleError, match=re.escape(message)) as caught:
        tree().build(words(text))
    assert caught.value.location.column == min(column, 41)


def test_words_can_be_taken_without_an_end() -> None:
    taken = tree()
    taken.take(words("( a"))
    assert not taken.is_operand_next
    assert taken.unexpected().endswith("expecting 'or', 'and', ')'")
