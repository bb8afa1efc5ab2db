# SPDX-License-Identifier: Apache-2.0
"""Findings: none twice, not too many, and nothing unprintable in them."""

from __future__ import annotations

from falcomod.config.findings import MAX_FINDINGS, MAX_SHOWN, Findings, Place, Source, shown

SOURCE = Source("c.yaml", ("first", "second"))


def test_place_of_a_file_and_of_an_override() -> None:
    place = Place(SOURCE, 2, 3)
    assert (str(place.location), place.quote) == ("c.yaml:2:3", "second")
    override = Place(Source("-o a=b"), 1, 1)
    assert (str(override.location), override.quote) == ("-o a=b", "")
    assert Place(SOURCE, 3, 1).quote == ""


def test_nothing_is_told_twice() -> None:
    findings = Findings()
    for _ in range(2):
        findings.fault(Place(SOURCE, 1, 1), "bad", "mend it")
        findings.fault(Place(SOURCE, 2, 1), "bad")
        findings.warn(Place(SOURCE, 2, 2), "odd")
    assert [str(fault.location) for fault in findings.faults] == ["c.yaml:1:1", "c.yaml:2:1"]
    assert findings.faults[0].remedy == "mend it"
    assert len(findings.warnings) == 1


def test_there_is_an_end_of_findings() -> None:
    findings = Findings()
    for column in range(3 * MAX_FINDINGS):
        findings.warn(Place(SOURCE, 1, column), "odd")
    assert len(findings.warnings) == MAX_FINDINGS + 1
    assert findings.warnings[-1].message == "further ones are not told"
    assert findings.is_full()


def test_text_is_shown_printable_and_short() -> None:
    assert shown("a\n\x1b[31m\u202e") == "a\\n\\x1b[31m\\u202e"
    assert len(shown("x" * 1000)) == MAX_SHOWN
    assert shown("größer") == "größer"
