# SPDX-License-Identifier: Apache-2.0
"""What the parts of a comparison look like: operators, values and lists of them, as patterns."""

from __future__ import annotations

import re

from falcomod.rules.ast import BARE, LIST_OPERATORS
from falcomod.rules.expression import MODIFIERS, NAME, QUOTED

NUMBER_OPERATORS = ("<=", "<", ">=", ">")
WORD_OPERATORS = (
    "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith",
    "glob", "iglob", "regex",
)  # fmt: skip
# Those that take a modifier.
TEXT_OPERATORS = ("==", "=", "!=", *WORD_OPERATORS)

BLANK = " \t\b\r\n\v\f"
FLAGS = re.ASCII | re.DOTALL
# Rules of 2020 may have quotes inside of a word, and commas with nothing between them.
ITEM = rf"(?:{QUOTED}|{BARE}+[^()=,\s\x08]*+(?!\s*\())"
ITEMS = rf"{ITEM}(?:[\s\x08]*,[\s\x08]*{ITEM})*"
LOOSE_ITEMS = rf"(?:{ITEM}[\s\x08]*)?(?:,[\s\x08]*(?:{ITEM}[\s\x08]*)?)*"
LIST = rf"\([\s\x08]*{LOOSE_ITEMS}\)"
MACRO = rf"(?:{NAME}|_[A-Za-z0-9_]*+)(?![.\[(])"
_WORDS_OF = "|".join(sorted(WORD_OPERATORS, key=len, reverse=True))
COMPARE = rf"(?:==|=|!=|<=|<|>=|>|(?:{_WORDS_OF})(?!\w))"
MEMBER = rf"(?:{'|'.join(sorted(LIST_OPERATORS, reverse=True))})(?!\w)"
EXISTS = r"exists(?!\w)"
# A value of that name is followed by a bracket that closes, by and, by or, or by nothing.
MODIFIER = rf"(?:{'|'.join(MODIFIERS)})(?=[\s\x08]*\(|[\s\x08]++(?!(?:and|or)\b){NAME})"
ITEM_RE = re.compile(ITEM, FLAGS)
_ITEMS_RE = re.compile(ITEMS, FLAGS)


def is_list(text: str) -> bool:
    """True for values with commas between them, which may stand in brackets as they are."""
    return _ITEMS_RE.fullmatch(text) is not None


def is_one_value(text: str) -> bool:
    """True for one value, quoted or bare."""
    return ITEM_RE.fullmatch(text) is not None
