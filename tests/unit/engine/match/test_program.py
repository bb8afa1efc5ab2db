# SPDX-License-Identifier: Apache-2.0
"""Evaluation: order, first and all, missing values, several candidates, many rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.match.graph import DEPTH_MAX
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder
from falcomod.engine.state.tables import FD_TYPES, State
from tests.record_builder import build, event_of, generic

OPENAT = event_of("openat").code
READ = event_of("read").code
GENERIC = event_of("GENERIC_X").code
TID = 300


@pytest.fixture
def probe() -> Iterator[Probe]:
    state = State(thread_limit=64, fd_limit=64)
    for tid, parent, comm in ((1, 0, "systemd"), (200, 1, "bash"), (TID, 200, "cat")):
        state.seed_thread(tid=tid, pid=tid, ptid=parent, comm=comm, cwd="/")
    state.seed_fd(
        TID,
        5,
        type=FD_TYPES["ipv4"],
        source=bytes([10, 0, 0, 1]),
        source_port=40000,
        dest=bytes([10, 128, 0, 1]),
        dest_port=443,
    )
    probe = Probe(state)
    yield probe
    probe.close()


def view_of_openat(probe: Probe, name: str = "/etc/shadow", tid: int = TID) -> Any:
    return probe.at(build("openat", tid=tid, fd=4, dirfd="AT_FDCWD", name=name, flags=["O_RDONLY"]))


def view_of_read(probe: Probe, fd: int) -> Any:
    return probe.at(build("read", tid=TID, fd=fd, res=0))


def ruleset_of(*checks: tuple[str, str, list[str]], matching: str = "all") -> Ruleset:
    """A rule for each check, numbered from 0, good for the events used here."""
    builder = RulesetBuilder(matching)
    for rule_id, (field, operator, values) in enumerate(checks):
        builder.rule(rule_id, builder.check(field, operator, values), [OPENAT, READ, GENERIC])
    return builder.build()


CAT = ("proc.name", "=", ["cat"])
DOG = ("proc.name", "=", ["dog"])


def test_all_matches_come_in_order_of_definition(probe: Probe) -> None:
    ruleset = ruleset_of(CAT, DOG, ("proc.pid", "exists", []), CAT)
    assert ruleset.matching(view_of_openat(probe)) == (0, 2, 3)


def test_first_match_is_the_only_one(probe: Probe) -> None:
    ruleset = ruleset_of(DOG, CAT, CAT, matching="first")
    assert ruleset.matching(view_of_openat(probe)) == (1,)


def test_event_of_a_code_without_rules_matches_nothing(probe: Probe) -> None:
    ruleset = ruleset_of(CAT)
    assert ruleset.matching(probe.at(build("close", tid=TID, fd=5))) == ()


def test_nothing_is_remembered_from_one_event_to_the_next(probe: Probe) -> None:
    ruleset = ruleset_of(
        ("fd.name", "=", ["/a"]), ("fd.name", "!=", ["/a"]), ("fd.name", "=", ["/a"])
    )
    assert ruleset.matching(view_of_openat(probe, "/a")) == (0, 2)
    assert ruleset.matching(view_of_openat(probe, "/b")) == (1,)
    assert ruleset.matching(probe.at(generic("getppid", tid=TID))) == ()
    assert ruleset.matching(view_of_openat(probe, "/a")) == (0, 2)


@pytest.mark.parametrize("operator", ["=", "!=", "<", "contains", "in", "pmatch", "exists"])
def test_check_of_a_missing_value_is_false_and_its_negation_true(
    probe: Probe, operator: str
) -> None:
    builder = RulesetBuilder("all")
    node = builder.check("fd.name", operator, [] if operator == "exists" else ["/a"])
    builder.rule(1, node, [GENERIC])
    builder.rule(2, builder.negate(node), [GENERIC])
    assert builder.build().matching(probe.at(generic("getppid", tid=TID))) == (2,)


@pytest.mark.parametrize(
    ("field", "operator", "values", "expected"),
    [
        ("proc.aname", "=", ["bash"], True),
        ("proc.aname", "=", ["cat"], False),  # not an ancestor of itself
        ("proc.aname", "!=", ["bash"], True),  # systemd differs
        ("proc.aname", "in", ["sh", "systemd"], True),
        ("proc.aname[1]", "!=", ["bash"], False),
        ("proc.aname[7]", "!=", ["bash"], False),
        ("fd.port", "=", ["443"], True),
        ("fd.port", "!=", ["443"], False),  # one end is
        ("fd.port", "!=", ["22"], True),
        ("fd.port", "<", ["1000"], True),
        ("fd.ip", "in", ["10.128.0.1", "::1"], True),
        ("fd.ip", "!=", ["10.0.0.1"], False),
        ("fd.net", "=", ["10.128.0.0/9"], True),
        ("fd.net", "!=", ["10.128.0.0/9"], False),
        ("fd.net", "!=", ["fe80::/10"], True),
    ],
)
def test_fields_with_several_candidates(
    probe: Probe, field: str, operator: str, values: list[str], expected: bool
) -> None:
    ruleset = ruleset_of((field, operator, values))
    assert ruleset.matching(view_of_read(probe, 5)) == ((0,) if expected else ())


def test_both_ends_of_nothing_do_not_differ(probe: Probe) -> None:
    assert ruleset_of(("fd.port", "!=", ["1"])).matching(view_of_read(probe, 9)) == ()


@pytest.mark.parametrize("matching", ["first", "all"])
@pytest.mark.parametrize("count", [1, 63, 64, 65, 128, 1000])
def test_failure_of_a_shared_condition_strikes_off_its_rules_only(
    probe: Probe, count: int, matching: str
) -> None:
    """Every other rule needs a condition that fails, every third one that holds."""
    builder = RulesetBuilder(matching)
    expected = []
    for rule_id in range(count):
        parts = [
            builder.check("fd.name", "startswith", [f"/etc{'' if rule_id % 5 else '/shadow'}"])
        ]
        if rule_id % 2:
            parts.append(builder.check(*DOG))
        if rule_id % 3 == 0:
            parts.append(builder.check(*CAT))
        if rule_id % 7 == 0:
            parts.append(builder.negate(builder.check("proc.pid", "=", [str(TID)])))
        builder.rule(rule_id, builder.all_of(parts), [OPENAT])
        if not rule_id % 2 and rule_id % 7:
            expected.append(rule_id)
    wanted = tuple(expected if matching == "all" else expected[:1])
    assert builder.build().matching(view_of_openat(probe)) == wanted


def test_type_of_a_generic_call_is_looked_at(probe: Probe) -> None:
    ruleset = ruleset_of(("evt.type", "=", ["getppid"]), ("evt.type", "!=", ["getppid"]))
    assert ruleset.matching(probe.at(generic("getppid", tid=TID))) == (0,)
    assert ruleset.matching(probe.at(generic("alarm", tid=TID))) == (1,)


@pytest.mark.parametrize("innermost", [True, False])
def test_deepest_nesting(probe: Probe, innermost: bool) -> None:
    """Alternating "not" and "and" cannot be flattened."""
    builder = RulesetBuilder("all")
    node = builder.check(*(CAT if innermost else DOG))
    for level in range(DEPTH_MAX - 1):
        true = builder.check("proc.pid", "<", [str(TID + 1 + level)])
        node = builder.all_of([builder.negate(node), true])
    holds = innermost == ((DEPTH_MAX - 1) % 2 == 0)
    builder.rule(1, node, [OPENAT])
    assert builder.build().matching(view_of_openat(probe)) == ((1,) if holds else ())


def test_ten_thousand_rules(probe: Probe) -> None:
    builder = RulesetBuilder("all")
    for rule_id in range(10_000):
        own = builder.check("fd.name", "=", [f"/srv/{rule_id}"])
        builder.rule(rule_id, builder.all_of([builder.check(*CAT), own]), [OPENAT])
    ruleset = builder.build()
    assert ruleset.matching(view_of_openat(probe, "/srv/9999")) == (9999,)
    assert ruleset.matching(view_of_openat(probe, "/srv/x")) == ()


def test_view_that_is_over_is_refused(probe: Probe) -> None:
    view = view_of_openat(probe)
    probe.close()
    with pytest.raises(ValueError, match="callback"):
        ruleset_of(CAT).matching(view)


# Two fields, lists, expressions -----------------------------------------------------------


def matching(probe: Probe, *checks: tuple[Any, ...]) -> tuple[int, ...]:
    """Numbers of the checks that hold for an openat of cat, whose parent is bash."""
    builder = RulesetBuilder("all")
    for rule_id, check in enumerate(checks):
        builder.rule(rule_id, builder.check(*check), [OPENAT])
    found: tuple[int, ...] = builder.build().matching(view_of_openat(probe))
    return found


def test_another_field_is_compared(probe: Probe) -> None:
    assert matching(
        probe,
        ("proc.name", "!=", (), "proc.pname"),
        ("proc.name", "=", (), "proc.pname"),
        ("proc.name", ">", (), "proc.pname"),
        ("proc.pid", ">", (), "proc.ppid"),
        ("proc.pid", "<", (), "proc.ppid"),
        ("fd.name", "endswith", (), "basename(fd.name)"),
        ("concat('xx', proc.name)", "contains", (), "proc.name"),
        ("proc.name", "glob", (), "concat('[a-c]', '*t')"),
    ) == (0, 2, 3, 5, 6, 7)


def test_field_without_a_value_on_either_side_satisfies_nothing(probe: Probe) -> None:
    missing = "proc.aname[9]"
    for operator in ("=", "!="):
        assert matching(probe, ("proc.name", operator, (), f"tolower({MISSING})")) == ()
        assert matching(probe, (missing, operator, (), "proc.name")) == ()


def test_some_candidate_is_compared_with_another_field(probe: Probe) -> None:
    assert matching(
        probe,
        ("proc.aname", "=", (), "proc.pname"),
        ("proc.aname", "=", (), "proc.name"),
        ("proc.aname", "!=", (), "proc.pname"),
        ("proc.aname", "=", (), f"tolower({MISSING})"),
    ) == (0, 2)


def test_lists_are_compared(probe: Probe) -> None:
    options = "getopt(('-a', '-b', proc.name), 'ab')"
    assert matching(
        probe,
        (options, "in", ["a", "b", "c"]),
        (options, "in", ["a"]),
        (options, "intersects", ["a"]),
        (options, "exists", ()),
        ("getopt((proc.name), 'a')", "exists", ()),
        ("getopt((proc.name), 'a')", "in", []),
        (options, "in", (), "getopt(('-ba'), 'ab')"),
        (options, "intersects", (), "getopt(('-a'), 'a')"),
        (options, "in", (), "getopt(('-a'), 'a')"),
    ) == (0, 2, 3, 6, 7)


MISSING = "proc.exepath"  # of processes that were seeded without
