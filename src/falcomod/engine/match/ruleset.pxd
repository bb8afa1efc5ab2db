# SPDX-License-Identifier: Apache-2.0
"""Compiled rules: evaluation of one event."""

from libc.stdint cimport uint32_t

from falcomod.engine.match.program cimport ProgramOwner
from falcomod.engine.state.context cimport Context


cdef class Ruleset:
    """All rules of one load as one graph; immutable.

    One engine at a time: the memo of the current event lives here.
    """

    cdef ProgramOwner owner
    cdef readonly int rule_count     # rules given, whether or not some event can match them
    cdef readonly int node_count     # conditions to evaluate, duplicates counted once
    cdef object graph                # what nodes mean, for describe()
    cdef dict buckets                # event code → ((rule id, node), …)

    # Ids of the rules that match, in order, at most limit of them; returns how many.
    # With matching "first" that is at most one.
    cdef int match(self, Context *context, uint32_t *rule_ids, uint32_t limit) except -1 nogil
