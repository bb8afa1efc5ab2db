# SPDX-License-Identifier: Apache-2.0
"""From checks and conditions to rules that can be matched.

RulesetBuilder is what the rule language calls; what it builds is specialised:
the rules of each event code have a program of their own, in which everything
that the code alone decides is decided, and from which rules are gone that no
event of the code can match.
"""

from libc.stdint cimport uint32_t
from libc.stdlib cimport free, malloc

from falcomod.engine.fields.field cimport (
    FIELD_ANY, FIELD_FILTER_ONLY, FIELD_LIST, FIELD_NO_RHS, FIELD_PRINT_ONLY, FIELD_WITHIN, FieldRef,
)
from falcomod.engine.match.program cimport program_match
from falcomod.engine.state.context cimport Context, ContextView

from falcomod.engine.decode import schema
from falcomod.engine.fields import registry
from falcomod.engine.match import graph
from falcomod.engine.match.decided import decided, is_of_code
from falcomod.engine.match.operators import prepare, prepare_between, split
from falcomod.engine.match.program import assemble
from falcomod.errors import CheckError, FieldError

MATCHING = ("first", "all")


cdef class Ruleset:

    cdef int match(self, Context *context, uint32_t *rule_ids, uint32_t limit) except -1 nogil:
        return program_match(&self.owner.program, context, rule_ids, limit)

    def constants(self, fields) -> frozenset:
        """What checks of the fields of these names compare with, as written."""
        checks = [node.check for node in self.graph.nodes if node.check is not None]
        return frozenset(
            value
            for check in checks
            if check.ref.name in fields
            for value in check.values
            if isinstance(value, str)
        )

    def matching(self, ContextView view) -> tuple:
        """Ids of the rules that match the event of a callback, in order."""
        cdef uint32_t limit = self.rule_count
        cdef uint32_t *rule_ids
        cdef int count, i
        if view.context is NULL:
            raise ValueError("the view is used outside its callback")
        rule_ids = <uint32_t *>malloc((limit + 1) * sizeof(uint32_t))
        if rule_ids is NULL:
            raise MemoryError
        try:
            count = self.match(view.context, rule_ids, limit)
            return tuple([rule_ids[i] for i in range(count)])
        finally:
            free(rule_ids)

    def rules_of(self, int code) -> tuple:
        """Ids of the rules that an event of *code* may match, in order."""
        return tuple([rule_id for rule_id, _ in self.buckets.get(code, ())])

    def describe(self) -> str:
        """For each event code its rules, with what is left of their conditions."""
        lines = []
        for code in sorted(self.buckets):
            lines.append(f"{schema.EVENTS[code].id}:")
            lines += [f"    {rule_id}: {self.graph.text(node)}" for rule_id, node in self.buckets[code]]
        return "".join(line + "\n" for line in lines)


class RulesetBuilder:
    """Collects conditions and rules.

    Nodes are ints, good for the builder that gave them; equal conditions are
    the same node.
    """

    def __init__(self, matching: str = "first") -> None:
        if matching not in MATCHING:
            raise ValueError(f"matching is {matching!r}, not one of {MATCHING}")
        self._only_first = matching == "first"
        self._graph = graph.Graph()
        self._refs = {}
        self._rules = []

    def check(self, field: str, operator: str, values, rhs: str = "") -> int:
        """The node of a check: *field* as written, *values* a sequence of str, or none and *rhs* another field.

        Fields may be expressions of transformers. Raises CheckError for an unknown
        field, for an operator that the field's type does not take, for a value that
        cannot be read, and for a field on the right side that cannot stand there.
        """
        cdef FieldRef ref = self._ref(field)
        cdef bint is_list = ref.row.flags & FIELD_LIST != 0
        if isinstance(values, str):
            raise TypeError("values is a str, not a sequence of them")
        if ref.row.flags & FIELD_PRINT_ONLY:
            raise CheckError(f"field {field} can be printed but not compared")
        if rhs:
            return self._between(ref, operator, rhs)
        if ref.row.flags & FIELD_WITHIN:
            operator = _within(field, operator)
        values = tuple(values)
        try:
            matcher = prepare(ref.row.type, operator, values, is_list)
        except CheckError as error:
            raise CheckError(f"{field}: {error}") from None
        if field == EVENT_TYPE:
            _check_event_types(operator, values)
        name, values = _canonical(operator, values, is_list)
        if name != operator:
            matcher = prepare(ref.row.type, name, values, is_list)
        return self._graph.check(graph.Check(ref, name, values, matcher), is_of_code(ref))

    def all_of(self, nodes) -> int:
        """The node that holds where all of *nodes* do; of none: always."""
        return self._graph.all_of(nodes)

    def any_of(self, nodes) -> int:
        """The node that holds where one of *nodes* does; of none: never."""
        return self._graph.any_of(nodes)

    def negate(self, node: int) -> int:
        """The node that holds where *node* does not, be it for lack of a value."""
        return node ^ 1

    def constant(self, value: bool) -> int:
        """The node that always or never holds."""
        return graph.TRUE if value else graph.FALSE

    def text(self, node: int) -> str:
        """The condition of *node*, as a user could write it."""
        return self._graph.text(node)

    def rule(self, rule_id: int, node: int, codes) -> None:
        """Adds a rule for events of *codes*; the order of calls is that of evaluation."""
        codes = frozenset(codes)
        unknown = codes - schema.EVENTS.keys()
        if unknown:
            raise ValueError(f"no such event codes: {sorted(unknown)}")
        self._rules.append((rule_id, node, codes))

    def build(self) -> Ruleset:
        """The rules given so far."""
        cdef Ruleset ruleset = Ruleset.__new__(Ruleset)
        buckets = {}
        for code in sorted(frozenset().union(*(codes for _, _, codes in self._rules))):
            rules = self._bucket(code)
            if rules:
                buckets[code] = rules
        ruleset.owner = assemble(self._graph, buckets, self._only_first)
        ruleset.rule_count = len(self._rules)
        ruleset.node_count = ruleset.owner.node_count
        ruleset.graph = self._graph
        ruleset.buckets = buckets
        return ruleset

    def _between(self, FieldRef ref, operator, rhs):
        """The node of a check with another field on the right side."""
        cdef FieldRef other = self._ref(rhs)
        cdef bint is_list = ref.row.flags & FIELD_LIST != 0
        if other.row.flags & (FIELD_NO_RHS | FIELD_ANY | FIELD_FILTER_ONLY | FIELD_PRINT_ONLY):
            raise CheckError(f"field {rhs} cannot be on the right side of a comparison")
        if is_list != (other.row.flags & FIELD_LIST != 0) or ref.row.type != other.row.type:
            raise CheckError(
                f"{ref.name} is {_type_text(ref)}, but {rhs} on the right side is {_type_text(other)}: "
                "both must have the same type"
            )
        try:
            matcher = prepare_between(ref.row.type, operator, is_list)
        except CheckError as error:
            raise CheckError(f"{ref.name}: {error}") from None
        name, _ = _canonical(operator, (), is_list)
        if name == "in" and not is_list:
            name = "="
        return self._graph.check(graph.Check(ref, name, (), matcher, other))

    def _ref(self, field):
        if field not in self._refs:
            try:
                self._refs[field] = registry.bind(field)
            except FieldError as error:
                raise CheckError(str(error)) from None
        return self._refs[field]

    def _bucket(self, code):
        """(rule id, node) of the rules that an event of *code* may match."""
        memo = {}

        def decide(check):
            return decided(check, code)

        rules = [
            (rule_id, self._graph.specialise(node, decide, memo))
            for rule_id, node, codes in self._rules
            if code in codes
        ]
        return tuple(rule for rule in rules if rule[1] != graph.FALSE)


def _canonical(operator, values, bint is_list):
    """One spelling for checks that mean the same."""
    name, modifier = split(operator)
    if modifier == "oneof":
        values = tuple(sorted(values))
    elif modifier or name in ("in", "intersects", "pmatch"):
        values = tuple(sorted(set(values)))
    if modifier and len(values) == 1:
        return name, values
    if modifier:
        # Of different constants one at most is equal.
        is_member = name == "=" and (modifier == "anyof" or (modifier == "oneof" and len(set(values)) == len(values)))
        return ("in", values) if is_member else (f"{name} {modifier}", values)
    if is_list:
        return name, values
    if name == "intersects":             # of a field with one value
        name = "in"
    if name == "in" and len(values) == 1:
        name = "="
    return name, values


def _within(field, operator):
    """What "=" means for a distance, the only operator that it takes."""
    if operator not in ("=", "=="):
        raise CheckError(f"{field} supports only the '=' operator, not '{operator}'")
    return "<="


def _check_event_types(operator, values):
    if split(operator)[0] in ("=", "!=", "in", "intersects"):
        for value in values:
            if not schema.codes_of(value):
                raise CheckError(f"unknown event type '{value}': expected the name of a system call or event")


def _type_text(FieldRef ref):
    is_list = ref.row.flags & FIELD_LIST
    return "a list" if is_list else f"of type {ref.info.type}"


EVENT_TYPE = "evt.type"
