# SPDX-License-Identifier: Apache-2.0
"""Variables of the environment in values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.config.document import parse, plain_value
from falcomod.config.environment import Expansion, escaped, expanded
from falcomod.config.findings import Findings, Source

VARIABLES = {"NAME": "value", "NUMBER": "5", "OTHER": "${NAME}"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${NAME}", "value"),
        ("a/${NAME}/b", "a/value/b"),
        ("${NAME}${NUMBER}", "value5"),
        ("${ NAME }", "value"),
        ("${NONE}", ""),
        ("x${NONE}", "x"),
        ("$${NAME}", "${NAME}"),
        ("$$${NAME}", "$${NAME}"),
        ("${OTHER}", "${NAME}"),
        ("$NAME", "$NAME"),
        ("${NAME", "${NAME"),
        ("$ {NAME}", "$ {NAME}"),
    ],
)
def test_reference(text: str, value: str) -> None:
    assert expanded(text, VARIABLES) == value


@given(st.text(alphabet="${}NAME x"))
def test_escaped_text_is_read_as_it_was(text: str) -> None:
    assert expanded(escaped(text), VARIABLES) == text


def test_all_values_of_a_tree_are_expanded_and_no_keys() -> None:
    text = "${NAME}:\n  - ${NAME}\n  - a: 'x${NUMBER}'\n    b: ${NUMBER}\n    c: ${NONE}\n"
    node = parse(text, Source("c.yaml"), Findings())
    assert node is not None
    Expansion(VARIABLES, Findings()).expand(node)
    # As YAML reads it; what is not set is an empty text.
    assert plain_value(node) == {"${NAME}": ["value", {"a": "x5", "b": 5, "c": ""}]}


def test_variables_cannot_blow_up() -> None:
    findings = Findings()
    node = parse(f"- {'${X}' * 1000}\n- ${{X}}\n" * 20, Source("c.yaml"), findings)
    assert node is not None
    Expansion({"X": "x" * 100_000}, findings).expand(node)
    assert "variables of more than" in findings.faults[0].message
    assert len(str(plain_value(node))) < 2_000_000
