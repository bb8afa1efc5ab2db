# SPDX-License-Identifier: Apache-2.0
"""Operators of the rule language, and which types take them.

prepare() is the one way from an operator and its constants, as written, to
something that can be evaluated.  The tables at the end are what `falcomod`
lists: a type without a group, or a group without a row for an operator, is an
error at load.
"""

from typing import NamedTuple

from falcomod.engine._uapi cimport (
    FM_PT_ABSTIME, FM_PT_BOOL, FM_PT_BYTEBUF, FM_PT_CHARBUF, FM_PT_DOUBLE,
    FM_PT_ENUMFLAGS8, FM_PT_ENUMFLAGS16, FM_PT_ENUMFLAGS32, FM_PT_ERRNO,
    FM_PT_FD, FM_PT_FD32, FM_PT_FLAGS8, FM_PT_FLAGS16, FM_PT_FLAGS32,
    FM_PT_FSPATH, FM_PT_FSRELPATH, FM_PT_GID, FM_PT_INT8, FM_PT_INT16,
    FM_PT_INT32, FM_PT_INT64, FM_PT_IPADDR, FM_PT_IPNET, FM_PT_IPV4ADDR,
    FM_PT_IPV4NET, FM_PT_IPV6ADDR, FM_PT_IPV6NET, FM_PT_L4PROTO, FM_PT_MODE,
    FM_PT_PID, FM_PT_PID32, FM_PT_PORT, FM_PT_RELTIME, FM_PT_SIGTYPE,
    FM_PT_SYSCALLID, FM_PT_UID, FM_PT_UINT8, FM_PT_UINT16, FM_PT_UINT32,
    FM_PT_UINT64,
)
from falcomod.engine.match.matcher cimport Comparison, Constant, Matcher, comparison, matcher_new
from falcomod.engine.types cimport Value

from falcomod.engine.match import addresses, lists, numbers, texts
from falcomod.engine.match.patterns import several
from falcomod.errors import CheckError


class Operator(NamedTuple):
    """A row of OPERATORS."""

    values: str                  # "none", "one", "list": the constants it takes
    doc: str


class Group(NamedTuple):
    """Types that are compared alike."""

    name: str                    # "a whole number": as messages call it
    types: frozenset             # FM_PT_… numbers
    rows: dict                   # operator → Comparison
    prepare: object              # (type, operator, values) → Matcher
    between: object              # type → {operator → Comparison}, with another field on the right side


cdef bint there(const Constant *constant, const Value *value) noexcept nogil:
    return True


def prepare(int kind, str operator, values, bint is_list=False) -> Matcher:
    """The check of a field of type *kind* with *operator* and constants as written.

    Raises CheckError where the operator does not exist or does not go with
    the type, or where a constant cannot be read as the type's.
    """
    name, modifier = split(operator)
    group = _group(kind, operator, is_list)
    _check_count(operator, "list" if modifier else OPERATORS[name].values, len(values))
    if name == "exists":
        return matcher_new(EXISTS)
    if name not in group.rows or (modifier and group.name not in MODIFIED_GROUPS):
        raise CheckError(
            f"'{operator}' operator not supported for {group.name}: it takes {', '.join(operators_of(kind, is_list))}"
        )
    if modifier:
        return several(modifier, [_single(kind, name, value) for value in values])
    return group.prepare(kind, name, list(values))


def prepare_between(int kind, str operator, bint is_list=False) -> Matcher:
    """The check of a field with *operator* and another field of the same type."""
    name, modifier = split(operator)
    group = _group(kind, operator, is_list)
    rows = group.between(kind)
    if modifier or name not in rows:
        raise CheckError(f"'{operator}' operator not supported for {group.name} with another field on the right side")
    return matcher_new(rows[name])


def any_of(int kind, pairs) -> Matcher:
    """The check whether any of several holds, each an operator and its one constant."""
    if all(operator == "=" for operator, _ in pairs):
        return prepare(kind, "in", [value for _, value in pairs])
    return several("anyof", [_single(kind, operator, value) for operator, value in pairs])


def split(str operator) -> tuple:
    """The name of an operator, in its one spelling, and its modifier, "" for none."""
    name, blank, modifier = operator.partition(" ")
    name = ALIASES.get(name, name)
    if name not in OPERATORS or (blank and (modifier not in MODIFIERS or name not in MODIFIED)):
        raise CheckError(f"unknown operator '{operator}'")
    return name, modifier


def operators_of(int kind, bint is_list=False) -> tuple:
    """Names of the operators that a field of type *kind* takes, in order of the table."""
    group = LIST_GROUP if is_list else GROUP_OF.get(kind)
    if group is None:
        return ()
    return tuple(name for name in OPERATORS if name == "exists" or name in group.rows)


def takes_modifiers(int kind, bint is_list=False) -> bool:
    """Whether operators of MODIFIED can have a modifier where a field of type *kind* takes them."""
    return not is_list and kind in GROUP_OF and GROUP_OF[kind].name in MODIFIED_GROUPS


cdef object _group(int kind, str operator, bint is_list):
    group = LIST_GROUP if is_list else GROUP_OF.get(kind)
    if group is None:
        raise CheckError(f"'{operator}' operator not supported for fields of type {kind}, which cannot be compared")
    return group


cdef tuple _single(int kind, str name, str value):
    """One of several checks: what it does, its constant where that is a text, and itself."""
    cdef Matcher matcher = prepare(kind, name, [value])
    return SAME.get(name, name), matcher.owned if isinstance(matcher.owned, bytes) else None, matcher


cdef int _check_count(str operator, str takes, size_t count) except -1:
    if takes == "none" and count:
        raise CheckError(f"'{operator}' operator takes no value")
    if takes == "one" and count != 1:
        raise CheckError(f"'{operator}' operator takes one value, not {count}")
    return 0


cdef Comparison EXISTS = comparison(there, 0, 70)

ALIASES = {"==": "="}

OPERATORS = {
    "exists": Operator("none", "the field has a value"),
    "=": Operator("one", "is equal; also written =="),
    "!=": Operator("one", "has a value that differs"),
    "<": Operator("one", "is less; texts by their bytes"),
    "<=": Operator("one", "is less or equal"),
    ">": Operator("one", "is greater"),
    ">=": Operator("one", "is greater or equal"),
    "contains": Operator("one", "contains the text"),
    "icontains": Operator("one", "contains the text in any case of ASCII letters"),
    "startswith": Operator("one", "begins with the text"),
    "endswith": Operator("one", "ends with the text"),
    "bcontains": Operator("one", "contains the bytes given in hexadecimal"),
    "bstartswith": Operator("one", "begins with the bytes given in hexadecimal"),
    "glob": Operator("one", "fits the wildcards * ? [ ], which cross slashes"),
    "iglob": Operator("one", "fits the wildcards in any case of ASCII letters"),
    "regex": Operator("one", "fits the regular expression, in POSIX syntax, as a whole"),
    "in": Operator("list", "is one of the values; of a list, every item is"),
    "intersects": Operator("list", "has a value in common with the list"),
    "pmatch": Operator("list", "is, or lies below, one of the paths, whose components may have wildcards"),
}

# Operators that take a list of constants, of which so many have to hold.
MODIFIERS = {
    "oneof": "exactly one of the constants",
    "anyof": "one of the constants at least",
    "allof": "every constant; there is one at least",
}

MODIFIED = frozenset((
    "=", "!=", "contains", "icontains", "startswith", "endswith", "bcontains", "bstartswith", "glob", "iglob", "regex",
))

MODIFIED_GROUPS = frozenset(("a text", "a byte buffer"))

# Operators that do the same once their constants are read.
SAME = {"bcontains": "contains", "bstartswith": "startswith"}

GROUPS = (
    Group("a whole number", frozenset((
        FM_PT_INT8, FM_PT_INT16, FM_PT_INT32, FM_PT_INT64, FM_PT_UINT8, FM_PT_UINT16,
        FM_PT_UINT32, FM_PT_UINT64, FM_PT_ERRNO, FM_PT_FD, FM_PT_FD32, FM_PT_PID,
        FM_PT_PID32, FM_PT_SYSCALLID, FM_PT_SIGTYPE, FM_PT_RELTIME, FM_PT_ABSTIME,
        FM_PT_PORT, FM_PT_L4PROTO, FM_PT_FLAGS8, FM_PT_FLAGS16, FM_PT_FLAGS32,
        FM_PT_ENUMFLAGS8, FM_PT_ENUMFLAGS16, FM_PT_ENUMFLAGS32, FM_PT_MODE, FM_PT_UID,
        FM_PT_GID,
    )), numbers.UNSIGNED, numbers.integer, numbers.between_integers),
    Group("a real number", frozenset((FM_PT_DOUBLE,)), numbers.REAL, numbers.real, numbers.between_reals),
    Group("a boolean", frozenset((FM_PT_BOOL,)), numbers.BOOLEAN, numbers.boolean,
          numbers.between_booleans),
    Group("a text", frozenset((FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH)), texts.TEXT, texts.text,
          texts.between_texts),
    Group("a byte buffer", frozenset((FM_PT_BYTEBUF,)), texts.BUFFER, texts.buffer, texts.between_buffers),
    Group("an IP address", frozenset((FM_PT_IPV4ADDR, FM_PT_IPV6ADDR, FM_PT_IPADDR)),
          addresses.ADDRESS, addresses.address, addresses.between_addresses),
    Group("an IP network", frozenset((FM_PT_IPV4NET, FM_PT_IPV6NET, FM_PT_IPNET)),
          addresses.NET, addresses.net, addresses.between_nets),
)

# Of fields whose value is a list, whatever the type.
LIST_GROUP = Group("a list", frozenset(), lists.LIST, lists.items, lists.between_lists)

GROUP_OF = {kind: group for group in GROUPS for kind in group.types}
