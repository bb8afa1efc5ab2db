# SPDX-License-Identifier: Apache-2.0
"""Runtimes that come and go; what they say is scripted."""

from __future__ import annotations

import logging

import pytest

from falcomod.enrich import followed as followed_module
from falcomod.enrich.followed import ABSENT, DOWN, UNTRIED, UP, Followed
from falcomod.enrich.runtime import Change, Described
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.scripted_runtime import ScriptedRuntime, Waits, described

A = "a" * 64


class Heard:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.lists: list[list[Described]] = []
        self.changes: list[Change] = []

    def listed(self, followed: Followed, containers: list[Described]) -> None:
        self.lists.append(containers)

    def changed(self, followed: Followed, change: Change) -> None:
        self.changes.append(change)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [it.getMessage() for it in caplog.records if it.levelno >= logging.WARNING]


def infos(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [it.getMessage() for it in caplog.records if it.levelno == logging.INFO]


def test_answers_are_counted() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A), RuntimeUnavailable("odd"))
    followed = Followed(runtime)
    assert followed.find(A).id == A
    with pytest.raises(RuntimeUnavailable):
        followed.find(A)
    with pytest.raises(ContainerUnknown):
        followed.find("b" * 64)
    assert followed.counters() == {
        "asked": 3, "found": 1, "unknown": 1, "failed": 1, "outages": 0,
    }  # fmt: skip


def test_fault_in_reading_an_answer_is_as_good_as_none() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, KeyError("Id"))
    with pytest.raises(RuntimeUnavailable, match="KeyError"):
        Followed(runtime).find(A)


@pytest.mark.parametrize(
    ("asked", "answered", "is_right"),
    [
        (A, A, True),
        (A[:12], A, True),
        (A, "b" * 64, False),
        (A[:12], "b" * 64, False),
        ("web", A, True),
        ("web", "web", True),
    ],
)
def test_answer_must_be_about_what_was_asked(asked: str, answered: str, is_right: bool) -> None:
    runtime = ScriptedRuntime()
    runtime.says(asked, described(answered))
    if is_right:
        assert Followed(runtime).find(asked).id == answered
        return
    with pytest.raises(RuntimeUnavailable, match="another container"):
        Followed(runtime).find(asked)


def test_one_container_without_an_answer_is_no_outage() -> None:
    runtime = ScriptedRuntime()
    followed = Followed(runtime)
    for _ in range(10):
        runtime.says(A, RuntimeUnavailable("odd"))
        with pytest.raises(RuntimeUnavailable):
            followed.find(A)
    assert followed.is_askable
    for id in ("b" * 64, "c" * 64):
        runtime.says(id, RuntimeUnavailable("odd"))
        with pytest.raises(RuntimeUnavailable):
            followed.find(id)
    assert followed.state == DOWN


def test_outage_is_said_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    runtime = ScriptedRuntime()
    followed, heard = Followed(runtime), Heard()
    assert followed.relist(heard)
    runtime.is_down("connection reset")
    assert not followed.relist(heard)
    runtime.is_down("no such file")
    for _ in range(5):
        assert not followed.relist(heard)
    assert warnings(caplog) == [
        "containerd unavailable reason=/run/containerd.sock: connection reset, asking again"
    ]
    runtime.lists[0] = [described(A)]
    assert followed.relist(heard)
    assert infos(caplog) == ["containerd is back socket=/run/containerd.sock"]
    assert heard.lists == [[], [described(A)]]
    assert followed.counters()["outages"] == 1


def test_flapping_runtime_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    runtime = ScriptedRuntime()
    followed, heard = Followed(runtime, clock=clock), Heard()

    def flap() -> None:
        runtime.is_down()
        followed.relist(heard)
        runtime.lists[0] = []
        followed.relist(heard)

    for _ in range(50):
        flap()
        clock.now_s += 1
    assert len(warnings(caplog)) == len(infos(caplog)) == 1
    assert followed.counters()["outages"] == 50
    clock.now_s += followed_module.WELL_S
    flap()
    assert len(warnings(caplog)) == 2


def test_causes_that_never_repeat_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    runtime = ScriptedRuntime()
    followed, heard = Followed(runtime), Heard()
    for number in range(100):
        runtime.is_down(f"error {number}")
        followed.relist(heard)
        runtime.lists[0] = []
        followed.relist(heard)
    assert len(warnings(caplog)) == followed_module.CAUSES_MAX


def test_fault_in_reading_a_list_is_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    runtime = ScriptedRuntime()
    runtime.lists[0] = TypeError("a fault")
    followed = Followed(runtime)
    assert not followed.relist(Heard())
    assert followed.state == DOWN
    assert followed.first_answer.is_set()
    assert warnings(caplog) == ["containerd unavailable reason=TypeError: a fault, asking again"]


def test_changes_are_handed_on_and_followed_anew() -> None:
    runtime = ScriptedRuntime()
    created, removed = Change("created", A), Change("removed", A)
    runtime.streams.append([created, RuntimeUnavailable("connection reset")])
    runtime.streams.append([removed])
    followed, heard, waits = Followed(runtime), Heard(), Waits(3)
    followed.follow(heard, waits)
    assert heard.changes == [created, removed]
    assert len(heard.lists) == 3
    assert waits.asked == [0.1, 0.1, 0.2]  # from the beginning after what was useful
    assert followed.is_askable


def test_runtime_that_does_not_answer_is_asked_ever_more_rarely(
    caplog: pytest.LogCaptureFixture,
) -> None:
    runtime = ScriptedRuntime()
    runtime.is_down()
    waits = Waits(9)
    Followed(runtime).follow(Heard(), waits)
    assert waits.asked == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert len(warnings(caplog)) == 1


def test_runtime_that_never_tells_changes_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    runtime = ScriptedRuntime()
    runtime.streams.extend([RuntimeUnavailable("unimplemented")] for _ in range(9))
    Followed(runtime).follow(Heard(), Waits(9))
    assert warnings(caplog) == ["containerd tells no changes reason=unimplemented, asking again"]


def test_fault_in_reading_a_change_does_not_end_the_following() -> None:
    runtime = ScriptedRuntime()
    runtime.streams.append([ValueError("a fault")])
    runtime.streams.append([Change("created", A)])
    heard = Heard()
    Followed(runtime).follow(heard, Waits(2))
    assert heard.changes == [Change("created", A)]


def test_absent_socket_is_worth_a_warning_where_it_was_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    followed = Followed(ScriptedRuntime())
    followed.set_absent()
    assert followed.state == ABSENT
    assert not followed.is_askable
    assert warnings(caplog) == []
    named = Followed(ScriptedRuntime(), is_named=True)
    named.set_absent()
    named.set_absent()
    assert warnings(caplog) == [
        "containerd unavailable reason=/run/containerd.sock: no such socket, waiting for it"
    ]
    named.set_present()
    assert named.state == UNTRIED
    assert named.relist(Heard())
    assert named.state == UP


def test_closed_runtime_says_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    runtime = ScriptedRuntime()
    followed = Followed(runtime)
    followed.close()
    assert runtime.is_closed
    runtime.is_down()
    followed.relist(Heard())
    assert warnings(caplog) == []


def test_kinds_are_those_of_the_runtime() -> None:
    followed = Followed(ScriptedRuntime())
    assert followed.fits("containerd")
    assert followed.fits("")
    assert not followed.fits("docker")


def test_last_resort_says_its_outages_itself(caplog: pytest.LogCaptureFixture) -> None:
    runtime = ScriptedRuntime()
    runtime.is_down()
    followed = Followed(runtime, is_last=True)
    assert not followed.relist(Heard())
    assert warnings(caplog) == []
