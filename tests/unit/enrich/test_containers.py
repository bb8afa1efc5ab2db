# SPDX-License-Identifier: Apache-2.0
"""Look-ups of containers: runtimes are scripted here, time and threads the test's own."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from falcomod.enrich import containers
from falcomod.enrich.containers import Containers
from falcomod.enrich.control_group import ControlGroup
from falcomod.enrich.followed import Followed
from falcomod.enrich.runtime import Change, Described
from falcomod.errors import RuntimeUnavailable
from tests.scripted_runtime import (
    RecordingState,
    ScriptedNames,
    ScriptedRuntime,
    ScriptedWork,
    described,
    now,
)

A = "a" * 64
B = "b" * 64
KIND = "cri-containerd"


class Scene:
    """A coordinator with everything around it."""

    def __init__(self, *runtimes: ScriptedRuntime, last: int = 0, **options: Any) -> None:
        self.runtimes = runtimes
        self.state = RecordingState()
        self.work = ScriptedWork()
        count = len(runtimes)
        self.followed = [
            Followed(runtime, is_last=index >= count - last, clock=self.work.clock)
            for index, runtime in enumerate(runtimes)
        ]
        options = {"exists": lambda path: True, "is_alive": lambda tid: True} | options
        options = {"group_of": lambda id, tid: None, "group_at": lambda path: None} | options
        self.containers = Containers(
            self.followed,
            post=now,
            state=self.state,
            work=self.work,
            clock=self.work.clock,
            **options,
        )

    def down(self, *which: int) -> None:
        for index in which:
            self.runtimes[index].is_down()
            assert not self.followed[index].relist(self.containers)

    def up(self, index: int) -> None:
        self.runtimes[index].lists[0] = []
        assert self.followed[index].relist(self.containers)

    def want(self, id: str = A, kind: str = KIND, pod_uid: str | None = None, tid: int = 7) -> None:
        self.containers.wanted(id, kind, pod_uid, tid)

    def happens(self, kind: Any, id: str = A, pid: int | None = None, index: int = 0) -> None:
        self.containers.changed(self.followed[index], Change(kind, id, pid))

    @property
    def told(self) -> list[tuple[Any, ...]]:
        told, self.state.told[:] = list(self.state.told), []
        return told

    def is_empty(self) -> bool:
        counts = self.containers.counters()
        return counts["known"] == counts["lookups"] == 0


def test_wanted_container_is_asked_for_and_its_records_go_on() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web", type="containerd"))
    scene = Scene(runtime)
    scene.want(pod_uid="u-1")
    assert scene.told == []
    scene.work.run()
    assert scene.told == [("facts", A), ("settled", A)]
    assert scene.state.facts[A] == {
        "full_id": A,
        "type": "containerd",
        "name": "web",
        "pod_uid": "u-1",
    }
    assert scene.containers.counters()["lookups"] == 0


def test_unknown_container_is_asked_for_again_and_again() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    scene.want()
    scene.work.run(0.078)
    assert len(runtime.asked) == 5  # at 0, 5, 15, 35, 75 ms
    assert scene.told == []
    runtime.says(A, described(A, name="web"))
    scene.work.run(1)
    assert scene.told == [("facts", A), ("settled", A)]
    assert len(runtime.asked) == 6


def test_container_that_nobody_ever_knows_is_given_up() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    scene.want(pod_uid="u-1")
    scene.work.run(3600)
    assert 60 < len(runtime.asked) < 75
    assert scene.told == [("facts", A), ("settled", A)]
    assert scene.state.facts[A]["pod_uid"] == "u-1"
    assert scene.is_empty()
    assert scene.containers.counters()["unknown"] == 1


def test_incomplete_answer_is_told_and_asked_again() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web", is_complete=False), described(A, name="web", ip="::1"))
    scene = Scene(runtime)
    scene.want()
    scene.work.run()
    assert scene.told == [("facts", A)]
    scene.work.run(0.005)
    assert scene.told == [("facts", A), ("settled", A)]
    assert scene.state.facts[A]["ip"] == "::1"


def test_what_stays_incomplete_is_not_asked_for_ever() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web", is_complete=False))
    scene = Scene(runtime)
    scene.want()
    scene.work.run(containers.PATIENCE_S - 0.01)
    assert scene.told == [("facts", A)]
    scene.work.run(0.02)
    assert scene.told == [("settled", A)]
    assert scene.state.finals == []
    scene.work.run(3600)
    assert scene.told == [("facts", A)]
    assert scene.state.finals == [A]
    assert len(runtime.asked) < 25
    assert scene.containers.counters()["lookups"] == 0


def test_only_runtimes_of_that_kind_are_asked() -> None:
    containerd = ScriptedRuntime()
    docker = ScriptedRuntime("docker", ["docker"])
    scene = Scene(containerd, docker)
    scene.want(kind="docker")
    scene.want(B, kind="")
    scene.work.run()
    assert (containerd.asked, docker.asked) == ([B], [A, B])


def test_kind_of_no_runtime_waits_for_nobody() -> None:
    scene = Scene(ScriptedRuntime())
    scene.want(kind="buildkit")
    assert scene.told == [("facts", A), ("settled", A)]
    assert scene.is_empty()


@pytest.mark.parametrize("kind", ["lxc", "nspawn", "libvirt-lxc"])
def test_container_without_a_runtime_is_known_by_its_control_group(kind: str) -> None:
    scene = Scene(ScriptedRuntime(), local=frozenset((kind,)))
    scene.want("box", kind)
    assert scene.told == [("facts", "box"), ("settled", "box")]
    assert scene.state.facts["box"] == {"full_id": "box", "type": kind, "name": "box"}
    assert scene.is_empty()


def test_nobody_to_ask_lets_records_go_at_once_and_asks_later() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    scene.down(0)
    scene.want()
    assert scene.told == [("facts", A), ("settled", A)]
    runtime.says(A, described(A, name="web"))
    scene.work.run(10)
    assert runtime.asked == []
    scene.up(0)
    scene.work.run()
    assert scene.told == [("facts", A)]
    assert scene.state.facts[A]["name"] == "web"
    assert scene.containers.counters()["lookups"] == 0


def test_where_no_runtime_is_nothing_is_kept_of_containers() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    scene.followed[0].set_absent()
    for number in range(1000):
        scene.want(f"{number:064x}")
    scene.work.run(1)
    assert scene.is_empty()
    assert runtime.asked == []


def test_what_runs_when_a_runtime_comes_is_asked_for() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    scene.followed[0].set_absent()
    scene.want()
    scene.work.run(1)
    assert scene.told == [("facts", A), ("settled", A)]
    scene.state.in_use = [(A, "cri-containerd", None, 1)]
    runtime.says(A, described(A, name="web"))
    scene.followed[0].set_present()
    scene.containers.listed(scene.followed[0], [])
    scene.work.run()
    assert ("facts", A) in scene.told
    assert scene.state.facts[A]["name"] == "web"
    assert scene.containers.counters()["wanted"] == 1


def test_runtime_that_dies_during_the_question_lets_records_go() -> None:
    runtime = ScriptedRuntime()
    for id in (A, B, "c" * 64):
        runtime.says(id, RuntimeUnavailable("closed"), described(id, name="web"))
    scene = Scene(runtime)
    for id in (A, B, "c" * 64):
        scene.want(id)
    runtime.is_down()
    scene.work.run()
    scene.work.run(0.1)
    told = scene.told
    assert [("settled", id) in told for id in (A, B, "c" * 64)] == [True] * 3
    scene.up(0)
    scene.work.run()
    assert [scene.state.facts[id].get("name") for id in (A, B, "c" * 64)] == ["web"] * 3


def test_one_answer_that_fails_is_asked_for_again() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, RuntimeUnavailable("odd"), ValueError("a fault"), described(A, name="web"))
    scene = Scene(runtime)
    scene.want()
    scene.work.run(0.29)
    assert scene.told == []
    scene.work.run(0.02)
    assert scene.told == [("facts", A), ("settled", A)]
    assert scene.containers.runtimes()["containerd"]["failed"] == 2


def test_slow_runtime_delays_no_other() -> None:
    docker, containerd = ScriptedRuntime("docker", ["docker"]), ScriptedRuntime()
    containerd.says(B, described(B, name="fast"))
    scene = Scene(docker, containerd)
    scene.work.blocked.add(scene.followed[0].lane)
    scene.want(A, kind="docker")
    scene.want(B)
    scene.work.run()
    assert scene.told == [("facts", B), ("settled", B)]
    scene.work.run(5)
    docker.says(A, described(A, name="late"))
    scene.work.blocked.clear()
    scene.work.run()
    assert scene.told == [("facts", A), ("settled", A)]


def test_answer_about_another_container_is_none() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(B, name="wrong"))
    scene = Scene(runtime)
    scene.want()
    scene.work.run()
    assert scene.told == []
    assert scene.containers.counters()["known"] == 0


def test_the_better_word_counts() -> None:
    first, second = ScriptedRuntime("cri", [KIND]), ScriptedRuntime()
    first.says(A, described(A, name="good", ip="::1", is_complete=False))
    second.says(A, described(A, name="bad", image="i", ip=None))
    scene = Scene(first, second)
    scene.want()
    scene.work.run()
    # Who has told all, before who stands first.
    facts = scene.state.facts[A]
    assert (facts["name"], facts["image"], facts["ip"]) == ("bad", "i", "::1")
    first.answers[A][0] = described(A, name="good")
    scene.happens("started", index=0)
    scene.work.run()
    assert scene.state.facts[A]["name"] == "good"


def test_long_labels_are_left_out() -> None:
    runtime = ScriptedRuntime()
    labels = {"short": "x" * 7, "long": "x" * 8}
    runtime.says(A, described(A, labels=labels, pod_labels=labels))
    scene = Scene(runtime, label_max=7)
    scene.want()
    scene.work.run()
    facts = scene.state.facts[A]
    assert facts["labels"] == facts["pod_labels"] == {"short": "x" * 7}


def test_last_resort_is_waited_for_only_alone() -> None:
    runtime, kubernetes = ScriptedRuntime(), ScriptedRuntime("kubernetes", [KIND])
    kubernetes.says(A, described(A, name="k"))
    kubernetes.says(B, described(B, name="k"))
    scene = Scene(runtime, kubernetes, last=1)
    scene.want()
    scene.work.run()
    assert scene.told == [("facts", A)]
    runtime.says(A, described(A, name="r"))
    scene.work.run(0.01)
    assert scene.told == [("facts", A), ("settled", A)]
    assert scene.state.facts[A]["name"] == "r"
    scene.down(0)
    scene.want(B)
    scene.work.run()
    assert ("settled", B) in scene.told
    assert scene.state.facts[B]["name"] == "k"


def test_created_container_is_known_before_its_first_record() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    scene = Scene(runtime)
    scene.happens("created")
    scene.work.run()
    assert scene.told == [("facts", A)]
    scene.want()
    assert scene.told == [("facts", A), ("settled", A)]
    scene.work.run(10)
    assert runtime.asked == [A]


def test_record_that_comes_during_the_look_ahead_waits_for_it() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    scene.happens("created")
    scene.work.run()
    scene.want()
    runtime.says(A, described(A, name="web"))
    scene.work.run(0.005)
    assert scene.told == [("facts", A), ("settled", A)]


def test_what_an_event_says_is_known_before_any_answer() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    told = Described(id=A, facts={"name": "web"}, is_complete=False)
    scene.containers.changed(scene.followed[0], Change("created", A, told=told))
    assert scene.told == [("facts", A)]
    runtime.says(A, described(A, name="web", ip="::1"))
    scene.work.run()
    assert scene.told == [("facts", A)]


def test_start_is_told_once_the_container_is_known() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    scene.happens("created")
    scene.happens("started", pid=41)
    scene.work.run()
    assert scene.told == []
    runtime.says(A, described(A, name="web"))
    scene.work.run(1)
    assert scene.told == [("facts", A)]
    scene.work.run(containers.START_S)
    assert scene.told == [("started", A, 41)]


def test_start_without_a_process_takes_that_of_the_answer() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    scene = Scene(runtime)
    scene.happens("created")
    scene.work.run()
    runtime.says(A, described(A, name="web", ip="::1", pid=42))
    scene.happens("started")
    scene.work.run(containers.START_S)
    assert scene.told == [("facts", A), ("facts", A), ("started", A, 42)]


def test_short_lived_container_is_known_when_its_records_come() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    scene = Scene(runtime)
    scene.happens("created")
    scene.work.run()
    scene.happens("removed")
    runtime.answers.clear()
    scene.work.run(1)
    assert scene.told == [("facts", A)]
    scene.want()
    scene.work.run()
    assert scene.told == [("facts", A), ("settled", A)]
    scene.work.run(containers.REMOVED_S)
    assert scene.told == [("removed", A)]
    assert scene.is_empty()


def test_removed_container_that_is_unknown_is_asked_for_no_more() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    scene.want()
    scene.work.run()
    scene.happens("removed")
    scene.work.run(0.1)
    assert scene.told == [("facts", A), ("settled", A)]
    assert len(runtime.asked) == 2


def test_container_that_is_started_again_stays() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web", ip="10.0.0.1"))
    scene = Scene(runtime)
    scene.happens("created")
    scene.work.run()
    scene.happens("removed")
    scene.work.run(5)
    runtime.says(A, described(A, name="web", ip="10.0.0.2"))
    scene.happens("started", pid=4)
    scene.work.run(60)
    assert ("removed", A) not in scene.told
    assert scene.state.facts[A]["ip"] == "10.0.0.2"
    scene.happens("removed")
    scene.work.run(containers.REMOVED_S)
    assert scene.told == [("removed", A)]


def test_names_of_users_are_told_before_records_go_on() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    names = ScriptedNames()
    scene = Scene(runtime, names=names)
    scene.want(tid=7)
    scene.work.run()
    assert scene.told == [("facts", A)]  # the runtime has not entered the container yet
    names.seen[7] = ({0: "root"}, {0: "wheel"})
    scene.work.run(0.01)
    assert scene.told == [("names", A, {0: "root"}, {0: "wheel"}), ("settled", A)]


def test_names_that_cannot_be_read_hold_records_up_a_little_only() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    scene = Scene(runtime, names=ScriptedNames())
    scene.want()
    scene.work.run(0.7)
    assert scene.told == [("facts", A), ("settled", A)]


def test_container_without_names_is_not_waited_for() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    names = ScriptedNames()
    names.seen[7] = ({}, {})
    scene = Scene(runtime, names=names)
    scene.want(tid=7)
    scene.work.run()
    assert scene.told == [("facts", A), ("settled", A)]


def test_names_of_a_container_that_has_ended_are_not_waited_for() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    scene = Scene(runtime, names=ScriptedNames(), is_alive=lambda tid: False)
    scene.want()
    scene.work.run(0.1)
    assert scene.told == [("facts", A), ("settled", A)]


def test_names_of_who_has_ended_are_not_waited_for_where_nobody_can_be_asked() -> None:
    scene = Scene(ScriptedRuntime(), names=ScriptedNames(), is_alive=lambda tid: False)
    scene.down(0)
    scene.want()
    scene.work.run(0.1)
    assert scene.told == [("facts", A), ("settled", A)]


def test_names_are_read_by_whoever_is_in_the_control_group(tmp_path: Path) -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    names = ScriptedNames()
    names.seen[42] = ({0: "root"}, {})
    (tmp_path / "cgroup.procs").write_text("41\n")
    groups = {7: ControlGroup(str(tmp_path))}
    scene = Scene(runtime, names=names, group_of=lambda id, tid: groups.get(tid))
    scene.want(tid=7)
    scene.work.run(0.05)
    assert scene.told == [("facts", A)]
    (tmp_path / "cgroup.procs").write_text("41\n42\n")
    groups.clear()  # who made the first record is gone
    scene.work.run(0.01)
    assert scene.told == [("names", A, {0: "root"}, {}), ("settled", A)]


@pytest.mark.parametrize("is_known_before", [False, True])
def test_control_group_is_found_by_what_the_runtime_says(
    tmp_path: Path, is_known_before: bool
) -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, Described(id=A, facts={"name": "web"}, cgroup="/default/web"))
    names = ScriptedNames()
    names.seen[42] = ({0: "root"}, {})
    (tmp_path / "cgroup.procs").write_text("42\n")
    groups = {"/default/web": ControlGroup(str(tmp_path))}
    scene = Scene(runtime, names=names, group_at=groups.get, is_alive=lambda tid: False)
    if is_known_before:
        scene.happens("created")
        scene.work.run()
    scene.want()
    scene.work.run(0.01)
    assert scene.told[-2:] == [("names", A, {0: "root"}, {}), ("settled", A)]


@pytest.mark.parametrize("is_removed", [False, True])
def test_group_that_is_empty_holds_nothing_up_for_long(tmp_path: Path, is_removed: bool) -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    (tmp_path / "cgroup.procs").write_text("")
    group = ControlGroup(str(tmp_path))
    scene = Scene(
        runtime, names=ScriptedNames(), group_of=lambda id, tid: group, is_alive=lambda tid: False
    )
    scene.want()
    scene.work.run()
    if is_removed:
        scene.happens("removed")
    scene.work.run(0.01 if is_removed else 0.12)
    assert scene.told == [("facts", A), ("settled", A)]


@pytest.mark.parametrize("by", ["answer", "start"])
def test_names_are_read_by_the_first_process_of_the_container(by: str) -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web", pid=41 if by == "answer" else None))
    names = ScriptedNames()
    names.seen[41] = ({0: "root"}, {})
    # Who made the first record was the runtime's, and is gone.
    scene = Scene(runtime, names=names, is_alive=lambda tid: tid == 41)
    scene.happens("created")
    scene.want(tid=7)
    if by == "start":
        scene.happens("started", pid=41)
    scene.work.run(0.02)
    assert ("names", A, {0: "root"}, {}) in scene.told


def test_names_of_a_container_known_before_are_read_at_its_first_record() -> None:
    runtime = ScriptedRuntime()
    names = ScriptedNames()
    names.seen[7] = ({0: "root"}, {})
    scene = Scene(runtime, names=names)
    runtime.lists[0] = [described(A, name="web")]
    assert scene.followed[0].relist(scene.containers)
    scene.want(tid=7)
    scene.work.run()
    assert scene.told == [
        ("facts", A),
        ("facts", A),
        ("names", A, {0: "root"}, {}),
        ("settled", A),
    ]


def test_list_is_told_again_only_where_it_differs() -> None:
    runtime = ScriptedRuntime()
    runtime.lists[0] = [described(A, name="web"), described(B, name="db")]
    scene = Scene(runtime)
    scene.followed[0].relist(scene.containers)
    assert scene.told == [("facts", A), ("facts", B)]
    runtime.lists[0] = [described(A, name="web"), described(B, name="renamed")]
    scene.followed[0].relist(scene.containers)
    assert scene.told == [("facts", B)]


def test_listed_container_that_is_incomplete_is_asked_for() -> None:
    runtime = ScriptedRuntime()
    runtime.lists[0] = [described(A, name="web", is_complete=False)]
    runtime.says(A, described(A, name="web", ip="::1"))
    scene = Scene(runtime)
    scene.followed[0].relist(scene.containers)
    scene.work.run()
    assert scene.told == [("facts", A), ("facts", A)]
    assert scene.containers.counters()["lookups"] == 0


@pytest.mark.parametrize("id", ["", "a\nb", "ü" * 12, "x" * 257])
def test_ids_that_cannot_be_are_passed_over(id: str) -> None:
    runtime = ScriptedRuntime()
    runtime.lists[0] = [described(id, name="web")]
    scene = Scene(runtime)
    scene.followed[0].relist(scene.containers)
    scene.happens("created", id)
    scene.work.run(10)
    assert scene.told == []
    assert scene.is_empty()


def test_container_whose_removal_nobody_told_is_forgotten() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    runtime.says(B, described(B, name="db"))
    names = ScriptedNames()
    scene = Scene(runtime, names=names)
    scene.up(0)
    scene.happens("created", A)
    scene.happens("created", B)
    scene.state.in_use = [(A, KIND, None, 7)]
    for _ in range(4):
        scene.work.run(containers.COMPARE_S)
        scene.containers.tick()
    assert ("removed", B) in scene.told
    assert names.forgotten == [B]
    assert scene.containers.counters()["known"] == 1


def test_ten_thousand_dead_containers_leave_nothing_behind() -> None:
    runtime = ScriptedRuntime()
    scene = Scene(runtime)
    for number in range(10_000):
        id = f"{number:064x}"
        runtime.says(id, described(id, name="web"))
        scene.happens("created", id)
        scene.work.run()
        scene.want(id)
        scene.happens("started", id, pid=number + 1)
        scene.work.run(0.001)
        scene.happens("removed", id)
        del runtime.answers[id]
    scene.work.run(containers.REMOVED_S)
    assert scene.is_empty()
    assert scene.state.facts == {}
    assert scene.work.calls == []


def test_dead_containers_that_nobody_knew_leave_nothing_behind() -> None:
    scene = Scene(ScriptedRuntime())
    scene.down(0)
    for number in range(1000):
        scene.want(f"{number:064x}")
    assert scene.containers.counters()["lookups"] == 1000
    for _ in range(4):
        scene.work.run(containers.COMPARE_S)
        scene.containers.tick()
    assert scene.is_empty()


def test_known_containers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "KNOWN_MAX", 10)
    runtime = ScriptedRuntime()
    runtime.lists[0] = [described(f"{number:064x}", name="web") for number in range(100)]
    scene = Scene(runtime)
    scene.followed[0].relist(scene.containers)
    assert scene.containers.counters()["known"] == 10


def test_too_many_questions_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "LOOKUPS_MAX", 2)
    scene = Scene(ScriptedRuntime())
    for id in (A, B, "c" * 64):
        scene.want(id)
    scene.happens("created", "d" * 64)
    assert scene.told == [("settled", "c" * 64)]
    assert scene.containers.counters()["refused"] == 2


def test_counters_are_by_runtime() -> None:
    runtime = ScriptedRuntime()
    runtime.says(A, described(A, name="web"))
    scene = Scene(runtime)
    scene.want(A)
    scene.want(B)
    scene.work.run()
    counts = scene.containers.counters()
    assert (counts["wanted"], counts["found"], counts["waiting"]) == (2, 1, 1)
    assert scene.containers.runtimes() == {
        "containerd": {"asked": 2, "found": 1, "unknown": 1, "failed": 0, "outages": 0}
    }


class FollowedRuntime(ScriptedRuntime):
    """Tells no changes until it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = threading.Event()

    def changes(self) -> Any:
        self.closed.wait(60)
        return iter(())

    def close(self) -> None:
        self.closed.set()


def test_start_waits_for_the_lists_and_stop_ends_all_threads() -> None:
    runtime = FollowedRuntime()
    runtime.lists[0] = [described(A, name="web")]
    scene = Scene(runtime)
    scene.containers.start(wait_s=60)
    assert scene.told == [("facts", A)]
    threads = [it for it in threading.enumerate() if it.name == scene.followed[0].lane]
    assert len(threads) == 1
    scene.containers.stop()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_absent_socket_is_nobody_to_wait_for_until_it_appears() -> None:
    there: set[str] = set()
    runtime = FollowedRuntime()
    scene = Scene(runtime, exists=there.__contains__)
    scene.containers.start(wait_s=60)
    scene.want()
    assert scene.told == [("facts", A), ("settled", A)]
    runtime.lists[0] = [described(A, name="web")]
    there.add(runtime.socket)
    scene.containers.tick()
    assert scene.followed[0].first_answer.wait(60)
    assert scene.state.facts[A]["name"] == "web"
    scene.containers.stop()


def test_runtime_that_gave_no_answers_is_asked_beside_its_changes() -> None:
    scene = Scene(ScriptedRuntime())
    scene.down(0)
    scene.followed[0]._is_following = True
    scene.containers.tick()
    scene.containers.tick()
    scene.work.run()
    assert not scene.followed[0].is_askable
    scene.runtimes[0].lists[0] = []
    scene.containers.tick()
    scene.work.run()
    assert scene.followed[0].is_askable


def test_runtime_is_found_later_once() -> None:
    found = [FollowedRuntime(), FollowedRuntime()]
    scene = Scene(find_more=lambda: [Followed(runtime) for runtime in found])
    scene.containers.tick()
    scene.containers.tick()
    scene.want()
    scene.work.run()
    assert [runtime.asked for runtime in found] == [[A], []]
    assert len(scene.containers.runtimes()) == 1
    scene.containers.stop()
