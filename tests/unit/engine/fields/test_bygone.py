# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.registry import all_fields, bind
from tests.unit.engine.fields.host import Case, host, look, of_cat

OLD = [info for info in all_fields() if info.field_class.name in ("mesos", "span", "util")]

CASES = [
    of_cat(f"{info.name}[x]" if info.argument == "required" else info.name, None) for info in OLD
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_old_fields_are_all_there() -> None:
    names = {info.name for info in OLD}
    spans = {
        "id", "time", "ntags", "nargs", "tags", "tag", "args", "arg", "enterargs", "enterarg",
        "duration", "duration.quantized", "duration.human", "duration.fortag", "count",
        "count.fortag", "childcount.fortag", "idtag", "rawtime", "rawparenttime",
    }  # fmt: skip
    around = {"id", "ntags", "nargs", "tags", "tag", "args", "arg"}
    assert names >= {f"span.{name}" for name in spans}
    assert names >= {f"evtin.span.{of}{name}" for of in ("", "p.", "s.", "m.") for name in around}
    assert sum(name.startswith("evtin.") for name in names) == 28
    assert sum(name.startswith(("mesos.", "marathon.")) for name in names) == 12


def test_old_fields_are_marked_and_say_so() -> None:
    for info in OLD:
        assert "deprecated" in info.flags, info.name
        assert info.doc.endswith("never has a value"), info.name


def test_argument_of_an_old_field_may_follow_a_dot() -> None:
    assert bind("marathon.app.label.app").info.name == "marathon.app.label"
    assert bind("span.tag[0]").info.name == "span.tag"
