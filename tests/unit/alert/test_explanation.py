# SPDX-License-Identifier: Apache-2.0
"""Findings to the checks that decide, to text and to JSON."""

from __future__ import annotations

import json

import pytest

from falcomod.alert.explanation import (
    REASONS_MAX,
    TEXT_MAX,
    Explanation,
    Finding,
    printable,
    value_text,
)


def check(name: str, holds: bool) -> Finding:
    return Finding("check", name, holds, ((f"field.{name}", "x"),))


YES, NO, OTHER_NO = check("yes", True), check("no", False), check("other", False)


def all_of(*parts: Finding) -> Finding:
    return Finding("all", "all of", all(part.holds for part in parts), parts=parts)


def any_of(*parts: Finding) -> Finding:
    return Finding("any", "any of", any(part.holds for part in parts), parts=parts)


def explained(condition: Finding, *remarks: str) -> Explanation:
    return Explanation(
        rule="A rule", event="openat by cat (7)", number=3, outcome="no match",
        remarks=remarks, condition=condition,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "decisive"),
    [
        (YES, [YES]),
        (all_of(YES, YES), [YES]),
        (all_of(YES, NO), [NO]),
        (all_of(NO, OTHER_NO), [NO]),
        (all_of(any_of(NO, OTHER_NO), OTHER_NO), [OTHER_NO]),
        (any_of(NO, OTHER_NO), [NO, OTHER_NO]),
        (any_of(NO, YES), [YES]),
        (all_of(any_of(NO, YES), YES), [YES]),
        (Finding("not", "not", False, parts=(all_of(YES, YES),)), [YES]),
        (Finding("not", "not", True, parts=(all_of(YES, NO),)), [NO]),
        (Finding("unless", "no exception applies", True, parts=(NO, OTHER_NO)), [NO, OTHER_NO]),
        (Finding("unless", "no exception applies", False, parts=(NO, YES)), [YES]),
    ],
)
def test_decisive_checks_are_the_fewest_that_settle_it(
    condition: Finding, decisive: list[Finding]
) -> None:
    assert list(explained(condition).reasons) == decisive


def test_text_has_a_line_for_each_part_with_its_verdict_and_value() -> None:
    lines = list(explained(all_of(YES, any_of(NO, OTHER_NO)), "a remark").lines())
    assert lines[0] == "rule 'A rule' at event 3, openat by cat (7): no match"
    assert lines[1] == "  a remark"
    tree = [line.split() for line in lines[3:8]]
    assert tree == [
        ["no", "all", "of"],
        ["yes", "yes", '"x"'],
        ["no", "any", "of"],
        ["no", "no", '"x"'],
        ["no", "other", '"x"'],
    ]
    depths = [len(line[5:]) - len(line[5:].lstrip()) for line in lines[3:8]]
    assert depths == [0, 2, 2, 4, 4]
    assert lines[9:] == [
        "The condition does not hold because:",
        '  no does not hold: field.no is "x"',
        '  other does not hold: field.other is "x"',
    ]


def test_other_parts_that_fail_are_named() -> None:
    told = explained(all_of(any_of(NO, OTHER_NO), YES, NO, OTHER_NO))
    assert [reason.text for reason in told.reasons] == ["no"]
    assert told.others == ("any of", "other")
    assert list(told.lines())[-2:] == ["  nor does: any of", "  nor does: other"]
    assert told.as_json()["others"] == ["any of", "other"]
    assert explained(all_of(YES)).others == ()
    assert explained(any_of(NO, OTHER_NO)).others == ()


def test_many_reasons_are_counted() -> None:
    checks = [check(f"c{number}", False) for number in range(REASONS_MAX + 2)]
    lines = list(explained(any_of(*checks)).lines())
    assert lines[-1] == "  and 2 more checks like these"


def test_long_texts_are_cut_in_lines_but_not_in_json() -> None:
    text = "proc.name in (" + ", ".join(f"name{number}" for number in range(99)) + ")"
    finding = Finding("check", text, False, (("proc.name", "n" * 500),))
    told = explained(finding)
    assert max(len(line) for line in told.lines()) < 4 * TEXT_MAX
    assert told.as_json()["condition"]["text"] == text
    assert told.as_json()["condition"]["values"] == {"proc.name": "n" * 500}


def test_both_sides_of_a_comparison_of_fields_are_told() -> None:
    finding = Finding("check", "a.x = val(b.y)", False, (("a.x", 1), ("b.y", None)))
    assert "a.x: 1, b.y: no value" in "\n".join(explained(finding).lines())
    assert explained(finding).as_json()["reasons"] == [
        "a.x = val(b.y) does not hold: a.x is 1 and b.y has no value"
    ]


def test_json_can_be_read_back() -> None:
    told = explained(all_of(YES, NO))
    body = json.loads(json.dumps(told.as_json()))
    assert body["outcome"] == "no match"
    assert [part["holds"] for part in body["condition"]["parts"]] == [True, False]


def test_no_value_can_steer_a_terminal() -> None:
    finding = Finding("check", "proc.name = a", False, (("proc.name", "\x1b[2J\u202e\n"),))
    text = "\n".join(explained(finding).lines())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert printable("a\tb\x1bc\u202ed") == "a\\x09b\\x1bc\\u202ed"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "no value"), ("a", '"a"'), (True, "true"), (7, "7"), (["a", "b"], '("a", "b")')],
)
def test_values_are_told_by_their_kind(value: str | int | list[str] | None, text: str) -> None:
    assert value_text(value) == text
