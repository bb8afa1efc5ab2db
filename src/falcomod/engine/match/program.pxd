# SPDX-License-Identifier: Apache-2.0
"""The evaluation graph as arrays."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine.fields.field cimport FieldFn
from falcomod.engine.match.matcher cimport Constant, Holds
from falcomod.engine.match.textindex cimport TextIndex
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value

# What a node does.
cdef enum NodeKind:
    NODE_ALL                     # all of its edges hold
    NODE_CHECK                   # the field has a value that satisfies
    NODE_BETWEEN                 # the field and another one have values that satisfy
    NODE_SOME                    # some candidate of the field does
    NODE_EVERY                   # the field has candidates, and all do

# One step of evaluation. Its result is remembered for the event if others need it, too.
cdef struct Node:
    Holds holds                  # of a check; likewise below
    const Constant *constant     # NULL: the value of another field
    uint32_t slot                # of the field
    uint32_t first               # of NODE_ALL: its edges, cheap and telling ones first; else: slot of the other field
    uint32_t count
    uint8_t kind                 # NodeKind
    uint8_t is_shared            # reached in more than one way

# A field, extracted once per event.
cdef struct Slot:
    uint64_t known               # twice the number of the event extracted for, plus one if there is a value
    FieldFn function
    const Arg *arg
    Value value

# A condition that a rule needs. Where further rules of the bucket need it, too, its
# failure rules all of them out.
cdef struct Need:
    uint32_t edge                # twice the index of a node, plus one if negated; LOOKUP: number of a lookup
    uint32_t mask                # first word of the rules that survive its failure; NO_MASK: no others need it

# Rules of a bucket that need one of many texts of a field: those that the event's text
# rules out are struck off at once.
cdef struct Lookup:
    const TextIndex *index
    uint32_t slot                # of the field
    uint64_t event               # number of the event that survivors are of
    uint64_t *survivors

cdef struct Entry:
    uint32_t rule_id
    uint32_t first               # needs of the rule, all of which must hold
    uint32_t count

# The rules of an event code, in order of definition.
cdef struct Bucket:
    uint32_t first               # entries
    uint32_t count
    uint32_t words               # of 64 rules, rounded up

cdef enum:
    CANDIDATES_MAX = 4096        # of one field; only a loop of state's own making could exceed it
    NO_MASK = 0xFFFFFFFF
    LOOKUP = 0xFFFFFFFE

cdef struct Program:
    uint64_t event               # number of the event being evaluated, from 1
    uint64_t *results            # per node: twice the event's number, plus the result
    Node *nodes
    uint32_t *edges              # twice the index of a node, plus one if negated
    Slot *slots
    Bucket *buckets              # the first is empty
    uint16_t *bucket_of          # by event code
    uint32_t codes               # length of bucket_of
    Entry *entries
    Need *needs
    Lookup *lookups
    uint32_t lookup_count
    uint64_t *masks
    uint64_t *alive              # scratch: rules of the bucket not yet decided
    uint8_t only_first           # stop at the first match


cdef class ProgramOwner:
    cdef Program program
    cdef list kept               # matchers and fields that the arrays point into
    cdef readonly int node_count

# See Ruleset.match.
cdef int program_match(Program *program, Context *context, uint32_t *rule_ids, uint32_t limit) except -1 nogil
