# SPDX-License-Identifier: Apache-2.0
"""Programs of records and calls about containers, through one state and its engines.

Whatever comes in which order: each record is delivered once, those of a thread in their
order; a container is told with what was said of it and of no other; every container that
a thread is in is found by its id; and nothing is left when nobody is there any more.
"""

from __future__ import annotations

import gc
import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from typing import Any

from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.fields.registry import FieldRef, all_fields, bind
from falcomod.engine.loop import Engine
from falcomod.engine.state.cgroup import container_name
from falcomod.engine.state.context import ContextView
from falcomod.engine.state.tables import State
from falcomod.engine.state.update import apply_record
from falcomod.engine.state.waiting import Waiting
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile
from tests.fuzz import campaign
from tests.fuzz.container_steps import (
    ANSWERS,
    CALL,
    RECORD,
    START_NS,
    key_of,
    mark_of,
    programs,
)  # fmt: skip
from tests.record_builder import build, event_of
from tests.reference import decode as reference

READ = ("container.", "k8s.", "k8smeta.", "user.", "group.", "proc.is_container")
ARGUMENTS = ("[of]", "[0]", "[/*]", "[a]")
TELLING = {event_of("CONTAINER_JSON_2_E").code, event_of("ASYNCEVENT_E").code}
TOLD = b'{"container": '
Seen = tuple[int, int]  # time and code of an event


class RaisedError(Exception):
    """What callbacks and calls of a program raise on purpose."""


@cache
def names() -> list[str]:
    """Fields about containers, pods and users; those that need an argument with several."""
    return [
        info.name + argument
        for info in all_fields()
        if info.name.startswith(READ)
        for argument in (ARGUMENTS if info.argument == "required" else ("",))
    ]


@cache
def fields() -> list[FieldRef]:
    return [bind(name) for name in names()]


@cache
def rules() -> CompiledRules:
    """One rule that every event matches, but for those of plugins, after a look at every field."""
    looks = " and ".join(f"({name} exists or evt.num > 0)" for name in names())
    rule = (
        f"- rule: r\n  desc: d\n  condition: {json.dumps(looks)}\n  output: '%evt.num'\n"
        "  priority: INFO\n"
    )
    return compile_rules(load_sources([SourceFile("rules.yaml", rule)]))


class Section:
    """One engine's part of a program: from where it is made to where the next one is."""

    def __init__(self, state: State, steps: list[bytes]) -> None:
        self.state = state
        self.options = json.loads(steps[0][1:])
        self.steps = steps[1:]
        self.seen: list[Seen] = []
        self.number = 0  # of the last event
        self.own = 0  # events of the engine's making
        self.raised = 0
        self.called = 0
        self.asked: list[str] = []
        self.named: set[str] = set()
        self.errors: list[BaseException] = []
        waiting = self.waiting() if self.options["waits"] else None
        records = [step[1:] for step in self.steps if step[:1] == RECORD]
        self.engine = Engine(
            ReplaySource(records), state, rules().ruleset, self.on_match,
            waiting=waiting, on_error=self.errors.append,
        )  # fmt: skip

    def waiting(self) -> Waiting:
        options = {name: self.options[name] for name in ("wait_ms", "records_max")}
        return Waiting(self.state, self.on_container, **options)

    # Callbacks

    def on_match(self, rule_ids: tuple[int, ...], view: ContextView) -> None:
        told = {name: field.text(view) for name, field in zip(names(), fields(), strict=True)}
        check_told(told, view.code)
        if (bind("evt.arg[0]").text(view) or "").startswith('{"own"'):
            self.own += 1
        else:
            self.seen.append((view.ts_ns, view.code))
        if view.number <= self.number:
            raise AssertionError(f"event {view.number} after event {self.number}")
        self.number = view.number
        if self.options["raises"] and view.number % self.options["raises"] == 0:
            self.fail()

    def on_container(self, id: str, kind: str, pod_uid: str | None, tid: int) -> None:
        self.asked.append(id)
        answer = self.options["answer"] or ANSWERS[zlib.crc32(key_of(id)) % len(ANSWERS)]
        mark = mark_of(id)
        known = {"name": mark, "labels": {"of": mark}, "pod_uid": pod_uid}
        own = f'{{"own": "{mark}"}}'.encode()
        if answer == "post":
            self.engine.post(lambda: self.state.set_container(id, known, own))
            self.engine.post(lambda: self.state.settle_container(id))
        elif answer == "settle":
            self.state.settle_container(id)
        elif answer == "now":
            self.state.set_container(id, known, own)
            self.state.settle_container(id)
        elif answer == "forget":
            self.state.remove_container(id)
            self.state.sweep_containers(0)
        elif answer == "raise":
            self.fail()

    def fail(self) -> None:
        self.raised += 1
        raise RaisedError

    # The course of it

    def run(self) -> None:
        records = calls = 0
        for step in self.steps:
            if step[:1] == RECORD:
                records += 1
                continue
            self.take(records)
            records = 0
            calls += 1
            self.engine.post(self.call(json.loads(step[1:])))
        while not self.engine.at_end:
            self.engine.run(0, 10_000)
        self.engine.run(0, 1)
        if self.called != calls:
            raise AssertionError(f"{self.called} of {calls} calls were made")
        check_state(self.state, self.asked)

    def take(self, records: int) -> None:
        if records:
            self.engine.run(0, records)
            if self.called % 8 == 0:
                check_state(self.state, self.asked)

    def call(self, words: list[Any]) -> Callable[[], None]:
        """What a step says, to be called by the engine."""
        name, *arguments = words

        def made() -> None:
            self.called += 1
            if name == "fail":
                self.fail()
            try:
                self.state_call(name, arguments)
            except (TypeError, ValueError):
                # Some of what is said cannot be.
                self.raised += 1
                raise

        return made

    def state_call(self, name: str, arguments: list[Any]) -> None:
        if name == "seed_thread":
            self.state.seed_thread(tid=arguments[0], **arguments[1])
            return
        if name in ("set_container_names", "set_users"):
            arguments[-2:] = [{int(id): text for id, text in it.items()} for it in arguments[-2:]]
        if name == "set_container" and arguments[2] is not None:
            arguments[2] = arguments[2].encode()
        getattr(self.state, name)(*arguments)
        if name == "set_container":
            self.named.add(arguments[0])

    # What must be so at the end

    def check(self, *, is_finished: bool) -> Counter[str]:
        expected = [
            found
            for step in self.steps
            if step[:1] == RECORD
            for found in reference.records(step[1:])
            if isinstance(found, reference.Record)
        ]
        counters = self.engine.counters()
        lost = counters.get("waiting_records", 0)
        if is_finished and lost:
            raise AssertionError(f"{lost} records wait after the end")
        self.named.update(told_of(step) for step in self.steps if TOLD in step)
        for error in self.errors:
            if not isinstance(error, RaisedError | TypeError | ValueError):
                raise error
        told = {
            "events": len(expected) - lost + self.own, "matches": len(self.seen) + self.own,
            "announced": self.own, "errors": self.raised,
        }  # fmt: skip
        differing = {
            name: (counters[name], told[name]) for name in told if counters[name] != told[name]
        }
        if differing or len(self.errors) != self.raised:
            raise AssertionError(f"miscounted: {differing}, {len(self.errors)} errors")
        matching = [it for it in expected if it.event.code in rules().codes]
        missing = len(matching) - len(self.seen)
        if missing > lost or (missing and not lost):
            raise AssertionError(f"{len(self.seen)} of {len(matching)} records, {lost} wait")
        check_order([((it.ts, it.event.code), it.tid) for it in matching], self.seen)
        return Counter(
            events=len(self.seen), records=len(expected), lost=lost, starts=self.own,
            raised=self.raised, asked=len(self.asked), calls=self.called,
        )  # fmt: skip


def told_of(step: bytes) -> str:
    """The container that a record describes."""
    id: str = json.loads(step[step.index(TOLD) :].rstrip(b"\0"))["container"]["id"]
    return id


def check_told(told: dict[str, str | None], code: int) -> None:
    """Whether what an event tells of its container was said of that one, and its pod's of that."""
    full_id = told["container.full_id"]
    # What is no text is shown with replacements.
    if full_id not in (None, "host") and full_id.isprintable() and "\ufffd" not in full_id:
        mark = mark_of(full_id)
        said = {told["container.name"], told["container.label[of]"]}
        user = told["user.name"] if code not in TELLING else None
        if user is not None and user.startswith("of-"):
            said.add(user)
        if said - {None, mark}:
            raise AssertionError(f"{said} is told of {full_id}, {mark}")
    uid = told["k8smeta.pod.label[of]"]
    if uid is not None and uid != told["k8smeta.pod.uid"]:
        raise AssertionError(f"pod {uid} is told as {told['k8smeta.pod.uid']}")


def check_order(expected: list[tuple[Seen, int]], seen: list[Seen]) -> None:
    """Each once, those of a thread in their order; a damaged record may look like another."""
    often = Counter(it for it, _tid in expected)
    surplus = Counter(seen) - often
    if surplus:
        raise AssertionError(f"delivered, but were not there: {surplus}")
    places = {it: (tid, place) for place, (it, tid) in enumerate(expected) if often[it] == 1}
    last: dict[int, int] = {}
    for it in seen:
        if it in places:
            tid, place = places[it]
            if place < last.get(tid, -1):
                raise AssertionError(f"{it} of thread {tid} came after a later one")
            last[tid] = place


def check_state(state: State, asked: list[str]) -> None:
    """Whether the tables agree with themselves and with a look at every thread."""
    faults = state.kin_faults() + state.container_faults()
    if faults:
        raise AssertionError(faults)
    used = {}
    for id, _kind, _pod_uid, tid in state.containers_in_use():
        known = state.container(id)
        if known is None or key_of(id) in used:
            raise AssertionError(f"{id}, which {tid} is in, is not found or twice there")
        used[key_of(id)] = known["order"]
    if len(set(used.values())) != len(used):
        raise AssertionError(f"several ids are one container: {used}")
    for tid in state.tids():
        check_place(state, tid)


def check_place(state: State, tid: int) -> None:
    """Whether a thread is in the container that its control groups name."""
    thread = state.thread(tid)
    if thread is None or thread["cgroups"] is None:
        return
    cgroups = b"".join(it.encode("utf-8", "surrogateescape") + b"\0" for it in thread["cgroups"])
    found = container_name(cgroups)
    short = thread["container_id"].encode("utf-8", "surrogateescape")
    if found is not None and short != key_of(found[0])[:12]:
        raise AssertionError(f"{tid} is in {short!r}, though in the control groups {cgroups!r}")


def sections_of(pieces: list[bytes]) -> list[list[bytes]]:
    starts = [at for at, piece in enumerate(pieces) if piece[:1] not in (RECORD, CALL)]
    return [pieces[at:end] for at, end in zip(starts, [*starts[1:], len(pieces)], strict=True)]


def end(state: State, ids: set[str]) -> None:
    """Lets everything go, after which there must be nothing."""
    seen: list[Seen] = []
    last = Engine(
        ReplaySource([build("openat", ts=START_NS, tid=1)]), state, rules().ruleset,
        lambda _ids, view: seen.append((view.ts_ns, view.code)),
        waiting=Waiting(state, lambda *what: None, wait_ms=0),
    )  # fmt: skip
    while not last.at_end:
        last.run(0, 10)
    last.finish()
    if state.counters()["threads_refused"]:
        clear_spare(state)
    # A late one, for what was described before; the one after it forgets what it told of.
    apply_record(state, build("openat", ts=2**64 - 1, tid=1))
    for tid in state.tids():
        state.remove_thread(tid)
    for id in ids:
        # Not all that was said to be an id can be one.
        if state.container(id) is not None:
            state.remove_container(id)
    state.sweep_containers(0)
    counters = state.counters()
    left = {name: counters[name] for name in ("threads", "containers", "containers_unsettled")}
    if any(left.values()) or state.container_faults() or state.kin_faults():
        raise AssertionError(f"left at the end: {left}, {state.container_faults()}")


def clear_spare(state: State) -> None:
    """Has the record of threads that find no room be that of one on the host."""
    before = state.counters()["threads_refused"]
    for tid in count(1000):
        apply_record(state, build("openat", ts=START_NS, tid=tid))
        if state.counters()["threads_refused"] > before:
            return


def attempt(data: bytes) -> Counter[str]:
    """What became of a program."""
    counts: Counter[str] = Counter()
    parts = sections_of(campaign.unpacked(data))
    limits = json.loads(parts[0][0][1:])
    state = State(
        thread_limit=limits["threads"], fd_limit=16,
        container_limit=limits["containers"], pod_limit=limits["pods"],
    )  # fmt: skip
    ids: set[str] = set()
    kept = []
    for number, steps in enumerate(parts):
        section = Section(state, steps)
        section.run()
        after = parts[number + 1][0] if number + 1 < len(parts) else b'e{"before": "finish"}'
        before = json.loads(after[1:])["before"]
        if before == "finish":
            section.engine.finish()
            check_state(state, section.asked)
        counts += section.check(is_finished=before == "finish")
        ids |= section.named | set(section.asked)
        if before == "keep":
            kept.append(section)
        del section
        # An engine, its callbacks and what waits hold on to each other.
        gc.collect()
    kept.clear()
    gc.collect()
    end(state, ids)
    counts["programs"] = 1
    return counts


def inputs(rng: random.Random) -> Iterator[bytes]:
    for steps in programs(rng):
        yield campaign.packed(steps)


TARGET = campaign.Target(
    "containers", __doc__, inputs, attempt,
    frozenset({"events", "starts", "raised", "asked", "calls", "lost"}),
)  # fmt: skip

if __name__ == "__main__":
    campaign.run(TARGET)
