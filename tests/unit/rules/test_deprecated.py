# SPDX-License-Identifier: Apache-2.0
"""Fields that say nothing any more, in outputs."""

from falcomod.rules import deprecated
from falcomod.rules.text import Scalar, SourceFile, SourceText


def output(text: str) -> SourceText:
    return SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))


def test_names_are_found_in_expressions_and_told_once() -> None:
    fields = ["proc.name", "evt.dir", "tolower(evt.dir)", "concat(evt.latency.s, evt.type)"]
    assert deprecated.names(fields) == ["evt.dir", "evt.latency.s"]


def test_container_info_stands_for_nothing() -> None:
    text = " a (%container.info) %container.id "
    assert deprecated.without_container_info(output(text)) == "a () %container.id"


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
