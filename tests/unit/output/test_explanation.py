# SPDX-License-Identifier: Apache-2.0
"""Explanations beside alerts."""

from __future__ import annotations

import dataclasses
import io

import pytest

from falcomod.alert.explanation import Explanation, Finding
from falcomod.alert.model import Alert, Priority
from falcomod.output.explanation import ExplanationSink, spec

ALERT = Alert(time_ns=1, priority=Priority.INFORMATIONAL, rule="r", output="o")
EXPLAINED = dataclasses.replace(
    ALERT,
    explanation=Explanation(
        rule="r", event="open by cat (1)", number=1, outcome="match",
        condition=Finding("check", "proc.name = cat", True, (("proc.name", "cat"),)),
    ),
)  # fmt: skip


def test_explanation_is_written_with_an_empty_line_behind_it() -> None:
    stream = io.StringIO()
    sink = ExplanationSink(stream)
    sink.write([EXPLAINED])
    sink.close()
    assert stream.getvalue().startswith("rule 'r' at event 1")
    assert stream.getvalue().endswith('proc.name is "cat"\n\n')


def test_alert_without_one_writes_nothing() -> None:
    stream = io.StringIO()
    ExplanationSink(stream).write([ALERT])
    assert stream.getvalue() == ""


def test_it_is_no_output_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert spec() == spec()
    assert spec().is_aside
    sink = spec().open()
    sink.write([EXPLAINED])
    sink.close()
    assert capsys.readouterr().err.startswith("rule 'r' at event 1")
