# SPDX-License-Identifier: Apache-2.0
"""Compiled rules: evaluation of one event."""

from libc.stdint cimport uint32_t

from falcomod.engine.state.context cimport Context


cdef class Ruleset:
    """All rules of one load as one graph; immutable.

    One engine at a time: the memo of the current event lives here.
    """

    # Ids of the rules that match, in order, at most limit of them; returns how many.
    # With matching "first" that is at most one.
    cdef int match(self, Context *context, uint32_t *rule_ids, uint32_t limit) except -1 nogil
