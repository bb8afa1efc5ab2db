# SPDX-License-Identifier: Apache-2.0
"""Fields that old rules name and that say nothing any more: what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from falcomod.alert.additions import CONTAINER_INFO
from falcomod.errors import RuleError
from falcomod.rules import expression
from falcomod.rules.text import SourceText

CODE = "LOAD_DEPRECATED_ITEM"

# Only exit events are delivered: these fields still have values, but no use.
FIELDS = frozenset(
    {
        "evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human",
        "evt.wait_latency",
    }
)  # fmt: skip
REMEDY = "only the end of a call is an event: leave the field out"


def message(name: str, where: str) -> str:
    """What is said of a deprecated field in the condition or the output."""
    return f"usage of deprecated field '{name}' has been detected in the rule {where}"


def names(expressions: Iterable[str]) -> list[str]:
    """The deprecated ones of the fields in field expressions, each once."""
    found = [name for text in expressions for name in expression.names_in(text)]
    return [name for name in dict.fromkeys(found) if name in FIELDS]


def warnings_of_output(
    output: SourceText, fields: Iterable[str], *, printed: bool = False
) -> Iterator[RuleError]:
    """What is deprecated in an output; *fields* are its field expressions and those added to it.

    *printed*: there is a -p, whose text stands in place of %container.info.
    """
    for name in names(fields):
        if name not in output.text:
            continue
        offset = output.text.index(name)
        yield output.error(message(name, "output"), offset, code=CODE, remedy=REMEDY)
    if CONTAINER_INFO in output.text:
        offset = output.text.index(CONTAINER_INFO)
        what = "the text of -p" if printed else "nothing"
        text = f"{CONTAINER_INFO} is deprecated and replaced with {what}"
        remedy = "name the fields: %container.id, %container.name"
        yield output.error(text, offset, code=CODE, remedy=remedy)
