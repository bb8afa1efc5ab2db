# SPDX-License-Identifier: Apache-2.0
"""The evaluator and its plain Python twin agree, operator by operator and rule by rule.

FALCOMOD_EXAMPLES multiplies the number of examples (1: 10 000 checks of values and
some 10 000 of rules against events); a failure prints what reproduces it, and
--hypothesis-seed replays a run.
"""

from __future__ import annotations

import ipaddress
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from falcomod.engine.decode.schema import EVENTS, PARAM_TYPES
from falcomod.engine.fields import registry
from falcomod.engine.fields.probe import Probe
from falcomod.engine.match import operators
from falcomod.engine.match.ruleset import RulesetBuilder
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
    if name == "iglob":
        # The C library folds the ends of a range, so [A-b] means [a-b] there.
        constant = constant.filter(lambda pattern: "-" not in pattern)
    return constant, TEXTS.map(str.encode)


@st.composite
def checks(draw: st.DrawFn) -> tuple[str, str, list[str], list[Any]]:
    """A type, an operator it takes, constants, and values to try."""
    types = sorted(name for name, kind in PARAM_TYPES.items() if kind in operators.GROUP_OF)
    type_ = draw(st.sampled_from(types))
    name = draw(st.sampled_from(operators.operators_of(PARAM_TYPES[type_])))
    constant, value = constants_and_values(type_, name)
    takes = operators.OPERATORS[name].values
    sizes = {"none": (0, 0), "one": (1, 1), "list": (0, 6)}[takes]
    constants = draw(st.lists(constant, min_size=sizes[0], max_size=sizes[1]))
    return type_, name, constants, draw(st.lists(value, min_size=VALUES, max_size=VALUES))


@examples(1000)
@given(checks())
def test_operators_agree(case: tuple[str, str, list[str], list[Any]]) -> None:
    type_, name, constants, values = case
    matcher = operators.prepare(PARAM_TYPES[type_], name, constants)
    for value in values:
        expected = twin.holds(type_, name, constants, value)
        assert matcher.matches(value) == expected, value


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
    "proc.pid",
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
PARENTS = {100: 1, 200: 100, 300: 200, 301: 100}
PATHS = st.sampled_from(["/etc/shadow", "/etc", "/tmp/a", "/a"])
POOLS = {
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


def pool(field: str) -> st.SearchStrategy[str]:
    """Constants that stand a chance with the field."""
    if field in POOLS:
        return POOLS[field]
    if TYPES[field] == "BOOL":
        return st.sampled_from(["true", "false"])
    return COMM_POOL if TYPES[field] == "CHARBUF" else st.integers(-3, 6).map(str)


@st.composite
def field_checks(draw: st.DrawFn) -> twin.Condition:
    field = draw(st.sampled_from(FIELDS))
    name = draw(st.sampled_from(operators.operators_of(PARAM_TYPES[TYPES[field]])))
    takes = operators.OPERATORS[name].values
    sizes = {"none": (0, 0), "one": (1, 1), "list": (0, 3)}[takes]
    constant = st.just("4745") if name.startswith("b") else pool(field)
    return ("check", field, name, draw(st.lists(constant, min_size=sizes[0], max_size=sizes[1])))


def combined(parts: st.SearchStrategy[twin.Condition]) -> st.SearchStrategy[twin.Condition]:
    several = st.lists(parts, max_size=4)
    return st.one_of(
        several.map(lambda conditions: ("and", conditions)),
        several.map(lambda conditions: ("or", conditions)),
        parts.map(lambda condition: ("not", condition)),
    )


CONSTANTS = st.booleans().map(lambda value: ("constant", value))
CONDITIONS = st.recursive(
    st.one_of(field_checks(), field_checks(), field_checks(), CONSTANTS), combined, max_leaves=10
)


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """One call of a known or unknown thread."""
    call = draw(st.sampled_from(CALLS))
    tid = draw(st.sampled_from([*COMMS, 999]))
    fd = draw(st.sampled_from([4, 5, 6, 7]))
    if call == "openat":
        flags = draw(st.sampled_from([["O_RDONLY"], ["O_WRONLY"], ["O_RDONLY", "O_WRONLY"]]))
        res = draw(st.sampled_from([4, 5, -2]))
        return build(call, tid=tid, fd=res, dirfd="AT_FDCWD", name=draw(PATHS), flags=flags)
    if call in ("read", "write"):
        data = draw(st.sampled_from([b"", b"GET /", b"x"]))
        return build(call, tid=tid, fd=fd, res=len(data) or -9, data=data)
    if call == "close":
        return build(call, tid=tid, fd=fd, res=draw(st.sampled_from([0, -9])))
    return generic(call, tid=tid)


def seeded() -> State:
    state = State(thread_limit=64, fd_limit=64)
    for tid, comm in COMMS.items():
        state.seed_thread(tid=tid, pid=tid, ptid=PARENTS.get(tid, 0), comm=comm, cwd="/")
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
        return builder.check(*condition[1:])
    if kind == "constant":
        return builder.constant(condition[1])
    if kind == "not":
        return builder.negate(node_of(builder, condition[1]))
    parts = [node_of(builder, part) for part in condition[1]]
    return builder.all_of(parts) if kind == "and" else builder.any_of(parts)


RULES = st.lists(
    st.tuples(CONDITIONS, st.sets(st.sampled_from(CALLS), min_size=4)), min_size=1, max_size=12
)


def codes_of(calls: set[str]) -> set[int]:
    own = {event_of(call).code for call in calls if any(e.name == call for e in EVENTS.values())}
    return own | ({event_of("GENERIC_X").code} if {"getppid", "alarm"} & calls else set())


@examples(250)
@given(RULES, st.lists(records(), min_size=1, max_size=6))
def test_rules_agree(rules: list[tuple[twin.Condition, set[str]]], events: list[bytes]) -> None:
    rulesets = {}
    for matching in ("first", "all"):
        builder = RulesetBuilder(matching)
        for rule_id, (condition, calls) in enumerate(rules):
            builder.rule(rule_id, node_of(builder, condition), codes_of(calls))
        rulesets[matching] = builder.build()
    probe = Probe(seeded())
    for record in events:
        view = probe.at(record)
        values = plain_values(view)
        code = int.from_bytes(record[20:22], "little")
        expected = tuple(
            rule_id
            for rule_id, (condition, calls) in enumerate(rules)
            if code in codes_of(calls) and twin.evaluate(condition, values, TYPES, ENDS)
        )
        assert rulesets["all"].matching(view) == expected, values
        assert rulesets["first"].matching(view) == expected[:1], values
