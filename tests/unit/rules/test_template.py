# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.alert.additions import Additions, Step
from falcomod.errors import FieldError, UserError
from falcomod.rules.load import load_sources
from falcomod.rules.model import Rule
from falcomod.rules.template import template_of
from falcomod.rules.text import SourceFile

TEXT = """
- rule: r
  desc: d
  condition: evt.type = close
  output: "  said %evt.num "
  priority: INFO
  source: {source}
  tags: [a, b]
"""


def rule(source: str = "syscall", text: str = TEXT) -> Rule:
    return load_sources([SourceFile("/r.yaml", text.format(source=source))]).rules["r"]


def test_name_source_and_tags_decide_what_is_added() -> None:
    steps = (
        Step("append_output[0]", rule="r", output="1"),
        Step("append_output[1]", tags=("a", "b"), output="2"),
        Step("append_output[2]", source="k8s_audit", output="3"),
    )
    assert template_of(rule(), Additions(steps)).text == "said %evt.num 1 2"
    assert template_of(rule("k8s_audit"), Additions(steps)).text == "said %evt.num 1 2 3"


def test_fields_are_those_of_the_rules_source() -> None:
    verb = Additions((Step("append_output[0]", output="%ka.verb"),))
    told: list[str] = []
    assert template_of(rule(), verb, told.append).text == "said %evt.num"
    assert told == [
        "append_output[0].extra_output is not added to rules of this source: "
        "ka.verb is no field of events of the source syscall"
    ]
    assert template_of(rule("k8s_audit"), verb).text == "said %evt.num %ka.verb"
    named = Additions((Step("append_output[0]", source="syscall", output="%ka.verb"),))
    with pytest.raises(UserError, match="append_output"):
        template_of(rule(), named)
    with pytest.raises(FieldError):
        template_of(rule(text=TEXT.replace("evt.num", "ka.verb")), Additions())
