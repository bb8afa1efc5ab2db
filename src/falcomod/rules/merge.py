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
    Override,
    Rule,
    RuleCollection,
    RuleException,
    RuleList,
)
from falcomod.rules.text import SourceText

_VALIDATE = "LOAD_ERR_VALIDATE"
_BEFORE = "load the file that defines it before this one"

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
    _check_override(collection, item)
    if item.append:
        message = "'append' key is deprecated"
        remedy = "add an entry with append under 'override', for example 'condition: append'"
        collection.warnings.append(_deprecated(item, message, remedy))
    _MERGERS[item.kind](collection, item)
    collection.touched += 1


def _check_override(collection: RuleCollection, item: Item) -> None:
    if not item.override:
        return
    for key, override in item.override.items():
        _check_operation(item, key, override)
    if item.append:
        raise item.error(
            "Keys 'override' and 'append: true' cannot be used together.",
            remedy="add an entry with append (for example 'condition: append') under override",
        )
    if item.kind != "rule":  # lists and macros have one key, which is always there
        return
    for key, override in item.override.items():
        if key not in item.values:
            message = (
                f"An {override.operation} override for '{key}' was specified "
                f"but '{key}' is not defined"
            )
            raise item.error(message, at=override.key)
    for key in item.values:
        if key in item.override:
            continue
        if key in _REPLACEABLE["rule"]:
            message = f"Unexpected key '{key}': no corresponding entry under 'override' is defined."
            raise item.error(message, at=item.places[key])
        collection.warnings.append(_without_effect(item, key, "an override cannot change it"))


def _check_operation(item: Item, key: str, override: Override) -> None:
    appendable, replaceable = _APPENDABLE[item.kind], _REPLACEABLE[item.kind]
    if override.operation not in ("append", "replace"):
        allowed = ("append " if key in appendable else "") + (
            "replace " if key in replaceable else ""
        )
        message = (
            f"Invalid override operation for key '{key}': '{override.operation}'. "
            f"Allowed values are: {allowed}"
        )
        raise item.error(message, at=override.word)
    if override.operation == "append" and key not in appendable:
        message = f"Key '{key}' cannot be appended to, use 'replace' instead"
        raise item.error(message, at=override.key)
    if override.operation == "replace" and key not in replaceable:
        raise item.error(f"Key '{key}' cannot be replaced", at=override.key)


def _merge_list(collection: RuleCollection, item: Item) -> None:
    before = collection.lists.get(item.name.value)
    items = _required(item, "items")
    if _appends(item, "items"):
        _check_base(item, before)
        items = (*(before.items if before else ()), *items)
    collection.lists[item.name.value] = RuleList(
        name=item.name.value,
        items=items,
        defined=before.defined if before else SourceText.of(item.name),
    )


def _merge_macro(collection: RuleCollection, item: Item) -> None:
    before = collection.macros.get(item.name.value)
    condition: SourceText = _required(item, "condition")
    if _appends(item, "condition"):
        _check_base(item, before)
        condition = before.condition.joined(condition) if before else condition
    collection.macros[item.name.value] = Macro(
        name=item.name.value,
        condition=condition,
        defined=before.defined if before else SourceText.of(item.name),
        index=before.index if before else collection.touched,
        visibility=collection.touched,
    )


def _merge_rule(collection: RuleCollection, item: Item) -> None:
    before = collection.rules.get(item.name.value)
    if item.append or item.override:
        _check_base(item, before)
        assert before is not None, "the base was checked"
        rule = _changed(collection, item, before)
    elif not any(key in item.values for key in _RULE_KEYS):
        rule = _toggled(collection, item, before)
    else:
        rule = _defined(collection, item, before)
    collection.rules[rule.name] = rule


def _toggled(collection: RuleCollection, item: Item, before: Rule | None) -> Rule:
    """The rule with nothing but 'enabled' changed, as old files do it."""
    if "enabled" not in item.values:
        remedy = "a rule has condition, output, desc and priority, or enabled to change another"
        raise item.error("Item has no mapping for key 'enabled'", remedy=remedy)
    if before is None:
        message = "Rule has 'enabled' key but no rule by that name already exists"
        raise item.error(message, code=_VALIDATE, remedy=_BEFORE)
    message = "The standalone 'enabled' key usage is deprecated"
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
        message = "Rule has been re-defined with a different source"
        raise item.error(message, at=item.places["source"], code=_VALIDATE)
    exceptions: tuple[RuleException, ...] = optional.pop("exceptions", ())
    return Rule(
        name=item.name.value,
        defined=before.defined if before else SourceText.of(item.name),
        exceptions=_defined_exceptions(collection, exceptions),
        **required,
        **optional,
    )


def _changed(collection: RuleCollection, item: Item, before: Rule) -> Rule:
    """The rule with the item's keys appended first and then replaced."""
    if item.append and not {"condition", "exceptions"} & item.values.keys():
        message = "Appended rule must have exceptions or condition property"
        raise item.error(message, code=_VALIDATE)
    changes: dict[str, Any] = {}
    for key, value in item.values.items():
        if not _appends(item, key):
            continue
        if item.append and key not in ("condition", "exceptions"):
            why = "'append' is for condition and exceptions"
            collection.warnings.append(_without_effect(item, key, why))
        elif key == "exceptions":
            changes[key] = _appended_exceptions(collection, before.exceptions, value)
        else:
            changes[key] = _appended(getattr(before, key), value)
    for key, value in item.values.items():
        if key in item.override and item.override[key].operation == "replace":
            if key == "exceptions":
                value = _replacing_exceptions(collection, value)
            changes[_ATTRIBUTES.get(key, key)] = value
    return dataclasses.replace(before, **changes)


def _appended(old: Any, new: Any) -> Any:
    if isinstance(old, SourceText):
        return old.joined(new)
    if isinstance(old, frozenset):
        return old | new
    return f"{old} {new}"


def _defined_exceptions(
    collection: RuleCollection, exceptions: tuple[RuleException, ...]
) -> tuple[RuleException, ...]:
    """Those of a whole rule; values may come later."""
    _warn_of_repeated(collection, exceptions)
    for exception in exceptions:
        if not exception.fields:
            raise _exception_fault(exception, "Item has no mapping for key 'fields'")
    return exceptions


def _replacing_exceptions(
    collection: RuleCollection, exceptions: tuple[RuleException, ...]
) -> tuple[RuleException, ...]:
    """Those that stand in place of all before."""
    _warn_of_repeated(collection, exceptions)
    for exception in exceptions:
        _warn_of_no_values(collection, exception)
        _check_fields(exception)
    return exceptions


def _appended_exceptions(
    collection: RuleCollection, old: tuple[RuleException, ...], new: tuple[RuleException, ...]
) -> tuple[RuleException, ...]:
    """Exceptions by name: values of a known one are added, a new one must be whole."""
    _warn_of_repeated(collection, new)
    merged = list(old)
    for exception in new:
        _warn_of_no_values(collection, exception)
        name = exception.name.value
        place = next((at for at, known in enumerate(merged) if known.name.value == name), None)
        if place is not None:
            merged[place] = _extended(merged[place], exception)
            continue
        _check_fields(exception)
        if exception.values is None or not exception.values.items:
            message = "Rule exception must have values property with a list of values"
            raise _exception_fault(exception, message, _VALIDATE)
        merged.append(exception)
    return tuple(merged)


def _extended(known: RuleException, exception: RuleException) -> RuleException:
    if exception.fields or exception.comps:
        what = "fields" if exception.fields else "comps"
        message = f"Can not append exception {what} to existing exception, only values"
        raise _exception_fault(exception, message, _VALIDATE)
    if known.values is None or exception.values is None:
        return dataclasses.replace(known, values=known.values or exception.values)
    items = (*known.values.items, *exception.values.items)
    return dataclasses.replace(known, values=Sequence(items, known.values.location))


def _check_fields(exception: RuleException) -> None:
    if not exception.fields:
        message = "Rule exception must have fields property with a list of fields"
        raise _exception_fault(exception, message, _VALIDATE)


def _warn_of_repeated(collection: RuleCollection, exceptions: tuple[RuleException, ...]) -> None:
    seen: set[str] = set()
    for exception in exceptions:
        if exception.name.value in seen:
            message = "Multiple exceptions defined with the same name"
            code = "LOAD_EXCEPTION_NAME_NOT_UNIQUE"
            collection.warnings.append(_exception_fault(exception, message, code))
        seen.add(exception.name.value)


def _warn_of_no_values(collection: RuleCollection, exception: RuleException) -> None:
    if exception.values is None:
        message = "Overriding/appending exception with no values"
        code = "LOAD_APPEND_NO_VALUES"
        collection.warnings.append(_exception_fault(exception, message, code))


def _exception_fault(
    exception: RuleException, message: str, code: str = "LOAD_ERR_YAML_VALIDATE"
) -> RuleError:
    return SourceText.of(exception.name).error(message, 0, code=code)


def _without_effect(item: Item, key: str, why: str) -> RuleError:
    message = f"Key '{key}' has no effect here."
    return item.error(message, at=item.places[key], code="LOAD_UNKNOWN_KEY", remedy=why)


def _deprecated(item: Item, message: str, remedy: str) -> RuleError:
    return item.error(message, code="LOAD_DEPRECATED_ITEM", remedy=remedy)


def _appends(item: Item, key: str) -> bool:
    return item.append or (key in item.override and item.override[key].operation == "append")


def _check_base(item: Item, before: object) -> None:
    if before is not None:
        return
    title = item.kind.capitalize()
    if item.kind == "rule" and not _appends_any(item):
        message = (
            "An 'override.<key>: replace' to a rule was requested "
            "but no rule by that name already exists"
        )
    else:
        key = {"list": "items", "macro": "condition", "rule": "<key>"}[item.kind]
        message = (
            f"{title} uses 'append' or 'override.{key}: append' "
            f"but no {item.kind} by that name already exists"
        )
    raise item.error(message, code=_VALIDATE, remedy=_BEFORE)


def _appends_any(item: Item) -> bool:
    return item.append or any(over.operation == "append" for over in item.override.values())


def _required(item: Item, key: str) -> Any:
    if key not in item.values:
        raise item.error(f"Item has no mapping for key '{key}'")
    return item.values[key]


_MERGERS = {"list": _merge_list, "macro": _merge_macro, "rule": _merge_rule}
