# SPDX-License-Identifier: Apache-2.0
"""One mapping of a rules file to an item: which keys there are and what they hold.

Whether the keys fit together (append, override, what must be there) is merge's
business, because it depends on what was defined before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from falcomod.alert.model import Priority
from falcomod.errors import RuleError
from falcomod.rules.document import Mapping, Node, Sequence, is_null
from falcomod.rules.model import Item, Override, RuleException
from falcomod.rules.text import Scalar, SourceFile, SourceText

_UNDECODED = "Can't decode YAML scalar value"
_TRUE = ("y", "yes", "true", "on")
_FALSE = ("n", "no", "false", "off")
_DURATION = re.compile(r"\d{1,20}", re.ASCII)
# What conditions can name: the pattern, as messages show it (POSIX), and the code.
_NAMES = {
    "list": (
        re.compile(r"""[^()"'\s=,]+"""),
        r"""([^()"'[:space:]=,]+)""",
        "LOAD_INVALID_LIST_NAME",
    ),
    "macro": (
        re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*"),
        "([a-zA-Z]+[a-zA-Z0-9_]*)",
        "LOAD_INVALID_MACRO_NAME",
    ),
}


def read_item(
    file: SourceFile, node: Mapping, warnings: list[RuleError], errors: list[RuleError]
) -> Item | None:
    """The list, macro or rule that a mapping defines; None (with a warning) for none.

    Every key is read, whatever is wrong with the others; faults go to *errors*.
    """
    pairs = _pairs(file, node, warnings, errors)
    kind = next((kind for kind in KEYS if kind in pairs), None)
    if kind is None:
        remedy = "it is ignored: an item is a rule, a macro, a list or a required version"
        warnings.append(
            _at(file, node, "Unknown top level item", code="LOAD_UNKNOWN_ITEM", remedy=remedy)
        )
        return None
    values: dict[str, Any] = {}
    for key, (place, value) in pairs.items():
        reader = KEYS[kind].get(key)
        if reader is None:
            message = f"Unknown key '{key}'. The key will be ignored."
            remedy = f"keys of a {kind}: {', '.join(KEYS[kind])}"
            warnings.append(_at(file, place, message, code="LOAD_UNKNOWN_KEY", remedy=remedy))
            continue
        try:
            values[key] = reader(file, place, value)
        except RuleError as error:
            errors.append(error)
    if kind not in values:
        return None
    name: Scalar = values.pop(kind)
    _check_name(kind, name, warnings)
    append, override = values.pop("append", False), values.pop("override", {})
    places = {key: place for key, (place, _) in pairs.items() if key in values}
    return Item(
        kind=kind, name=name, values=values, places=places, append=append, override=override
    )


def _pairs(
    file: SourceFile, node: Mapping, warnings: list[RuleError], errors: list[RuleError]
) -> dict[str, tuple[Scalar, Node]]:
    pairs: dict[str, tuple[Scalar, Node]] = {}
    for key, value in node.pairs:
        if not isinstance(key, Scalar):
            errors.append(_at(file, key, "a key is one word"))
        elif key.value in pairs:
            message = f"key {key.value!r} stands twice: only the first is used"
            warnings.append(_at(file, key, message, code="LOAD_UNKNOWN_KEY"))
        else:
            pairs[key.value] = (key, value)
    return pairs


def _check_name(kind: str, name: Scalar, warnings: list[RuleError]) -> None:
    if kind not in _NAMES:
        return
    pattern, shown, code = _NAMES[kind]
    if not pattern.fullmatch(name.value):
        title = kind.capitalize()
        message = f"{title} has an invalid name. {title} names must match a regular expression: "
        remedy = f"no condition can name a {kind} that is called {name.value!r}"
        warnings.append(SourceText.of(name).error(message + shown, 0, code=code, remedy=remedy))


def _at(
    file: SourceFile,
    node: Node,
    message: str,
    *,
    code: str = "LOAD_ERR_YAML_VALIDATE",
    remedy: str = "",
) -> RuleError:
    quote = file.quote(node.location)
    return RuleError(message, node.location, code=code, quote=quote, remedy=remedy)


def _scalar(file: SourceFile, key: Scalar, node: Node) -> Scalar:
    if is_null(node):
        raise _at(file, key, f"Mapping for key '{key.value}' is empty")
    if not isinstance(node, Scalar):
        remedy = f"{key.value!r} takes one value, no list and no keys"
        raise _at(file, node, "Value is not a scalar value", remedy=remedy)
    return node


def _word(file: SourceFile, key: Scalar, node: Node) -> Scalar:
    scalar = _scalar(file, key, node)
    if not scalar.value:
        raise _at(file, scalar, "Value must be non-empty")
    return scalar


def _text(file: SourceFile, key: Scalar, node: Node) -> SourceText:
    return SourceText.of(_word(file, key, node))


def _string(file: SourceFile, key: Scalar, node: Node) -> str:
    return _word(file, key, node).value


def _source(file: SourceFile, key: Scalar, node: Node) -> str:
    return "" if is_null(node) else _scalar(file, key, node).value


def _flag(file: SourceFile, key: Scalar, node: Node) -> bool:
    scalar = _word(file, key, node)
    if scalar.value.lower() in _TRUE:
        return True
    if scalar.value.lower() in _FALSE:
        return False
    remedy = f"{key.value!r} is true or false, not {scalar.value!r}"
    raise _at(file, scalar, _UNDECODED, remedy=remedy)


def _duration(file: SourceFile, key: Scalar, node: Node) -> int:
    scalar = _word(file, key, node)
    if not _DURATION.fullmatch(scalar.value) or int(scalar.value) >= 2**32:
        raise _at(file, scalar, _UNDECODED, remedy=f"{key.value!r} is a number of milliseconds")
    return int(scalar.value)


def _priority(file: SourceFile, key: Scalar, node: Node) -> Priority:
    scalar = _word(file, key, node)
    try:
        return Priority.parse(scalar.value)
    except ValueError as error:
        raise _at(file, scalar, "Invalid priority", remedy=str(error)) from None


def _words(file: SourceFile, key: Scalar, node: Node) -> tuple[Scalar, ...]:
    if not isinstance(node, Sequence):
        remedy = f"{key.value!r} takes a list, such as [a, b]"
        raise _at(file, node, "Value is not a sequence", remedy=remedy)
    for item in node.items:
        if not isinstance(item, Scalar) or is_null(item):
            remedy = f"each item of {key.value!r} is one word or text"
            raise _at(file, item, "sequence value is not scalar", remedy=remedy)
    return tuple(item for item in node.items if isinstance(item, Scalar))


def _tags(file: SourceFile, key: Scalar, node: Node) -> frozenset[str]:
    return frozenset(word.value for word in _words(file, key, node))


def _override(file: SourceFile, key: Scalar, node: Node) -> dict[str, Override]:
    if is_null(node):
        return {}
    if not isinstance(node, Mapping):
        raise _at(file, node, "'override' has keys of the item, each with append or replace")
    overrides = {}
    for name, operation in node.pairs:
        if not isinstance(name, Scalar):
            raise _at(file, name, "a key is one word")
        overrides[name.value] = Override(key=name, word=_word(file, name, operation))
    return overrides


def _exceptions(file: SourceFile, key: Scalar, node: Node) -> tuple[RuleException, ...]:
    if is_null(node):
        return ()
    if not isinstance(node, Sequence):
        remedy = "each is an item with a name: - name: …"
        raise _at(file, node, "Rule exceptions must be a sequence", remedy=remedy)
    return tuple(_exception(file, item) for item in node.items if not is_null(item))


def _exception(file: SourceFile, node: Node) -> RuleException:
    if not isinstance(node, Mapping):
        remedy = "an exception has the keys name, fields, comps, values"
        raise _at(file, node, "Rule exception must be a mapping", remedy=remedy)
    found: dict[str, tuple[Scalar, Node]] = {}
    for key, value in node.pairs:
        if isinstance(key, Scalar):
            found.setdefault(key.value, (key, value))
    if "name" not in found:
        raise _at(file, node, "Item has no mapping for key 'name'")
    fields, single = _one_or_more(file, found, "fields")
    comps, _ = _one_or_more(file, found, "comps")
    values = found["values"][1] if "values" in found else None
    if values is not None and is_null(values):
        values = None
    if values is not None and not isinstance(values, Sequence):
        raise _at(file, values, "Rule exception values must be a sequence")
    name = _word(file, *found["name"])
    return RuleException(name=name, fields=fields, comps=comps, values=values, single=single)


def _one_or_more(
    file: SourceFile, found: dict[str, tuple[Scalar, Node]], key: str
) -> tuple[tuple[Scalar, ...], bool]:
    """The words under *key* and whether it was one word and no list."""
    if key not in found:
        return (), False
    place, node = found[key]
    if isinstance(node, Scalar):
        return (_word(file, place, node),), True
    return _words(file, place, node), False


_Reader = Callable[[SourceFile, Scalar, Node], Any]

# The kinds of item in the order in which a mapping is asked, and the keys of each.
KEYS: dict[str, dict[str, _Reader]] = {
    "list": {"list": _word, "items": _words, "append": _flag, "override": _override},
    "macro": {"macro": _word, "condition": _text, "append": _flag, "override": _override},
    "rule": {
        "rule": _word,
        "desc": _string,
        "condition": _text,
        "output": _text,
        "priority": _priority,
        "source": _source,
        "enabled": _flag,
        "tags": _tags,
        "exceptions": _exceptions,
        "warn_evttypes": _flag,
        "skip-if-unknown-filter": _flag,
        "capture": _flag,
        "capture_duration": _duration,
        "append": _flag,
        "override": _override,
    },
}
