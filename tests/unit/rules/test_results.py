# SPDX-License-Identifier: Apache-2.0
"""Results in the three forms that others parse; every code has a case here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from falcomod.errors import Location, RuleError, RuleLoadError
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.results import CODES, FileResult, as_json, results, snippet
from falcomod.rules.text import SourceFile


def check(*texts: str, names: tuple[str, ...] = ("rules.yaml", "more.yaml")) -> list[FileResult]:
    """The results of texts that are loaded and compiled together."""
    files = [SourceFile(name, text) for name, text in zip(names, texts, strict=False)]
    paths = [file.path for file in files]
    try:
        compiled = compile_rules(load_sources(files))
    except RuleLoadError as fault:
        return results(paths, files, fault.errors, fault.warnings)
    return results(paths, files, compiled.skipped, compiled.warnings)


def rule(condition: str = "evt.type = open", *more: str, output: str = "o", name: str = "r") -> str:
    lines = [f"- rule: {name}", "  desc: d", f"  condition: {condition}", f"  output: {output}"]
    return "\n".join([*lines, "  priority: debug", *(f"  {line}" for line in more)]) + "\n"


EXCEPTIONS = "exceptions: [{name: e, fields: proc.name}, {name: e, fields: fd.name}]"

# Code, a text that has it, and the message.
CASES = {
    "LOAD_ERR_YAML_PARSE": ("- [\n", None),
    "LOAD_ERR_YAML_VALIDATE": ("x: y\n", "Rules content is not yaml array of objects"),
    "LOAD_ERR_COMPILE_CONDITION": (rule("fd.num = many"), None),
    "LOAD_ERR_COMPILE_OUTPUT": (rule(output="'%no.field'"), None),
    "LOAD_ERR_VALIDATE": (
        "- required_engine_version: 99\n",
        "Rules require engine version 0.99.0, but engine version is 0.63.0",
    ),
    "LOAD_UNKNOWN_SOURCE": (rule("a.b = c", "source: nowhere"), "Unknown source nowhere, skipping"),
    "LOAD_UNSAFE_NA_CHECK": (rule('ka.verb = "<NA>"', "source: k8s_audit"), None),
    "LOAD_NO_EVTTYPE": (
        rule("proc.name = a"),
        "Rule matches too many evt.type values. This has a significant performance penalty.",
    ),
    "LOAD_UNKNOWN_FILTER": (rule("no.field = a", "skip-if-unknown-filter: true"), None),
    "LOAD_UNUSED_MACRO": (
        "- macro: m\n  condition: evt.type = open\n",
        "Macro not referred to by any other rule/macro",
    ),
    "LOAD_UNUSED_LIST": (
        "- list: l\n  items: [a]\n",
        "List not referred to by any other rule/macro",
    ),
    "LOAD_UNKNOWN_ITEM": ("- x: y\n", "Unknown top level item"),
    "LOAD_DEPRECATED_ITEM": (rule() + "- rule: r\n  enabled: false\n", None),
    "LOAD_APPEND_NO_VALUES": (
        rule("evt.type = open", "exceptions: [{name: e, fields: proc.name, values: [a]}]")
        + "- rule: r\n  exceptions: [{name: e}]\n  override: {exceptions: append}\n",
        "Overriding/appending exception with no values",
    ),
    "LOAD_EXCEPTION_NAME_NOT_UNIQUE": (
        rule("evt.type = open", EXCEPTIONS),
        "Multiple exceptions defined with the same name",
    ),
    "LOAD_INVALID_MACRO_NAME": ("- macro: a-b\n  condition: evt.type = open\n", None),
    "LOAD_INVALID_LIST_NAME": ("- list: a b\n  items: [a]\n", None),
    "LOAD_COMPILE_CONDITION": (rule("evt.type = open and fd.name = proc.name"), None),
    "LOAD_UNKNOWN_KEY": (
        rule("evt.type = open", "colour: red"),
        "Unknown key 'colour'. The key will be ignored.",
    ),
}

# Of reading files, which texts do not, and of items that extensions of Falco define.
ELSEWHERE = {"LOAD_ERR_FILE_READ", "LOAD_ERR_EXTENSION", "LOAD_WARNING_EXTENSION"}


@pytest.mark.parametrize("code", CODES.keys() - ELSEWHERE)
def test_every_code_has_a_text_that_brings_it(code: str) -> None:
    text, message = CASES[code]
    (result,) = check(text)
    faults = result.errors if code.startswith("LOAD_ERR_") else result.warnings
    told = {fault.code: fault.message for fault in faults}
    assert code in told
    assert message is None or told[code] == message
    assert result.successful is not code.startswith("LOAD_ERR_")
    assert f"{code} ({CODES[code]})" in result.summary()
    assert f"{code} ({CODES[code]}): {told[code]}\n" in result.verbose()
    told_json = result.as_json()["errors" if code.startswith("LOAD_ERR_") else "warnings"]
    (entry,) = [entry for entry in told_json if entry["code"] == code][:1]
    assert (entry["codedesc"], entry["message"]) == (CODES[code], told[code])


def test_no_code_is_unknown() -> None:
    assert CASES.keys() | ELSEWHERE == CODES.keys()
    sources = Path(__file__).resolve().parents[3] / "src" / "falcomod"
    used = set()
    for path in sources.rglob("*.py"):
        words = path.read_text().replace('"', " ").replace(",", " ").replace(")", " ").split()
        used |= {word for word in words if word.startswith("LOAD_") and word != "LOAD_ERR_"}
    assert {word for word in used if word.isupper() and word.isascii()} <= CODES.keys()


def test_a_good_file() -> None:
    (result,) = check(rule())
    assert result.summary() == result.verbose() == result.verdict == "rules.yaml: Ok"
    assert result.as_json() == {
        "name": "rules.yaml", "successful": True, "schema_valid": True, "schema_warnings": [],
        "errors": [], "warnings": [],
    }  # fmt: skip


def test_summary_of_faults_and_warnings() -> None:
    (result,) = check(rule("proc.name = a") + rule("fd.num = x", name="s") + "- x: y\n")
    assert result.summary() == (
        "rules.yaml: Invalid\n"
        " 1 errors: [LOAD_ERR_COMPILE_CONDITION (Error compiling condition)]\n"
        " 2 warnings: [LOAD_NO_EVTTYPE (Condition has no event-type restriction) "
        "LOAD_UNKNOWN_ITEM (Unknown rules file item)]"
    )


def test_verbose_tells_where() -> None:
    first, second = check("# rules\n" + rule("evt.type = open and missing_macro"), rule(name="t"))
    assert first.verbose() == (
        "rules.yaml: Invalid\n"
        "1 Errors:\n"
        "In rules content: (rules.yaml:0:0)\n"
        "    rule 'r': (rules.yaml:1:2)\n"
        '    condition expression: ("evt.type = open a...":4:34)\n'
        "------\n"
        "  condition: evt.type = open and missing_macro\n"
        "                                 ^\n"
        "------\n"
        "LOAD_ERR_VALIDATE (Error validating rule/macro/list/exception objects): "
        "Undefined macro 'missing_macro' used in filter.\n"
    )
    assert second.verbose() == "more.yaml: Ok"


def test_json_tells_where() -> None:
    found = check("- rule: r\n  priority: loud\n- x: y\n")
    told = json.loads(json.dumps(as_json(found)))
    (result,) = told["falco_load_results"]
    assert result["schema_valid"] is False
    assert result["schema_warnings"] == [
        "<root>[0]: Invalid priority", "<root>[1]: Unknown top level item",
    ]  # fmt: skip
    (error,) = result["errors"]

    def level(item_type: str, item_name: str, line: int, column: int, offset: int) -> object:
        position = {"name": "rules.yaml", "line": line, "column": column, "offset": offset}
        return {"item_type": item_type, "item_name": item_name, "position": position}

    assert error == {
        "context": {
            "locations": [
                level("rules content", "", 0, 0, 0),
                level("rule", "r", 0, 2, 2),
                level("rule priority", "", 1, 12, 22),
            ],
            "snippet": "  priority: loud\n            ^\n",
        },
        "code": "LOAD_ERR_YAML_VALIDATE",
        "codedesc": "Error validating internal structure of YAML file",
        "message": "Invalid priority",
    }


def test_a_file_that_cannot_be_read_has_a_result_without_text() -> None:
    fault = RuleError("no", Location("gone.yaml"), code="LOAD_ERR_FILE_READ")
    (result,) = results(["gone.yaml"], [], [fault], [])
    assert "<No context for file gone.yaml>\n" in result.verbose()
    assert result.as_json()["errors"][0]["context"]["locations"][0]["position"]["line"] == 0
    assert result.as_json()["schema_warnings"] == ["no"]


def test_a_fault_elsewhere_has_a_result_of_its_own() -> None:
    fault = RuleError("no", Location("folder"), code="LOAD_ERR_FILE_READ")
    found = results(["rules.yaml"], [SourceFile("rules.yaml", "")], [fault], [])
    assert [(result.name, result.successful) for result in found] == [
        ("rules.yaml", True), ("folder", False),
    ]  # fmt: skip


LONG = "x" * 100 + "HERE" + "y" * 100


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("ab\ncd\n", (2, 2), "cd\n ^\n"),
        ("ab\r\ncd\r\n", (1, 1), "ab\n^\n"),
        ("ab\n", (2, 1), "ab\n  ^\n"),
        ("", (1, 1), "<No context available>\n"),
        (LONG, (1, 101), "..." + LONG[23:177] + "...\n" + " " * 80 + "^\n"),
        (LONG, (1, 1), LONG[:77] + "...\n^\n"),
        (LONG, (1, 204), "..." + LONG[126:] + "\n" + " " * 80 + "^\n"),
    ],
)
def test_snippets(text: str, place: tuple[int, int], expected: str) -> None:
    assert snippet(text, Location("r.yaml", *place)) == expected
    assert max(len(line) for line in expected.splitlines()) <= 160
