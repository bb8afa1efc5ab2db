# SPDX-License-Identifier: Apache-2.0
"""The screen: what stands in it, that it fits, and that no answer can break it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.alert.model import Priority
from falcomod.app.snapshot import RuleKey, Snapshot
from falcomod.app.status_json import snapshot_json
from falcomod.app.status_view import screen
from falcomod.app.tables import width_of

SECOND_NS = 1_000_000_000
START_NS = 1_700_000_000 * SECOND_NS


def answer(second: int = 100, **changes: Any) -> dict[str, Any]:
    """What a falcomod says *second* seconds after its start."""
    fields = {
        "time_ns": START_NS + second * SECOND_NS,
        "start_ns": START_NS,
        "reload_ns": START_NS,
        "driver": "kmod",
        "rings": 4,
        "sources": ("syscall",),
        "hostname": "web-1",
        "rules_on": 25,
        "engine": {"events": 20_000 * second},
        "outputs": {"stdout": {"waiting": 0, "written": second, "failed": 0, "dropped": 0}},
        **changes,
    }
    return snapshot_json(Snapshot(**fields)) | {
        "version": "0.1.0",
        "process": {"pid": 7, "cpu_s": second * 0.02, "rss_bytes": 80 << 20},
    }


def shown(*answers: dict[str, Any], width: int = 100, height: int = 0) -> list[str]:
    """The lines for the last answer, with the one before it; blanks as one."""
    before = answers[-2] if len(answers) > 1 else None
    lines = screen(answers[-1], before, width=width, height=height)
    return [" ".join(line.split()) for line in lines]


def test_head_says_who_it_is() -> None:
    assert shown(answer(100))[:4] == [
        "falcomod 0.1.0 on web-1, process 7, up 1 min 40 s",
        "driver kmod, 4 rings sources syscall rules 25",
        "processor 2.0 % memory 80 MiB",
        "no reload since the start",
    ]


def test_rates_are_of_the_time_between_two_answers() -> None:
    first = answer(100, engine={"events": 1000}, source={"lost": 10, "lost_full": 10})
    second = answer(102, engine={"events": 3500}, source={"lost": 11, "lost_full": 11})
    lines = shown(first, second)
    assert "total /s" in lines
    assert "events 3 500 1 250" in lines
    assert "drops 11 0.5" in lines
    assert "full 11 0.5" in lines


def test_rates_without_an_earlier_answer_are_since_the_start() -> None:
    lines = shown(answer(100))
    assert "total mean/s" in lines
    assert "events 2 000 000 20 000" in lines


def test_earlier_answer_of_another_run_is_no_measure() -> None:
    other = answer(100) | {"process": {"pid": 8}}
    assert shown(other, answer(101)) == shown(answer(101))


def test_reasons_of_drops_that_did_not_occur_are_left_out() -> None:
    lines = shown(answer(source={"lost": 3, "lost_nested": 3, "lost_full": 0}))
    assert [line.split()[0] for line in lines if line.endswith(" 3 0.0")] == ["drops", "nested"]


def test_further_numbers_where_there_are_any() -> None:
    lines = shown(answer(10, audit={"events": 50}, throttled=20, engine={"corrupt": 10}))
    assert "audit events 50 5.0" in lines
    assert "kept back by outputs.rate 20 2.0" in lines
    assert "records refused 10 1.0" in lines
    assert not [line for line in shown(answer()) if line.startswith(("audit", "kept", "records"))]


def test_rules_the_most_frequent_first() -> None:
    first, second = (
        answer(
            second,
            alerts={
                RuleKey("Seldom", Priority.NOTICE, "syscall"): 2,
                RuleKey("Often", Priority.WARNING, "syscall"): second * 3,
            },
        )
        for second in (100, 102)
    )
    lines = shown(first, second)
    start = lines.index("rule priority alerts /s")
    assert lines[start + 1 : start + 3] == ["Often Warning 306 3.0", "Seldom Notice 2 0"]
    assert "alerts 308 3.0" in lines


def output(**counts: int) -> dict[str, Any]:
    return answer(100, outputs={"http": counts})


@pytest.mark.parametrize(
    ("before", "now", "row"),
    [
        ({"written": 1}, {"written": 2}, "http 0 2 0 0 ok"),
        ({"written": 1}, {"written": 2, "waiting": 4}, "http 4 2 0 0 behind"),
        ({"written": 2}, {"written": 2, "waiting": 4}, "http 4 2 0 0 stuck"),
        ({"failed": 1}, {"failed": 1}, "http 0 0 1 0 ok"),
        ({"failed": 1}, {"failed": 2}, "http 0 0 2 0 fails"),
        ({"failed": 1}, {"failed": 2, "dropped": 1}, "http 0 0 2 1 loses alerts"),
        ({}, {"lost": 3, "leased": 2, "waiting": 2}, "http 2 0 0 3 loses alerts"),
        (
            {"written": 9, "sent": 1},
            {"written": 9, "sent": 1, "spool_waiting": 6, "spool_leased": 2, "spool_lost": 0},
            "http 6 1 0 0 stuck",
        ),
        ({}, {"written": 9, "sent": 7, "refused": 2}, "http 0 7 2 0 fails"),
    ],
)
def test_state_of_an_output(before: dict[str, int], now: dict[str, int], row: str) -> None:
    assert row in shown(output(**before), output(**now))


def test_containers_and_runtimes() -> None:
    lines = shown(
        answer(
            state={"containers": 3},
            containers={"wanted": 4, "waiting": 1, "found": 3, "unknown": 0, "refused": 0},
            runtimes={"docker": {"asked": 4, "found": 3, "outages": 1}},
        )
    )
    assert lines[-3:] == [
        "containers: in use 3, waiting 1, found 3, unknown 0, refused 0",
        "runtime asked found unknown failed outages",
        "docker 4 3 0 0 1",
    ]


def test_runtimes_that_had_nothing_to_do_are_left_out() -> None:
    idle = {"docker": {"asked": 0}, "cri": {}}
    assert shown(answer(runtimes=idle, containers={"wanted": 0})) == shown(answer())


def test_reloads() -> None:
    lines = shown(answer(100, reload_ns=START_NS + 40 * SECOND_NS, reloads=2, reloads_failed=1))
    assert lines[3] == "last reload 1 min ago, 2 since the start, 1 refused"


MANY = answer(
    alerts={RuleKey(f"Rule {number} " + "x" * 200, 4, "syscall"): number for number in range(50)}
)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 10), (200, 60), (20, 3)])
def test_it_fits_into_the_terminal(width: int, height: int) -> None:
    lines = screen(MANY, None, width=width, height=height)
    assert len(lines) <= height
    assert max(len(line) for line in lines) <= width


def test_narrow_terminal_shows_what_matters_of_each_table() -> None:
    lines = shown(MANY | {"sources": ["k8s_audit", "syscall"]}, width=40)
    head = " ".join(lines[: lines.index("")])
    assert "driver kmod, 4 rings sources k8s_audit, syscall rules 25" in head
    assert "rule alerts mean/s" in lines
    assert "output waiting failed dropped state" in lines


def test_rules_that_have_no_room_are_counted() -> None:
    lines = shown(MANY, width=80, height=24)
    first = next(place for place, line in enumerate(lines) if line.startswith("rule "))
    end = lines.index("", first)
    assert lines[end - 1] == f"… {50 - (end - 1 - first - 1)} more"


def test_outputs_are_seen_below_many_rules() -> None:
    lines = shown(MANY, width=80, height=24)
    assert lines[-1].startswith("stdout")
    assert [line for line in lines if line.startswith("Rule 49 xx")]


def test_without_a_terminal_all_rules_are_shown() -> None:
    assert len([line for line in shown(MANY) if line.startswith("Rule ")]) == 50


def test_text_cannot_steer_the_terminal() -> None:
    told = answer(
        hostname="a\x1b[2Jb",
        alerts={RuleKey("x\r\x9b31m", 4, "syscall"): 1},
        outputs={"o\n\x1b]0;t\x07": {}},
    )
    lines = screen(told, None, width=100)
    assert all(line.isprintable() for line in lines)
    assert "a?[2Jb" in lines[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from([*answer(), "else"]), JSON),
    st.dictionaries(st.sampled_from([*answer(), "else"]), JSON),
)
def test_any_answer_has_a_screen(status: dict[str, Any], before: dict[str, Any]) -> None:
    lines = screen(status, before, width=60, height=30)
    assert all(width_of(line) <= 60 for line in lines)
