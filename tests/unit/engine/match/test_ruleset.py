# SPDX-License-Identifier: Apache-2.0
"""Building rulesets: sharing, buckets, specialisation, errors."""

from __future__ import annotations

import time

import pytest

from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.fields.probe import Probe
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.engine.state.tables import State
from falcomod.errors import CheckError
from tests.record_builder import build, event_of

OPENAT = event_of("openat").code
CLOSE = event_of("close").code
GENERIC = event_of("GENERIC_X").code


@pytest.fixture
def builder() -> RulesetBuilder:
    return RulesetBuilder("all")


def test_identical_checks_are_one_node(builder: RulesetBuilder) -> None:
    assert builder.check("proc.name", "=", ["a"]) == builder.check("proc.name", "==", ["a"])
    assert builder.check("proc.name", "in", ["a", "b"]) == builder.check(
        "proc.name", "intersects", ["b", "a", "b"]
    )
    assert builder.check("proc.name", "in", ["a"]) == builder.check("proc.name", "=", ["a"])
    assert builder.check("proc.name", "=", ["a"]) != builder.check("proc.name", "!=", ["a"])


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (("= anyof", ["a", "b"]), ("in", ["b", "a", "a"])),
        (("== anyof", ["a"]), ("=", ["a"])),
        (("!= allof", ["a", "a"]), ("!=", ["a"])),
        (("startswith anyof", ["a", "b"]), ("startswith anyof", ["b", "a", "b"])),
        (("== oneof", ["a", "b"]), ("in", ["b", "a"])),
        (("= oneof", ["a", "a", "b"]), ("== oneof", ["b", "a", "a"])),
        (("regex oneof", ["a"]), ("regex", ["a"])),
    ],
)
def test_modifiers_that_mean_the_same_are_one_node(
    builder: RulesetBuilder, one: tuple[str, list[str]], same: tuple[str, list[str]]
) -> None:
    assert builder.check("proc.name", *one) == builder.check("proc.name", *same)


def test_modifiers_that_do_not_mean_the_same_are_not(builder: RulesetBuilder) -> None:
    nodes = {
        builder.check("proc.name", f"= {modifier}", values)
        for modifier in ("oneof", "allof")
        for values in (["a", "b"], ["a", "a", "b"])
    }
    assert len(nodes) == 3  # all of "a, a, b" is all of "a, b"


def test_expressions_are_one_node_however_they_are_written(builder: RulesetBuilder) -> None:
    node = builder.check("concat(proc.name, 'x')", "=", ["a"])
    assert node == builder.check('concat( proc.name,"x" )', "=", ["a"])
    assert node != builder.check("concat(proc.name, 'y')", "=", ["a"])
    assert builder.text(node) == 'concat(proc.name, "x") = a'


def test_another_field_on_the_right_side(builder: RulesetBuilder) -> None:
    node = builder.check("proc.name", "=", (), rhs="proc.pname")
    assert node == builder.check("proc.name", "in", (), "proc.pname")
    assert node != builder.check("proc.name", "=", ["proc.pname"])
    assert builder.text(node) == "proc.name = val(proc.pname)"
    other = builder.check("proc.name", "startswith", (), "tolower(proc.pname)")
    assert builder.text(other) == "proc.name startswith tolower(proc.pname)"


@pytest.mark.parametrize(
    ("field", "operator", "rhs", "message"),
    [
        ("proc.name", "=", "proc.pid", "proc.name is of type charbuf, but proc.pid on the right"),
        ("proc.name", "=", "(proc.pname)", "unknown field '(proc.pname)'"),
        (
            "proc.name",
            "in",
            "getopt(('-a'), 'a')",
            "getopt(('-a'), 'a') on the right side is a list",
        ),
        ("getopt(('-a'), 'a')", "in", "proc.name", "is a list, but proc.name on the right side is"),
        (
            "proc.name",
            "regex",
            "proc.pname",
            "proc.name: 'regex' operator not supported for a text",
        ),
        ("proc.name", "pmatch", "proc.pname", "with another field on the right side"),
        ("proc.name", "=", "proc.aname", "field proc.aname cannot be on the right side"),
        ("proc.name", "=", "proc.nope", "unknown field 'proc.nope'"),
        ("fd.net", "=", "fd.net", "field fd.net cannot be on the right side"),
    ],
)
def test_right_side_refuses(
    builder: RulesetBuilder, field: str, operator: str, rhs: str, message: str
) -> None:
    with pytest.raises(CheckError) as refused:
        builder.check(field, operator, (), rhs)
    assert message in str(refused.value)


def test_list_operators_of_a_list_stay_what_they_are(builder: RulesetBuilder) -> None:
    options = "getopt((proc.args[0], proc.args[1]), 'ab')"
    nodes = {builder.check(options, name, ["a"]) for name in ("in", "intersects")}
    nodes.add(builder.check(options, "exists", ()))
    assert len(nodes) == 3
    with pytest.raises(CheckError, match="'=' operator not supported for a list"):
        builder.check(options, "=", ["a"])


def test_conditions_of_several_rules_are_counted_once(builder: RulesetBuilder) -> None:
    for number in range(10):
        shared = builder.all_of(
            [
                builder.check("proc.name", "in", ["a", "b"]),
                builder.any_of(
                    [
                        builder.check("fd.name", "startswith", ["/etc"]),
                        builder.check("fd.name", "startswith", ["/usr"]),
                    ]
                ),
            ]
        )
        own = builder.check("proc.pid", "=", [str(number)])
        builder.rule(number, builder.all_of([shared, own]), [OPENAT])
    # Three checks, their "or", their "and", and ten checks of the rules' own, whose
    # "and" with what is shared is the rule itself.
    assert builder.build().node_count == 3 + 2 + 10


def test_nested_all_of_without_other_users_takes_no_node(builder: RulesetBuilder) -> None:
    a, b, c = (builder.check("proc.pid", "=", [str(number)]) for number in range(3))
    builder.rule(1, builder.all_of([a, builder.all_of([b, c])]), [OPENAT])
    assert builder.build().node_count == 3


def test_event_type_is_decided_while_building(builder: RulesetBuilder) -> None:
    opens = builder.check("evt.type", "in", ["open", "openat", "openat2"])
    reads = builder.check("proc.name", "=", ["cat"])
    builder.rule(7, builder.all_of([opens, reads]), EVENTS)
    ruleset = builder.build()
    assert ruleset.rules_of(OPENAT) == (7,)
    assert ruleset.rules_of(CLOSE) == ()
    assert ruleset.rules_of(GENERIC) == ()
    assert ruleset.node_count == 1
    assert "OPENAT_2_X:\n    7: proc.name = cat\n" in ruleset.describe()


def test_event_type_of_a_generic_call_is_left_to_the_event(builder: RulesetBuilder) -> None:
    builder.rule(1, builder.check("evt.type", "=", ["getppid"]), [GENERIC, OPENAT])
    builder.rule(2, builder.check("evt.type", "!=", ["openat"]), [GENERIC, OPENAT])
    ruleset = builder.build()
    assert ruleset.rules_of(GENERIC) == (1, 2)
    assert ruleset.rules_of(OPENAT) == ()


@pytest.mark.parametrize(
    ("operator", "values", "codes"),
    [
        ("=", ["close"], {CLOSE}),
        ("!=", ["close"], {OPENAT}),
        ("exists", [], {OPENAT, CLOSE}),
        ("startswith", ["open"], {OPENAT}),
        ("glob", ["*e"], {CLOSE}),
        ("startswith anyof", ["op", "x"], {OPENAT}),
        ("!= allof", ["openat", "read"], {CLOSE}),
        ("= anyof", ["openat", "read"], {OPENAT}),
        ("in", [], set()),
    ],
)
def test_every_operator_of_event_type_is_decided(
    builder: RulesetBuilder, operator: str, values: list[str], codes: set[int]
) -> None:
    builder.rule(1, builder.check("evt.type", operator, values), [OPENAT, CLOSE])
    ruleset = builder.build()
    assert {code for code in (OPENAT, CLOSE) if ruleset.rules_of(code)} == codes


def test_rules_keep_their_order_in_each_bucket(builder: RulesetBuilder) -> None:
    always = builder.constant(True)
    builder.rule(9, always, [CLOSE, OPENAT])
    builder.rule(3, always, [OPENAT])
    builder.rule(5, always, [CLOSE])
    ruleset = builder.build()
    assert ruleset.rules_of(OPENAT) == (9, 3)
    assert ruleset.rules_of(CLOSE) == (9, 5)
    assert ruleset.rule_count == 3


def test_rule_that_never_holds_is_in_no_bucket(builder: RulesetBuilder) -> None:
    a = builder.check("proc.name", "=", ["a"])
    builder.rule(1, builder.all_of([a, builder.negate(a)]), [OPENAT])
    builder.rule(2, builder.constant(False), [OPENAT])
    ruleset = builder.build()
    assert ruleset.rules_of(OPENAT) == ()
    assert ruleset.rule_count == 2
    assert ruleset.node_count == 0


def test_ruleset_without_rules_can_be_built(builder: RulesetBuilder) -> None:
    assert builder.build().describe() == ""


@pytest.mark.parametrize(
    ("field", "operator", "values", "message"),
    [
        ("proc.nope", "=", ["a"], "proc.nope"),
        ("proc.pid", "contains", ["a"], "proc.pid: 'contains' operator not supported"),
        ("proc.pid", "=", ["a"], "proc.pid: 'a' is not a valid number"),
        ("evt.type", "=", ["opneat"], "unknown event type 'opneat'"),
        ("evt.type", "in", ["openat", "x"], "unknown event type 'x'"),
        ("evt.type", "= oneof", ["openat", "x"], "unknown event type 'x'"),
        ("evt.type", "!= allof", ["x"], "unknown event type 'x'"),
        ("tolower(proc.nope)", "=", ["a"], "unknown field 'proc.nope'"),
        ("len(proc.name)", "=", ["a"], "len(proc.name): 'a' is not a valid number"),
    ],
)
def test_check_refuses(
    builder: RulesetBuilder, field: str, operator: str, values: list[str], message: str
) -> None:
    with pytest.raises(CheckError) as refused:
        builder.check(field, operator, values)
    assert message in str(refused.value)


def test_misuse_is_an_error(builder: RulesetBuilder) -> None:
    with pytest.raises(TypeError):
        builder.check("proc.name", "in", "cat")
    with pytest.raises(ValueError, match="no such event codes"):
        builder.rule(1, builder.constant(True), [99999])
    with pytest.raises(ValueError, match="matching"):
        RulesetBuilder("some")


def test_thousands_of_rules_build_quickly() -> None:
    builder = RulesetBuilder("first")
    opens = builder.check("evt.type", "in", ["open", "openat"])
    start = time.process_time()
    for number in range(3000):
        own = builder.check("fd.name", "startswith", [f"/srv/{number}"])
        builder.rule(number, builder.all_of([opens, own]), EVENTS)
    ruleset = builder.build()
    assert ruleset.rules_of(OPENAT) == tuple(range(3000))
    assert ruleset.node_count == 3000
    assert time.process_time() - start < 30


@pytest.mark.parametrize(("ms", "holds"), [(4, False), (5, True), (6, True)])
@pytest.mark.parametrize("operator", ["=", "=="])
@pytest.mark.parametrize("side", [-1, 1])
def test_around_is_a_distance(
    builder: RulesetBuilder, side: int, operator: str, ms: int, holds: bool
) -> None:
    ts = 1_700_000_000_000_000_000
    node = builder.check(f"evt.around[{ts}]", operator, [str(ms)])
    builder.rule(0, node, [CLOSE])
    probe = Probe(State())
    view = probe.at(build("close", ts=ts + side * 5_000_000, tid=1, res=0, fd=1))
    assert builder.build().matching(view) == ((0,) if holds else ())


@pytest.mark.parametrize("operator", ["!=", "<=", "in", "exists"])
def test_around_takes_one_operator(builder: RulesetBuilder, operator: str) -> None:
    values = [] if operator == "exists" else ["5"]
    with pytest.raises(CheckError, match="supports only the '=' operator"):
        builder.check("evt.around[1]", operator, values)


@pytest.mark.parametrize(
    ("name", "values", "matches"),
    [
        ("container", ["container"], True),
        ("container", ["container_removed", "openat"], False),
        ("container_removed", ["container_removed", "openat"], True),
        ("other", ["container"], False),
    ],
)
def test_types_of_observers_events_are_their_names(
    builder: RulesetBuilder, name: str, values: list[str], matches: bool
) -> None:
    code = event_of("ASYNCEVENT_E").code
    builder.rule(0, builder.check("evt.type", "in", values), [code])
    probe = Probe(State())
    view = probe.at(build("ASYNCEVENT_E", tid=0, plugin_id=0, name=name, data=b"{}"))
    assert builder.build().matching(view) == ((0,) if matches else ())


def test_constants_of_fields_are_told(builder: RulesetBuilder) -> None:
    checks = [
        builder.check("fd.sip.name", "=", ["a.example"]),
        builder.check("fd.cip.name", "in", ["b.example", "a.example"]),
        builder.check("fd.sip.name", "exists", []),
        builder.check("proc.name", "=", ["c"]),
    ]
    builder.rule(0, builder.any_of(checks), [CLOSE])
    ruleset = builder.build()
    assert ruleset.constants({"fd.sip.name", "fd.cip.name"}) == {"a.example", "b.example"}
    assert ruleset.constants({"fd.lip.name"}) == frozenset()
