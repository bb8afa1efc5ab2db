# SPDX-License-Identifier: Apache-2.0
"""Conditions that are well written and mean ill: values that are hard to prepare.

Every field, every operator its type takes and now and then one it does not, every
transformer; values are long, deep, out of range or no value of the type at all.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from falcomod.engine.decode.schema import PARAM_TYPES
from falcomod.engine.fields.registry import all_fields
from falcomod.engine.match import operators
from falcomod.rules import ast, expression

ARGUMENTS = {
    "none": ["", "", "", "[0]"],
    "optional": ["", "[0]", "[1]", "[9]", "[4294967296]", "[-1]", "[a]", "[a,b]"],
    "required": [
        "[0]", "[name]", "[res]", "[/etc*]", "[/a/0/b]", "['x y']", '["]"]',
        "[18446744073709551616]",
    ],
}  # fmt: skip
SOURCES = ("syscall", "syscall", "syscall", "k8s_audit")
FIELDS = {
    source: [info for info in all_fields() if source in info.field_class.sources]
    for source in SOURCES
}
NAMES = (*operators.OPERATORS, "==", "oneof", "=")

TEXTS = [
    "", "a", "/", "//", "/etc", "/etc/", "/etc/../x", "nginx", "<NA>", "a" * 255, "a" * 256,
    "a" * 5000, "a/" * 2000, "\x00", "a\x00b", "\x7f\x80", "é", "\U0001f600", "\ufffd", "\ufeff",
    "\\", "\\x00", "'", '"', "%", "(", "\n", "\t",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "-1", "+1", "1.5", "1e400", "1e-400", "nan", "inf", "0x", "0xg",
    "0xffffffffffffffff", "-0x1", "18446744073709551615", "18446744073709551616",
    "-9223372036854775809", "9" * 400, "0b1", "007", "1_000", " 1", "٣", "true", "TRUE", "false",
    "O_CREAT", "http", "65535", "65536", "-2147483649", "EPERM", "SIGKILL", "tcp", "root",
]  # fmt: skip
ADDRESSES = [
    "1.2.3.4", "1.2.3.4/0", "1.2.3.4/32", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/255.0.0.0", "1.2.3",
    "01.2.3.4", "::", "::/0", "::1/128", "::1/129", "::ffff:1.2.3.4/96", "fe80::1%eth0", ":::",
    "1.2.3.4/", "/8", "localhost", "10.0.0.0/8",
]  # fmt: skip
GLOBS = [
    "*", "?", "*" * 300, "a*" * 300 + "b", "[", "[]", "[!", "[!]", "[]]", "[a", "[a-", "[z-a]",
    "[a-]", "[[:alpha:]]", "[[:nope:]]", "[[.a.]]", "[[=a=]]", "\\", "*\\", "\\*", "[\\]]", "/**/x",
    "?" * 300, "[^a]", "[\x80-\xff]", "*[",
]  # fmt: skip
REGEXES = [
    "", ".*", "(a*)*b", "(a{1000}){1000}", "(((a{30}){30}){30}){30}", "a{1001}", "a{2,1}", "a{,1}",
    "a**", "(|a)*", "(" * 500, "(" * 400 + ")" * 400, ")" * 3, "[^", "[z-a]", "[[:foo:]]",
    "[[:alpha:]]+", "\\p{Greek}+", "\\pN", "\\C", "\\x{110000}", "\\x{0}", "\\Q*\\E", "(?i)ETC",
    "(?P<x>a)", "(?=a)", "\\1", "^a$", "\\bsh\\b", "\\", ".{1000}", "a?" * 60 + "a" * 60,
    ".*a" * 60, ".*/" + "x" * 3000 + ".*", "(sh|bash|zsh)" * 20, "[\x80-\U0010ffff]*", "\\z",
]  # fmt: skip
BYTES = ["cafe", "CAFE", "caf", "", "00" * 3000, "zz", "0x00", "474554"]
ALL = [TEXTS, NUMBERS, ADDRESSES, GLOBS, REGEXES, BYTES]
# Where an operator reads more than the type says.
USUAL = {
    "regex": REGEXES, "glob": GLOBS, "iglob": GLOBS, "pmatch": [*GLOBS, "/etc", "/etc/*"],
    "bcontains": BYTES, "bstartswith": BYTES,
}  # fmt: skip
ADDRESS_TYPES = frozenset({"IPADDR", "IPNET", "IPV4ADDR", "IPV4NET", "IPV6ADDR", "IPV6NET"})
TEXT_TYPES = frozenset({"CHARBUF", "FSPATH", "FSRELPATH", "BYTEBUF"})
SIZE_MAX = 20_000
MANY = [0, 1, 1, 2, 3, 8, 40, 300]


class Side(NamedTuple):
    """What stands on the left, with the operators that fit more often than not."""

    text: str
    type: str
    names: tuple[str, ...]


def condition(rng: random.Random) -> tuple[str, str]:
    """The source of events, and a text of some checks of them, of SIZE_MAX at most."""
    while True:
        source = rng.choice(SOURCES)
        text = some_checks(rng, source)
        if len(text) <= SIZE_MAX:
            return source, text


def some_checks(rng: random.Random, source: str) -> str:
    parts = [
        many(rng, source) if rng.random() < 0.2 else check(rng, source)
        for _ in range(rng.choice([1, 1, 2, 4]))
    ]
    text = parts[0]
    for part in parts[1:]:
        text = f"{text} {rng.choice(['and', 'or', 'and not', 'or not'])} {part}"
        if rng.random() < 0.5:
            text = f"({text})"
    return text


def many(rng: random.Random, source: str) -> str:
    """Checks of one field that may be made one."""
    left = side(rng, source)
    checks = [f"{left.text} {compared(rng, left)}" for _ in range(rng.choice([3, 6, 30]))]
    return "(" + " or ".join(checks) + ")"


def check(rng: random.Random, source: str) -> str:
    left = side(rng, source)
    if rng.random() < 0.1:
        other = side(rng, source).text
        right = other if rng.random() < 0.3 else f"val({other})"
        return f"{left.text} {rng.choice(left.names)} {right}"
    return f"{left.text} {compared(rng, left)}"


def side(rng: random.Random, source: str) -> Side:
    info = rng.choice(FIELDS[source])
    type_ = info.type.upper()
    text = info.name + rng.choice(ARGUMENTS[info.argument])
    is_list = "list" in info.flags
    while rng.random() < 0.2:
        text = made(rng, text)
        type_, is_list = "CHARBUF", False
    names = operators.operators_of(PARAM_TYPES[type_], is_list)
    return Side(text, type_, names if names and rng.random() < 0.95 else NAMES)


def made(rng: random.Random, text: str) -> str:
    """A transformer's call."""
    constant = expression.quoted(rng.choice(TEXTS))
    return rng.choice(
        [
            *(f"{name}({text})" for name in ("tolower", "toupper", "basename", "b64", "len")),
            f"concat({text}, {constant})",
            f"concat({constant}, {text}, {text})",
            f"join({constant}, ({text}, {constant}))",
            f"join(',', {text})",
            f"getopt(({text}, proc.args[0], {constant}), 'ab:c::')[b]",
            f"getopt({text}, {constant})",
        ]
    )


def compared(rng: random.Random, left: Side) -> str:
    """An operator and its values."""
    name = rng.choice(left.names)
    row = operators.OPERATORS.get(operators.ALIASES.get(name, name))
    takes = "one" if row is None else row.values
    if takes == "none":
        return name
    if takes == "one" and name in operators.MODIFIED and rng.random() < 0.2:
        name = f"{name} {rng.choice(list(operators.MODIFIERS))}"
        takes = "list"
    if takes == "one" and rng.random() < 0.97:
        return f"{name} {written(rng, name, left.type)}"
    sound = rng.random() < 0.5
    values = [written(rng, name, left.type, sound) for _ in range(rng.choice(MANY))]
    return f"{name} ({', '.join(values)})"


def written(rng: random.Random, name: str, type_: str, sound: bool = False) -> str:
    """A value as it stands in a condition; *sound*: one that can be read."""
    text = readable(rng, name, type_) if sound else value(rng, name, type_)
    return ast.quote(text) if sound or rng.random() < 0.97 else text


def readable(rng: random.Random, name: str, type_: str) -> str:
    if name in USUAL:
        return rng.choice(["6162", "2f", "aabb"])
    if type_ in TEXT_TYPES:
        return rng.choice([rng.choice(TEXTS), "/" + "/".join(rng.choices(["etc", "a", "b"], k=3))])
    if type_ in ADDRESS_TYPES:
        four = f"10.{rng.randrange(256)}.0.1"
        six = f"fe80::{rng.randrange(65536):x}"
        nets = [f"{four}/{rng.randrange(33)}", f"{six}/{rng.randrange(129)}"]
        return rng.choice([four, six, *(nets if type_.endswith("NET") else [])])
    return "true" if type_ == "BOOL" else str(rng.randrange(rng.choice([3, 128])))


def value(rng: random.Random, name: str, type_: str) -> str:
    """A constant, most often of the kind that operator and type read."""
    kinds = TEXTS if type_ in TEXT_TYPES else ADDRESSES if type_ in ADDRESS_TYPES else NUMBERS
    kind = rng.choice(ALL) if rng.random() < 0.1 else USUAL.get(name.split(" ")[0], kinds)
    text = rng.choice(kind)
    if rng.random() < 0.2:
        text += rng.choice(kind)
    if text and rng.random() < 0.2:
        at = rng.randrange(len(text))
        end = at + rng.choice([0, 1, 3])
        text = text[:at] + rng.choice(["", "a", chr(rng.randrange(1, 0x300))]) + text[end:]
    return text


def in_yaml(text: str) -> str:
    """The text in quotes, as YAML has it."""
    plain = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'
