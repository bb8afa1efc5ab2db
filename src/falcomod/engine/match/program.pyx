# SPDX-License-Identifier: Apache-2.0
"""Evaluation of one event, without Python.

assemble() lays the reachable part of a graph out as arrays; program_match()
runs over them.  Nothing is cleared between events: whatever is remembered
carries the number of the event it was found out for.

Two things keep the cost from growing with the number of rules.  A shared
condition is evaluated once per event.  And a condition that several rules of
a bucket need at their top level has a mask: when it fails, all of them are
struck off at once, so that a thousand rules about files cost hardly more than
one where no file was opened.

What such rules then need is a text, each another one, and for these there are lookups:
one pass over the field's text strikes off all rules that need others (textindex).
"""

from collections import Counter

from libc.stdint cimport uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from falcomod.engine.fields.field cimport FIELD_ANY, FIELD_ENDS, FieldRef
from falcomod.engine.match.matcher cimport Constant, Matcher, constant_of
from falcomod.engine.match.textindex cimport TextIndexOwner, textindex_new, textindex_survivors
from falcomod.engine.types cimport Value

from falcomod.engine.match.costs import reference_cost
from falcomod.engine.match.lookups import lookups_of
from falcomod.engine.match.merging import merged

# Of a lookup with its field, about, in ns.
LOOKUP_COST = 60

cdef extern from *:
    int __builtin_ctzll(unsigned long long word) noexcept nogil



cdef int program_match(Program *program, Context *context, uint32_t *rule_ids, uint32_t limit) except -1 nogil:
    cdef uint16_t code = context.event.code
    cdef const Bucket *bucket
    cdef const Entry *entry
    cdef uint32_t found = 0
    cdef uint32_t word
    if code >= program.codes or limit == 0:
        return 0
    bucket = &program.buckets[program.bucket_of[code]]
    if bucket.count == 0:
        return 0
    program.event += 1
    memset(program.alive, 0xFF, bucket.words * sizeof(uint64_t))
    program.alive[bucket.words - 1] >>= bucket.words * 64 - bucket.count
    for word in range(bucket.words):
        while program.alive[word]:
            entry = &program.entries[bucket.first + word * 64 + __builtin_ctzll(program.alive[word])]
            program.alive[word] &= program.alive[word] - 1
            if _entry_holds(program, context, bucket, entry):
                rule_ids[found] = entry.rule_id
                found += 1
                if program.only_first or found == limit:
                    return found
    return found


cdef inline int _entry_holds(
    Program *program, Context *context, const Bucket *bucket, const Entry *entry
) except -1 nogil:
    cdef const Need *need = &program.needs[entry.first]
    cdef const Need *end = need + entry.count
    cdef const uint64_t *mask
    cdef uint32_t word
    while need < end:
        if need.mask == <uint32_t>LOOKUP:
            if not _survives(program, context, bucket, need.edge, entry):
                return 0
        elif not _holds(program, context, need.edge >> 1) ^ <int>(need.edge & 1):
            if need.mask != <uint32_t>NO_MASK:
                mask = &program.masks[need.mask]
                for word in range(bucket.words):
                    program.alive[word] &= mask[word]
            return 0
        need += 1
    return 1


cdef int _survives(
    Program *program, Context *context, const Bucket *bucket, uint32_t number, const Entry *entry
) except -1 nogil:
    """Whether a lookup leaves the rule; the first time for an event it strikes off all that it does not leave."""
    cdef Lookup *lookup = &program.lookups[number]
    cdef Slot *slot = &program.slots[lookup.slot]
    cdef uint32_t position = <uint32_t>(entry - program.entries) - bucket.first
    cdef uint32_t word
    if lookup.event != program.event:
        lookup.event = program.event
        if _has_value(program, context, slot):
            textindex_survivors(lookup.index, slot.value.text.data, slot.value.text.size, lookup.survivors)
        else:
            memcpy(lookup.survivors, lookup.index.always, bucket.words * sizeof(uint64_t))
        for word in range(bucket.words):
            program.alive[word] &= lookup.survivors[word]
    return <int>(lookup.survivors[position // 64] >> (position % 64) & 1)


cdef int _holds(Program *program, Context *context, uint32_t index) except -1 nogil:
    """The result of a node; recurses at most graph.DEPTH_MAX deep."""
    cdef const Node *node = &program.nodes[index]
    cdef int result
    if not node.is_shared:
        return _result(program, context, node)
    if program.results[index] >> 1 == program.event:
        return <int>(program.results[index] & 1)
    result = _result(program, context, node)
    program.results[index] = program.event << 1 | <uint64_t>result
    return result


cdef inline int _result(Program *program, Context *context, const Node *node) except -1 nogil:
    if node.kind == NODE_CHECK:
        return _value_holds(program, context, node)
    if node.kind == NODE_ALL:
        return _all_hold(program, context, node)
    if node.kind == NODE_BETWEEN:
        return _values_hold(program, context, node)
    return _candidates_hold(program, context, node)


cdef inline int _all_hold(Program *program, Context *context, const Node *node) except -1 nogil:
    cdef uint32_t i, edge
    for i in range(node.first, node.first + node.count):
        edge = program.edges[i]
        if not _holds(program, context, edge >> 1) ^ <int>(edge & 1):
            return 0
    return 1


cdef inline int _value_holds(Program *program, Context *context, const Node *node) except -1 nogil:
    cdef Slot *slot = &program.slots[node.slot]
    return _has_value(program, context, slot) and node.holds(node.constant, &slot.value)


cdef inline int _has_value(Program *program, Context *context, Slot *slot) except -1 nogil:
    if slot.known >> 1 != program.event:
        slot.known = program.event << 1 | <uint64_t>slot.function(context, slot.arg, &slot.value)
    return <int>(slot.known & 1)


cdef int _values_hold(Program *program, Context *context, const Node *node) except -1 nogil:
    cdef Slot *slot = &program.slots[node.slot]
    cdef Constant other
    return (
        _has_value(program, context, slot)
        and _read_other(program, context, node, &other)
        and node.holds(&other, &slot.value)
    )


cdef int _candidates_hold(Program *program, Context *context, const Node *node) except -1 nogil:
    cdef const Slot *slot = &program.slots[node.slot]
    cdef const Constant *constant = node.constant
    cdef bint every = node.kind == NODE_EVERY
    cdef Constant other
    cdef Value value
    cdef uint32_t i
    if constant is NULL:
        if not _read_other(program, context, node, &other):
            return 0
        constant = &other
    for i in range(<uint32_t>CANDIDATES_MAX):
        value.number = i
        if slot.function(context, slot.arg, &value) == 0:
            return every and i > 0
        if node.holds(constant, &value) != every:
            return not every
    return 0


cdef inline int _read_other(Program *program, Context *context, const Node *node, Constant *out) except -1 nogil:
    """The value of the field on the right side as a constant; 0 if it has none."""
    cdef Slot *slot = &program.slots[node.first]
    if not _has_value(program, context, slot):
        return 0
    constant_of(&slot.value, out)
    return 1


cdef class ProgramOwner:

    def __cinit__(self):
        memset(&self.program, 0, sizeof(self.program))
        self.kept = []

    def __dealloc__(self):
        cdef uint32_t number
        for number in range(self.program.lookup_count):
            free(self.program.lookups[number].survivors)
        free(self.program.lookups)
        free(self.program.results)
        free(self.program.nodes)
        free(self.program.edges)
        free(self.program.slots)
        free(self.program.buckets)
        free(self.program.bucket_of)
        free(self.program.entries)
        free(self.program.needs)
        free(self.program.masks)
        free(self.program.alive)


def assemble(graph, buckets, bool only_first) -> ProgramOwner:
    """The program of *buckets*: event code → [(rule id, handle), …] in order of definition."""
    cdef ProgramOwner owner = ProgramOwner.__new__(ProgramOwner)
    layout = Layout(graph, {tuple(rules) for rules in buckets.values() if rules})
    owner.program.only_first = only_first
    owner.node_count = len(layout.place)
    _lay_nodes(owner, graph, layout)
    _lay_buckets(owner, layout)
    _lay_lookups(owner, layout)
    _lay_codes(owner, layout, buckets)
    return owner


class Layout:
    """What stands where: decided here, written by the functions below."""

    def __init__(self, graph, buckets):
        self.graph = graph
        self.shared = set()              # indices of nodes to remember results of
        self.buckets = sorted(buckets)   # of ((rule id, handle), …); the empty one is not among them
        self.costs = {}                  # index → (cost, chance)
        self.lookups = []                # Lookup
        self.slots = {}                  # name of a field → number of its slot
        self.aliases = {}                # index of an all-of node → the only handle that it is all of
        self.edges = {}                  # index of an all-of node → handles in order of evaluation
        self.entries = []                # per bucket: [(rule id, needed handles), …]
        self.place = {}                  # index in the graph → index in the program
        self._find_shared()
        self._order_nodes()
        self.entries = [self._entries_of(bucket) for bucket in self.buckets]
        self._place_nodes()

    def expanded(self, handle):
        """Handles that must all hold for *handle* to: it, or what it is all of if nobody else refers to it."""
        waiting, found = [handle], []
        while waiting:
            handle = waiting.pop()
            node = self.graph.nodes[handle >> 1]
            if handle & 1 or not node.children or handle >> 1 in self.shared:
                found.append(handle)
            else:
                waiting.extend(node.children)
        return list(dict.fromkeys(found))

    def _find_shared(self):
        for bucket in self.buckets:
            references = Counter(handle >> 1 for _, handle in bucket)
            for index in self.graph.below(handle for _, handle in bucket):
                references.update(child >> 1 for child in self.graph.nodes[index].children)
            self.shared.update(index for index, count in references.items() if count > 1)

    def _order_nodes(self):
        roots = [handle for bucket in self.buckets for _, handle in bucket]
        for index in reversed(self.graph.below(roots)):
            node = self.graph.nodes[index]
            if node.check is not None:
                self._weigh(index)
            elif node.children:
                handles = [part for child in node.children for part in self.expanded(child)]
                handles = self._merged(dict.fromkeys(map(self._shortened, handles)))
                handles = sorted(handles, key=self._rank)
                self.edges[index] = handles
                self.costs[index] = self._cost_of_all(handles)
                if len(handles) == 1:
                    self.aliases[index] = handles[0]
                    if index in self.shared:
                        self.shared.add(handles[0] >> 1)
            else:
                self.costs[index] = (0, 1.0)
                self.edges[index] = []

    def _merged(self, handles):
        handles = merged(self.graph, handles, self.shared)
        for handle in handles:
            if handle >> 1 not in self.costs:
                self._weigh(handle >> 1)
        return handles

    def _shortened(self, handle):
        """What a handle leads to in the end: an all-of of one is that one."""
        return self.aliases.get(handle >> 1, handle & ~1) ^ (handle & 1)

    def _weigh(self, index):
        check = self.graph.nodes[index].check
        cost = reference_cost(check.ref) + check.matcher.cost
        cost += reference_cost(check.rhs) if check.rhs else 0
        self.costs[index] = (cost, check.matcher.chance / 100)

    def _cost_of_all(self, handles):
        cost, chance = 0.0, 1.0
        for handle in handles:
            cost += chance * self.costs[handle >> 1][0]
            chance *= self._chance(handle)
        return cost, chance

    def _chance(self, handle):
        chance = self.costs[handle >> 1][1]
        return 1 - chance if handle & 1 else chance

    def _rank(self, handle):
        # The order by cost per chance of failure is the cheapest one for independent conditions.
        return self.costs[handle >> 1][0] / max(0.01, 1 - self._chance(handle)), handle

    def _entries_of(self, bucket):
        entries = [(rule_id, self._merged(self.expanded(handle))) for rule_id, handle in bucket]
        uses = Counter(handle for _, handles in entries for handle in handles)

        def rank(handle):
            if handle < 0:
                return LOOKUP_COST / uses[handle], handle
            cost, _ = self._rank(handle)
            return cost / uses[handle], handle

        for lookup in lookups_of(self.graph, entries):
            self.lookups.append(lookup)
            lookup.size = len(entries)
            # What is no handle of a node: a lookup, by its number.
            handle = -len(self.lookups)
            uses[handle] = len(lookup.positions)
            for position in lookup.positions:
                entries[position][1].append(handle)
        # Shortened only now: lookups_of() looks at what an "or" is made of.
        return [
            (rule_id, list(dict.fromkeys(
                handle if handle < 0 else self._shortened(handle) for handle in sorted(handles, key=rank)
            )))
            for rule_id, handles in entries
        ]

    def _place_nodes(self):
        """Only what is referred to gets a place: nodes whose children were taken over do not."""
        waiting = [handle >> 1 for entries in self.entries for _, handles in entries for handle in handles]
        found = set()
        while waiting:
            index = waiting.pop()
            if index >= 0 and index not in found:
                found.add(index)
                waiting.extend(handle >> 1 for handle in self.edges.get(index, ()))
        self.place = {index: place for place, index in enumerate(sorted(found))}


cdef void *_array(size_t count, size_t size) except NULL:
    cdef void *memory = calloc(count + 1, size)
    if memory is NULL:
        raise MemoryError
    return memory


cdef uint32_t _placed(layout, handle) except? 0xFFFFFFFF:
    return 2 * layout.place[handle >> 1] + (handle & 1)


cdef int _lay_nodes(ProgramOwner owner, graph, layout) except -1:
    cdef Program *program = &owner.program
    cdef Node *node
    cdef uint32_t edges = 0
    program.nodes = <Node *>_array(len(layout.place), sizeof(Node))
    program.results = <uint64_t *>_array(len(layout.place), sizeof(uint64_t))
    program.slots = <Slot *>_array(2 * len(layout.place), sizeof(Slot))
    program.edges = <uint32_t *>_array(sum(map(len, layout.edges.values())), sizeof(uint32_t))
    for index, place in layout.place.items():
        node = &program.nodes[<uint32_t>place]
        node.is_shared = index in layout.shared
        check = graph.nodes[index].check
        if check is not None:
            _lay_check(owner, node, check, layout.slots)
            continue
        node.kind = NODE_ALL
        node.first = edges
        for handle in layout.edges[index]:
            program.edges[edges] = _placed(layout, handle)
            edges += 1
        node.count = edges - node.first
    return 0


cdef int _lay_check(ProgramOwner owner, Node *node, check, dict slots) except -1:
    cdef FieldRef ref = check.ref
    cdef Matcher matcher = check.matcher
    node.kind = NODE_CHECK if check.rhs is None else NODE_BETWEEN
    if ref.row.flags & FIELD_ANY:
        node.kind = NODE_EVERY if ref.row.flags & FIELD_ENDS and check.operator == "!=" else NODE_SOME
    node.holds = matcher.holds
    node.slot = _slot_of(owner, ref, slots)
    owner.kept.append(matcher)
    if check.rhs is None:
        node.constant = &matcher.constant
    else:
        node.first = _slot_of(owner, check.rhs, slots)
    return 0


cdef uint32_t _slot_of(ProgramOwner owner, FieldRef ref, dict slots) except? 0xFFFFFFFF:
    cdef uint32_t number = slots.setdefault(ref.name, len(slots))
    cdef Slot *slot = &owner.program.slots[number]
    if slot.function is NULL:
        owner.kept.append(ref)
        slot.function = ref.row.function
        slot.arg = &ref.arg
    return number


cdef int _lay_buckets(ProgramOwner owner, layout) except -1:
    cdef Program *program = &owner.program
    cdef Bucket *bucket
    cdef uint32_t entries = 0
    cdef uint32_t needs = 0
    masks = []
    every = [handles for bucket_entries in layout.entries for _, handles in bucket_entries]
    program.buckets = <Bucket *>_array(1 + len(layout.entries), sizeof(Bucket))
    program.entries = <Entry *>_array(len(every), sizeof(Entry))
    program.needs = <Need *>_array(sum(map(len, every)), sizeof(Need))
    for number, bucket_entries in enumerate(layout.entries, 1):
        bucket = &program.buckets[<uint32_t>number]
        bucket.first = entries
        bucket.count = len(bucket_entries)
        bucket.words = (bucket.count + 63) // 64
        offsets = _masks_of(bucket_entries, bucket.words, masks)
        for rule_id, handles in bucket_entries:
            program.entries[entries].rule_id = rule_id
            program.entries[entries].first = needs
            program.entries[entries].count = len(handles)
            entries += 1
            for handle in handles:
                if handle < 0:
                    program.needs[needs].edge = <uint32_t>(-1 - <int>handle)
                    program.needs[needs].mask = LOOKUP
                else:
                    program.needs[needs].edge = _placed(layout, handle)
                    program.needs[needs].mask = offsets.get(handle, <uint32_t>NO_MASK)
                needs += 1
    words = max((program.buckets[<uint32_t>number].words for number in range(1 + len(layout.entries))))
    program.alive = <uint64_t *>_array(words, sizeof(uint64_t))
    program.masks = <uint64_t *>_array(len(masks), sizeof(uint64_t))
    for place, word in enumerate(masks):
        program.masks[<uint32_t>place] = word
    return 0


cdef int _lay_lookups(ProgramOwner owner, layout) except -1:
    cdef Program *program = &owner.program
    cdef Lookup *row
    cdef TextIndexOwner index
    program.lookups = <Lookup *>_array(len(layout.lookups), sizeof(Lookup))
    for lookup in layout.lookups:
        index = textindex_new(lookup.patterns, lookup.size)
        owner.kept.append(index)
        row = &program.lookups[program.lookup_count]
        row.index = &index.index
        row.slot = layout.slots[lookup.ref.name]
        row.survivors = <uint64_t *>_array(index.index.words, sizeof(uint64_t))
        program.lookup_count += 1
    return 0


def _masks_of(entries, words, masks):
    """Appends to *masks* the words for conditions of several entries; handle → where its words begin."""
    members = {}
    for position, (_, handles) in enumerate(entries):
        for handle in handles:
            if handle >= 0:
                members.setdefault(handle, []).append(position)
    offsets = {}
    for handle, positions in members.items():
        # At least as many rules as a mask has words: all masks together are then no
        # larger than the list of needs.
        if len(positions) >= max(2, words):
            survivors = (1 << (64 * words)) - 1
            for position in positions:
                survivors ^= 1 << position
            offsets[handle] = len(masks)
            masks.extend((survivors >> (64 * word)) & 0xFFFFFFFFFFFFFFFF for word in range(words))
    return offsets


cdef int _lay_codes(ProgramOwner owner, layout, dict buckets) except -1:
    cdef Program *program = &owner.program
    numbers = {bucket: number for number, bucket in enumerate(layout.buckets, 1)}
    program.codes = max(buckets, default=-1) + 1
    program.bucket_of = <uint16_t *>_array(program.codes, sizeof(uint16_t))
    for code, rules in buckets.items():
        program.bucket_of[<uint32_t>code] = numbers.get(tuple(rules), 0)
    return 0
