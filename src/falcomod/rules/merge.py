# SPDX-License-Identifier: Apache-2.0
"""Items to a collection: definition, redefinition, append and override.

A redefinition keeps the position of the first definition, because the order of
rules decides which of them matches first and the order of macros which of them
may use which.  Appending joins texts with one space, before anything is parsed.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from falcomod.errors import RuleError
from falcomod.rules.document import Sequence
from falcomod.rules.model import (
    SOURCE_SYSCALL,
    Item,
    Macro,
    Rule,
    RuleCollection,
    RuleException,
    RuleList,
)
from falcomod.rules.text import SourceText

_RULE_KEYS = ("condition", "output", "desc", "priority")
_ATTRIBUTES = {"skip-if-unknown-filter": "skip_if_unknown_filter",
               "capture_duration": "capture_duration_ms"}  # fmt: skip
_APPENDABLE = {
    "list": ("items",),
    "macro": ("condition",),
    "rule": ("condition", "output", "desc", "tags", "exceptions"),
}
_REPLACEABLE = {
    "list": ("items",),
    "macro": ("condition",),
    "rule": (
        *_APPENDABLE["rule"],
        "priority", "capture", "capture_duration", "enabled", "warn_evttypes",
        "skip-if-unknown-filter",
    ),
}  # fmt: skip


def merge(collection: RuleCollection, item: Item) -> None:
    """Adds *item* to the collection or changes what is there; RuleError if it cannot be."""
    _check_override(item)
    if item.append:
        message = "'append' is deprecated"
        remedy = "use 'override' with the key and append"
        collection.warnings.append(_deprecated(item, message, remedy))
    _MERGERS[item.kind](collection, item)
    collection.touched += 1


def _check_override(item: Item) -> None:
    if not item.override:
        return
    if item.append:
        raise item.error(
            "keys 'override' and 'append: true' cannot be used together",
            remedy="add an append entry (for example 'condition: append') under override instead",
        )
    for key, override in item.override.items():
        if key not in item.values:
            message = f"an {override.operation} override for {key!r} was given, but no {key!r}"
            raise item.error(message, at=override.key)
        if override.operation == "append" and key not in _APPENDABLE[item.kind]:
            message = f"key {key!r} cannot be appended to"
            remedy = "use replace instead" if key in _REPLACEABLE[item.kind] else ""
            raise item.error(message, at=override.key, remedy=remedy)
        if key not in _REPLACEABLE[item.kind]:
            raise item.error(f"key {key!r} cannot be replaced", at=override.key)
    for key in item.values:
        if key not in item.override:
            message = f"unexpected key {key!r}: no entry under 'override' for it"
            raise item.error(message, at=item.places[key])


def _merge_list(collection: RuleCollection, item: Item) -> None:
    before = collection.lists.get(item.name.value)
    items = _required(item, "items")
    if _is_change(item):
        _check_base(item, before)
    if before and _appends(item, "items"):
        items = (*before.items, *items)
    collection.lists[item.name.value] = RuleList(
        name=item.name.value,
        items=items,
        defined=before.defined if before else SourceText.of(item.name),
    )


def _merge_macro(collection: RuleCollection, item: Item) -> None:
    before = collection.macros.get(item.name.value)
    condition: SourceText = _required(item, "condition")
    if _is_change(item):
        _check_base(item, before)
    if before and _appends(item, "condition"):
        condition = before.condition.joined(condition)
    collection.macros[item.name.value] = Macro(
        name=item.name.value,
        condition=condition,
        defined=before.defined if before else SourceText.of(item.name),
        index=before.index if before else collection.touched,
        visibility=collection.touched,
    )


def _merge_rule(collection: RuleCollection, item: Item) -> None:
    before = collection.rules.get(item.name.value)
    if _is_change(item):
        _check_base(item, before)
        assert before is not None
        rule = _changed(collection, item, before)
    elif not any(key in item.values for key in _RULE_KEYS):
        rule = _toggled(collection, item, before)
    else:
        rule = _defined(collection, item, before)
    collection.rules[rule.name] = rule


def _toggled(collection: RuleCollection, item: Item, before: Rule | None) -> Rule:
    """The rule with nothing but 'enabled' changed, as old files do it."""
    if "enabled" not in item.values:
        raise item.error("a rule needs condition, output, desc and priority")
    if before is None:
        raise item.error("rule has 'enabled' key but no rule by that name already exists")
    message = "a rule with 'enabled' alone is deprecated"
    remedy = "add 'override: {enabled: replace}'"
    collection.warnings.append(_deprecated(item, message, remedy))
    return dataclasses.replace(before, enabled=item.values["enabled"])


def _defined(collection: RuleCollection, item: Item, before: Rule | None) -> Rule:
    required = {key: _required(item, key) for key in _RULE_KEYS}
    optional = {
        _ATTRIBUTES.get(key, key): value
        for key, value in item.values.items()
        if key not in required
    }
    if not optional.get("source"):
        optional["source"] = before.source if before else SOURCE_SYSCALL
    elif before and before.source != optional["source"]:
        message = "rule has been re-defined with a different source"
        raise item.error(message, at=item.places["source"])
    exceptions: tuple[RuleException, ...] = optional.pop("exceptions", ())
    return Rule(
        name=item.name.value,
        defined=before.defined if before else SourceText.of(item.name),
        exceptions=_with_exceptions(collection, (), exceptions, plain=True),
        **required,
        **optional,
    )


def _changed(collection: RuleCollection, item: Item, before: Rule) -> Rule:
    """The rule with the item's keys appended first and then replaced."""
    if item.append and not {"condition", "exceptions"} & item.values.keys():
        raise item.error("appended rule must have exceptions or condition property")
    changes: dict[str, Any] = {}
    for key, value in item.values.items():
        if not item.append and item.override[key].operation == "replace":
            continue
        if key == "exceptions":
            old = before.exceptions
            changes[key] = _with_exceptions(collection, old, value, plain=False)
        elif key in _APPENDABLE["rule"] and not (item.append and key != "condition"):
            changes[key] = _appended(getattr(before, key), value)
        else:
            message = f"key {key!r} does nothing here: 'append' is for condition and exceptions"
            place = SourceText.of(item.places[key])
            collection.warnings.append(place.error(message, 0, code="LOAD_UNKNOWN_KEY"))
    for key, value in item.values.items():
        if not item.append and item.override[key].operation == "replace":
            if key == "exceptions":
                value = _with_exceptions(collection, (), value, plain=False)
            changes[_ATTRIBUTES.get(key, key)] = value
    return dataclasses.replace(before, **changes)


def _appended(old: Any, new: Any) -> Any:
    if isinstance(old, SourceText):
        return old.joined(new)
    if isinstance(old, frozenset):
        return old | new
    return f"{old} {new}"


def _with_exceptions(
    collection: RuleCollection,
    old: tuple[RuleException, ...],
    new: tuple[RuleException, ...],
    *,
    plain: bool,
) -> tuple[RuleException, ...]:
    """Exceptions by name: values of a known one are added, a new one must be whole."""
    merged = {exception.name.value: exception for exception in old}
    seen: set[str] = set()
    for exception in new:
        name = exception.name.value
        if name in seen:
            message = f"exception {name!r} stands twice in this rule"
            code = "LOAD_EXCEPTION_NAME_NOT_UNIQUE"
            collection.warnings.append(_exception_fault(exception, message, code))
        if exception.values is None and not plain:
            message = f"exception {name!r} has no values"
            collection.warnings.append(
                _exception_fault(exception, message, "LOAD_APPEND_NO_VALUES")
            )
        known = merged.get(name) if name not in seen else None
        merged[name] = _extended(known, exception) if known else _whole(exception, plain=plain)
        seen.add(name)
    return tuple(merged.values())


def _extended(known: RuleException, exception: RuleException) -> RuleException:
    if exception.fields or exception.comps:
        what = "fields" if exception.fields else "comps"
        message = f"can not append exception {what} to existing exception, only values"
        raise _exception_fault(exception, message)
    if known.values is None or exception.values is None:
        return dataclasses.replace(known, values=known.values or exception.values)
    items = (*known.values.items, *exception.values.items)
    return dataclasses.replace(known, values=Sequence(items, known.values.location))


def _whole(exception: RuleException, *, plain: bool) -> RuleException:
    if not exception.fields:
        message = "rule exception must have fields property with a list of fields"
        raise _exception_fault(exception, message)
    if exception.values is None and not plain:
        message = "rule exception must have values property with a list of values"
        raise _exception_fault(exception, message)
    return exception


def _exception_fault(
    exception: RuleException, message: str, code: str = "LOAD_ERR_YAML_VALIDATE"
) -> RuleError:
    return SourceText.of(exception.name).error(message, 0, code=code)


def _deprecated(item: Item, message: str, remedy: str) -> RuleError:
    return SourceText.of(item.name).error(message, 0, code="LOAD_DEPRECATED_ITEM", remedy=remedy)


def _is_change(item: Item) -> bool:
    return item.append or bool(item.override)


def _appends(item: Item, key: str) -> bool:
    return item.append or (key in item.override and item.override[key].operation == "append")


def _check_base(item: Item, before: object) -> None:
    if before is not None:
        return
    if item.append or any(over.operation == "append" for over in item.override.values()):
        what = "uses 'append' or 'override.<key>: append'"
    else:
        what = "uses 'override.<key>: replace'"
    message = f"{item.kind} {what} but no {item.kind} by that name already exists"
    raise item.error(message, remedy="load the file that defines it before this one")


def _required(item: Item, key: str) -> Any:
    if key not in item.values:
        raise item.error(f"{item.kind} {item.name.value!r} has no {key!r}")
    return item.values[key]


_MERGERS = {"list": _merge_list, "macro": _merge_macro, "rule": _merge_rule}
