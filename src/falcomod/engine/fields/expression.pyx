# SPDX-License-Identifier: Apache-2.0
"""Expressions of transformers, read and made ready to be evaluated.

    transformer := name '(' argument (',' argument)* ')' [ '[' c ']' ]
    argument    := number | quoted | '(' argument (',' argument)* ')' | transformer | field

What comes out is a FieldRef like any other, whose function is the transformer's.  Its
name is canonical: the same for everything that is written differently in blanks and
quotes only.
"""

from libc.stdint cimport uint32_t
from libc.stdlib cimport calloc, free

from falcomod.engine._uapi cimport (
    FM_PT_BYTEBUF, FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH, FM_PT_UINT64,
)
from falcomod.engine.fields.field cimport (
    FIELD_ANY, FIELD_DEPRECATED, FIELD_FILTER_ONLY, FIELD_LIST, FIELD_NO_TRANSFORMER, FIELD_PRINT_ONLY, FieldRef,
)
from falcomod.engine.fields.transform cimport Call, Term, Transformer, give_constant, give_list

import re

from falcomod.engine.fields.field import FieldInfo
from falcomod.engine.fields.transform import ARGUMENT_KINDS, TRANSFORMERS
from falcomod.errors import FieldError

# How deep transformers may stand within each other; bounds the recursion of evaluation.
DEPTH_MAX = 100

START = re.compile(rf"({'|'.join(TRANSFORMERS)})\(", re.ASCII)
BLANK = re.compile(r"[ \t\b\r\n]*")
NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"' r"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
FIELD = re.compile(r"""[A-Za-z]\w*(?:\.\w+)*(?:\[(?:"[^"]+"|'[^']+'|[^\][\s"']+)\])?""", re.ASCII)
OPTION = re.compile(r"""\[(?:"([^"]*)"|'([^']*)'|([^\]\s"']*))\]""")
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)

# What a backslash and a character stand for, in quotes.
ESCAPES = {
    "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "/": "/", " ": "\\", '"': '"', "'": "'",
}
WRITTEN = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}


cdef class Expression(FieldRef):
    """A transformer with its arguments; also a list of texts, or a constant, as such an argument."""

    cdef Call call
    cdef Term *terms
    cdef tuple parts             # FieldRefs that terms refer to
    cdef readonly int depth      # transformers within each other

    def __dealloc__(self):
        free(self.terms)

    cdef int take_parts(self, tuple parts) except -1:
        cdef FieldRef part
        cdef uint32_t i
        self.parts = parts
        self.terms = <Term *>calloc(len(parts) + 1, sizeof(Term))
        if self.terms is NULL:
            raise MemoryError
        for i in range(<uint32_t>len(parts)):
            part = parts[i]
            self.terms[i].function = part.row.function
            self.terms[i].arg = &part.arg
            self.terms[i].is_list = part.row.flags & FIELD_LIST != 0
            self.terms[i].is_buffer = part.row.type == FM_PT_BYTEBUF
        self.call.terms = self.terms
        self.call.count = <uint32_t>len(parts)
        self.arg.call = &self.call
        self.depth = 1 + max([(<Expression>part).depth for part in parts if isinstance(part, Expression)], default=0)
        if self.depth > DEPTH_MAX:
            raise FieldError(f"transformers are nested more than {DEPTH_MAX} levels deep")
        self.fields = tuple(dict.fromkeys(name for part in parts for name in part.fields))
        return 0

    cdef int take_info(self, str name, str doc) except -1:
        """The rest of what can be said, from row and parts."""
        cdef FieldRef part
        flags = {"list"} if self.row.flags & FIELD_LIST else set()
        for part in self.parts:
            self.row.flags |= part.row.flags & (FIELD_FILTER_ONLY | FIELD_PRINT_ONLY | FIELD_DEPRECATED)
            flags |= part.info.flags & {"filter-only", "print-only", "deprecated"}
        self.name = name
        self.info = FieldInfo(name, TYPE_WORDS[self.row.type], "none", doc, frozenset(flags), None)
        return 0


class Reader:
    """Reads expressions of one text; *bind* gives the field that a text is or raises FieldError."""

    def __init__(self, text, bind):
        self.text = text
        self.bind = bind
        self.at = 0

    def transformer(self, depth=1) -> FieldRef:
        """The transformer here, where START fits."""
        if depth > DEPTH_MAX:
            raise FieldError(f"transformers are nested more than {DEPTH_MAX} levels deep")
        match = START.match(self.text, self.at)
        self.at = match.end()
        row = TRANSFORMERS[match.group(1)]
        parts = self._arguments(depth, row.name)
        return _applied(row, parts, self._option(row))

    def _arguments(self, depth, name):
        """Arguments up to the bracket that closes them."""
        parts = []
        while True:
            self._skip_blanks()
            parts.append(self._argument(depth, name))
            self._skip_blanks()
            if self.text.startswith(",", self.at):
                self.at += 1
            elif self.text.startswith(")", self.at):
                self.at += 1
                return tuple(parts)
            else:
                raise FieldError(f"{name}: expected ',' or ')' {self._here()}")

    def _argument(self, depth, name):
        if START.match(self.text, self.at):
            return self.transformer(depth + 1)
        if self.text.startswith("(", self.at):
            self.at += 1
            if depth >= DEPTH_MAX:
                raise FieldError(f"transformers are nested more than {DEPTH_MAX} levels deep")
            return _list(self._arguments(depth + 1, "a list"))
        if match := QUOTED.match(self.text, self.at):
            self.at = match.end()
            quote, inner = ("'", match.group(2)) if match.group(1) is None else ('"', match.group(1))
            return _constant(_unescaped(inner, quote), None)
        if match := FIELD.match(self.text, self.at):
            return self._field(match.group())
        if match := NUMBER.match(self.text, self.at):
            self.at = match.end()
            return _constant(match.group(), match.group())
        if self.text.startswith(("'", '"'), self.at):
            raise FieldError(f"{name}: a quoted text without an end {self._here()}")
        raise FieldError(f"{name}: expected a field, a transformer, a list, a number or a quoted text {self._here()}")

    def _field(self, name):
        if self.text.startswith("(", self.at + len(name)):
            raise FieldError(f"unknown transformer '{name}': expected one of {', '.join(TRANSFORMERS)}")
        self.at += len(name)
        return self.bind(name)

    def _option(self, row):
        """The c of a [c] that follows, None for none."""
        if not self.text.startswith("[", self.at) or not row.has_option:
            return None
        match = OPTION.match(self.text, self.at)
        option = match and next(group for group in match.groups() if group is not None)
        if not option or len(option) != 1 or not option.isascii() or option == ":":
            raise FieldError(f"{row.name}: expected one character in brackets, as in {row.name}(...)[c]")
        self.at = match.end()
        return option

    def _skip_blanks(self):
        self.at = BLANK.match(self.text, self.at).end()

    def _here(self):
        rest = self.text[self.at:self.at + 20]
        return f"before '{rest}'" if rest else "at the end"


def read(text, bind) -> tuple:
    """The expression that *text* begins with, and how many characters it has; (None, 0) where it is none."""
    if not START.match(text):
        return None, 0
    reader = Reader(text, bind)
    ref = reader.transformer()
    return ref, reader.at


def _constant(text, written) -> FieldRef:
    """A text as an argument; *written* as it stands in a name, None: in quotes."""
    cdef Expression constant = Expression.__new__(Expression)
    if "\0" in text:
        raise FieldError(f"value {text!r} holds a NUL character, which no text of the kernel can contain")
    constant._argument = text.encode("utf-8", "surrogateescape")
    constant.take_parts(())
    constant.depth = 0
    constant.row.function = give_constant
    constant.row.type = FM_PT_CHARBUF
    constant.arg.text.data = constant._argument
    constant.arg.text.size = <uint32_t>len(constant._argument)
    constant.take_info(quoted(text) if written is None else written, "a constant")
    return constant


def _list(parts) -> FieldRef:
    cdef Expression items = Expression.__new__(Expression)
    for part in parts:
        _check_kind("a list", "text", part)
    items.take_parts(parts)
    items.row.function = give_list
    items.row.type = FM_PT_CHARBUF
    items.row.flags = FIELD_LIST
    items.take_info(f"({', '.join(part.name for part in parts)})", "a list of texts")
    return items


def _applied(Transformer row, tuple parts, option) -> FieldRef:
    """The transformer with its arguments, which are checked."""
    cdef Expression made = Expression.__new__(Expression)
    _check_count(row, len(parts))
    for number, part in enumerate(parts):
        _check_kind(row.name, row.arguments[min(number, len(row.arguments) - 1)], part)
    made.take_parts(parts)
    made.row.function = row.function
    made.row.type, made.row.flags = _result(row, parts[0], option)
    name = f"{row.name}({', '.join(part.name for part in parts)})"
    if option is not None:
        made.call.option = ord(option)
        name += f"[{option}]" if re.fullmatch(r"""[^\][\s"']""", option) else f"[{quoted(option)}]"
    made.take_info(name, row.doc)
    return made


cdef tuple _result(Transformer row, FieldRef first, option):
    """Type and flags of what a transformer makes."""
    if row.result == "number":
        return FM_PT_UINT64, 0
    if row.result == "same":
        return first.row.type, first.row.flags & FIELD_LIST
    return FM_PT_CHARBUF, FIELD_LIST if row.result == "list" and option is None else 0


cdef int _check_count(Transformer row, Py_ssize_t count) except -1:
    cdef Py_ssize_t least = len(row.arguments)
    if count < least or (count > least and not row.is_variadic):
        more = " or more" if row.is_variadic else ""
        word = "argument" if least == 1 else "arguments"
        raise FieldError(f"{row.name} takes {least}{more} {word}, as in {row.signature}, not {count}")
    return 0


cdef int _check_kind(str name, str expected, FieldRef part) except -1:
    if part.row.flags & (FIELD_NO_TRANSFORMER | FIELD_ANY):
        raise FieldError(f"field {part.name} does not support transformers")
    kind = "list" if part.row.flags & FIELD_LIST else KINDS.get(part.row.type)
    if kind not in ARGUMENT_KINDS[expected]:
        is_ = "a list" if kind == "list" else f"of type {part.info.type}"
        raise FieldError(f"{name} expects {expected}, but {part.name} is {is_}")
    return 0


def quoted(str text) -> str:
    """*text* in quotes, as a condition may have it."""
    return '"' + "".join(_written(character) for character in text) + '"'


def _written(character):
    if "\udc80" <= character <= "\udcff":        # a byte that is not UTF-8, as surrogateescape has it
        return f"\\x{ord(character) - 0xDC00:02x}"
    return WRITTEN.get(character, character)


def _unescaped(text, quote):
    def meant(match):
        if match.group(1):
            byte = int(match.group(1), 16)
            return chr(byte) if byte < 128 else chr(0xDC00 + byte)
        character = match.group(2)
        if character not in ESCAPES or (character in "\"'" and character != quote):
            raise FieldError(f"unsupported string escape sequence '\\{character}'")
        return ESCAPES[character]

    # Bytes written one by one may be UTF-8 together.
    return ESCAPE.sub(meant, text).encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


cdef dict KINDS = {
    FM_PT_CHARBUF: "text",
    FM_PT_FSPATH: "text",
    FM_PT_FSRELPATH: "text",
    FM_PT_BYTEBUF: "buffer",
}

cdef dict TYPE_WORDS = {
    FM_PT_CHARBUF: "charbuf",
    FM_PT_FSPATH: "fspath",
    FM_PT_FSRELPATH: "fsrelpath",
    FM_PT_BYTEBUF: "bytebuf",
    FM_PT_UINT64: "uint64",
}
