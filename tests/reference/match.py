# SPDX-License-Identifier: Apache-2.0
"""Checks and conditions in plain Python: the twin of falcomod.engine.match.

Nothing is prepared, shared, ordered or specialised here. A value is an int, a bool, a
float, or bytes (texts, byte buffers, addresses in network order); None where a field has
no value; a list where it has several candidates.
"""

from __future__ import annotations

import ctypes
import ipaddress
import operator
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Condition = tuple[Any, ...]  # ("and", [c…]) ("or", [c…]) ("not", c) ("constant", bool)
# ("check", field, operator, [constant…])

BITS = {
    **dict.fromkeys(("INT8", "UINT8", "SIGTYPE", "L4PROTO", "FLAGS8", "ENUMFLAGS8"), 8),
    **dict.fromkeys(("INT16", "UINT16", "SYSCALLID", "PORT", "FLAGS16", "ENUMFLAGS16"), 16),
    **dict.fromkeys(("INT32", "UINT32", "FLAGS32", "ENUMFLAGS32", "MODE"), 32),
    **dict.fromkeys(("UID", "GID", "FD32", "PID32"), 32),
    **dict.fromkeys(("INT64", "UINT64", "ERRNO", "FD", "PID", "RELTIME", "ABSTIME"), 64),
}
SIGNED = {"INT8", "INT16", "INT32", "INT64", "ERRNO", "FD", "PID", "FD32", "PID32"}
ADDRESSES = {"IPV4ADDR", "IPV6ADDR", "IPADDR"}
NETS = {"IPV4NET", "IPV6NET", "IPNET"}

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(
    condition: Condition,
    values: Mapping[str, Any],
    types: Mapping[str, str],
    ends: frozenset[str] = frozenset(),
) -> bool:
    """Whether the condition holds; ends names the fields of which != asks every candidate."""
    kind = condition[0]
    if kind == "constant":
        return bool(condition[1])
    if kind == "not":
        return not evaluate(condition[1], values, types, ends)
    if kind in ("and", "or"):
        results = [evaluate(part, values, types, ends) for part in condition[1]]
        return all(results) if kind == "and" else any(results)
    _, field, name, constants = condition
    value = values[field]
    candidates = value if isinstance(value, list) else [] if value is None else [value]
    results = [holds(types[field], name, constants, candidate) for candidate in candidates]
    if field in ends and name == "!=":
        return bool(results) and all(results)
    return any(results)


def holds(type_: str, name: str, constants: Sequence[str], value: Any) -> bool:
    """Whether a value of the type satisfies one check."""
    if name == "exists":
        return True
    if type_ in NETS:
        inside = any(_in_net(value, constant) for constant in constants)
        return not inside if name == "!=" else inside
    if name in ("in", "intersects"):
        return any(holds(type_, "=", [constant], value) for constant in constants)
    if name == "pmatch":
        return any(_lies_below(value, constant.encode()) for constant in constants)
    constant = _constant(type_, name, constants[0])
    return ORDER[name](value, constant) if name in ORDER else TEXT[name](value, constant)


def _constant(type_: str, name: str, text: str) -> Any:
    if type_ == "BOOL":
        return {"true": True, "false": False}[text]
    if type_ == "DOUBLE":
        return float(text)
    if type_ in ADDRESSES:
        return ipaddress.ip_address(text).packed
    if type_ in BITS:
        return _integer(type_, text)
    return bytes.fromhex(text) if name.startswith("b") else text.encode()


def _integer(type_: str, text: str) -> int:
    if type_ == "PORT" and not text[0].isdigit():
        return socket.getservbyname(text)
    number = int(text, 16 if "x" in text else 10) % (1 << BITS[type_])
    if type_ in SIGNED and number >= 1 << (BITS[type_] - 1):
        number -= 1 << BITS[type_]
    return number


def _in_net(value: bytes, net: str) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(net, strict=False)


def _lies_below(path: bytes, prefix: bytes) -> bool:
    have = [part for part in path.split(b"/") if part]
    want = [part for part in prefix.split(b"/") if part]
    if len(want) > len(have):
        return False
    return all(
        fnmatch(have_one, want_one) if set(b"*?[") & set(want_one) else have_one == want_one
        for have_one, want_one in zip(have, want, strict=False)
    )


def fnmatch(text: bytes, pattern: bytes, flags: int = 0) -> bool:
    """The C library's own, in the C locale."""
    libc = ctypes.CDLL(None)
    libc.newlocale.restype = libc.uselocale.restype = ctypes.c_void_p
    libc.newlocale.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p]
    libc.uselocale.argtypes = [ctypes.c_void_p]
    libc.freelocale.argtypes = [ctypes.c_void_p]
    plain = libc.newlocale(LC_ALL_MASK, b"C", None)
    before = libc.uselocale(plain)
    try:
        return libc.fnmatch(pattern, text, flags) == 0
    finally:
        libc.uselocale(before)
        libc.freelocale(plain)


LC_ALL_MASK = 0x1FBF
FNM_CASEFOLD = 16

TEXT: dict[str, Callable[[bytes, bytes], bool]] = {
    "contains": lambda value, constant: constant in value,
    "icontains": lambda value, constant: constant.lower() in value.lower(),
    "startswith": lambda value, constant: value.startswith(constant),
    "endswith": lambda value, constant: value.endswith(constant),
    "bcontains": lambda value, constant: constant in value,
    "bstartswith": lambda value, constant: value.startswith(constant),
    "glob": fnmatch,
    "iglob": lambda value, constant: fnmatch(value, constant, FNM_CASEFOLD),
}
