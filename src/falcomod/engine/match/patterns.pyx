# SPDX-License-Identifier: Apache-2.0
"""Many checks of one text, of which any, all or exactly one has to hold.

What rules write as a list of constants (``startswith anyof (/etc, /usr)``) or as an "or"
of checks of one field is one matcher here.  Where any is enough, constants stand together
in a table for each kind of comparison, so that a value is looked at a few times and not
once for each constant.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp

from falcomod.engine.match.automaton cimport AutomatonOwner, automaton_finds, automaton_new
from falcomod.engine.match.matcher cimport Constant, Matcher, comparison, matcher_new
from falcomod.engine.match.textset cimport TextSetOwner, textset_has, textset_new
from falcomod.engine.types cimport Value

# Fewer texts are found sooner one after the other.
PARTS_MIN = 4
FOLDED_MIN = 2


cdef bint any_fits(const Constant *constant, const Value *value) noexcept nogil:
    cdef const Patterns *patterns = <const Patterns *>constant.table
    cdef const char *data = value.text.data
    cdef uint32_t size = value.text.size
    cdef uint32_t i
    if patterns.whole is not NULL and textset_has(patterns.whole, data, size):
        return True
    if patterns.starts.count and _begins(&patterns.starts, data, size):
        return True
    if patterns.ends.count and _ends(&patterns.ends, data, size):
        return True
    if patterns.parts is not NULL and automaton_finds(patterns.parts, data, size):
        return True
    if patterns.folded is not NULL and automaton_finds(patterns.folded, data, size):
        return True
    for i in range(patterns.count):
        if patterns.singles[i].holds(patterns.singles[i].constant, value):
            return True
    return False


cdef bint all_fit(const Constant *constant, const Value *value) noexcept nogil:
    cdef const Patterns *patterns = <const Patterns *>constant.table
    cdef uint32_t i
    for i in range(patterns.count):
        if not patterns.singles[i].holds(patterns.singles[i].constant, value):
            return False
    return True


cdef bint one_fits(const Constant *constant, const Value *value) noexcept nogil:
    cdef const Patterns *patterns = <const Patterns *>constant.table
    cdef uint32_t found = 0
    cdef uint32_t i
    for i in range(patterns.count):
        found += patterns.singles[i].holds(patterns.singles[i].constant, value)
        if found > 1:
            return False
    return found == 1


cdef bint none_equal(const Constant *constant, const Value *value) noexcept nogil:
    cdef const Patterns *patterns = <const Patterns *>constant.table
    return not textset_has(patterns.whole, value.text.data, value.text.size)


cdef bint nothing_fits(const Constant *constant, const Value *value) noexcept nogil:
    return False


cdef bint _begins(const Edges *edges, const char *data, uint32_t size) noexcept nogil:
    """Whether the last of the texts that are not greater than *data* is its beginning."""
    cdef uint32_t low = 0
    cdef uint32_t high = edges.count
    cdef uint32_t middle, common
    cdef int order
    while low < high:
        middle = (low + high) >> 1
        common = min(edges.texts[middle].size, size)
        order = memcmp(edges.texts[middle].data, data, common)
        if order == 0 and common == edges.texts[middle].size:
            return True
        if order < 0:
            low = middle + 1
        else:
            high = middle
    return False


cdef bint _ends(const Edges *edges, const char *data, uint32_t size) noexcept nogil:
    """The same from the end."""
    cdef uint32_t low = 0
    cdef uint32_t high = edges.count
    cdef uint32_t middle, i, common
    cdef const Str *text
    cdef uint8_t here, there
    while low < high:
        middle = (low + high) >> 1
        text = &edges.texts[middle]
        common = min(text.size, size)
        i = 0
        here = there = 0
        while i < common:
            i += 1
            here = <uint8_t>text.data[text.size - i]
            there = <uint8_t>data[size - i]
            if here != there:
                break
        if here == there and common == text.size:
            return True
        if here < there:
            low = middle + 1
        else:
            high = middle
    return False


cdef class PatternsOwner:

    def __cinit__(self):
        self.kept = []

    def __dealloc__(self):
        free(self.patterns.starts.texts)
        free(self.patterns.ends.texts)
        free(self.patterns.singles)

    cdef int take_edges(self, Edges *edges, list texts, bint from_end) except -1:
        cdef uint32_t i
        cdef bytes text
        texts = [text[::-1] for text in texts] if from_end else texts
        sorted_ = []
        for text in sorted(set(texts)):
            # One that begins with another, which then stands before it, says nothing new.
            if not (sorted_ and text.startswith(sorted_[len(sorted_) - 1])):
                sorted_.append(text)
        sorted_ = [text[::-1] for text in sorted_] if from_end else sorted_
        edges.texts = <Str *>calloc(len(sorted_) + 1, sizeof(Str))
        if edges.texts is NULL:
            raise MemoryError
        edges.count = <uint32_t>len(sorted_)
        self.kept.append(sorted_)
        for i in range(edges.count):
            text = sorted_[i]
            edges.texts[i].data = PyBytes_AS_STRING(text)
            edges.texts[i].size = <uint32_t>PyBytes_GET_SIZE(text)
        return 0

    cdef int take_singles(self, list matchers) except -1:
        cdef Matcher matcher
        cdef uint32_t i
        self.kept.append(matchers)
        self.patterns.singles = <Single *>calloc(len(matchers) + 1, sizeof(Single))
        if self.patterns.singles is NULL:
            raise MemoryError
        self.patterns.count = <uint32_t>len(matchers)
        for i in range(self.patterns.count):
            matcher = matchers[i]
            self.patterns.singles[i].holds = matcher.holds
            self.patterns.singles[i].constant = &matcher.constant
        return 0


def several(str modifier, checks) -> Matcher:
    """The matcher for "anyof", "allof" or "oneof" of *checks*: (operator, constant as bytes, its Matcher) each."""
    cdef PatternsOwner owner = PatternsOwner.__new__(PatternsOwner)
    cdef Matcher matcher
    matchers = [check[2] for check in checks]
    if not matchers:
        return matcher_new(comparison(nothing_fits, 0, 0))
    if modifier == "anyof":
        matcher = _any_of(owner, checks)
    elif modifier == "oneof":
        owner.take_singles(matchers)
        matcher = matcher_new(comparison(one_fits, _cost_of(matchers), 10))
    elif {check[0] for check in checks} == {"!="}:
        _take_whole(owner, [check[1] for check in checks])
        matcher = matcher_new(comparison(none_equal, 6, 90))
    else:
        owner.take_singles(matchers)
        matcher = matcher_new(comparison(all_fit, _cost_of(matchers), 5))
    matcher.owned = owner
    matcher.constant.table = &owner.patterns
    return matcher


cdef Matcher _any_of(PatternsOwner owner, checks):
    cdef AutomatonOwner automaton
    texts = {}
    for operator, text, _ in checks:
        texts.setdefault(operator, []).append(text)
    singles = [matcher for operator, _, matcher in checks if operator not in TABLES]
    if "=" in texts:
        _take_whole(owner, texts["="])
    if "startswith" in texts:
        owner.take_edges(&owner.patterns.starts, texts["startswith"], False)
    if "endswith" in texts:
        owner.take_edges(&owner.patterns.ends, texts["endswith"], True)
    automaton = _automaton(texts.get("contains", ()), PARTS_MIN, False)
    if automaton is not None:
        owner.kept.append(automaton)
        owner.patterns.parts = &automaton.automaton
    else:
        singles += [matcher for operator, _, matcher in checks if operator == "contains"]
    automaton = _automaton([text.lower() for text in texts.get("icontains", ())], FOLDED_MIN, True)
    if automaton is not None:
        owner.kept.append(automaton)
        owner.patterns.folded = &automaton.automaton
    else:
        singles += [matcher for operator, _, matcher in checks if operator == "icontains"]
    owner.take_singles(singles)
    tables = sum(TABLES[operator] for operator in texts if operator in TABLES)
    # A guess, as that of every comparison.
    chance = min(90, 10 + 5 * len(checks))
    return matcher_new(comparison(any_fits, 2 + tables + _cost_of(singles), chance))


cdef AutomatonOwner _automaton(texts, int least, bint any_case):
    """One that looks for *texts*; None where they are too few or too many, or one is in everything."""
    if len(texts) < least or b"" in texts:
        return None
    return automaton_new(list(texts), any_case)


cdef int _take_whole(PatternsOwner owner, texts) except -1:
    cdef TextSetOwner whole = textset_new(texts)
    owner.kept.append(whole)
    owner.patterns.whole = &whole.table
    return 0


cdef int _cost_of(matchers) except -1:
    return sum([(<Matcher>matcher).cost for matcher in matchers])


# What a table for many constants of an operator costs, about, in ns.
TABLES = {"=": 6, "startswith": 12, "endswith": 12, "contains": 60, "icontains": 60}
