# SPDX-License-Identifier: Apache-2.0
"""Fields that old rules name and that say nothing any more: what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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

# No field, but what -p of old versions put others in place of.
CONTAINER_INFO = "%container.info"


def message(name: str, where: str) -> str:
    """What is said of a deprecated field in the condition or the output."""
    return f"usage of deprecated field '{name}' has been detected in the rule {where}"


def names(expressions: Iterable[str]) -> list[str]:
    """The deprecated ones of the fields in field expressions, each once."""
    found = [name for text in expressions for name in expression.names_in(text)]
    return [name for name in dict.fromkeys(found) if name in FIELDS]


def without_container_info(output: SourceText) -> str:
    """The text of an output, trimmed; %container.info stands for nothing."""
    return output.text.replace(CONTAINER_INFO, "").strip()


def warnings_of_output(output: SourceText, fields: Iterable[str]) -> Iterator[RuleError]:
    """What is deprecated in an output whose field expressions are *fields*."""
    for name in names(fields):
        offset = max(output.text.find(name), 0)
        yield output.error(message(name, "output"), offset, code=CODE, remedy=REMEDY)
    if CONTAINER_INFO in output.text:
        offset = output.text.index(CONTAINER_INFO)
        text = f"{CONTAINER_INFO} is deprecated and replaced with nothing"
        remedy = "name the fields: %container.id, %container.name"
        yield output.error(text, offset, code=CODE, remedy=remedy)
