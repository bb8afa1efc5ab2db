# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.alert.additions import Additions
from falcomod.alert.static_fields import StaticFields
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from falcomod.errors import FieldError, RuleLoadError
from falcomod.rules import ast
from falcomod.rules.ast import Check, Constant
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.grammar import parse
from falcomod.rules.load import load_sources
from falcomod.rules.static_checks import _DECIDED, StaticChecks
from falcomod.rules.text import Scalar, SourceFile, SourceText
from tests.record_builder import build

FIELDS = StaticFields.of({"env": "prod", "empty": "", "proc": "cat", "zone.name": "eu-1"})


def compiled(condition: str, *more: str) -> CompiledRules:
    text = (
        f"- rule: r\n  desc: d\n  condition: evt.type = close and ({condition})\n"
        "  output: o\n  priority: INFO\n" + "".join(f"  {line}\n" for line in more)
    )
    collection = load_sources([SourceFile("/r.yaml", text)])
    return compile_rules(collection, additions=Additions(static=FIELDS))


def matches(condition: str, *more: str) -> bool:
    state = State()
    state.seed_thread(tid=7, pid=7, ptid=1, comm="cat")
    found: list[tuple[int, ...]] = []
    rules = compiled(condition, *more)
    record = build("close", ts=1, tid=7, fd=3, res=0)
    engine = Engine(ReplaySource([record]), state, rules.ruleset, lambda ids, _: found.append(ids))
    engine.run(0, 1)
    return bool(found)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("static.env = prod", True),
        ("static.env == test", False),
        ("static.env != test", True),
        ("static.env != prod", False),
        ("static.env in (test, prod)", True),
        ("static.env in (test)", False),
        ("static.env in ()", False),
        ("static.env exists", True),
        ("static.empty exists", True),
        ("static.empty = ''", True),
        ("not static.env = prod", False),
        ("static.env = test or proc.name = cat", True),
        ("static.zone.name startswith eu", True),
        ("static.env contains ro", True),
        ("static.env endswith 'x'", False),
        ("static.env glob 'p*'", True),
        ("static.env regex '^pr.d$'", True),
        ("static.env icontains ROD", True),
        ("static.env = anyof (test, prod)", True),
        ("static.env intersects (test, prod)", True),
        ("toupper(static.env) = PROD", True),
        ("len(static.env) > 3", True),
        ("proc.name = val(static.proc)", True),
        ("static.proc = val(proc.name)", True),
        ("static.env = val(proc.name)", False),
        ('concat(static.env, "-", proc.name) = prod-cat', True),
        ('concat("static.env", proc.name) = static.envcat', True),
    ],
)
def test_conditions(condition: str, holds: bool) -> None:
    assert matches(condition) is holds


def test_what_is_plain_is_decided_before_any_event() -> None:
    off = compiled("static.env = test and proc.name = cat")
    assert isinstance(off.rules[0].tree, Constant)
    assert off.codes == frozenset()
    on = compiled("static.env = prod and proc.name = cat")
    assert "concat" not in ast.to_text(on.rules[0].tree)


def test_exceptions() -> None:
    fields = "exceptions: [{name: e, fields: [static.env, proc.name], values: [[%s, cat]]}]"
    assert not matches("evt.num > 0", fields % "prod")
    assert matches("evt.num > 0", fields % "test")


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("static.no = prod", "LOAD_ERR_COMPILE_CONDITION"),
        ("tolower(static.no) = prod", "LOAD_ERR_COMPILE_CONDITION"),
        ("proc.name = val(static.no)", "LOAD_ERR_COMPILE_CONDITION"),
    ],
)
def test_an_unknown_one_is_a_fault_of_the_rule(condition: str, code: str) -> None:
    with pytest.raises(RuleLoadError) as raised:
        compiled(condition)
    (error,) = raised.value.errors
    assert error.code == code
    assert error.message == "unknown field static.no; add no to static_fields"
    assert error.location.line == 3
    assert compiled(condition, "skip-if-unknown-filter: true").rules == ()


def test_an_unknown_one_in_exceptions_is_a_fault() -> None:
    exception = "exceptions: [{name: e, fields: [static.no], values: [[a]]}]"
    with pytest.raises(RuleLoadError, match=r"'static\.no' is not a supported filter field"):
        compiled("evt.num > 0", exception)


def test_decided_operators_have_no_modifier() -> None:
    assert not any(" " in operator for operator in _DECIDED)


def test_trees_without_static_fields_stay_the_same_objects() -> None:
    tree = parse(SourceText.of(Scalar("a.b = c and (d.e = f or not g.h exists)",
                                      SourceFile("r", ""), 0, 0)))  # fmt: skip
    assert StaticChecks(FIELDS).tree(tree) is tree


def test_one_check() -> None:
    checks = StaticChecks(FIELDS)
    check = Check("proc.name", "=", ("a",))
    assert checks.check(check) is check
    assert checks.check(Check("static.env", "=", ("a",))).field == 'concat("prod", "")'
    with pytest.raises(FieldError):
        checks.check(Check("static.no", "=", ("a",)))
