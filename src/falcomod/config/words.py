# SPDX-License-Identifier: Apache-2.0
"""An option in words, for the example file and for the printed documentation."""

from __future__ import annotations

import typing
from typing import Any

from falcomod.config.keys import Option, block_of, item_kind, text_key, without_none

KINDS = {bool: "true or false", int: "number", float: "number", str: "text", Any: "anything"}


def kind_words(option: Option) -> str:
    """The type of an option's value."""
    return _kind(option.kind)


def remarks(option: Option) -> str:
    """What an option is for, and all that is to be known of its value; no full stop."""
    about = option.about
    parts = [about["doc"]]
    if about["choices"]:
        parts.append(f"one of {', '.join(about['choices'])}")
    least, most = about["least"], about["most"]
    if least is not None and most is not None:
        parts.append(f"from {least} to {most}")
    elif least:
        parts.append(f"at least {least}")
    if about["also"]:
        parts.append(f"also spelled {about['also']}")
    if about["old"]:
        parts.append(f"formerly {about['old']}")
    if about["unused"]:
        parts.append(f"no effect: {about['unused']}")
    elif about["restart"]:
        parts.append("takes effect at the next start")
    return ". ".join(part[:1].upper() + part[1:] for part in parts)


def _kind(kind: Any) -> str:
    kind = without_none(kind)
    block = block_of(kind)
    if block is not None:
        return "text or block" if text_key(block) else "block"
    item = item_kind(kind)
    if item is not None:
        return f"list: {_kind(item)}"
    if typing.get_origin(kind) is dict:
        return "keys with texts"
    if kind in KINDS:
        return KINDS[kind]
    return " or ".join(_kind(part) for part in typing.get_args(kind))
