# SPDX-License-Identifier: Apache-2.0
"""The loop over documents: times, numbers, what it counts and contains."""

from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.decode.schema import codes_of
from falcomod.engine.documents import DocumentEngine
from falcomod.engine.fields.registry import bind
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder

SECOND = 1_000_000_000
NOON = 1714557600 * SECOND  # 2024-05-01T10:00:00Z


def ruleset(*checks: tuple[str, str, list[str]], matching: str = "all") -> Ruleset:
    """One rule for each check; ids count from 0."""
    builder = RulesetBuilder(matching)
    for rule_id, check in enumerate(checks):
        builder.rule(rule_id, builder.check(*check), codes_of("pluginevent"))
    return builder.build()


EVERY = ruleset(("evt.num", ">", ["0"]))


def seen(documents: Any, *fields: str, rules: Ruleset = EVERY, **options: Any) -> list[Any]:
    """The rules that match and the texts of fields, of each event that matches."""
    refs = [bind(name) for name in fields]
    found: list[Any] = []

    def on_match(rule_ids: tuple[int, ...], view: Any) -> None:
        found.append((*rule_ids, *(ref.text(view) for ref in refs)))

    engine = DocumentEngine(documents, rules, on_match, **options)
    while not engine.at_end:
        engine.run(0, 2)
    return found


def test_every_document_is_an_event_with_a_number() -> None:
    assert seen([{}, {}, {}], "evt.num", "evt.type", "evt.source") == [
        (0, "1", "pluginevent", "k8s_audit"),
        (0, "2", "pluginevent", "k8s_audit"),
        (0, "3", "pluginevent", "k8s_audit"),
    ]


def test_fields_of_processes_have_no_value() -> None:
    names = ("proc.name", "fd.name", "evt.arg[0]", "evt.args", "user.name", "thread.tid")
    [(_, *texts)] = seen([{}], *names)
    assert set(texts) <= {None, "", "-1"}


@pytest.mark.parametrize(
    ("document", "time_ns"),
    [
        ({"stageTimestamp": "2024-05-01T10:00:00.123456Z"}, NOON + 123_456_000),
        ({"stageTimestamp": "2024-05-01T10:00:00.123456789Z"}, NOON + 123_456_789),
        ({"stageTimestamp": "2024-05-01T10:00:00.1234567899Z"}, NOON + 123_456_789),
        ({"stageTimestamp": "2024-05-01T10:00:00Z"}, NOON),
        ({"stageTimestamp": "2024-05-01T09:59:60Z"}, NOON),
        ({"requestReceivedTimestamp": "2024-05-01T10:00:00.5Z"}, NOON + SECOND // 2),
        ({"timestamp": "2024-05-01T10:00:01Z"}, NOON + SECOND),
        (
            {
                "requestReceivedTimestamp": "2024-05-01T10:00:00Z",
                "stageTimestamp": "2024-05-01T10:00:02Z",
            },
            NOON + 2 * SECOND,
        ),
        ({"stageTimestamp": 7, "timestamp": "2024-05-01T10:00:01Z"}, NOON + SECOND),
    ],
)
def test_time_of_an_event(document: dict[str, Any], time_ns: int) -> None:
    assert seen([document], "evt.rawtime") == [(0, str(time_ns))]


@pytest.mark.parametrize(
    "text",
    [
        None, 3, "", "yesterday", "2024-05-01", "2024-05-01T10:00:00", "2024-05-01T10:00:00+02:00",
        "2024-13-01T10:00:00Z", "2024-02-01T25:00:00Z", "1969-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
        "202\N{FULLWIDTH DIGIT FOUR}-05-01T10:00:00Z",
    ],
)  # fmt: skip
def test_an_event_without_a_time_has_that_of_the_one_before(text: object) -> None:
    documents = [{"stageTimestamp": "2024-05-01T10:00:00Z"}, {"stageTimestamp": text}]
    engine = DocumentEngine(documents, None, lambda rule_ids, view: None)
    engine.run(0, 10)
    assert engine.counters() == {"events": 2, "matches": 0, "errors": 0, "undated": 1}
    assert seen(documents, "evt.rawtime") == [(0, str(NOON)), (0, str(NOON))]


def test_times_since_other_events() -> None:
    documents = [{"stageTimestamp": f"2024-05-01T10:00:0{second}Z"} for second in (0, 1, 3)]
    assert seen(documents, "evt.reltime.s", "evt.deltatime.s") == [
        (0, "0", "0"), (0, "1", "1"), (0, "3", "2"),
    ]  # fmt: skip


def test_rules_match_in_their_order() -> None:
    rules = ruleset(
        ("evt.num", "=", ["2"]), ("evt.source", "=", ["syscall"]), ("evt.num", "<", ["3"])
    )
    assert seen([{}, {}, {}], rules=rules) == [(2,), (0, 2)]


def test_an_iterator_that_has_nothing_yields_none() -> None:
    engine = DocumentEngine(iter([{}, None, {}]), None, lambda rule_ids, view: None)
    assert (engine.run(0, 10), engine.at_end) == (1, False)
    assert (engine.run(0, 10), engine.at_end) == (1, True)
    assert (engine.run(0, 10), engine.at_end) == (0, True)


def test_no_more_events_than_asked_for() -> None:
    engine = DocumentEngine([{}] * 5, None, lambda rule_ids, view: None)
    assert [engine.run(0, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_an_exception_of_the_callback_is_contained() -> None:
    errors: list[BaseException] = []

    def fail(rule_ids: tuple[int, ...], view: Any) -> None:
        raise LookupError(view.number)

    engine = DocumentEngine([{}, {}], EVERY, fail, on_error=errors.append)
    assert engine.run(0, 10) == 2
    assert [str(error) for error in errors] == ["1", "2"]
    assert engine.counters()["errors"] == 2


def test_what_is_no_object_is_an_error_and_no_event() -> None:
    errors: list[BaseException] = []
    engine = DocumentEngine([[], {}], EVERY, lambda rule_ids, view: None, on_error=errors.append)
    assert engine.run(0, 10) == 1
    assert [type(error) for error in errors] == [TypeError]


def test_what_the_iterator_raises_comes_out_of_run() -> None:
    def documents() -> Any:
        yield {}
        raise OSError("gone")

    engine = DocumentEngine(documents(), EVERY, lambda rule_ids, view: None)
    with pytest.raises(OSError, match="gone"):
        engine.run(0, 10)


def test_a_view_ends_with_its_callback() -> None:
    views: list[Any] = []
    engine = DocumentEngine([{}], EVERY, lambda rule_ids, view: views.append(view))
    engine.run(0, 1)
    assert (views[0].source, engine.source, views[0].is_valid) == ("k8s_audit", "k8s_audit", False)
    with pytest.raises(ValueError, match="after its callback"):
        bind("evt.num").text(views[0])


def test_rules_can_be_exchanged_between_runs() -> None:
    engine = DocumentEngine([{}, {}], None, lambda rule_ids, view: None)
    engine.run(0, 1)
    engine.ruleset = EVERY
    engine.run(0, 1)
    assert (engine.ruleset is EVERY, engine.counters()["matches"]) == (True, 1)
