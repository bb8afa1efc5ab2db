# SPDX-License-Identifier: Apache-2.0
"""Prints docs/reference anew, each page from the table that the program itself uses, and the
example of a configuration.

A test compares the pages with what is printed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from falcomod.app import events_table, fields_table, tables
from falcomod.app.metrics import fields as metrics_fields
from falcomod.config import example
from falcomod.config.keys import Option, all_options
from falcomod.config.model import Config
from falcomod.config.words import kind_words, remarks
from falcomod.config.writing import scalar
from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.fields.transform import TRANSFORMERS
from falcomod.engine.match.operators import ALIASES, GROUPS, OPERATORS, Group

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
EXAMPLE = ROOT / "packaging" / "falcomod.yaml"


def fields() -> Iterator[str]:
    """Every field, but those that are only for tables of other tools."""
    yield "# Fields"
    yield ""
    yield "What conditions compare and outputs print. `falcomod fields` lists them, too."
    yield from fields_table.markdown(fields_table.select(source=None, everything=True))


def events() -> Iterator[str]:
    """Every event, with its parameters."""
    yield "# Events"
    yield ""
    yield "What rules can be about, by `evt.type`; their parameters are `evt.arg.NAME`."
    yield "`falcomod events` lists them, too."
    yield ""
    yield from events_table.markdown()


def operators() -> Iterator[str]:
    """Every operator, and the types of fields that take it."""
    yield "# Operators"
    yield ""
    yield "A comparison with a field that has no value is false, whatever the operator."
    yield ""
    rows = [
        (_operator(name), VALUES[operator.values], operator.doc, _groups(name))
        for name, operator in OPERATORS.items()
    ]
    yield from tables.markdown(("Operator", "Takes", "Holds where it", "For"), rows)
    yield ""
    yield "## Types"
    yield ""
    yield from tables.markdown(("Group", "Types of fields"), [_types(group) for group in GROUPS])


def transformers() -> Iterator[str]:
    """Every transformer of fields."""
    yield "# Transformers"
    yield ""
    yield "They stand in place of a field, in conditions and, behind `%`, in outputs:"
    yield "`tolower(proc.name) = cat`, `%toupper(user.name)`."
    yield ""
    rows = [
        (tables.code(row.signature), row.doc, RESULTS[row.result]) for row in TRANSFORMERS.values()
    ]
    yield from tables.markdown(("Transformer", "Gives", "Type"), rows)


def configuration() -> Iterator[str]:
    """Every option: those that stand alone, then block by block."""
    yield "# Configuration"
    yield ""
    yield "Every key of `falcomod.yaml`. [falcomod.yaml](../../packaging/falcomod.yaml) has all of"
    yield "them at their defaults; a `falco.yaml`, old or new, is read as well. `falcomod config"
    yield "check` reads files and tells of each key it does not know or that changes nothing."
    options = dict(all_options(Config))
    alone = [key for key, option in options.items() if not (option.block or "." in key)]
    blocks = [key for key, option in options.items() if "." not in key and _below(options, key)]
    yield ""
    yield from tables.markdown(OPTIONS, [_option(key, options[key]) for key in alone])
    for block in blocks:
        yield ""
        yield f"## {block}"
        yield ""
        yield f"{remarks(options[block])}."
        yield ""
        rows = [_option(key, options[key]) for key in _below(options, block)]
        yield from tables.markdown(OPTIONS, rows)


def metrics() -> Iterator[str]:
    """Every number that falcomod tells about itself."""
    yield "# Metrics"
    yield ""
    yield "What falcomod tells of itself: as `output_fields` of the rule `Falco internal: metrics"
    yield "snapshot` and of the lines in `metrics.output_file`, and for Prometheus on `/metrics`."
    yield "What stands in angle brackets is a label there, what is a percentage is a ratio, and"
    yield "memory is in bytes. In `output_fields` it is `_kb` where `metrics.convert_memory_to_mb`"
    yield "is false, and 0 is left out unless `metrics.include_empty_values` is true."
    yield ""
    yield from metrics_fields.markdown()


def page(name: str) -> str:
    """The text of a page."""
    return "\n".join([COMMENT, *PAGES[name](), ""])


def main() -> None:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (REFERENCE / name).write_text(page(name), encoding="utf-8")
    EXAMPLE.parent.mkdir(exist_ok=True)
    EXAMPLE.write_text(example.text(), encoding="utf-8")


def _operator(name: str) -> str:
    also = [alias for alias, meant in ALIASES.items() if meant == name]
    return ", ".join(tables.code(spelling) for spelling in (name, *also))


def _groups(operator: str) -> str:
    if operator == "exists":
        return "every type"
    return ", ".join(group.name for group in GROUPS if operator in group.rows)


def _types(group: Group) -> tuple[str, str]:
    names = {value: name.lower() for name, value in PARAM_TYPES.items()}
    return group.name, ", ".join(names[kind] for kind in sorted(group.types))


def _below(options: dict[str, Option], block: str) -> list[str]:
    """The keys of the options below a block or a list of blocks, without blocks themselves."""
    return [
        key
        for key, option in options.items()
        if key.startswith((f"{block}.", f"{block}[].")) and not option.block
    ]


def _option(key: str, option: Option) -> tuple[str, str, str, str]:
    default = option.default
    # A list with something in it, as YAML has it on one line.
    shown = f"[{', '.join(map(scalar, default))}]" if isinstance(default, list) else scalar(default)
    return tables.code(key), kind_words(option), tables.code(shown), remarks(option)


OPTIONS = ("Key", "Type", "Default", "Meaning")
COMMENT = "<!-- Printed by tools/print_docs.py (`make docs`) from the tables of the program. -->\n"
VALUES = {"none": "nothing", "one": "a value", "list": "a list"}
RESULTS = {
    "same": "that of its argument",
    "number": "uint64",
    "text": "charbuf",
    "list": "list of charbuf",
}
PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "fields.md": fields,
    "events.md": events,
    "operators.md": operators,
    "transformers.md": transformers,
    "configuration.md": configuration,
    "metrics.md": metrics,
}


if __name__ == "__main__":
    main()
