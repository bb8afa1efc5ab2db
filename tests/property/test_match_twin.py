# SPDX-License-Identifier: Apache-2.0
"""The evaluator and its plain Python twin agree, operator by operator and rule by rule.

FALCOMOD_EXAMPLES multiplies the number of examples (1: 10 000 checks of values and
20 000 of rules against events at least; 50, for the nightly run, 1 000 000 of these); a
failure prints what reproduces it, and --hypothesis-seed replays a run.
"""

from __future__ import annotations

import ipaddress
import os
import random
import re
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from falcomod.engine.decode.schema import EVENTS, PARAM_TYPES
from falcomod.engine.fields import registry
from falcomod.engine.fields.probe import Probe
from falcomod.engine.match import operators
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder
from falcomod.engine.state.tables import FD_TYPES, State
from tests.record_builder import build, event_of, generic
from tests.reference import match as twin

FACTOR = int(os.environ.get("FALCOMOD_EXAMPLES", "1"))
VALUES = 10  # tried with each check


def examples(count: int) -> settings:
    return settings(
        max_examples=count * FACTOR,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )


# Few characters, so that constants and values meet; one letter in both cases.
TEXTS = st.text("aAb/*?[]!-.", max_size=8)
NAMES = st.text("aAb/.-", max_size=8)
V4 = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.128.0.1", "192.168.1.1"])
V6 = st.sampled_from(["::1", "fe80::1", "fe80::2", "fec0::1"])


# Regular expressions that mean the same to RE2 and to Python, and texts that are one each.
PATTERNS = st.recursive(
    st.sampled_from(["a", "A", "b", "/", "[.]", "-", ".", "[ab]", "[^a/]", "[A-b]", ""]),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map("".join),
        st.tuples(parts, parts).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(parts, st.sampled_from("*+?")).map(lambda pair: f"({pair[0]}){pair[1]}"),
        parts.map(lambda part: f".*{part}"),
        parts.map(lambda part: f"{part}.*"),
    ),
    max_leaves=6,
)


def numbers(type_: str) -> st.SearchStrategy[int]:
    bits = twin.BITS[type_]
    low = -(1 << (bits - 1)) if type_ in twin.SIGNED else 0
    high = low + (1 << bits) - 1
    near = st.integers(max(low, -3), 3)
    edge = st.sampled_from([low, low + 1, high - 1, high])
    return st.one_of(near, edge, st.integers(low, high))


def written(type_: str) -> st.SearchStrategy[str]:
    """An integer as a rule may write it."""
    mask = (1 << twin.BITS[type_]) - 1
    return st.one_of(numbers(type_).map(str), numbers(type_).map(lambda n: hex(n & mask)))


def nets(addresses: st.SearchStrategy[str], bits: int) -> st.SearchStrategy[str]:
    return st.tuples(addresses, st.integers(0, bits)).map(lambda net: f"{net[0]}/{net[1]}")


def constants_and_values(type_: str, name: str) -> tuple[Any, Any]:
    """Strategies for one constant and for a value."""
    packed = st.one_of(V4, V6).map(lambda text: ipaddress.ip_address(text).packed)
    if type_ in twin.NETS:
        return st.one_of(nets(V4, 32), nets(V6, 128)), packed
    if type_ in twin.ADDRESSES:
        return st.one_of(V4, V6), packed
    if type_ == "BOOL":
        return st.sampled_from(["true", "false"]), st.booleans()
    if type_ == "DOUBLE":
        return st.integers(-2, 2).map(str), st.integers(-4, 4).map(lambda half: half / 2)
    if type_ in twin.BITS:
        return written(type_), numbers(type_)
    if name in twin.TEXT and name.startswith("b"):
        short = st.binary(max_size=3)
        return short.map(bytes.hex).filter(bool), st.lists(short).map(b"".join)
    constant = TEXTS if name in ("glob", "iglob", "pmatch") else NAMES
    if name == "regex":
        return PATTERNS, TEXTS.map(str.encode)
    if name in ("glob", "iglob"):
        # Refused, as test_glob says; the C library takes some of them for themselves.
        constant = constant.filter(lambda pattern: not REFUSED.search(pattern))
    if name == "iglob":
        # The C library folds the ends of a range, so [A-b] means [a-b] there.
        constant = constant.filter(lambda pattern: "-" not in pattern)
    return constant, TEXTS.map(str.encode)


def modified(name: str, kind: int) -> list[str]:
    """An operator with and without modifiers."""
    takes = name in operators.MODIFIED and operators.takes_modifiers(kind)
    return [name, *(f"{name} {modifier}" for modifier in operators.MODIFIERS if takes)]


def sizes_of(name: str) -> tuple[int, int]:
    """How many constants an operator takes, at least and at most."""
    if " " in name:
        return 0, 6
    return {"none": (0, 0), "one": (1, 1), "list": (0, 6)}[operators.OPERATORS[name].values]


REFUSED = re.compile(r"\[[.=:]")  # collating symbols and classes in brackets


@st.composite
def checks(draw: st.DrawFn) -> tuple[str, str, list[str], list[Any]]:
    """A type, an operator it takes, constants, and values to try."""
    types = sorted(name for name, kind in PARAM_TYPES.items() if kind in operators.GROUP_OF)
    type_ = draw(st.sampled_from(types))
    kind = PARAM_TYPES[type_]
    name = draw(st.sampled_from(operators.operators_of(kind)))
    constant, value = constants_and_values(type_, name)
    name = draw(st.sampled_from(modified(name, kind)))
    low, high = sizes_of(name)
    constants = draw(st.lists(constant, min_size=low, max_size=high))
    return type_, name, constants, draw(st.lists(value, min_size=VALUES, max_size=VALUES))


@examples(1000)
@given(checks())
def test_operators_agree(case: tuple[str, str, list[str], list[Any]]) -> None:
    type_, name, constants, values = case
    matcher = operators.prepare(PARAM_TYPES[type_], name, constants)
    for value in values:
        expected = twin.holds(type_, name, constants, value)
        assert matcher.matches(value) == expected, value


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str, Any, Any]:
    """A type, an operator it takes between two fields, and their values."""
    types = sorted(name for name, kind in PARAM_TYPES.items() if kind in operators.GROUP_OF)
    type_ = draw(st.sampled_from(sorted(set(types) - twin.NETS)))
    rows = operators.GROUP_OF[PARAM_TYPES[type_]].between(PARAM_TYPES[type_])
    name = draw(st.sampled_from(sorted(rows)))
    _, value = constants_and_values(type_, name)
    other = value.filter(lambda text: b"-" not in text) if name == "iglob" else value
    return type_, name, draw(value), draw(other)


@examples(1000)
@given(pairs())
def test_operators_between_two_values_agree(case: tuple[str, str, Any, Any]) -> None:
    type_, name, value, other = case
    matcher = operators.prepare_between(PARAM_TYPES[type_], name)
    assert matcher.compares(value, other) == twin.compares(name, value, other)


# Rules against events ------------------------------------------------------------------

FIELDS = (
    "evt.type",
    "evt.dir",
    "evt.is_io_write",
    "evt.is_open_write",
    "evt.failed",
    "evt.rawres",
    "evt.buffer",
    "proc.name",
    "proc.pname",
    "proc.exepath",
    "proc.args[0]",
    "proc.args[1]",
    "proc.pid",
    "proc.ppid",
    "proc.aname",
    "proc.aname[2]",
    "proc.apid",
    "fd.name",
    "fd.num",
    "fd.ip",
    "fd.net",
    "fd.port",
)
REFS = {name: registry.bind(name) for name in FIELDS}
TYPES = {name: ref.info.type.upper() for name, ref in REFS.items()}
ENDS = frozenset(name for name, ref in REFS.items() if "ends" in ref.info.flags)
SEVERAL = frozenset(
    name for name, ref in REFS.items() if "any" in ref.info.flags and "[" not in name
)

CALLS = ("openat", "close", "read", "write", "getppid", "alarm")
COMMS = {1: "systemd", 100: "sshd", 200: "bash", 300: "cat", 301: "sh"}
ARGUMENTS = {100: ["-a", "-cval"], 200: ["-ba"], 300: ["--all", "-c"], 301: ["a", "YWJj"]}
PARENTS = {100: 1, 200: 100, 300: 200, 301: 100}
PATHS = st.sampled_from(["/etc/shadow", "/etc", "/tmp/a", "/a"])
WORDS = st.sampled_from(["-a", "-ba", "-c", "-cval", "val", "--", "--all", "a", "c", ""])
CODED = st.sampled_from(["YWJj", "R0VU", "L2V0Yw", "?"])
POOLS = {
    "proc.args[0]": WORDS,
    "proc.args[1]": WORDS,
    "evt.type": st.sampled_from(CALLS),
    "evt.dir": st.sampled_from(["<", ">"]),
    "evt.buffer": st.sampled_from(["GET", "ET /", "x"]),
    "fd.name": st.one_of(PATHS, st.just("10.0.0.1:40000->10.128.0.1:443")),
    "fd.port": st.sampled_from(["443", "https", "40000", "22"]),
    "fd.ip": st.one_of(V4, V6),
    "fd.net": st.one_of(nets(V4, 32), nets(V6, 128)),
    "proc.pid": st.sampled_from(["1", "100", "200", "300"]),
    "proc.apid": st.sampled_from(["1", "100", "200", "300"]),
}
COMM_POOL = st.sampled_from(sorted(COMMS.values()))


TEXT_FIELDS = st.sampled_from(
    [
        name
        for name, ref in REFS.items()
        if TYPES[name] == "CHARBUF" and not ref.info.flags & {"any", "no-transformer"}
    ]
)
BUFFERS = st.just("evt.buffer")
RIGHT_FIELDS = [
    name for name, ref in REFS.items() if not ref.info.flags & {"any", "no-rhs", "filter-only"}
]
TEXT_POOL = st.one_of(
    COMM_POOL, COMM_POOL.map(str.upper), PATHS, WORDS, CODED, st.text("aAt/", max_size=3)
)


def pool(field: twin.Expression) -> st.SearchStrategy[str]:
    """Constants that stand a chance with the field."""
    if isinstance(field, str) and field in POOLS:
        return POOLS[field]
    type_ = twin.type_of(field, TYPES)
    if type_ == "BOOL":
        return st.sampled_from(["true", "false"])
    if type_ in ("CHARBUF", "LIST", "BYTEBUF"):
        return COMM_POOL if isinstance(field, str) else TEXT_POOL
    return st.integers(-3, 6).map(str)


def constant_of(field: twin.Expression, name: str) -> st.SearchStrategy[str]:
    """Constants for a check of the field with an operator."""
    if name.startswith("b"):
        return st.just("4745")
    if name.startswith("regex"):
        return st.sampled_from(["[a-z]*", ".*a.*", "/etc/.*", "(cat|sh)d?", "-a?", ""])
    # Parts of constants, for operators that look for parts.
    part = st.tuples(pool(field), st.integers(0, 3), st.integers(1, 4)).map(
        lambda cut: cut[0][cut[1] : cut[1] + cut[2]]
    )
    looks_for_parts = name.split(" ")[0] in ("contains", "icontains", "startswith", "endswith")
    return st.one_of(pool(field), part) if looks_for_parts else pool(field)


def calls(name: str, *arguments: Any, option: str = "") -> st.SearchStrategy[twin.Expression]:
    options = st.sampled_from("abc?") if option else st.just("")
    return st.tuples(*arguments).flatmap(
        lambda given: options.map(lambda one: ("call", name, tuple(given), one))
    )


def texts_of(texts: Any) -> st.SearchStrategy[twin.Expression]:
    """Texts made of *texts*."""
    several = st.lists(texts, min_size=2, max_size=3)
    words = st.lists(texts, min_size=1, max_size=4).map(lambda items: ("list", tuple(items)))
    return st.one_of(
        *(calls(name, texts) for name in ("tolower", "toupper", "basename", "b64")),
        several.map(lambda items: ("call", "concat", tuple(items), "")),
        calls("join", texts, words),
        calls("getopt", words, OPTION_TEXTS, option="c"),
    )


OPTION_TEXTS = st.sampled_from([("text", text) for text in ("abc", "abc:", "b:c::", "")])
LEAVES = st.one_of(
    TEXT_FIELDS, TEXT_FIELDS, st.one_of(COMM_POOL, WORDS, CODED).map(lambda text: ("text", text))
)
MADE_TEXTS = st.recursive(LEAVES, texts_of, max_leaves=5).filter(lambda made: made[0] == "call")
MADE_LISTS = st.one_of(
    *(
        calls(
            name, st.lists(LEAVES, min_size=1, max_size=4).map(lambda items: ("list", tuple(items)))
        )
        for name in ("tolower", "toupper", "basename")
    ),
    calls(
        "getopt",
        st.lists(LEAVES, min_size=1, max_size=4).map(lambda items: ("list", tuple(items))),
        OPTION_TEXTS,
    ),
)
EXPRESSIONS = st.one_of(
    MADE_TEXTS,
    MADE_LISTS,
    calls("len", st.one_of(LEAVES, MADE_TEXTS, MADE_LISTS, BUFFERS)),
    calls("b64", BUFFERS),
)


@st.composite
def field_checks(draw: st.DrawFn) -> twin.Condition:
    field = draw(st.one_of(st.sampled_from(FIELDS), st.sampled_from(FIELDS), EXPRESSIONS))
    type_ = twin.type_of(field, TYPES)
    kind = PARAM_TYPES["CHARBUF" if type_ == "LIST" else type_]
    name = draw(st.sampled_from(operators.operators_of(kind, type_ == "LIST")))
    name = draw(st.sampled_from([name] if type_ == "LIST" else modified(name, kind)))
    low, high = sizes_of(name)
    constants = st.lists(constant_of(field, name), min_size=low, max_size=min(high, 3))
    return ("check", field, name, draw(constants))


@st.composite
def two_fields(draw: st.DrawFn) -> twin.Condition:
    """A check with a field on both sides."""
    field = draw(st.one_of(st.sampled_from(FIELDS), EXPRESSIONS, MADE_TEXTS))
    type_ = twin.type_of(field, TYPES)
    if type_ == "LIST":
        others = MADE_LISTS
        names: Any = operators.LIST_GROUP.between(0)
    else:
        fit = [name for name in RIGHT_FIELDS if TYPES[name] == type_]
        if not fit or type_ in twin.NETS:
            return draw(field_checks())
        others = st.one_of(st.sampled_from(fit), MADE_TEXTS if type_ == "CHARBUF" else st.nothing())
        names = operators.GROUP_OF[PARAM_TYPES[type_]].between(PARAM_TYPES[type_])
    return ("between", field, draw(st.sampled_from(sorted(names))), draw(others))


@st.composite
def many_of_one_field(draw: st.DrawFn) -> twin.Condition:
    """Checks of one text, which become one."""
    field = draw(st.one_of(TEXT_FIELDS, st.just("proc.aname"), MADE_TEXTS))
    names = st.sampled_from(["=", "startswith", "endswith", "contains", "icontains", "in"])
    parts = []
    for name in draw(st.lists(names, min_size=3, max_size=8)):
        low, high = sizes_of(name)
        constants = st.lists(constant_of(field, name), min_size=low, max_size=min(high, 3))
        parts.append(("check", field, name, draw(constants)))
    return draw(st.sampled_from([("or", parts), ("not", ("or", parts))]))


def combined(parts: st.SearchStrategy[twin.Condition]) -> st.SearchStrategy[twin.Condition]:
    several = st.lists(parts, max_size=4)
    return st.one_of(
        several.map(lambda conditions: ("and", conditions)),
        several.map(lambda conditions: ("or", conditions)),
        parts.map(lambda condition: ("not", condition)),
    )


CONSTANTS = st.booleans().map(lambda value: ("constant", value))
CONDITIONS = st.recursive(
    st.one_of(field_checks(), field_checks(), two_fields(), many_of_one_field(), CONSTANTS),
    combined,
    max_leaves=8,
)


def made_record(choice: random.Random) -> bytes:
    """One call of a known or unknown thread."""
    call = choice.choice(CALLS)
    tid = choice.choice([*COMMS, 999])
    fd = choice.choice([4, 5, 6, 7])
    if call == "openat":
        flags = choice.choice([["O_RDONLY"], ["O_WRONLY"], ["O_RDONLY", "O_WRONLY"]])
        res = choice.choice([4, 5, -2])
        name = choice.choice(["/etc/shadow", "/etc", "/tmp/a", "/a", "/ETC/Shadow"])
        return build(call, tid=tid, fd=res, dirfd="AT_FDCWD", name=name, flags=flags)
    if call in ("read", "write"):
        data = choice.choice([b"", b"GET /", b"x", b"R0VU", b"YWJj"])
        return build(call, tid=tid, fd=fd, res=len(data) or -9, data=data)
    if call == "close":
        return build(call, tid=tid, fd=fd, res=choice.choice([0, -9]))
    return generic(call, tid=tid)


def seeded() -> State:
    state = State(thread_limit=64, fd_limit=64)
    for tid, comm in COMMS.items():
        args = ARGUMENTS.get(tid, [])
        parent = PARENTS.get(tid, 0)
        state.seed_thread(tid=tid, pid=tid, ptid=parent, comm=comm, cwd="/", args=args)
        ends = {"source_port": 40000, "dest_port": 443}
        four = {"source": bytes([10, 0, 0, 1]), "dest": bytes([10, 128, 0, 1])}
        six = {"source": ipaddress.ip_address("fe80::1").packed, "dest": bytes(15) + b"\1"}
        state.seed_fd(tid, 5, type=FD_TYPES["ipv4"], **ends, **four)
        state.seed_fd(tid, 6, type=FD_TYPES["ipv6"], **ends, **six)
        state.seed_fd(tid, 7, type=FD_TYPES["file"], name="/etc/shadow")
    return state


def plain_values(view: Any) -> dict[str, Any]:
    """What the twin looks at: the fields' own answers, as plain Python values."""
    values: dict[str, Any] = {}
    for name, ref in REFS.items():
        value = ref.value(view)
        if value is None:
            values[name] = [] if name in SEVERAL else None
        elif name in SEVERAL:
            values[name] = [plain(TYPES[name], part) for part in value.split(" ")]
        else:
            values[name] = plain(TYPES[name], value)
    return values


def plain(type_: str, value: Any) -> Any:
    if type_ in twin.ADDRESSES | twin.NETS:
        return ipaddress.ip_address(value).packed
    if type_ in twin.BITS:
        return int(value)
    return value.encode() if isinstance(value, str) else value


def node_of(builder: RulesetBuilder, condition: twin.Condition) -> int:
    kind = condition[0]
    if kind == "check":
        return builder.check(twin.written(condition[1]), *condition[2:])
    if kind == "between":
        _, left, name, right = condition
        return builder.check(twin.written(left), name, (), twin.written(right))
    if kind == "constant":
        return builder.constant(condition[1])
    if kind == "not":
        return builder.negate(node_of(builder, condition[1]))
    parts = [node_of(builder, part) for part in condition[1]]
    return builder.all_of(parts) if kind == "and" else builder.any_of(parts)


RULES = st.lists(
    st.tuples(CONDITIONS, st.sets(st.sampled_from(CALLS), min_size=4)), min_size=2, max_size=8
)

# Made once each, for rules differ more than events do.
SEQUENCES = 20
EVENTS_OF_ONE = 64


@cache
def sequence(number: int) -> list[tuple[bytes, int, dict[str, Any]]]:
    """Records, their codes, and what fields are at each; the state is seeded() before."""
    choice = random.Random(number)
    probe = Probe(seeded())
    events = []
    for _ in range(EVENTS_OF_ONE):
        record = made_record(choice)
        values = plain_values(probe.at(record))
        events.append((record, int.from_bytes(record[20:22], "little"), values))
    return events


def codes_of(names: set[str]) -> set[int]:
    own = {event_of(name).code for name in names if any(e.name == name for e in EVENTS.values())}
    return own | ({event_of("GENERIC_X").code} if {"getppid", "alarm"} & names else set())


def ruleset_of(rules: list[tuple[twin.Condition, set[int]]], matching: str) -> Ruleset:
    builder = RulesetBuilder(matching)
    for rule_id, (condition, codes) in enumerate(rules):
        builder.rule(rule_id, node_of(builder, condition), codes)
    return builder.build()


def test_rules_agree() -> None:
    evaluations = 0

    @examples(125)
    @given(RULES, st.integers(0, SEQUENCES - 1))
    def agree(drawn: list[tuple[twin.Condition, set[str]]], number: int) -> None:
        nonlocal evaluations
        rules = [(condition, codes_of(names)) for condition, names in drawn]
        every, first = ruleset_of(rules, "all"), ruleset_of(rules, "first")
        probe = Probe(seeded())
        for record, code, values in sequence(number):
            asked = [(i, rule) for i, (rule, codes) in enumerate(rules) if code in codes]
            found = (i for i, rule in asked if twin.evaluate(rule, values, TYPES, ENDS))
            expected = tuple(found)
            view = probe.at(record)
            assert every.matching(view) == expected, (every.describe(), values)
            assert first.matching(view) == expected[:1], (every.describe(), values)
            evaluations += len(asked)

    agree()
    print(f"{evaluations} evaluations of rules on events")
    assert evaluations >= 20_000 * FACTOR
