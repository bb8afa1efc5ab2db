# SPDX-License-Identifier: Apache-2.0
"""Fields that say nothing any more, in outputs."""

import pytest

from falcomod.rules import deprecated
from falcomod.rules.text import Scalar, SourceFile, SourceText


def output(text: str) -> SourceText:
    return SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))


def test_names_are_found_in_expressions_and_told_once() -> None:
    fields = ["proc.name", "evt.dir", "tolower(evt.dir)", "concat(evt.latency.s, evt.type)"]
    assert deprecated.names(fields) == ["evt.dir", "evt.latency.s"]


def test_what_is_deprecated_in_an_output_is_told_at_its_place() -> None:
    text = "x %proc.name %evt.dir %container.info"
    found = list(deprecated.warnings_of_output(output(text), ["proc.name", "evt.dir"]))
    assert [(warning.location.column, warning.code) for warning in found] == [
        (15, "LOAD_DEPRECATED_ITEM"),
        (23, "LOAD_DEPRECATED_ITEM"),
    ]
    assert (
        found[0].message
        == "usage of deprecated field 'evt.dir' has been detected in the rule output"
    )
    assert list(deprecated.warnings_of_output(output("%proc.name"), ["proc.name"])) == []


def test_fields_that_were_added_are_no_fault_of_the_rule() -> None:
    assert list(deprecated.warnings_of_output(output("%proc.name"), ["evt.dir"])) == []


@pytest.mark.parametrize(("printed", "what"), [(False, "nothing"), (True, "the text of -p")])
def test_what_stands_for_container_info_is_told(printed: bool, what: str) -> None:
    (warning,) = deprecated.warnings_of_output(output("%container.info"), [], printed=printed)
    assert warning.message == f"%container.info is deprecated and replaced with {what}"
