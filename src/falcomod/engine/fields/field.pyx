# SPDX-License-Identifier: Apache-2.0
"""Rows of fields, and references to them as rules and output templates make them.

A class of fields (proc.pyx, fd.pyx …) declares each field under the function
that computes it, by bind(); fields.registry imports all of them and is what
others ask.  The table only grows while those modules are imported.
"""

from __future__ import annotations

from typing import NamedTuple

from falcomod.errors import FieldError

from libc.string cimport memset

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.printing cimport object_of_value, text_of_value
from falcomod.engine.types cimport Value

cdef enum:
    FIELDS_MAX = 640             # more than the reference has
    CANDIDATES_MAX = 64          # of a field with several, when printed

cdef FieldRow ROWS[FIELDS_MAX]
cdef list _kept = []             # the bytes that ROWS points into
cdef dict _prepare = {}          # name → function called with each new FieldRef
cdef object _class = None        # FieldClass that fields being declared belong to

# name → index in ROWS and FieldInfo, in order of declaration.
FIELDS: dict[str, tuple[int, FieldInfo]] = {}


class FieldClass(NamedTuple):
    """Fields that are listed together."""

    name: str                    # "process"
    title: str
    doc: str
    sources: tuple               # of events: "syscall", "k8s_audit"


class FieldInfo(NamedTuple):
    """What can be said about a field."""

    name: str
    type: str                    # "charbuf", "uint64" …: the reference's word for it
    argument: str                # "none", "optional", "required"
    doc: str
    flags: frozenset             # of words in FLAG_WORDS: "filter-only", "any", "deprecated" …
    field_class: FieldClass


cdef int begin_class(str name, str title, str doc, tuple sources) except -1:
    global _class
    _class = FieldClass(name, title, doc, sources)
    return 0


cdef int bind(str name, uint8_t type, uint32_t flags, uint8_t argument, FieldFn function, str doc) except -1:
    cdef int index = len(FIELDS)
    if index >= FIELDS_MAX or name in FIELDS:
        raise AssertionError(f"{name}: declared twice, or FIELDS_MAX is too small")
    cdef bytes name_bytes = name.encode()
    cdef bytes doc_bytes = doc.encode()
    _kept.append((name_bytes, doc_bytes))
    ROWS[index].name = name_bytes
    ROWS[index].function = function
    ROWS[index].type = type
    ROWS[index].argument = argument
    ROWS[index].flags = flags
    ROWS[index].doc = doc_bytes
    FIELDS[name] = (index, FieldInfo(
        name,
        TYPE_WORDS[type],
        ARGUMENT_WORDS[argument],
        doc,
        frozenset(word for bit, word in FLAG_WORDS if flags & bit),
        _class,
    ))
    return 0


cdef int on_reference(str name, object prepare) except -1:
    _prepare[name] = prepare
    return 0


cdef class FieldRef:

    def __cinit__(self, str field=None, str argument=None, str name=None):
        """The field of that name with its argument, None for none; raises FieldError.

        Without a field it is a part of an expression, which fills in the rest.
        """
        memset(&self.arg, 0, sizeof(self.arg))
        if field is None:
            return
        index, self.info = FIELDS[field]
        self.row = ROWS[<int>index]
        self.name = name
        self.fields = (name,)
        self.take_argument(argument)
        if field in _prepare:
            _prepare[field](self)

    cdef int take_argument(self, str argument) except -1:
        if argument is None:
            if self.row.argument == ARG_REQUIRED:
                raise FieldError(f"{self.info.name} needs an argument, as in {_example(self.info)}")
            return 0
        if self.row.argument == ARG_NONE:
            raise FieldError(f"{self.info.name} takes no argument, but {self.name} has one")
        self._argument = argument.encode("utf-8", "surrogateescape")
        self.arg.text.data = self._argument
        self.arg.text.size = <uint32_t>len(self._argument)
        if argument.isascii() and argument.isdigit() and not self.row.flags & FIELD_KEYED:
            # A time has more digits than any other number.
            if len(argument) > (19 if self.row.flags & FIELD_WITHIN else 9) or int(argument) >> 63:
                raise FieldError(f"{self.name}: {argument} is too large")
            self.arg.index = int(argument)
            self.arg.is_index = 1
        elif self.row.flags & FIELD_INDEX:
            raise FieldError(f"{self.name}: {argument!r} is not a number, as in {_example(self.info)}")
        self.row.flags &= ~<uint32_t>(FIELD_ANY | FIELD_ENDS)
        return 0

    @property
    def is_any(self) -> bool:
        """Whether several candidates are asked one after the other."""
        return self.row.flags & FIELD_ANY != 0

    @property
    def is_buffer(self) -> bool:
        """Whether its values are data, of which text() and value() show what can be printed."""
        return self.row.type == FM_PT_BYTEBUF and not self.row.flags & (FIELD_ANY | FIELD_LIST)

    def text(self, ContextView view not None):
        """The value as printed in an alert; None where the event has none."""
        cdef Value value
        if not self.row.flags & FIELD_ANY:
            return text_of_value(&self.row, &value) if self.extract(view, &value) else None
        found = []
        for number in range(CANDIDATES_MAX):
            value.number = number
            if not self.extract(view, &value):
                break
            found.append(text_of_value(&self.row, &value))
        return " ".join(found) if found else None

    def value(self, ContextView view not None):
        """The value for JSON: int, float, bool, str or a list of str; None where the event has none."""
        cdef Value value
        if self.row.flags & FIELD_ANY:
            return self.text(view)
        return object_of_value(&self.row, &value) if self.extract(view, &value) else None

    def data(self, ContextView view not None) -> bytes | None:
        """The bytes of a buffer; None where the event has none."""
        cdef Value value
        if not self.is_buffer:
            raise TypeError(f"{self.name} is no buffer")
        return value.text.data[:value.text.size] if self.extract(view, &value) else None

    cdef int extract(self, ContextView view, Value *out) except -1:
        view.event()             # raises when it is over
        return self.row.function(view.context, &self.arg, out)

    def __repr__(self):
        return f"<FieldRef {self.name}>"


def _example(info: FieldInfo) -> str:
    if "named" in info.flags:
        return f"{info.name}.name"
    return f"{info.name}[{1 if 'index' in info.flags else 'NAME'}]"


cdef dict TYPE_WORDS = {
    FM_PT_INT8: "int8",
    FM_PT_INT16: "int16",
    FM_PT_INT32: "int32",
    FM_PT_INT64: "int64",
    FM_PT_UINT8: "uint8",
    FM_PT_UINT16: "uint16",
    FM_PT_UINT32: "uint32",
    FM_PT_UINT64: "uint64",
    FM_PT_CHARBUF: "charbuf",
    FM_PT_BYTEBUF: "bytebuf",
    FM_PT_RELTIME: "reltime",
    FM_PT_ABSTIME: "abstime",
    FM_PT_PORT: "port",
    FM_PT_BOOL: "bool",
    FM_PT_DYN: "dyn",
    FM_PT_DOUBLE: "double",
    FM_PT_IPADDR: "ipaddr",
    FM_PT_IPNET: "ipnet",
}

cdef tuple ARGUMENT_WORDS = ("none", "optional", "required")

cdef tuple FLAG_WORDS = (
    (FIELD_FILTER_ONLY, "filter-only"),
    (FIELD_ANY, "any"),
    (FIELD_DEPRECATED, "deprecated"),
    (FIELD_HEX, "hex"),
    (FIELD_ENDS, "ends"),
    (FIELD_NAMED, "named"),
    (FIELD_INDEX, "index"),
    (FIELD_PADDED, "padded"),
    (FIELD_LIST, "list"),
    (FIELD_PRINT_ONLY, "print-only"),
    (FIELD_TABLE_ONLY, "table-only"),
    (FIELD_NO_RHS, "no-rhs"),
    (FIELD_NO_TRANSFORMER, "no-transformer"),
    (FIELD_WITHIN, "within"),
    (FIELD_KEYED, "keyed"),
)
