# SPDX-License-Identifier: Apache-2.0
"""Checks and conditions in plain Python: the twin of falcomod.engine.match.

Nothing is prepared, shared, ordered or specialised here. A value is an int, a bool, a
float, or bytes (texts, byte buffers, addresses in network order), or a list of bytes
where the type is LIST; None where a field has no value; a list where it has several
candidates.
"""

from __future__ import annotations

import base64
import binascii
import ctypes
import ipaddress
import operator
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Condition = tuple[Any, ...]  # ("and", [c…]) ("or", [c…]) ("not", c) ("constant", bool)
# ("check", expression, operator, [constant…]) ("between", expression, operator, expression)

# A field by its name; ("text", str), ("list", (e…)), ("call", name, (e…), option or "").
Expression = str | tuple[Any, ...]

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
    _, field, name, right = condition
    type_ = type_of(field, types)
    value = value_of(field, values, types)
    several = isinstance(value, list) and type_ != "LIST"
    candidates = value if several else [] if value is None else [value]
    if kind == "between":
        other = value_of(right, values, types)
        results = [other is not None and compares(name, one, other) for one in candidates]
    else:
        results = [holds(type_, name, right, one) for one in candidates]
    if field in ends and name == "!=":
        return bool(results) and all(results)
    return any(results)


def holds(type_: str, name: str, constants: Sequence[str], value: Any) -> bool:
    """Whether a value of the type satisfies one check."""
    name, _, modifier = name.partition(" ")
    if name == "exists":
        return True
    if modifier:
        count = sum(holds(type_, name, [constant], value) for constant in constants)
        every = len(constants) if modifier == "allof" else 1
        return count >= every > 0 if modifier != "oneof" else count == 1
    if type_ == "LIST":
        found = [item in [constant.encode() for constant in constants] for item in value]
        return bool(found) and all(found) if name == "in" else any(found)
    if type_ in NETS:
        inside = any(_in_net(value, constant) for constant in constants)
        return not inside if name == "!=" else inside
    if name in ("in", "intersects"):
        return any(holds(type_, "=", [constant], value) for constant in constants)
    if name == "pmatch":
        return any(_lies_below(value, constant.encode()) for constant in constants)
    constant = _constant(type_, name, constants[0])
    return ORDER[name](value, constant) if name in ORDER else TEXT[name](value, constant)


def compares(name: str, value: Any, other: Any) -> bool:
    """Whether a value and that of another field satisfy one check."""
    if isinstance(value, list):
        found = [item in other for item in value]
        return bool(found) and all(found) if name == "in" else any(found)
    if name in ("in", "intersects"):
        return bool(value == other)
    return ORDER[name](value, other) if name in ORDER else TEXT[name](value, other)


# Expressions ------------------------------------------------------------------------------


def written(expression: Expression) -> str:
    """The expression as a rule has it."""
    if isinstance(expression, str):
        return expression
    if expression[0] == "text":
        return '"' + expression[1].replace("\\", "\\\\").replace('"', '\\"') + '"'
    arguments = ", ".join(
        written(argument) for argument in expression[-1 if expression[0] == "list" else 2]
    )
    if expression[0] == "list":
        return f"({arguments})"
    return f"{expression[1]}({arguments})" + (f"[{expression[3]}]" if expression[3] else "")


def type_of(expression: Expression, types: Mapping[str, str]) -> str:
    """The type of what the expression yields; LIST for any list."""
    if isinstance(expression, str):
        return types[expression]
    if expression[0] != "call":
        return "LIST" if expression[0] == "list" else "CHARBUF"
    _, name, arguments, option = expression
    if name == "len":
        return "UINT64"
    if name == "getopt" and not option:
        return "LIST"
    return "CHARBUF" if name in ("join", "concat", "getopt") else type_of(arguments[0], types)


def value_of(expression: Expression, values: Mapping[str, Any], types: Mapping[str, str]) -> Any:
    """What the expression yields; None: nothing."""
    if isinstance(expression, str):
        return values[expression]
    if expression[0] == "text":
        return expression[1].encode()
    parts = expression[1] if expression[0] == "list" else expression[2]
    arguments = [value_of(part, values, types) for part in parts]
    if None in arguments:
        return None
    if expression[0] == "list":
        return arguments
    _, name, _, option = expression
    if name in EACH:
        if type_of(parts[0], types) == "BYTEBUF":
            arguments = [arguments[0].rstrip(b"\0")]
        return _applied(EACH[name], arguments[0])
    if name == "len":
        text = type_of(parts[0], types) == "CHARBUF"
        return len(arguments[0].split(b"\0")[0] if text else arguments[0])
    if name == "join":
        return arguments[0].join(arguments[1])
    return b"".join(arguments) if name == "concat" else _getopt(*arguments, option.encode())


def _applied(function: Callable[[bytes], bytes | None], value: Any) -> Any:
    if not isinstance(value, list):
        return function(value)
    results = [function(item) for item in value]
    return None if None in results else results


def _base64(text: bytes) -> bytes | None:
    try:
        return (
            base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
            if b"=" not in text
            else None
        )
    except binascii.Error:
        return None


def _getopt(words: list[bytes], known: bytes, option: bytes) -> Any:
    """All options and values, or with *option* the last value of it."""
    found: list[tuple[bytes, bytes | None]] = []
    words = list(words)
    while words and words[0].startswith(b"-") and words[0] not in (b"-", b"--"):
        word = words.pop(0)[1:]
        if word.startswith(b"-"):
            continue
        found += _options_of(word, words, known)
    if not option:
        return [text for pair in found for text in pair if text is not None] or None
    given = [name if value is None else value for name, value in found if name == option]
    return given[-1] if given else None


def _options_of(word: bytes, words: list[bytes], known: bytes) -> list[tuple[bytes, bytes | None]]:
    """The options of one word; takes the next of *words* where one wants a value."""
    found: list[tuple[bytes, bytes | None]] = []
    while word:
        name, word = word[:1], word[1:]
        at = known.find(name) if name != b":" else -1
        colons = 0 if at < 0 else len(known[at + 1 :]) - len(known[at + 1 :].lstrip(b":"))
        if at < 0 or colons == 0:
            found.append((b"?" if at < 0 else name, None))
            continue
        if not word and colons == 1 and words:
            word = words.pop(0)
        found.append((name, word))
        word = b""
    return found


EACH: dict[str, Callable[[bytes], bytes | None]] = {
    "tolower": bytes.lower,
    "toupper": bytes.upper,
    "basename": lambda text: text.rpartition(b"/")[2],
    "b64": _base64,
}


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
    # Of patterns that mean the same to Python.
    "regex": lambda value, constant: bool(
        re.fullmatch(constant.decode(), value.decode("utf-8", "replace"))
    ),
}
