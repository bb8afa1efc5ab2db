# SPDX-License-Identifier: Apache-2.0
from dataclasses import FrozenInstanceError

import pytest

from falcomod.alert.model import Alert, Priority


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("Emergency", Priority.EMERGENCY),
        ("ALERT", Priority.ALERT),
        ("critical", Priority.CRITICAL),
        ("Error", Priority.ERROR),
        (" warning ", Priority.WARNING),
        ("Notice", Priority.NOTICE),
        ("Informational", Priority.INFORMATIONAL),
        ("info", Priority.INFORMATIONAL),
        ("DEBUG", Priority.DEBUG),
    ],
)
def test_parse_reads_names_in_any_case(text: str, priority: Priority) -> None:
    assert Priority.parse(text) is priority


@pytest.mark.parametrize("text", ["", "warn", "0", "NOTICEABLE"])
def test_parse_of_unknown_name_lists_the_known_ones(text: str) -> None:
    with pytest.raises(ValueError, match="Emergency, Alert, Critical"):
        Priority.parse(text)


def test_labels_are_read_back() -> None:
    assert [Priority.parse(priority.label) for priority in Priority] == list(Priority)


def test_more_severe_is_less() -> None:
    assert Priority.EMERGENCY < Priority.WARNING < Priority.DEBUG


def test_alert_cannot_be_changed() -> None:
    alert = Alert(time_ns=1, priority=Priority.DEBUG, rule="r", output="o")
    with pytest.raises(FrozenInstanceError):
        alert.rule = "other"  # type: ignore[misc]
