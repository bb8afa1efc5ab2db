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

from falcomod.engine.match import addresses, numbers, texts
from falcomod.errors import CheckError


class Operator(NamedTuple):
    """A row of OPERATORS."""

    values: str                  # "none", "one", "list": the constants it takes
    doc: str


class Group(NamedTuple):
    """Types that are compared alike."""

    name: str                    # "whole number": as messages call it
    types: frozenset             # FM_PT_… numbers
    rows: dict                   # operator → Comparison
    prepare: object              # (type, operator, values) → Matcher


cdef bint there(const Constant *constant, const Value *value) noexcept nogil:
    return True


def prepare(int kind, str operator, values) -> Matcher:
    """The check of a field of type *kind* with *operator* and constants as written.

    Raises CheckError where the operator does not exist or does not go with
    the type, or where a constant cannot be read as the type's.
    """
    name = ALIASES.get(operator, operator)
    if name in REFUSED:
        raise CheckError(f"'{operator}' operator not supported: {REFUSED[name]}")
    if name not in OPERATORS:
        raise CheckError(f"unknown operator '{operator}'")
    _check_count(operator, OPERATORS[name].values, len(values))
    group = GROUP_OF.get(kind)
    if group is None:
        raise CheckError(f"'{operator}' operator not supported for fields of type {kind}, which cannot be compared")
    if name == "exists":
        return matcher_new(EXISTS)
    if name not in group.rows:
        raise CheckError(
            f"'{operator}' operator not supported for a {group.name}: it takes {', '.join(operators_of(kind))}"
        )
    return group.prepare(kind, name, list(values))


def operators_of(int kind) -> tuple:
    """Names of the operators that a field of type *kind* takes, in order of the table."""
    group = GROUP_OF.get(kind)
    if group is None:
        return ()
    return tuple(name for name in OPERATORS if name == "exists" or name in group.rows)


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
    "in": Operator("list", "is one of the values"),
    "intersects": Operator("list", "has a value in common with the list"),
    "pmatch": Operator("list", "is, or lies below, one of the paths, whose components may have wildcards"),
}

# Known to the language, not to the engine.
REFUSED = {
    "regex": "regular expressions need a matcher of linear time, which this version does not have; use glob or contains",
}

GROUPS = (
    Group("whole number", frozenset((
        FM_PT_INT8, FM_PT_INT16, FM_PT_INT32, FM_PT_INT64, FM_PT_UINT8, FM_PT_UINT16,
        FM_PT_UINT32, FM_PT_UINT64, FM_PT_ERRNO, FM_PT_FD, FM_PT_FD32, FM_PT_PID,
        FM_PT_PID32, FM_PT_SYSCALLID, FM_PT_SIGTYPE, FM_PT_RELTIME, FM_PT_ABSTIME,
        FM_PT_PORT, FM_PT_L4PROTO, FM_PT_FLAGS8, FM_PT_FLAGS16, FM_PT_FLAGS32,
        FM_PT_ENUMFLAGS8, FM_PT_ENUMFLAGS16, FM_PT_ENUMFLAGS32, FM_PT_MODE, FM_PT_UID,
        FM_PT_GID,
    )), numbers.UNSIGNED, numbers.integer),
    Group("real number", frozenset((FM_PT_DOUBLE,)), numbers.REAL, numbers.real),
    Group("boolean", frozenset((FM_PT_BOOL,)), numbers.BOOLEAN, numbers.boolean),
    Group("text", frozenset((FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH)), texts.TEXT, texts.text),
    Group("byte buffer", frozenset((FM_PT_BYTEBUF,)), texts.BUFFER, texts.buffer),
    Group("IP address", frozenset((FM_PT_IPV4ADDR, FM_PT_IPV6ADDR, FM_PT_IPADDR)),
          addresses.ADDRESS, addresses.address),
    Group("IP network", frozenset((FM_PT_IPV4NET, FM_PT_IPV6NET, FM_PT_IPNET)),
          addresses.NET, addresses.net),
)

GROUP_OF = {kind: group for group in GROUPS for kind in group.types}
