# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of a configuration file, for editors and for tests of deployments.

It is stricter than reading: a key that would only be warned of is refused.
"""

from __future__ import annotations

import typing
from typing import Any

from falcomod.config.former import GONE, moved
from falcomod.config.keys import Option, block_of, by_key, item_kind, text_key, without_none
from falcomod.config.model import Config
from falcomod.config.words import remarks

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE = {"$ref": "#/$defs/variable"}


def schema() -> dict[str, Any]:
    """The schema, as a document of JSON."""
    found = {
        "$schema": DIALECT,
        "title": "Configuration of falcomod",
        **_block(Config),
        "$defs": {"variable": {"type": "string", "pattern": r"\$\{[^{}]*\}"}},
    }
    for key, targets in moved().items():
        _add_former(found, key, f"now {' and '.join(targets)}")
    for key, gone in GONE.items():
        _add_former(found, key, f"no effect: {gone.reason}")
    return found


def _block(block: type[Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: _option(key, option) for key, option in by_key(block).items()},
        "additionalProperties": False,
    }


def _option(key: str, option: Option) -> dict[str, Any]:
    found = {"description": remarks(option), **_kind(option.kind, option.about)}
    if option.block is None and option.default is not None:
        found["default"] = option.default
    if option.about["unused"] or key == option.about["also"]:
        found["deprecated"] = True
    return found


def _kind(kind: Any, about: Any) -> dict[str, Any]:
    if without_none(kind) is not kind:
        return {"anyOf": [_kind(without_none(kind), about), {"type": "null"}]}
    block = block_of(kind)
    if block is not None:
        below = _block(block)
        return {"anyOf": [{"type": "string"}, below]} if text_key(block) else below
    item = item_kind(kind)
    if item is not None:
        listed = {"type": "array", "items": _kind(item, {})}
        is_text = item is str or (block_of(item) is not None and text_key(item))
        return {"anyOf": [listed, {"type": "string"}]} if is_text else listed
    if kind is Any:
        return {}
    if typing.get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": _text({})}
    if kind is bool:
        return {"anyOf": [{"type": "boolean"}, VARIABLE]}
    if kind in (int, float):
        return {"anyOf": [_number(kind, about), VARIABLE]}
    if kind is str:
        return _text(about)
    return {"anyOf": [_kind(part, {}) for part in typing.get_args(kind)]}


def _number(kind: type, about: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "integer" if kind is int else "number"}
    for word, bound in (("minimum", about.get("least")), ("maximum", about.get("most"))):
        if bound is not None:
            found[word] = bound
    return found


def _text(about: Any) -> dict[str, Any]:
    """A text; what YAML takes for something else is read as it was typed."""
    choices = about.get("choices", ())
    if not choices:
        return {"type": ["string", "number", "boolean"]}
    words = (*choices, *about["synonyms"])
    spellings: list[Any] = [
        spelling for word in words for spelling in (word, word.capitalize(), word.upper())
    ]
    spellings += [word == "true" for word in words if word in ("true", "false")]
    return {"anyOf": [{"enum": spellings}, VARIABLE]}


def _add_former(root: dict[str, Any], key: str, remark: str) -> None:
    *above, last = key.split(".")
    here = root
    for part in above:
        empty = {"type": "object", "properties": {}, "deprecated": True}
        here = here["properties"].setdefault(part, empty)
    here["properties"][last] = {"description": remark, "deprecated": True}
