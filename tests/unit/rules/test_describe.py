# SPDX-License-Identifier: Apache-2.0
"""What a description says; tests/golden/rules_description.json has one in full."""

from __future__ import annotations

from typing import Any

import pytest

from falcomod.rules.compile import compile_rules
from falcomod.rules.describe import Description, condition_text
from falcomod.rules.grammar import parse
from falcomod.rules.load import load_sources
from falcomod.rules.text import Scalar, SourceFile, SourceText


def describe(text: str) -> dict[str, Any]:
    collection = load_sources([SourceFile("rules.yaml", text)])
    return Description(collection, compile_rules(collection).rules).everything()


def rule(condition: str, *more: str, output: str = "o") -> str:
    lines = ["- rule: r", "  desc: d", f"  condition: {condition}", f"  output: '{output}'"]
    return "\n".join([*lines, "  priority: debug", *(f"  {line}" for line in more)]) + "\n"


INFO_KEYS = {
    "name", "condition", "priority", "output", "description", "enabled", "source", "capture",
    "capture_duration", "tags",
}  # fmt: skip
DETAIL_KEYS = {
    "macros", "lists", "condition_operators", "condition_fields", "output_fields",
    "exception_fields", "exception_names", "exception_operators", "events", "condition_compiled",
    "output_compiled", "plugins",
}  # fmt: skip
MACRO_KEYS = {
    "used", "macros", "lists", "condition_operators", "condition_fields", "events",
    "condition_compiled", "plugins",
}  # fmt: skip


def test_every_key_is_there() -> None:
    told = describe(
        "- list: l\n  items: [a]\n- macro: m\n  condition: proc.name in (l)\n"
        + rule("evt.type = open and m")
    )
    assert told.keys() == {
        "required_engine_version", "required_plugin_versions", "rules", "macros", "lists",
    }  # fmt: skip
    assert told["rules"][0]["info"].keys() == INFO_KEYS
    assert told["rules"][0]["details"].keys() == DETAIL_KEYS
    assert told["macros"][0]["info"].keys() == {"name", "condition"}
    assert told["macros"][0]["details"].keys() == MACRO_KEYS
    assert told["lists"][0]["info"].keys() == {"name", "items"}
    assert told["lists"][0]["details"].keys() == {"used", "lists", "items_compiled", "plugins"}


def test_what_a_condition_names_itself_and_what_it_comes_to() -> None:
    text = (
        "- list: l\n  items: [a]\n- macro: inner\n  condition: fd.name in (l)\n"
        "- macro: outer\n  condition: inner and evt.type = open\n"
        "- macro: alone\n  condition: evt.type = close\n"
    )
    told = describe(text + rule("outer and proc.name = x"))
    details = told["rules"][0]["details"]
    assert (details["macros"], details["lists"]) == (["outer"], [])
    assert details["condition_fields"] == ["evt.type", "fd.name", "proc.name"]
    assert details["condition_operators"] == ["=", "in"]
    assert (
        details["condition_compiled"] == "((fd.name in (a) and evt.type = open) and proc.name = x)"
    )
    assert details["events"] == ["open"]
    used = {macro["info"]["name"]: macro["details"]["used"] for macro in told["macros"]}
    assert used == {"inner": True, "outer": True, "alone": False}


@pytest.mark.parametrize(
    ("text", "plugins"),
    [
        (rule("evt.type = open"), []),
        (rule("evt.type = open and container.id != host"), ["container"]),
        (rule("evt.type = open", output="%container.name"), ["container"]),
        (rule("k8smeta.svc.name intersects (a)", output="%k8s.pod.name"), ["container", "k8smeta"]),
        (rule("ka.verb = create", "source: k8s_audit"), ["k8saudit"]),
        (rule("jevt.value[/a] = b", "source: k8s_audit"), ["json", "k8saudit"]),
    ],
)
def test_plugins_are_those_of_the_source_and_the_fields(text: str, plugins: list[str]) -> None:
    assert describe(text)["rules"][0]["details"]["plugins"] == plugins


def test_other_sources_have_events_of_their_own() -> None:
    details = describe(rule("ka.verb = create", "source: k8s_audit"))["rules"][0]["details"]
    assert details["events"] == ["pluginevent"]


def test_fields_within_transformers_are_found() -> None:
    text = rule("evt.type = open and concat(proc.name, tolower(proc.args[2])) = val(fd.name)")
    details = describe(text)["rules"][0]["details"]
    assert details["condition_fields"] == ["evt.type", "fd.name", "proc.args[2]", "proc.name"]


def test_a_macro_that_no_rule_uses_may_name_what_is_no_field() -> None:
    (macro,) = describe("- macro: m\n  condition: no.field = 1\n")["macros"]
    assert macro["details"]["condition_fields"] == ["no.field"]


def test_lists_in_lists() -> None:
    told = describe("- list: a\n  items: [b, x, a]\n- list: b\n  items: [y, a]\n")["lists"]
    assert told[0]["info"] == {"name": "a", "items": ["x", "a"]}
    assert told[0]["details"]["lists"] == ["b"]
    assert told[0]["details"]["items_compiled"] == ["y", "a", "x", "a"]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("proc.name=a", "proc.name = a"),
        ("a.b exists and not m or c.d in (x, 'y z')",
         '((a.b exists and not m) or c.d in (x, "y z"))'),
        ("not (a.b = c or d.e = f)", "not (a.b = c or d.e = f)"),
    ],
)  # fmt: skip
def test_conditions_have_all_their_brackets(condition: str, text: str) -> None:
    source = SourceFile("r.yaml", condition)
    tree = parse(SourceText.of(Scalar(condition, source, 0, len(condition))))
    assert condition_text(tree) == text
