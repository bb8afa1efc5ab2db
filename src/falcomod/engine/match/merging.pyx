# SPDX-License-Identifier: Apache-2.0
"""Checks of one field of which any is enough, put together to one.

Rules are full of ``fd.name startswith /a or fd.name startswith /b``: many steps of
evaluation where one table would do.  A missing value fails all of them alike, so the
result is the same.  Checks that others need, too, are left alone: they are remembered.
"""

from falcomod.engine.fields.field cimport FIELD_LIST, FieldRef

from falcomod.engine.match.graph import Check
from falcomod.engine.match.operators import any_of

# Fewer checks cost no more one after the other.
CHECKS_MIN = 3

# Operators that constants of can stand in one table.
OPERATORS = frozenset(("=", "startswith", "endswith", "contains", "icontains"))


def merged(graph, handles, shared) -> list:
    """*handles*, which must all hold, with negated checks of one field as one; *shared*: nodes to leave alone."""
    cdef FieldRef ref
    groups = {}
    for handle in handles:
        check = graph.nodes[handle >> 1].check
        if handle & 1 and check is not None and handle >> 1 not in shared and _pairs(check):
            groups.setdefault(check.ref.name, []).append(handle)
    result = list(handles)
    for members in groups.values():
        if len(members) < CHECKS_MIN:
            continue
        checks = [graph.nodes[handle >> 1].check for handle in members]
        pairs = tuple(sorted({pair for check in checks for pair in _pairs(check)}))
        ref = checks[0].ref
        handle = graph.check(Check(ref, MERGED, pairs, any_of(ref.row.type, pairs))) ^ 1
        result = [other for other in result if other not in members] + [handle]
    return result


def _pairs(check):
    """(operator, constant) of each of the single checks that one is the "or" of; (): it is not of such."""
    cdef FieldRef ref = check.ref
    name, _, modifier = check.operator.partition(" ")
    name = "=" if name == "in" else name
    if name not in OPERATORS or modifier not in ("", "anyof") or check.rhs is not None or ref.row.flags & FIELD_LIST:
        return ()
    return tuple((name, value) for value in check.values)


# No operator of the language: the values are pairs.
MERGED = "any"
