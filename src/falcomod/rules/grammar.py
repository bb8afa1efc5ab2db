# SPDX-License-Identifier: Apache-2.0
"""The grammar of conditions: text to tree.

words reads the words, with pyparsing; precedence lays not before and before or over
them.  So brackets in brackets cost no Python recursion, and every message can say
what was expected at that very place.
"""

from __future__ import annotations

from falcomod.rules.ast import Node
from falcomod.rules.lexis import BLANK
from falcomod.rules.precedence import CODE, Tree
from falcomod.rules.text import SourceText


def parse(source: SourceText) -> Node:
    """The tree of a condition.

    Raises RuleError, with the place in the rules file, when the text is none.
    """
    if not source.text.strip(BLANK):
        raise source.error("filter input string is empty", 0, code=CODE)
    # Who starts with compiled rules reads no condition and need not wait for pyparsing.
    from falcomod.rules.words import read

    return Tree(source).build(read(source))
