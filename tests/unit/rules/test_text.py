# SPDX-License-Identifier: Apache-2.0
"""Places of characters, through every way YAML can write them."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from falcomod.rules.document import Mapping, read_documents
from falcomod.rules.text import Place, Scalar, SourceFile, SourceText

STYLES = {
    "plain": "key: one two\n  three",
    "single quoted": "key: 'one ''two''\n  three'",
    "double quoted": 'key: "one \\"tw\\x6f\\"\\n \\\n  three"',
    "literal": "key: | # note\n    one two\n      three\n",
    "folded": "key: >-\n    one two\n    three\n",
    "tagged": "key: !!str &name 'one two three'",
}


def scalar(text: str) -> Scalar:
    """The value of the only key of the mapping that *text* is."""
    node = next(iter(read_documents(SourceFile("rules.yaml", text))))
    assert isinstance(node, Mapping)
    value = node.pairs[0][1]
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("word", ["one", "tw", "three"])
def test_location_of_a_word_in_each_style(style: str, word: str) -> None:
    text = STYLES[style]
    value = scalar(text)
    place = SourceText.of(value).location(value.value.index(word))
    line = text.splitlines()[place.line - 1]
    assert line[place.column - 1 :].startswith(word)


def test_location_behind_the_end_is_behind_the_last_character() -> None:
    source = SourceText.of(scalar("key: abc"))
    assert str(source.location(3)) == "rules.yaml:1:9"


def test_joined_texts_keep_both_places() -> None:
    source = SourceText.of(scalar("key: abc")).joined(SourceText.of(scalar("\nother: def")))
    assert source.text == "abc def"
    assert str(source.location(1)) == "rules.yaml:1:7"
    assert str(source.location(5)) == "rules.yaml:2:9"


def test_replaced_text_lies_where_the_name_stood_and_the_rest_does_not_move() -> None:
    source = SourceText.of(scalar("key: in (names) or x")).replaced([(4, 9, "a, b, c")])
    assert source.text == "in (a, b, c) or x"
    for offset in range(4, 11):
        assert source.location(offset).column == 10
    assert source.location(source.text.index("x")).column == 20


def test_replacing_inside_replaced_text_keeps_the_first_place() -> None:
    source = SourceText.of(scalar("key: in (names)")).replaced([(4, 9, "a, more")])
    again = source.replaced([(7, 11, "b, c")])
    assert again.text == "in (a, b, c)"
    assert again.location(10).column == 10


def test_error_quotes_the_line_and_points_into_it() -> None:
    source = SourceText.of(scalar("# first line\nkey: |\n   some words\n"))
    error = Place(source, 5).error("no", code="LOAD_ERR_VALIDATE", remedy="do")
    assert str(error).splitlines()[:3] == [
        "rules.yaml:3:9: no",
        "       some words",
        "            ^",
    ]


def test_quote_of_a_very_long_line_is_cut_behind_the_place() -> None:
    value = scalar("key: " + "x" * 1000)
    assert len(value.file.quote(value.location)) == 160


@given(
    st.text(alphabet="ab '\"\\\t\n:#-\u00e9", min_size=1, max_size=60),
    st.sampled_from(["", "'", '"', "|", ">"]),
    st.integers(min_value=10, max_value=40),
)
def test_every_letter_is_found_where_it_was_written(value: str, style: str, width: int) -> None:
    text = yaml.dump({"key": value}, default_style=style or None, width=width)
    mapping = next(iter(read_documents(SourceFile("rules.yaml", text))))
    assert isinstance(mapping, Mapping)
    found = mapping.pairs[0][1]
    assert isinstance(found, Scalar)
    letters = [offset for offset, letter in enumerate(found.value) if letter in "ab:#-"]
    indices = [found.index_of(offset) for offset in letters]
    assert [text[index] for index in indices] == [found.value[offset] for offset in letters]
    assert indices == sorted(set(indices))
