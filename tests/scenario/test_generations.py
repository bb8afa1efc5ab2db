# SPDX-License-Identifier: Apache-2.0
"""Rules files of both generations of the language load, and what they hold is all of it."""

from collections import Counter
from pathlib import Path

import pytest

from falcomod.rules import ast, expression, lexis
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_files
from falcomod.rules.model import RuleCollection
from falcomod.rules.resolve import Resolver

FILES = Path(__file__).resolve().parents[1] / "rules_files"


def load(name: str) -> RuleCollection:
    return load_files([FILES / f"{name}.yaml"])


def checks(name: str) -> list[ast.Check]:
    """The comparisons of all rules of a file, macros and exceptions put in."""
    collection = load(name)
    resolver = Resolver(collection)
    trees = [resolver.rule(rule) for rule in collection.rules.values()]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Check)]


@pytest.mark.parametrize(
    ("name", "rules", "warnings"),
    [
        (
            "of_2020",
            ["Write below a watched folder", "Shell in container", "Read a key", "Miner",
             "Buffer with a word", "Namespace made by an admission"],
            {"LOAD_DEPRECATED_ITEM": 9, "LOAD_INVALID_MACRO_NAME": 1, "LOAD_UNKNOWN_FILTER": 1,
             "LOAD_UNUSED_MACRO": 1},
        ),
        (
            "of_2025",
            ["Transformers", "Modifiers", "Buffers and numbers", "Arguments of fields",
             "Exceptions", "Lists of values", "Audit event"],
            {},
        ),
    ],
)  # fmt: skip
def test_the_file_loads(name: str, rules: list[str], warnings: dict[str, int]) -> None:
    compiled = compile_rules(load(name))
    assert [entry.rule.name for entry in compiled.rules] == rules
    assert Counter(warning.code for warning in compiled.warnings) == Counter(warnings)


def test_every_operator_is_used() -> None:
    used = {check.operator for name in ("of_2020", "of_2025") for check in checks(name)}
    words = {operator.partition(" ")[0] for operator in used}
    assert words >= {"exists", *lexis.TEXT_OPERATORS, *lexis.NUMBER_OPERATORS}
    assert words >= ast.LIST_OPERATORS
    modifiers = {operator.partition(" ")[2] for operator in used}
    assert modifiers == {"", *expression.MODIFIERS}


def test_every_transformer_and_both_sides_are_used() -> None:
    found = checks("of_2025")
    for side in ([check.field for check in found], [check.rhs for check in found]):
        assert any(expression.is_call(text) for text in side)
        assert any(text and not expression.is_call(text) for text in side)
    texts = " ".join(check.field + check.rhs for check in found)
    assert all(f"{name}(" in texts for name in expression.TRANSFORMERS)


def test_exceptions_take_every_form() -> None:
    collection = load("of_2025")
    text = ast.to_text(Resolver(collection).rule(collection.rules["Exceptions"]))
    condition, exceptions = text.split(") and not (", 1)
    assert condition.endswith("and proc.name exists)")
    assert exceptions.removesuffix(")").split(" or ") == [
        'proc.name in (cron, "a b", bash, sh, dash, zsh, anacron)',
        "fd.name pmatch (/var, /run/*)",
        'fd.name startswith anyof (/proc, "/sys fs")',
        "(proc.name = make and proc.pname = sh)",
        '(proc.name = "two words" and proc.pname = "already quoted")',
        "(proc.name in (bash, sh, dash, zsh) and fd.name startswith /dev and "
        'proc.cmdline contains "a=b")',
        '(proc.name in (a, b) and fd.name startswith "/x y" and proc.cmdline contains c)',
        '(proc.name in (a, "b c") and fd.name startswith /z and proc.cmdline contains d)',
        "(tolower(proc.name) = init and len(proc.cmdline) < 20 and "
        'getopt((proc.args[0], proc.args[1]), "x:") intersects (v))',
        "(proc.name = val(proc.pname) and proc.exe = tolower(proc.pexe))",
        "(proc.name = oneof (bash, sh, dash, zsh) and fd.name endswith anyof (.swp, ~))",
        "proc.name != x",
    ]
