# SPDX-License-Identifier: Apache-2.0
"""Transformers: tolower(proc.name), join(",", (proc.name, user.name)), getopt(…)[c] …

Each is a field's function over the values of its arguments, which it asks for itself;
what it makes lives in the event's arena.  An argument without a value leaves the
transformer without one.  Those of one text take a list as well and are applied to every
item.  fields.expression reads them and puts them together.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.string cimport memchr, memcpy

from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arena, Arg, Str, Value, arena_take

cdef enum:
    TEXT_MAX = 1 << 20           # bytes of a text that is put together; a longer one is no value
    ITEMS_MAX = 1 << 16          # of a list, likewise

# Of one text: 1, 0 for no value, -1 when memory is out.
ctypedef int (*TextFn)(Arena *arena, const Str *text, Str *out) noexcept nogil


cdef int give_constant(Context *context, const Arg *arg, Value *out) except -1 nogil:
    """The text of the argument itself."""
    out.text = arg.text
    return 1


cdef int give_list(Context *context, const Arg *arg, Value *out) except -1 nogil:
    """The list of the arguments' texts."""
    cdef const Call *call = <const Call *>arg.call
    cdef Str *items = <Str *>_take(context, call.count * sizeof(Str))
    cdef uint32_t i
    for i in range(call.count):
        if call.terms[i].function(context, call.terms[i].arg, out) == 0:
            return 0
        items[i] = out.text
    return _give_items(items, call.count, out)


cdef int tolower(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _applied(context, arg, out, _lower)


cdef int toupper(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _applied(context, arg, out, _upper)


cdef int b64(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _applied(context, arg, out, _decoded)


cdef int basename(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _applied(context, arg, out, _base)


cdef int length(Context *context, const Arg *arg, Value *out) except -1 nogil:
    """How many items a list has, or bytes a buffer, or bytes a text up to its first NUL."""
    cdef const Term *term = (<const Call *>arg.call).terms
    cdef const char *end
    if term.function(context, term.arg, out) == 0:
        return 0
    if not term.is_list:
        end = NULL
        if not term.is_buffer and out.text.size:
            end = <const char *>memchr(out.text.data, 0, out.text.size)
        out.number = end - out.text.data if end is not NULL else out.text.size
    return 1


cdef int join(Context *context, const Arg *arg, Value *out) except -1 nogil:
    """The items of the second argument with the first between them."""
    cdef const Term *terms = (<const Call *>arg.call).terms
    cdef Value between
    if terms[0].function(context, terms[0].arg, &between) == 0:
        return 0
    if terms[1].function(context, terms[1].arg, out) == 0:
        return 0
    return _give_joined(context, out.items, out.number, &between.text, out)


cdef int concat(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Str nothing
    nothing.data = b""
    nothing.size = 0
    if give_list(context, arg, out) == 0:
        return 0
    return _give_joined(context, out.items, out.number, &nothing, out)


cdef int getopt(Context *context, const Arg *arg, Value *out) except -1 nogil:
    """Options of a command line, or the value of one of them.

    As getopt(3) with POSIXLY_CORRECT: reading ends at "--" and at the first that is no
    option. Long options are passed over. An option that wants a value and is the last
    has the value "".
    """
    cdef const Call *call = <const Call *>arg.call
    cdef Value options
    cdef Str *found
    cdef uint32_t room
    if call.terms[1].function(context, call.terms[1].arg, &options) == 0:
        return 0
    if call.terms[0].function(context, call.terms[0].arg, out) == 0:
        return 0
    # Every byte is an option, with a value at most.
    room = 2 * _bytes_of(out)
    if room > <uint32_t>ITEMS_MAX:
        return 0
    found = <Str *>_take(context, room * sizeof(Str))
    return _give_options(found, _options(out, &options.text, found), call.option, out)


# Of one text -----------------------------------------------------------------------------


cdef int _applied(Context *context, const Arg *arg, Value *out, TextFn function) except -1 nogil:
    """The only argument, or every item of it, with *function* applied."""
    cdef const Term *term = (<const Call *>arg.call).terms
    cdef Str *items
    cdef int64_t i
    if term.function(context, term.arg, out) == 0:
        return 0
    if not term.is_list:
        if term.is_buffer:
            while out.text.size and out.text.data[out.text.size - 1] == 0:
                out.text.size -= 1
        return _checked(function(context.arena, &out.text, &out.text))
    if not 0 <= out.number <= ITEMS_MAX:
        return 0
    items = <Str *>_take(context, <uint32_t>out.number * sizeof(Str))
    for i in range(out.number):
        if _checked(function(context.arena, &out.items[i], &items[i])) == 0:
            return 0
    return _give_items(items, <uint32_t>out.number, out)


cdef int _lower(Arena *arena, const Str *text, Str *out) noexcept nogil:
    return _cased(arena, text, out, c"A", c"Z")


cdef int _upper(Arena *arena, const Str *text, Str *out) noexcept nogil:
    return _cased(arena, text, out, c"a", c"z")


cdef inline int _cased(Arena *arena, const Str *text, Str *out, char first, char last) noexcept nogil:
    """The text with the other case of every ASCII letter from *first* to *last*."""
    cdef uint32_t i = 0
    cdef char *data
    while i < text.size and not first <= text.data[i] <= last:
        i += 1
    if i == text.size:
        out[0] = text[0]
        return 1
    data = arena_take(arena, text.size)
    if data is NULL:
        return -1
    memcpy(data, text.data, text.size)
    while i < text.size:
        if first <= data[i] <= last:
            data[i] ^= 0x20
        i += 1
    out.size = text.size
    out.data = data
    return 1


cdef int _base(Arena *arena, const Str *text, Str *out) noexcept nogil:
    """What stands after the last slash."""
    cdef uint32_t at = text.size
    while at and text.data[at - 1] != c"/":
        at -= 1
    out.size = text.size - at
    out.data = text.data + at
    return 1


cdef int _decoded(Arena *arena, const Str *text, Str *out) noexcept nogil:
    """The bytes of base64 (RFC 4648, section 4) that is not padded."""
    cdef uint32_t size = text.size
    cdef uint32_t bits = 0
    cdef uint32_t held = 0               # bits of it that are not given out yet
    cdef uint32_t i
    cdef uint32_t place = 0
    cdef int digit
    cdef char *data
    if size % 4 == 1:
        return 0
    data = arena_take(arena, size + 1)
    if data is NULL:
        return -1
    for i in range(size):
        digit = _digit(<uint8_t>text.data[i])
        if digit < 0:
            return 0
        bits = bits << 6 | <uint32_t>digit
        held += 6
        if held >= 8:
            held -= 8
            data[place] = <char>(bits >> held & 0xFF)
            place += 1
    out.data = data
    out.size = place
    return 1


cdef inline int _digit(uint8_t byte) noexcept nogil:
    if c"A" <= byte <= c"Z":
        return byte - c"A"
    if c"a" <= byte <= c"z":
        return byte - c"a" + 26
    if c"0" <= byte <= c"9":
        return byte - c"0" + 52
    if byte == c"+":
        return 62
    return 63 if byte == c"/" else -1


# getopt ----------------------------------------------------------------------------------


cdef uint32_t _bytes_of(const Value *list_) noexcept nogil:
    """How many bytes the items have, or one more than ITEMS_MAX."""
    cdef uint32_t total = 0
    cdef int64_t i
    for i in range(list_.number):
        if list_.items[i].size > <uint32_t>ITEMS_MAX - total:
            return ITEMS_MAX + 1
        total += list_.items[i].size
    return total


cdef uint32_t _options(const Value *words, const Str *known, Str *found) noexcept nogil:
    """Options and their values in turn; one without a value has data NULL there. Returns how many texts."""
    cdef uint32_t count = 0
    cdef const Str *word
    cdef uint32_t at
    cdef int64_t i = 0
    cdef int wants
    while i < words.number:
        word = &words.items[i]
        i += 1
        if word.size < 2 or word.data[0] != c"-":
            break
        if word.data[1] == c"-":
            if word.size == 2:
                break
            continue
        at = 1
        while at < word.size:
            wants = _wanted(known, word.data[at])
            found[count].data = word.data + at
            if wants < 0:
                found[count].data = b"?"
            found[count].size = 1
            found[count + 1].data = NULL
            found[count + 1].size = 0
            at += 1
            if wants > 0:
                if at < word.size:
                    found[count + 1].data = word.data + at
                    found[count + 1].size = word.size - at
                elif wants == 1 and i < words.number:
                    found[count + 1] = words.items[i]
                    i += 1
                else:
                    found[count + 1].data = b""
                at = word.size
            count += 2
    return count


cdef int _wanted(const Str *known, char option) noexcept nogil:
    """Of an option: 0 it has no value, 1 it has one, 2 it may have one in the same word; -1 not known."""
    cdef uint32_t i
    cdef int colons = 0
    if option == c":":
        return -1
    for i in range(known.size):
        if known.data[i] == option:
            while colons < 2 and i + 1 + colons < known.size and known.data[i + 1 + colons] == c":":
                colons += 1
            return colons
    return -1


cdef int _give_options(Str *found, uint32_t count, uint8_t option, Value *out) except -1 nogil:
    """All options with their values as one list; or the last value of *option*, itself where it takes none."""
    cdef uint32_t i = 0
    cdef uint32_t place = 0
    cdef bint given = False
    while i < count:
        if option and <uint8_t>found[i].data[0] == option:
            given = True
            out.text = found[i] if found[i + 1].data is NULL else found[i + 1]
        found[place] = found[i]
        place += 1
        if found[i + 1].data is not NULL:
            found[place] = found[i + 1]
            place += 1
        i += 2
    if option:
        return given
    return _give_items(found, place, out) if place else 0


# Memory ----------------------------------------------------------------------------------


cdef int _give_joined(
    Context *context, const Str *items, int64_t count, const Str *between, Value *out
) except -1 nogil:
    cdef uint32_t size = 0
    cdef uint32_t place = 0
    cdef int64_t i
    cdef char *data
    for i in range(count):
        if items[i].size > <uint32_t>TEXT_MAX - size or between.size > <uint32_t>TEXT_MAX - size - items[i].size:
            return 0
        size += items[i].size + between.size
    data = <char *>_take(context, size)
    for i in range(count):
        if i and between.size:
            memcpy(data + place, between.data, between.size)
            place += between.size
        if items[i].size:
            memcpy(data + place, items[i].data, items[i].size)
            place += items[i].size
    out.text.data = data
    out.text.size = place
    return 1


cdef inline int _give_items(const Str *items, uint32_t count, Value *out) except -1 nogil:
    out.items = items
    out.number = count
    return 1


cdef inline void *_take(Context *context, size_t size) except NULL nogil:
    """At least one byte of the arena."""
    cdef void *memory = arena_take(context.arena, <uint32_t>size + 1)
    if memory is NULL:
        with gil:
            raise MemoryError("no memory for what a transformer makes")
    return memory


cdef inline int _checked(int result) except -1 nogil:
    if result < 0:
        with gil:
            raise MemoryError("no memory for what a transformer makes")
    return result


cdef class Transformer:

    def __repr__(self):
        return f"<Transformer {self.signature}>"

    @property
    def signature(self) -> str:
        """As documentation shows it: "concat(text, text, ...)", "getopt(list, text)[c]"."""
        more = ", ..." if self.is_variadic else ""
        option = "[c]" if self.has_option else ""
        return f"{self.name}({', '.join(self.arguments)}{more}){option}"


cdef Transformer _row(
    str name, FieldFn function, str doc, tuple arguments, str result,
    bint is_variadic=False, bint has_option=False,
):
    cdef Transformer row = Transformer.__new__(Transformer)
    row.name = name
    row.function = function
    row.doc = doc
    row.arguments = arguments
    row.result = result
    row.is_variadic = is_variadic
    row.has_option = has_option
    return row


# What the words in a row's arguments stand for: the kinds of value that fit.
ARGUMENT_KINDS = {
    "text": ("text",),
    "text or list": ("text", "list"),
    "text, buffer or list": ("text", "buffer", "list"),
    "list": ("list",),
}

TRANSFORMERS = {
    row.name: row for row in (
        _row("tolower", tolower, "the text in lower case, of ASCII letters", ("text or list",), "same"),
        _row("toupper", toupper, "the text in upper case, of ASCII letters", ("text or list",), "same"),
        _row("b64", b64, "what base64 without padding stands for; no value where it is none",
             ("text, buffer or list",), "same"),
        _row("basename", basename, "what stands after the last slash of a path", ("text or list",), "same"),
        _row("len", length, "how many bytes a text or buffer has, or items a list",
             ("text, buffer or list",), "number"),
        _row("join", join, "the items of a list with a text between them", ("text", "list"), "text"),
        _row("concat", concat, "texts one after the other", ("text", "text"), "text", True),
        _row("getopt", getopt,
             "the options in a list of words and their values; with [c], the last value of option c",
             ("list", "text"), "list", False, True),
    )
}
