# SPDX-License-Identifier: Apache-2.0
"""Turns nodes into the dataclasses of config.model.

What is wrong is a fault, and its option stays at its default so that the rest is read; a key
that nobody knows and one that changes nothing are warnings.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from falcomod.config.document import Mapping, Node, Scalar, Sequence, plain_value
from falcomod.config.findings import Findings, Place, shown
from falcomod.config.keys import (
    Option,
    block_of,
    by_key,
    item_kind,
    nearest,
    text_key,
    without_none,
)
from falcomod.config.model import Config

T = TypeVar("T")

TRUE = ("true", "yes", "on", "y")
FALSE = ("false", "no", "off", "n")
# Of numbers without bounds of their own: what fits into 64 bits.
NUMBER_MAX = 2**63 - 1


class Missing:
    """In place of a value that was refused; the fault is told already."""


MISSING = Missing()


class Reader:
    """Reads blocks of options; *places* are where the options that were set stand, by key."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.places: dict[str, Place] = {}

    def read(self, block: type[T], node: Mapping, prefix: str = "") -> T:
        """The options of a block; *prefix* is its own key and a full stop."""
        known = by_key(block)
        values: dict[str, Any] = {}
        for key, value in node.pairs:
            option = known.get(key.text)
            if option is None:
                self.unknown(key, block, prefix)
                continue
            name = prefix + option.name
            if option.name in values:
                also = option.about["also"]
                remedy = f"'{also}' is another spelling of '{option.name}'" if also else ""
                self.findings.fault(key.place, f"key '{name}' stands here twice", remedy)
                continue
            self.places[name] = value.place
            if isinstance(value, Scalar) and value.is_null:
                continue
            if isinstance(value, Scalar) and not value.text and not takes_nothing(option):
                # As with Falco, of a variable that is not set.
                self.findings.warn(value.place, f"'{name}' is empty: its default counts")
                continue
            found = self.value(option.kind, value, name, option)
            if found is MISSING:
                continue
            values[option.name] = found
            if option.about["unused"] and found not in (option.default, *option.about["usual"]):
                self.findings.warn(key.place, f"'{name}' has no effect: {option.about['unused']}")
        return block(**values)

    def unknown(self, key: Scalar, block: type[Any], prefix: str) -> None:
        """Warns of a key that is none, with what is near it."""
        remedy = "" if self.findings.is_full() else nearest(key.text, block, Config)
        self.findings.warn(key.place, f"unknown key '{shown(prefix + key.text)}'", remedy)

    def value(self, kind: Any, node: Node, name: str, option: Option | None = None) -> Any:
        """The value of an option or of an item; MISSING after a fault."""
        kind = without_none(kind)
        block = block_of(kind)
        if block is not None:
            return self.block(block, node, name)
        item = item_kind(kind)
        if item is not None:
            return self.items(item, node, name)
        if kind is Any:
            return plain_value(node)
        if typing.get_origin(kind) is dict:
            return self.texts(node, name)
        if kind not in SCALARS:  # a text, or keys with texts
            return self.texts(node, name) if isinstance(node, Mapping) else self.text(node, name)
        if kind is str:
            return self.choice(node, name, option)
        return self.scalar(kind, node, name, option)

    def block(self, block: type[Any], node: Node, name: str) -> Any:
        if isinstance(node, Mapping):
            return self.read(block, node, name + ".")
        if isinstance(node, Scalar) and text_key(block):
            node = Mapping(node.place, [(Scalar(text_key(block), node.place), node)])
            return self.read(block, node, name + ".")
        return self.refused(node, f"{name} must be a mapping of keys to values")

    def items(self, kind: Any, node: Node, name: str) -> Any:
        if isinstance(node, Scalar) and (kind is str or (block_of(kind) and text_key(kind))):
            # Falco takes one text in place of a list of one.
            node = Sequence([node] if node.text else [], node.place)
        if not isinstance(node, Sequence):
            return self.refused(node, f"{name} must be a list")
        found = []
        for index, item in enumerate(node.items):
            if not (isinstance(item, Scalar) and item.is_null):
                self.places[f"{name}[{index}]"] = item.place
                found.append(self.value(kind, item, f"{name}[{index}]"))
        return [value for value in found if value is not MISSING]

    def texts(self, node: Node, name: str) -> Any:
        if not isinstance(node, Mapping):
            return self.refused(node, f"{name} must be a mapping of keys to texts")
        found = {key.text: self.text(value, f"{name}.{key.text}") for key, value in node.pairs}
        return {key: value for key, value in found.items() if value is not MISSING}

    def text(self, node: Node, name: str) -> Any:
        if not isinstance(node, Scalar):
            return self.refused(node, f"{shown(name)} must be a single value")
        if "\0" in node.text:
            return self.refused(node, f"{shown(name)} must not contain the character 0")
        return node.text

    def choice(self, node: Node, name: str, option: Option | None) -> Any:
        text = self.text(node, name)
        choices = option.about["choices"] if option else ()
        if option is None or text is MISSING or not choices:
            return text
        value = option.about["synonyms"].get(text.lower(), text.lower())
        if value in choices:
            return value
        # The beginning is what users of Falco search for.
        key, listed = name.rpartition(".")[2], ", ".join(choices)
        message = f"{name} '{shown(text)}' is not a valid {key}: must be one of {listed}"
        return self.refused(node, message)

    def scalar(self, kind: type, node: Node, name: str, option: Option | None) -> Any:
        text = self.text(node, name)
        if text is MISSING:
            return text
        convert, words = SCALARS[kind]
        try:
            value = convert(text)
        except ValueError:
            return self.refused(node, f"{name} must be {words}, not '{shown(text)}'")
        least, most = (option.about["least"], option.about["most"]) if option else (None, None)
        if (least is None or value >= least) and (most is None or value <= most):
            return value
        # The words are those that users of Falco search for.
        span = f"at least '{least}'" if most is None else f"between '{least}' and '{most}'"
        key = name.rpartition(".")[2]
        return self.refused(node, f"The '{key}' value must be {span}, not '{shown(text)}'")

    def refused(self, node: Node, message: str) -> Missing:
        self.findings.fault(node.place, message)
        return MISSING


def takes_nothing(option: Option) -> bool:
    """True where an empty text is a value, or not only one that cannot be read."""
    return option.kind not in (bool, int, float) and not option.about["choices"]


def truth(text: str) -> bool:
    """The boolean that YAML 1.1 reads.  Raises ValueError."""
    if text.lower() in (*TRUE, *FALSE):
        return text.lower() in TRUE
    raise ValueError(text)


def whole(text: str) -> int:
    """A whole number, also in the bases of Python.  Raises ValueError."""
    try:
        number = int(text, 0)
    except ValueError:
        number = int(text)  # which may begin with zeros
    if abs(number) > NUMBER_MAX:
        raise ValueError(text)
    return number


def real(text: str) -> float:
    """A number that is finite.  Raises ValueError."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


SCALARS: dict[Any, tuple[Callable[[str], Any], str]] = {
    str: (str, "a text"),
    bool: (truth, "true or false"),
    int: (whole, "a whole number"),
    float: (real, "a number"),
}
