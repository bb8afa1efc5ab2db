# SPDX-License-Identifier: Apache-2.0
"""The fields of conditions and outputs, printed from the rows that declare them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from falcomod.app import tables
from falcomod.engine.fields.field import FieldClass, FieldInfo
from falcomod.engine.fields.registry import all_fields
from falcomod.errors import UserError

HIDDEN = frozenset({"deprecated", "table-only"})

# No field of the engine: rules are compiled with the values.
STATIC = FieldInfo(
    "static.NAME", "charbuf", "none", "the value of NAME, as in static_fields: {env: production}",
    frozenset(),
    FieldClass(
        "static", "Static fields", "Values out of the configuration: static_fields.",
        tuple(sorted({name for info in all_fields() for name in info.field_class.sources})),
    ),
)  # fmt: skip

# What is said of a field besides its text, by flag.
NOTES = {
    "filter-only": "for conditions only",
    "print-only": "for outputs only",
    "any": "several candidates: one is enough",
    "list": "a list",
    "deprecated": "deprecated",
    "table-only": "for tables of other tools",
}
ARGUMENTS = {"none": "", "optional": "[argument] possible", "required": "needs [argument]"}


def select(*, source: str | None, everything: bool) -> list[tuple[FieldClass, list[FieldInfo]]]:
    """The classes in order, each with its fields.

    Only those of an event source, if one is named; raises UserError where there is no
    such source.  Deprecated fields, and those only other tools print, come with *everything*.
    """
    fields = (*all_fields(), STATIC)
    sources = sorted({name for info in fields for name in info.field_class.sources})
    if source is not None and source not in sources:
        raise UserError(f"no event source {source!r}; there are {', '.join(sources)}")
    classes: dict[FieldClass, list[FieldInfo]] = {}
    for info in fields:
        if source is not None and source not in info.field_class.sources:
            continue
        if everything or not info.flags & HIDDEN:
            classes.setdefault(info.field_class, []).append(info)
    return list(classes.items())


def names(classes: Sequence[tuple[FieldClass, Sequence[FieldInfo]]]) -> Iterator[str]:
    """The names alone."""
    for _, fields in classes:
        yield from (info.name for info in fields)


def text(classes: Sequence[tuple[FieldClass, Sequence[FieldInfo]]], *, width: int) -> Iterator[str]:
    """For reading on a terminal of *width* columns."""
    for number, (field_class, fields) in enumerate(classes):
        if number:
            yield ""
        yield "-" * min(width, 32)
        yield f"Field Class:    {field_class.name} ({field_class.title})"
        yield f"Description:    {field_class.doc}"
        yield f"Event Sources:  {', '.join(field_class.sources)}"
        yield ""
        rows = [(info.name, info.type, _with_notes(info)) for info in fields]
        yield from tables.columns(rows, width=width)


def markdown(classes: Sequence[tuple[FieldClass, Sequence[FieldInfo]]]) -> Iterator[str]:
    """For docs: a section for each class."""
    for field_class, fields in classes:
        yield ""
        yield f"## {field_class.title} ({tables.code(field_class.name)})"
        yield ""
        yield f"{field_class.doc} Event sources: {', '.join(field_class.sources)}."
        yield ""
        rows = [(tables.code(info.name), info.type, _with_notes(info)) for info in fields]
        yield from tables.markdown(("Field", "Type", "Meaning"), rows)


def as_json(classes: Sequence[tuple[FieldClass, Sequence[FieldInfo]]]) -> str:
    """For programs: a list of classes with their fields."""
    listed: list[dict[str, Any]] = [
        {
            "name": field_class.name,
            "title": field_class.title,
            "description": field_class.doc,
            "sources": list(field_class.sources),
            "fields": [
                {
                    "name": info.name,
                    "type": info.type,
                    "argument": info.argument,
                    "description": info.doc,
                    "flags": sorted(info.flags),
                }
                for info in fields
            ],
        }
        for field_class, fields in classes
    ]
    return json.dumps(listed, indent=2)


def _with_notes(info: FieldInfo) -> str:
    notes = [ARGUMENTS[info.argument], *(NOTES[flag] for flag in NOTES if flag in info.flags)]
    told = ", ".join(note for note in notes if note)
    return f"{info.doc} ({told})" if told else str(info.doc)
