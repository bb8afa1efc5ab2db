# SPDX-License-Identifier: Apache-2.0
"""The events that tests of fields of JSON documents look at, and what one case is."""

from __future__ import annotations

from typing import Any, NamedTuple

from falcomod.engine.decode.schema import codes_of
from falcomod.engine.documents import DocumentEngine
from falcomod.engine.fields.registry import bind
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder

TIME = "2023-11-14T22:13:20.012345Z"
TS = 1_700_000_000_012_345_000


class DocumentCase(NamedTuple):
    """A field of one document: what is printed and what JSON has; None: there is no value."""

    field: str
    document: dict[str, Any]
    text: str | None
    value: Any


def case(field: str, document: dict[str, Any], value: str | list[str] | None) -> DocumentCase:
    """A case of a text or a list of them."""
    text = f"({','.join(value)})" if isinstance(value, list) else value
    return DocumentCase(field, document, text, value)


def look(document: dict[str, Any], *fields: str) -> list[tuple[str | None, Any]]:
    """The text and the value of fields of a document."""
    refs = [bind(name) for name in fields]
    found: list[tuple[str | None, Any]] = []

    def on_match(rule_ids: tuple[int, ...], view: Any) -> None:
        found.extend((ref.text(view), ref.value(view)) for ref in refs)

    def on_error(error: BaseException) -> None:
        raise error

    DocumentEngine([document], every_document(), on_match, on_error=on_error).run(0, 1)
    return found


def every_document() -> Ruleset:
    """A rule that every document matches."""
    builder = RulesetBuilder("first")
    builder.rule(0, builder.constant(True), codes_of("pluginevent"))
    return builder.build()
