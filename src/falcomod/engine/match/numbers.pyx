# SPDX-License-Identifier: Apache-2.0
"""Checks of numbers: integers of every width, ports, booleans and real numbers.

A value is one int64 whatever its type; unsigned types are compared as the
same 64 bits without sign.  Constants are read with the width of the field's
type in mind, so that 0xffffffff is -1 for a signed field of 32 bits and a
value that cannot occur is an error at load.
"""

from cpython.bytes cimport PyBytes_AS_STRING
from libc.stdint cimport int64_t, uint64_t

from falcomod.engine._uapi cimport FM_PT_ERRNO, FM_PT_FD, FM_PT_FD32
from falcomod.engine._uapi cimport FM_PT_INT8, FM_PT_INT16, FM_PT_INT32, FM_PT_INT64
from falcomod.engine._uapi cimport FM_PT_PID, FM_PT_PID32, FM_PT_PORT, fm_param_width
from falcomod.engine.match.matcher cimport Comparison, Constant, Matcher, comparison, matcher_new
from falcomod.engine.types cimport Value

import array
import math
import os
import re
import socket

from falcomod.errors import CheckError

SERVICES = "/etc/services"       # getservbyname(3)


cdef bint equal(const Constant *constant, const Value *value) noexcept nogil:
    return value.number == constant.number


cdef bint differs(const Constant *constant, const Value *value) noexcept nogil:
    return value.number != constant.number


cdef bint signed_less(const Constant *constant, const Value *value) noexcept nogil:
    return value.number < constant.number


cdef bint signed_at_most(const Constant *constant, const Value *value) noexcept nogil:
    return value.number <= constant.number


cdef bint signed_greater(const Constant *constant, const Value *value) noexcept nogil:
    return value.number > constant.number


cdef bint signed_at_least(const Constant *constant, const Value *value) noexcept nogil:
    return value.number >= constant.number


cdef bint unsigned_less(const Constant *constant, const Value *value) noexcept nogil:
    return <uint64_t>value.number < <uint64_t>constant.number


cdef bint unsigned_at_most(const Constant *constant, const Value *value) noexcept nogil:
    return <uint64_t>value.number <= <uint64_t>constant.number


cdef bint unsigned_greater(const Constant *constant, const Value *value) noexcept nogil:
    return <uint64_t>value.number > <uint64_t>constant.number


cdef bint unsigned_at_least(const Constant *constant, const Value *value) noexcept nogil:
    return <uint64_t>value.number >= <uint64_t>constant.number


cdef bint real_equal(const Constant *constant, const Value *value) noexcept nogil:
    return value.real == constant.real


cdef bint real_differs(const Constant *constant, const Value *value) noexcept nogil:
    return value.real != constant.real


cdef bint real_less(const Constant *constant, const Value *value) noexcept nogil:
    return value.real < constant.real


cdef bint real_at_most(const Constant *constant, const Value *value) noexcept nogil:
    return value.real <= constant.real


cdef bint real_greater(const Constant *constant, const Value *value) noexcept nogil:
    return value.real > constant.real


cdef bint real_at_least(const Constant *constant, const Value *value) noexcept nogil:
    return value.real >= constant.real


cdef bint member(const Constant *constant, const Value *value) noexcept nogil:
    # table is a sorted int64 array, number its length.
    cdef const int64_t *numbers = <const int64_t *>constant.table
    cdef int64_t low = 0
    cdef int64_t high = constant.number
    cdef int64_t middle
    while low < high:
        middle = (low + high) >> 1
        if numbers[middle] < value.number:
            low = middle + 1
        else:
            high = middle
    return low < constant.number and numbers[low] == value.number


cdef bint real_member(const Constant *constant, const Value *value) noexcept nogil:
    cdef const double *numbers = <const double *>constant.table
    cdef int64_t i
    for i in range(constant.number):
        if numbers[i] == value.real:
            return True
    return False


def integer(int kind, str operator, values) -> Matcher:
    """A check of an integer of type *kind*; *values* as written."""
    signed = kind in SIGNED_TYPES
    rows = SIGNED if signed else UNSIGNED
    numbers = [_parse_integer(kind, signed, text) for text in values]
    return _integer_matcher(rows[operator], operator, numbers)


def between_integers(int kind) -> dict:
    """Rows for another field on the right side, which is a list of one."""
    return _between(SIGNED if kind in SIGNED_TYPES else UNSIGNED)


def between_reals(int kind) -> dict:
    """As between_integers()."""
    return _between(REAL)


def between_booleans(int kind) -> dict:
    """As between_integers()."""
    return _between(BOOLEAN)


def _between(rows):
    return {name: rows["="] if name in LISTS else row for name, row in rows.items()}


def boolean(int kind, str operator, values) -> Matcher:
    """A check of a boolean; *values* are true or false."""
    numbers = []
    for text in values:
        if text not in TRUTH:
            raise CheckError(f"unrecognized boolean value '{text}': expected true or false")
        numbers.append(TRUTH[text])
    return _integer_matcher(BOOLEAN[operator], operator, numbers)


def real(int kind, str operator, values) -> Matcher:
    """A check of a real number."""
    cdef Matcher matcher = matcher_new(REAL[operator])
    cdef bytes table
    numbers = [_parse_real(text) for text in values]
    if operator in LISTS:
        table = array.array("d", numbers).tobytes()
        matcher.owned = table
        matcher.constant.table = PyBytes_AS_STRING(table)
        matcher.constant.number = len(numbers)
    else:
        matcher.constant.real = numbers[0]
    return matcher


cdef Matcher _integer_matcher(Comparison row, str operator, list numbers):
    cdef Matcher matcher = matcher_new(row)
    cdef bytes table
    if operator in LISTS:
        numbers = sorted(set(numbers))
        table = array.array("q", numbers).tobytes()
        matcher.owned = table
        matcher.constant.table = PyBytes_AS_STRING(table)
        matcher.constant.number = len(numbers)
    else:
        matcher.constant.number = numbers[0]
    return matcher


cdef object _parse_integer(int kind, bint signed, str text):
    """The 64 bits of *text*, as a signed number."""
    if not INTEGER.fullmatch(text):
        if kind == FM_PT_PORT:
            return _service_port(text)
        raise CheckError(f"'{text}' is not a valid number: expected a decimal or 0x-prefixed whole number")
    bits = fm_param_width(kind) * 8
    if len(text) > DIGITS_MAX:
        raise CheckError(f"a number of {len(text)} digits is out of range for a number of {bits} bits")
    number = int(text, 16 if text[:2].lower() == "0x" else 10)
    if not -(1 << (bits - 1)) <= number < (1 << bits):
        raise CheckError(f"'{text}' is out of range for a number of {bits} bits")
    # All bits in hexadecimal, or a negative number for an unsigned field, mean the
    # bit pattern of the field's width, as C programmers write flags and (uid_t)-1.
    number &= (1 << bits) - 1
    if signed and number >> (bits - 1):
        if not text[:2].lower() == "0x" and not text.startswith("-"):
            raise CheckError(f"'{text}' is out of range for a signed number of {bits} bits")
        number -= 1 << bits
    return number if number < 1 << 63 else number - (1 << 64)


cdef object _service_port(str name):
    try:
        return socket.getservbyname(name)
    except (OSError, ValueError):        # not there; half a character, or a NUL
        remedy = "" if os.path.exists(SERVICES) else f" (this host has no {SERVICES}: install netbase)"
        raise CheckError(
            f"unrecognized protocol '{name}': expected a port number or a service name{remedy}"
        ) from None


cdef object _parse_real(str text):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise CheckError(f"'{text}' is not a valid number: expected a decimal number")
    return number


# No number needs more, and Python reads no more than some thousand.
DIGITS_MAX = 100

INTEGER = re.compile(r"[+-]?[0-9]+|0[xX][0-9a-fA-F]+")

TRUTH = {"true": 1, "false": 0}

# Operators whose constants are a list.
LISTS = frozenset(("in", "intersects"))

SIGNED_TYPES = frozenset((
    FM_PT_INT8, FM_PT_INT16, FM_PT_INT32, FM_PT_INT64, FM_PT_ERRNO,
    FM_PT_FD, FM_PT_FD32, FM_PT_PID, FM_PT_PID32,
))

BOOLEAN = {
    "=": comparison(equal, 1, 30),
    "!=": comparison(differs, 1, 30),
    "in": comparison(member, 2, 50),
    "intersects": comparison(member, 2, 50),
}

SIGNED = {
    "=": comparison(equal, 1, 10),
    "!=": comparison(differs, 1, 90),
    "<": comparison(signed_less, 1, 50),
    "<=": comparison(signed_at_most, 1, 50),
    ">": comparison(signed_greater, 1, 50),
    ">=": comparison(signed_at_least, 1, 50),
    "in": comparison(member, 4, 10),
    "intersects": comparison(member, 4, 10),
}

UNSIGNED = SIGNED | {
    "<": comparison(unsigned_less, 1, 50),
    "<=": comparison(unsigned_at_most, 1, 50),
    ">": comparison(unsigned_greater, 1, 50),
    ">=": comparison(unsigned_at_least, 1, 50),
}

REAL = {
    "=": comparison(real_equal, 1, 10),
    "!=": comparison(real_differs, 1, 90),
    "<": comparison(real_less, 1, 50),
    "<=": comparison(real_at_most, 1, 50),
    ">": comparison(real_greater, 1, 50),
    ">=": comparison(real_at_least, 1, 50),
    "in": comparison(real_member, 4, 10),
    "intersects": comparison(real_member, 4, 10),
}
