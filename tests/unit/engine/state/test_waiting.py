# SPDX-License-Identifier: Apache-2.0
"""Records of containers that are not known yet, seen from the engine's callback."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.fields.registry import bind
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.engine.state.context import ContextView
from falcomod.engine.state.tables import State
from falcomod.engine.state.waiting import Waiting
from tests.record_builder import build

WEB = "a" * 64
DB = "d" * 64
HOST = 5
FOR_EVER_MS = 10**9
JSON = b'{"container":{}}'


def cgroups(full_id: str) -> bytes:
    return f"cpu=/docker/{full_id}\0".encode()


def exec_in(full_id: str, tid: int, ts: int) -> bytes:
    return build(
        "execve", ts=ts, tid=tid, res=0, exe="sh", comm="sh", cgroups=cgroups(full_id), ptid=1
    )


def clone_in(full_id: str, parent: int, child: int, ts: int) -> list[bytes]:
    facts: dict[str, Any] = {"cgroups": cgroups(full_id), "comm": "sh"}
    return [
        build("clone", ts=ts, tid=parent, res=child, pid=parent, vtid=parent, **facts),
        build("clone", ts=ts + 1, tid=child, res=0, pid=child, ptid=parent, **facts),
    ]


def read(tid: int, ts: int) -> bytes:
    return build("openat", ts=ts, tid=tid, fd=3, name="/etc/shadow")


class Watched:
    """An engine whose one rule matches every open; what each alert knew."""

    def __init__(
        self,
        records: Iterable[bytes],
        on_container: Callable[[str], None] | None = None,
        **options: Any,
    ) -> None:
        self.state = State()
        self.seen: list[tuple[int, int, str | None, str | None]] = []
        self.asked: list[tuple[Any, ...]] = []
        self.starts: list[str] = []
        self.errors: list[Exception] = []
        self._answer = on_container
        builder = RulesetBuilder("all")
        opens = [code for code in EVENTS if EVENTS[code].name == "openat"]
        builder.rule(0, builder.check("fd.name", "=", ["/etc/shadow"]), opens)
        starts = [code for code in EVENTS if EVENTS[code].id == "CONTAINER_JSON_2_E"]
        builder.rule(1, builder.check("evt.type", "=", ["container"]), starts)
        self.waiting = Waiting(self.state, self.on_container, **options)
        self.engine = Engine(
            ReplaySource(list(records)), self.state, builder.build(), self.on_match,
            waiting=self.waiting, on_error=self.errors.append,
        )  # fmt: skip

    def on_container(self, *what: Any) -> None:
        self.asked.append(what)
        if self._answer is not None:
            self._answer(what[0])

    def on_match(self, rule_ids: tuple[int, ...], view: ContextView) -> None:
        if rule_ids == (1,):
            self.starts.append(bind("container.name").text(view) or "")
            return
        tid = bind("thread.tid").value(view)
        self.seen.append(
            (tid, view.ts_ns, bind("container.id").text(view), bind("container.name").text(view))
        )

    def run(self) -> None:
        self.engine.run(0, 10**6)

    def describe(self, full_id: str, name: str) -> None:
        """As who was asked does, from another thread."""
        self.engine.post(lambda: self.state.set_container(full_id, {"name": name}, JSON))
        self.engine.post(lambda: self.state.settle_container(full_id))


def test_first_alert_of_a_container_knows_its_name() -> None:
    watched = Watched([exec_in(WEB, 10, 1), read(10, 2)], wait_ms=FOR_EVER_MS)
    watched.run()
    assert watched.seen == []
    assert [(what[0], what[3]) for what in watched.asked] == [(WEB, 10)]
    watched.describe(WEB, "web")
    watched.run()
    assert watched.seen == [(10, 2, WEB[:12], "web")]
    assert not watched.engine.is_waiting


def test_others_do_not_wait() -> None:
    records = [exec_in(WEB, 10, 1), read(10, 2), read(HOST, 3), exec_in(DB, 20, 4), read(20, 5)]
    watched = Watched(records, wait_ms=FOR_EVER_MS)
    watched.run()
    assert [row[0] for row in watched.seen] == [HOST]
    watched.describe(DB, "db")
    watched.run()
    assert [row[0] for row in watched.seen] == [HOST, 20]
    watched.engine.finish()
    assert watched.seen[2:] == [(10, 2, WEB[:12], None)]


def test_what_is_known_before_does_not_wait_for_anything_but_names() -> None:
    def answer(full_id: str) -> None:
        watched.state.set_container(full_id, {"name": "web"})
        watched.state.settle_container(full_id)

    watched = Watched([exec_in(WEB, 10, 1), read(10, 2)], answer, wait_ms=FOR_EVER_MS)
    watched.run()
    assert watched.seen == [(10, 2, WEB[:12], "web")]
    assert watched.engine.counters()["waiting_held"] == 0


def test_time_is_over() -> None:
    watched = Watched([exec_in(WEB, 10, 1), read(10, 2)], wait_ms=1)
    while not watched.seen:
        watched.run()
    assert watched.seen == [(10, 2, WEB[:12], None)]
    assert watched.engine.counters()["waiting_timeouts"] == 1
    assert len(watched.asked) == 1


def test_without_a_time_nothing_waits_but_somebody_is_asked() -> None:
    watched = Watched([exec_in(WEB, 10, 1), read(10, 2), read(10, 3)], wait_ms=0)
    watched.run()
    assert [row[1] for row in watched.seen] == [2, 3]
    assert len(watched.asked) == 1


def test_container_waits_once() -> None:
    watched = Watched(
        [exec_in(WEB, 10, 1), read(10, 2), exec_in(WEB, 11, 3), read(11, 4)], wait_ms=FOR_EVER_MS
    )
    watched.run()
    watched.engine.post(lambda: watched.state.settle_container(WEB))
    watched.run()
    assert [row[1] for row in watched.seen] == [2, 4]
    assert len(watched.asked) == 1


def test_children_wait_with_their_parents() -> None:
    records = [exec_in(WEB, 10, 1), *clone_in(WEB, 10, 11, 2), read(11, 4), read(10, 5)]
    watched = Watched(records, wait_ms=FOR_EVER_MS)
    watched.run()
    assert watched.seen == []
    watched.describe(WEB, "web")
    watched.run()
    assert [(row[0], row[3]) for row in watched.seen] == [(11, "web"), (10, "web")]


def test_thread_that_moves_on_stays_in_order() -> None:
    records = [exec_in(WEB, 10, 1), read(10, 2), exec_in(DB, 10, 3), read(10, 4)]
    watched = Watched(records, wait_ms=FOR_EVER_MS)
    watched.run()
    assert watched.seen == []
    watched.describe(WEB, "web")
    watched.run()
    assert [(row[1], row[3]) for row in watched.seen] == [(2, "web")]
    assert [what[0] for what in watched.asked] == [WEB, DB]
    watched.describe(DB, "db")
    watched.run()
    assert [(row[1], row[3]) for row in watched.seen] == [(2, "web"), (4, "db")]


def test_threads_that_were_there_before_wait_too() -> None:
    watched = Watched([read(10, 2)], wait_ms=FOR_EVER_MS)
    watched.state.seed_thread(tid=10, pid=10, cgroups=[f"cpu=/docker/{WEB}"])
    watched.run()
    assert watched.seen == []
    watched.describe(WEB, "web")
    watched.run()
    assert [row[3] for row in watched.seen] == ["web"]


def test_too_many_records_go_on_unknown() -> None:
    records = [exec_in(WEB, 10, 1), *[read(10, ts) for ts in range(2, 30)]]
    watched = Watched(records, wait_ms=FOR_EVER_MS, records_max=10)
    watched.run()
    assert [row[1] for row in watched.seen] == list(range(2, 30))
    counters = watched.engine.counters()
    assert (counters["waiting_overflows"], counters["waiting_timeouts"]) == (1, 0)
    assert counters["waiting_records"] == 0


def test_failed_exec_and_host_numbers_ask_for_nothing() -> None:
    failed = build("execve", ts=1, tid=10, res=-2, cgroups=cgroups(WEB))
    watched = Watched([failed, read(10, 2)], wait_ms=FOR_EVER_MS)
    watched.run()
    assert [row[2] for row in watched.seen] == ["host"]
    assert watched.asked == []


def test_error_of_who_is_asked_is_told_and_loses_nothing() -> None:
    def fail(_full_id: str) -> None:
        raise OSError("no")

    watched = Watched([exec_in(WEB, 10, 1), read(10, 2), read(HOST, 3)], fail, wait_ms=1)
    while len(watched.seen) < 2:
        watched.run()
    assert len(watched.errors) == 1
    assert {row[0]: row[2] for row in watched.seen} == {10: WEB[:12], HOST: "host"}


def test_error_of_a_callback_loses_no_held_record() -> None:
    watched = Watched(
        [exec_in(WEB, 10, 1), *[read(10, ts) for ts in (2, 3, 4)]], wait_ms=FOR_EVER_MS
    )
    told = watched.on_match

    def fail(rule_ids: tuple[int, ...], view: ContextView) -> None:
        told(rule_ids, view)
        if view.ts_ns == 3:
            raise ValueError("no")

    engine = Engine(
        ReplaySource([exec_in(WEB, 10, 1), *[read(10, ts) for ts in (2, 3, 4)]]),
        watched.state, watched.engine.ruleset, fail,
        waiting=watched.waiting, on_error=watched.errors.append,
    )  # fmt: skip
    engine.run(0, 100)
    watched.state.settle_container(WEB)
    engine.run(0, 100)
    assert [row[1] for row in watched.seen] == [2, 3, 4]
    assert len(watched.errors) == 1


def test_records_behind_an_error_come_before_later_ones() -> None:
    records = [exec_in(WEB, 10, 1), read(10, 2), read(10, 3), read(HOST, 4), read(10, 5)]
    watched = Watched(records, wait_ms=FOR_EVER_MS, records_max=3)
    told = watched.on_match

    def fail(rule_ids: tuple[int, ...], view: ContextView) -> None:
        told(rule_ids, view)
        raise ValueError("no")

    engine = Engine(
        ReplaySource(records), watched.state, watched.engine.ruleset, fail, waiting=watched.waiting
    )
    engine.run(0, 3)
    engine.post(lambda: watched.state.settle_container(WEB))
    for _ in records:
        engine.run(0, 1)
    assert [row[1] for row in watched.seen] == [2, 3, 4, 5]


def test_error_about_one_start_does_not_keep_others_from_being_told() -> None:
    watched = Watched([], wait_ms=FOR_EVER_MS)
    told = watched.on_match

    def fail(rule_ids: tuple[int, ...], view: ContextView) -> None:
        told(rule_ids, view)
        raise ValueError("no")

    engine = Engine(
        ReplaySource([]), watched.state, watched.engine.ruleset, fail, waiting=watched.waiting
    )
    for id, name in ((WEB, "web"), (DB, "db")):
        watched.state.set_container(id, {"name": name}, JSON)
        watched.state.start_container(id, 10)
    engine.post(lambda: None)
    engine.run(0, 1)
    assert sorted(watched.starts) == ["db", "web"]
    engine.finish()
    assert engine.counters()["errors"] == 2


@pytest.mark.parametrize("wait_ms", [0, FOR_EVER_MS])
def test_who_is_asked_may_have_the_container_forgotten(wait_ms: int) -> None:
    def forget(full_id: str) -> None:
        watched.state.remove_container(full_id)
        watched.state.sweep_containers(0)

    watched = Watched([exec_in(WEB, 10, 1), read(10, 2)], forget, wait_ms=wait_ms)
    watched.run()
    watched.engine.finish()
    assert [row[:3] for row in watched.seen] == [(10, 2, WEB[:12])]
    assert watched.state.container_faults() == []


def test_container_is_asked_about_once_where_nothing_waits() -> None:
    watched = Watched([exec_in(WEB, 10, 1), read(10, 2), exec_in(WEB, 11, 3)], wait_ms=0)
    watched.run()
    assert [what[0] for what in watched.asked] == [WEB]


def test_name_that_is_cut_within_a_character_is_asked_about() -> None:
    watched = Watched(
        [build("execve", ts=1, tid=10, res=0, cgroups=b"cpu=/own/group\0")], wait_ms=FOR_EVER_MS
    )
    watched.state.set_container("\u00fc" * 40, {"cgroup": "/own/group"})
    watched.run()
    assert [what[0] for what in watched.asked] == ["\u00fc" * 31 + "\udcc3"]
    assert watched.errors == []
    watched.engine.finish()
    assert watched.state.containers_in_use()[0][0] == watched.asked[0][0]


# What else may become of the engine or the state meanwhile


def test_state_forgets_its_containers_while_their_records_wait() -> None:
    watched = Watched([exec_in(WEB, 10, 1), read(10, 2)], wait_ms=FOR_EVER_MS)
    watched.run()
    assert watched.engine.is_waiting
    watched.engine.post(watched.state.clear)
    watched.run()
    assert [row[:3] for row in watched.seen] == [(10, 2, WEB[:12])]
    assert watched.state.container_faults() == []
    watched.state.remove_thread(10)
    assert watched.state.counters()["containers"] == 0


def test_next_engine_does_not_wait_for_what_the_one_before_has_asked() -> None:
    watched = Watched([exec_in(WEB, 10, 1), read(10, 2)], wait_ms=FOR_EVER_MS)
    state, ruleset = watched.state, watched.engine.ruleset
    watched.run()
    beside = Watched([])
    engine = Engine(
        ReplaySource([exec_in(WEB, 10, 3)]), state, ruleset, beside.on_match,
        waiting=Waiting(state, beside.on_container, wait_ms=FOR_EVER_MS),
    )  # fmt: skip
    engine.run(0, 100)
    # Engine, callbacks and what waits hold on to each other.
    del watched
    gc.collect()
    assert state.container_faults() == []
    engine = Engine(
        ReplaySource([read(10, 4)]), state, ruleset, beside.on_match,
        waiting=Waiting(state, beside.on_container, wait_ms=FOR_EVER_MS),
    )  # fmt: skip
    engine.run(0, 100)
    assert [row[1] for row in beside.seen] == [4]
    assert beside.asked == []


def test_records_wait_for_containers_of_the_engine_s_own_state() -> None:
    watched = Watched([])
    with pytest.raises(ValueError, match="another state"):
        Engine(
            ReplaySource([]), State(), watched.engine.ruleset, watched.on_match,
            waiting=watched.waiting,
        )  # fmt: skip


# The event of a start


def test_start_is_told_once_after_the_program_began() -> None:
    watched = Watched([exec_in(WEB, 10, 1), exec_in(WEB, 11, 2), read(10, 3)], wait_ms=FOR_EVER_MS)
    watched.run()
    watched.describe(WEB, "web")
    watched.run()
    watched.describe(WEB, "web")
    watched.run()
    assert watched.starts == ["web"]
    assert watched.engine.counters()["announced"] == 1


def test_program_of_the_runtime_is_not_the_container_s() -> None:
    def begin(tid: int, ts: int, comm: str, **facts: int) -> list[bytes]:
        numbers = {"pid": tid, "vtid": facts["vtid"], "vpid": facts["vtid"], "ptid": 1}
        told = {"comm": comm, "exe": comm, "cgroups": cgroups(WEB)}
        clone = build("clone", ts=ts, tid=tid, res=0, **numbers, **told)
        return [clone, build("execve", ts=ts + 1, tid=tid, res=0, ptid=1, **told)]

    records = [*begin(10, 1, "runc", vtid=10), *begin(11, 3, "nginx", vtid=1)]
    watched = Watched(records, wait_ms=FOR_EVER_MS)
    names: list[str | None] = []

    def note(_rule_ids: tuple[int, ...], view: ContextView) -> None:
        names.append(bind("proc.name").text(view))

    engine = Engine(
        ReplaySource(records), watched.state, watched.engine.ruleset, note, waiting=watched.waiting
    )
    engine.run(0, 100)
    watched.state.set_container(WEB, {"name": "web", "host_pid": False}, JSON)
    watched.state.settle_container(WEB)
    engine.run(0, 100)
    assert names == ["nginx"]


def test_start_is_told_when_all_is_known() -> None:
    watched = Watched([exec_in(WEB, 10, 1)], wait_ms=0)
    watched.run()
    watched.engine.post(lambda: watched.state.set_container(WEB, {"image": "nginx"}))
    watched.run()
    assert watched.starts == []
    watched.describe(WEB, "web")
    watched.run()
    assert watched.starts == ["web"]


def test_start_that_becomes_known_late_is_told_then() -> None:
    watched = Watched([exec_in(WEB, 10, 1), read(10, 2)], wait_ms=0)
    watched.run()
    assert watched.starts == []
    watched.describe(WEB, "web")
    watched.run()
    assert watched.starts == ["web"]


def test_start_without_a_record_is_told_by_the_runtime() -> None:
    watched = Watched([read(HOST, 1)], wait_ms=FOR_EVER_MS)
    watched.describe(WEB, "web")
    watched.run()
    assert watched.starts == []
    watched.engine.post(lambda: watched.state.start_container(WEB, 10))
    watched.run()
    assert watched.starts == ["web"]


def test_containers_that_were_described_before_there_was_an_engine_are_told() -> None:
    watched = Watched([], wait_ms=FOR_EVER_MS)
    state = State()
    state.seed_thread(tid=10, pid=10, cgroups=[f"cpu=/docker/{WEB}"])
    state.set_container(WEB, {"name": "web"}, JSON)
    engine = Engine(
        ReplaySource([]), state, watched.engine.ruleset, watched.on_match,
        waiting=Waiting(state, watched.on_container),
    )  # fmt: skip
    engine.post(lambda: None)
    engine.run(0, 100)
    assert watched.starts == ["web"]


def test_event_of_a_start_says_what_it_was_given() -> None:
    seen = []
    watched = Watched([exec_in(WEB, 10, 7)], wait_ms=0)

    def note(_rule_ids: tuple[int, ...], view: ContextView) -> None:
        seen.append(
            [bind(name).text(view) for name in ("evt.arg.json", "proc.name", "container.image")]
        )

    engine = Engine(
        ReplaySource([exec_in(WEB, 10, 7)]), watched.state, watched.engine.ruleset, note,
        waiting=watched.waiting,
    )  # fmt: skip
    watched.state.set_container(WEB, {"image": "nginx"}, b'{"container":{"id":"aaaaaaaaaaaa"}}')
    engine.run(0, 100)
    assert seen == [['{"container":{"id":"aaaaaaaaaaaa"}}', "sh", "nginx"]]


# Order and completeness, whatever comes

TIDS = (10, 11, 12, 13)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("exec"), st.sampled_from(TIDS), st.sampled_from((WEB, DB))),
        st.tuples(st.just("read"), st.sampled_from((*TIDS, HOST)), st.just("")),
        st.tuples(st.just("describe"), st.just(0), st.sampled_from((WEB, DB))),
        st.tuples(st.just("settle"), st.just(0), st.sampled_from((WEB, DB))),
    ),
    max_size=60,
)


@given(STEPS, st.sampled_from((0, FOR_EVER_MS)), st.sampled_from((3, 1000)))
def test_every_thread_keeps_its_order_and_nothing_is_lost(
    steps: list[tuple[str, int, str]], wait_ms: int, records_max: int
) -> None:
    watched = Watched([], wait_ms=wait_ms, records_max=records_max)
    reads: dict[int, list[int]] = {}
    for ts, (what, tid, full_id) in enumerate(steps, start=1):
        if what == "describe":
            watched.state.set_container(full_id, {"name": full_id[:3]})
        elif what == "settle":
            watched.state.settle_container(full_id)
        else:
            if what == "read":
                reads.setdefault(tid, []).append(ts)
            feed(watched, read(tid, ts) if what == "read" else exec_in(full_id, tid, ts))
    watched.engine.finish()
    told: dict[int, list[int]] = {}
    for tid, ts, *_ in watched.seen:
        told.setdefault(tid, []).append(ts)
    assert told == reads
    assert watched.waiting.counters()["waiting_records"] == 0


def feed(watched: Watched, record: bytes) -> None:
    """One record more, to an engine with the state and the waiting of those before."""
    watched.engine = Engine(
        ReplaySource([record]), watched.state, watched.engine.ruleset, watched.on_match,
        waiting=watched.waiting,
    )  # fmt: skip
    watched.run()


@pytest.mark.parametrize("threads", [1, 5000])
def test_many_threads_that_wait_are_all_found_again(threads: int) -> None:
    records = [exec_in(WEB, tid, tid) for tid in range(10, 10 + threads)]
    records += [read(tid, 10**6 + tid) for tid in range(10, 10 + threads)]
    watched = Watched(records, wait_ms=FOR_EVER_MS)
    watched.run()
    assert watched.seen == []
    watched.describe(WEB, "web")
    watched.run()
    assert [row[0] for row in watched.seen] == list(range(10, 10 + threads))
