# SPDX-License-Identifier: Apache-2.0
"""Collections to programs: which rules are in them, on which events, with what faults."""

import pytest

from falcomod.alert.additions import Additions, Step
from falcomod.alert.model import Priority
from falcomod.alert.static_fields import StaticFields
from falcomod.engine.decode.schema import EVENTS, SYSCALLS, codes_of
from falcomod.errors import RuleLoadError
from falcomod.rules.compile import PASSES, CompiledRules, compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.model import RuleCollection
from falcomod.rules.select import Selection
from falcomod.rules.text import SourceFile


def rule(name: str, condition: str, *more: str) -> str:
    lines = [f"- rule: {name}", "  desc: d", f"  condition: {condition}"]
    if not any(line.startswith("output") for line in more):
        lines.append("  output: text %proc.name")
    if not any(line.startswith("priority") for line in more):
        lines.append("  priority: warning")
    return "\n".join([*lines, *(f"  {line}" for line in more)]) + "\n"


def load(text: str) -> RuleCollection:
    return load_sources([SourceFile("rules.yaml", text)])


def names(compiled: CompiledRules) -> list[str]:
    return [entry.rule.name for entry in compiled.rules]


def codes(compiled: CompiledRules) -> list[str]:
    return [warning.code for warning in compiled.warnings]


OPEN = "evt.type = openat and fd.name = /x"


def test_rules_keep_their_order_and_are_numbered_by_it() -> None:
    compiled = compile_rules(load(rule("b", OPEN) + rule("a", OPEN) + rule("c", OPEN)))
    assert names(compiled) == ["b", "a", "c"]
    assert [entry.rule_id for entry in compiled.rules] == [0, 1, 2]
    assert compiled.ruleset.rule_count == 3


def test_rules_that_are_off_or_not_severe_enough_are_left_out() -> None:
    text = (
        rule("off", OPEN, "enabled: false")
        + rule("low", OPEN, "priority: debug")
        + rule("on", "evt.type = close and proc.name = a", "priority: error")
    )
    compiled = compile_rules(load(text), priority=Priority.WARNING)
    assert names(compiled) == ["on"]
    assert compiled.codes == codes_of("close")


def test_rules_that_are_off_are_checked_all_the_same() -> None:
    with pytest.raises(RuleLoadError, match=r"proc\.nam"):
        compile_rules(load(rule("off", "proc.nam = a", "enabled: false")))


def test_codes_and_syscalls_are_those_that_can_match() -> None:
    text = rule("one", "evt.type in (openat, getpid) and not evt.type = getpid")
    compiled = compile_rules(load(text + rule("two", "evt.type = sync")))
    assert compiled.codes == codes_of("openat") | codes_of("sync")
    assert compiled.syscalls == {SYSCALLS["openat"].sc, SYSCALLS["sync"].sc}


def test_event_of_several_calls_needs_all_of_them() -> None:
    compiled = compile_rules(load(rule("one", "evt.type = setuid")))
    assert compiled.syscalls == {SYSCALLS["setuid"].sc, SYSCALLS["setuid32"].sc}


def test_a_rule_about_any_event_needs_everything_and_is_warned_of() -> None:
    compiled = compile_rules(load(rule("one", "proc.name = a")))
    assert compiled.codes == frozenset(EVENTS) - codes_of("pluginevent")
    assert compiled.syscalls == {info.sc for info in SYSCALLS.values()}
    assert codes(compiled) == ["LOAD_NO_EVTTYPE"]
    quiet = compile_rules(load(rule("one", "proc.name = a", "warn_evttypes: false")))
    assert codes(quiet) == []


def test_a_rule_that_never_matches_needs_nothing() -> None:
    text = "- macro: never_true\n  condition: evt.num = 0\n" + rule("one", "never_true")
    compiled = compile_rules(load(text))
    assert (compiled.codes, compiled.syscalls, codes(compiled)) == (frozenset(), frozenset(), [])
    assert names(compiled) == ["one"]


def test_an_unknown_source_is_skipped_with_a_warning() -> None:
    text = rule("cloud", "ct.name = ConsoleLogin", "source: aws_cloudtrail") + rule("one", OPEN)
    compiled = compile_rules(load(text))
    assert names(compiled) == ["one"]
    assert codes(compiled) == ["LOAD_UNKNOWN_SOURCE"]


AUDIT = ("source: k8s_audit", "output: '%ka.user.name'")


def test_rules_of_each_source_are_a_program_of_their_own() -> None:
    text = rule("call", OPEN) + rule("audit", "ka.verb = create", *AUDIT) + rule("call 2", OPEN)
    compiled = compile_rules(load(text))
    assert names(compiled) == ["call", "audit", "call 2"]
    assert codes(compiled) == []
    assert list(compiled.rulesets) == ["syscall", "k8s_audit"]
    assert compiled.ruleset is compiled.rulesets["syscall"]
    [plugin_event] = codes_of("pluginevent")
    assert compiled.rulesets["k8s_audit"].rules_of(plugin_event) == (1,)
    assert compiled.ruleset.rules_of(plugin_event) == ()
    assert {compiled.ruleset.rules_of(code) for code in codes_of("openat")} == {(0, 2)}


def test_a_rule_about_any_audit_event_is_no_slow_one() -> None:
    compiled = compile_rules(load(rule("all", "evt.num > 0", *AUDIT)))
    assert compiled.codes == codes_of("pluginevent")
    assert (compiled.syscalls, codes(compiled)) == (frozenset(), [])


def test_a_macro_may_be_used_by_rules_of_both_sources() -> None:
    text = (
        "- macro: late\n  condition: evt.num > 5\n"
        + rule("call", f"{OPEN} and late")
        + rule("audit", "late", *AUDIT)
    )
    compiled = compile_rules(load(text))
    assert [compiled.rulesets[source].rule_count for source in compiled.rulesets] == [1, 1]


@pytest.mark.parametrize(
    ("condition", "more", "code"),
    [
        ("proc.name = a", AUDIT, "LOAD_ERR_COMPILE_CONDITION"),
        ("ka.verb = a", (), "LOAD_ERR_COMPILE_CONDITION"),
        ("ka.verb = val(proc.name)", AUDIT, "LOAD_ERR_COMPILE_CONDITION"),
        ("ka.verb = a", ("source: k8s_audit", "output: '%proc.name'"), "LOAD_ERR_COMPILE_OUTPUT"),
        (OPEN, ("output: '%tolower(ka.verb)'",), "LOAD_ERR_COMPILE_OUTPUT"),
    ],
)
def test_fields_of_another_source_are_unknown(
    condition: str, more: tuple[str, ...], code: str
) -> None:
    with pytest.raises(RuleLoadError, match="is no field of events of the source") as raised:
        compile_rules(load(rule("one", condition, *more)))
    assert [error.code for error in raised.value.errors] == [code]
    skipped = compile_rules(load(rule("one", condition, *more, "skip-if-unknown-filter: true")))
    assert codes(skipped) == ["LOAD_UNKNOWN_FILTER"]


def test_a_rule_may_ask_to_be_skipped_for_what_is_unknown() -> None:
    skip = "skip-if-unknown-filter: true"
    text = (
        rule("field", f"{OPEN} and no.field exists", skip)
        + rule("type", "evt.type = opem", skip)
        + rule("output", OPEN, skip, "output: '%no.field'")
        + rule("one", OPEN)
    )
    compiled = compile_rules(load(text))
    assert names(compiled) == ["one"]
    assert codes(compiled) == ["LOAD_UNKNOWN_FILTER"] * 3


def test_a_wrong_value_is_never_skipped() -> None:
    text = rule("one", "fd.num = many", "skip-if-unknown-filter: true")
    with pytest.raises(RuleLoadError, match="LOAD_ERR_COMPILE_CONDITION"):
        compile_rules(load(text))


def test_what_nobody_refers_to_is_warned_of() -> None:
    text = """
- macro: used
  condition: proc.name in (names)
- macro: unused
  condition: used
- list: names
  items: [more]
- list: more
  items: [a]
- list: other
  items: [a]
"""
    compiled = compile_rules(load(text + rule("one", f"{OPEN} and used")))
    assert [(warning.code, warning.location.line) for warning in compiled.warnings] == [
        ("LOAD_UNUSED_MACRO", 4),
        ("LOAD_UNUSED_LIST", 10),
    ]


def test_warnings_of_loading_stand_with_those_of_compiling() -> None:
    text = rule("one", "proc.name = a", "unknown: key")
    assert codes(compile_rules(load(text))) == ["LOAD_NO_EVTTYPE", "LOAD_UNKNOWN_KEY"]


def test_every_fault_is_told_once_and_by_place() -> None:
    text = (
        "- macro: m\n  condition: proc.nam = a\n"
        + rule("one", "m or nothing")
        + rule("two", "m and fd.num = many")
        + rule("three", "m")
        + rule("four", OPEN, "output: '%no.field'")
    )
    with pytest.raises(RuleLoadError) as caught:
        compile_rules(load(text))
    found = [(error.location.line, error.code) for error in caught.value.errors]
    assert found == [
        (2, "LOAD_ERR_COMPILE_CONDITION"),
        (5, "LOAD_ERR_VALIDATE"),
        (10, "LOAD_ERR_COMPILE_CONDITION"),
        (22, "LOAD_ERR_COMPILE_OUTPUT"),
    ]


def test_faults_of_the_output_are_told_beside_those_of_the_condition() -> None:
    text = rule("one", "nothing", "output: '%no.field'")
    with pytest.raises(RuleLoadError) as caught:
        compile_rules(load(text))
    assert [error.location.line for error in caught.value.errors] == [3, 5]


BAD = (
    "- macro: m\n  condition: proc.nam = a\n- macro: broken\n  condition: (\n"
    "- list: lost\n- macro: n\n  condition: proc.name in (lost)\n"
    + rule("field", f"{OPEN} and m")
    + rule("field again", f"{OPEN} and m")
    + rule("first", OPEN)
    + rule("syntax", f"{OPEN} and broken")
    + rule("list", f"{OPEN} and n")
    + rule("value", "fd.num = many")
    + rule("output", OPEN, "output: '%no.field'")
    + rule("second", OPEN)
    + rule("off", "proc.nam = a", "enabled: false")
)


def test_rules_with_a_fault_and_what_depends_on_it_can_be_left_out() -> None:
    collection = load_sources([SourceFile("rules.yaml", BAD)], skip_bad=True)
    compiled = compile_rules(collection, skip_bad=True)
    assert names(compiled) == ["first", "second"]
    assert compiled.ruleset.rule_count == 2
    assert set(compiled.left_out) == {
        "field", "field again", "syntax", "list", "value", "output", "off",
    }  # fmt: skip
    assert compiled.left_out["field"].location.line == 2
    lines = [fault.location.line for fault in compiled.skipped]
    assert lines == sorted(lines)
    assert {2, 4, 5, 7} < set(lines)
    assert len(lines) == len(set(lines)) == 8


def test_without_being_asked_nothing_is_left_out() -> None:
    collection = load_sources([SourceFile("rules.yaml", BAD)], skip_bad=True)
    with pytest.raises(RuleLoadError):
        compile_rules(collection)


def test_good_rules_leave_nothing_out() -> None:
    compiled = compile_rules(load(rule("one", OPEN)), skip_bad=True)
    assert (compiled.skipped, compiled.left_out) == ((), {})


def test_selections_switch_rules_on_and_off_and_keep_their_order() -> None:
    text = rule("b", OPEN, "enabled: false") + rule("a", OPEN) + rule("c", OPEN, "priority: debug")
    selection = [Selection(False, rule="*"), Selection(True, rule="a"), Selection(True, rule="*")]
    assert names(compile_rules(load(text), selection=selection)) == ["b", "a", "c"]
    severe = compile_rules(load(text), selection=selection, priority=Priority.WARNING)
    assert names(severe) == ["b", "a"]
    assert names(compile_rules(load(text), selection=selection[:1])) == []


def test_warnings_stand_beside_faults() -> None:
    with pytest.raises(RuleLoadError) as caught:
        compile_rules(load(rule("one", "fd.num = many") + rule("two", "proc.name = a")))
    assert [warning.code for warning in caught.value.warnings] == ["LOAD_NO_EVTTYPE"]


def test_faults_of_outputs_are_where_they_stand() -> None:
    with pytest.raises(RuleLoadError) as caught:
        compile_rules(load(rule("one", OPEN, "output: ' text %no.field'")))
    (error,) = caught.value.errors
    assert str(error.location) == "rules.yaml:5:18"
    assert error.message.startswith("unknown field 'no.field'")
    assert "\n" not in error.message


def test_equal_conditions_of_several_rules_are_one_node() -> None:
    one = compile_rules(load(rule("a", OPEN)))
    three = compile_rules(load(rule("a", OPEN) + rule("b", OPEN) + rule("c", OPEN)))
    assert one.ruleset.node_count == three.ruleset.node_count


def test_passes_run_in_the_order_in_which_they_rely_on_each_other() -> None:
    order = [run.__name__ for run in PASSES]
    assert order.index("_resolve") < order.index("_check") < order.index("_fold")
    assert order.index("_fold") < order.index("_narrow") < order.index("_number")


def test_an_unknown_field_of_an_exception_is_told_once() -> None:
    more = "exceptions: [{name: e, fields: [proc.nam], values: [[a]]}, {name: f, fields: [x.y]}]"
    with pytest.raises(RuleLoadError) as caught:
        compile_rules(load(rule("one", OPEN, more)))
    assert [error.message for error in caught.value.errors] == [
        "'proc.nam' is not a supported filter field",
        "'x.y' is not a supported filter field",
    ]
    assert {error.code for error in caught.value.errors} == {"LOAD_ERR_VALIDATE"}


def test_conditions_as_deep_as_the_language_allows_are_compiled() -> None:
    deep = "not (proc.name = a and " * 499 + OPEN + ")" * 499
    assert names(compile_rules(load(rule("one", deep)))) == ["one"]
    with pytest.raises(RuleLoadError, match="exceeded max depth limit of 1000"):
        compile_rules(load(rule("one", "(" * 1000 + OPEN + ")" * 1000)))


def test_additions_for_a_rule_that_is_not_there_are_told() -> None:
    steps = (
        Step("append_output[0]", rule="one", output="x"),
        Step("append_output[1]", rule="two", output="y"),
        Step("append_output[2]", tags=("none",), output="z"),
    )
    compiled = compile_rules(load(rule("one", OPEN)), additions=Additions(steps))
    assert compiled.unused == ("append_output[1].match.rule: two",)
    assert compiled.rules[0].template.text.endswith(" x")


def test_additions_that_a_source_lacks_are_warned_of_once() -> None:
    steps = (Step("append_output[0]", output="%proc.name"),)
    text = rule("a", "evt.num > 0", *AUDIT) + rule("b", "evt.num > 0", *AUDIT) + rule("c", OPEN)
    compiled = compile_rules(load(text), additions=Additions(steps))
    (warning,) = compiled.warnings
    assert warning.code == "LOAD_UNKNOWN_FILTER"
    assert warning.message.startswith("append_output[0].extra_output is not added to rules")
    assert [entry.template.text for entry in compiled.rules] == [
        "%ka.user.name",
        "%ka.user.name",
        "text %proc.name %proc.name",
    ]


@pytest.mark.parametrize("static", [{}, {"other": "x"}])
def test_an_unknown_static_field_is_told_with_its_place(static: dict[str, str]) -> None:
    additions = Additions(static=StaticFields.of(static))
    with pytest.raises(RuleLoadError) as raised:
        compile_rules(load(rule("a", f"{OPEN} and static.env = x")), additions=additions)
    assert "unknown field static.env; add env to static_fields" in str(raised.value)
