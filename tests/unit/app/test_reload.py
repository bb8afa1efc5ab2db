# SPDX-License-Identifier: Apache-2.0
"""Reloads: one at a time, what is wrong changes nothing; tests/live has those under load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from falcomod.app.prepared import Prepared
from falcomod.app.reload import Reloader, Result
from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_files

LIMIT_S = 10


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    path = tmp_path / "r.yaml"
    path.write_text(
        "- rule: R\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n"
    )
    return Prepared(Config(), compile_rules(load_files([path])), frozenset(), ())


@contextmanager
def running(
    prepare: Callable[[], Prepared], exchange: Callable[[Prepared], Sequence[str]]
) -> Iterator[tuple[Reloader, list[Result]]]:
    told: list[Result] = []
    reloader = Reloader(prepare, exchange, told.append)
    reloader.start()
    try:
        yield reloader, told
    finally:
        reloader.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "reload"]


def test_what_is_prepared_is_put_in_place(prepared: Prepared) -> None:
    put: list[Prepared] = []

    def exchange(new: Prepared) -> list[str]:
        put.append(new)
        return ["engine.kind"]

    with running(lambda: prepared, exchange) as (reloader, told):
        result = reloader.request("SIGHUP").result(LIMIT_S)
    assert put == [prepared]
    assert told == [result]
    assert (result.ok, result.reason, result.later, result.rules) == (
        True, "SIGHUP", ("engine.kind",), 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "message"),
    [(UserError("r.yaml:3: no such field"), "r.yaml:3: no such field"),
     (OSError(11, "output http: no thread"), "output http: no thread"),
     (OSError(13, "Permission denied", "/a"), "/a: Permission denied"),
     (RecursionError("too deep"), "RecursionError: too deep")],
)  # fmt: skip
def test_what_is_wrong_changes_nothing(prepared: Prepared, error: Exception, message: str) -> None:
    faults = [error]
    put: list[Prepared] = []

    def prepare() -> Prepared:
        if faults:
            raise faults.pop()
        return prepared

    def exchange(new: Prepared) -> list[str]:
        put.append(new)
        return []

    with running(prepare, exchange) as (reloader, told):
        result = reloader.request("files changed").result(LIMIT_S)
        assert (result.ok, result.message, put) == (False, message, [])
        # The next one finds nothing wrong.
        assert reloader.request("files changed").result(LIMIT_S).ok
    assert [each.ok for each in told] == [False, True]


def test_who_asks_meanwhile_gets_the_next_one(prepared: Prepared) -> None:
    begun, go_on = threading.Event(), threading.Event()
    runs: list[int] = []

    def prepare() -> Prepared:
        runs.append(1)
        begun.set()
        assert go_on.wait(LIMIT_S)
        return prepared

    with running(prepare, lambda _new: []) as (reloader, told):
        first = reloader.request("a")
        assert begun.wait(LIMIT_S)
        later = [reloader.request(reason) for reason in ("b", "c", "b")]
        assert not any(future.done() for future in later)
        go_on.set()
        results = [future.result(LIMIT_S) for future in (first, *later)]
    assert len(runs) == 2
    assert results[1] is results[2] is results[3]
    assert [each.reason for each in told] == ["a", "b, c"]


def test_requests_at_the_end_are_given_up(prepared: Prepared) -> None:
    reloader = Reloader(lambda: prepared, lambda _new: [], print)
    future = reloader.request("late")
    reloader.stop()
    reloader.start()
    reloader.stop()
    assert future.cancelled()


def test_what_is_asked_for_after_the_end_is_given_up(prepared: Prepared) -> None:
    with running(lambda: prepared, lambda _new: []) as (reloader, _):
        pass
    assert reloader.request("late").cancelled()


def test_end_in_the_middle_of_a_reload_exchanges_nothing(prepared: Prepared) -> None:
    begun, go_on = threading.Event(), threading.Event()
    put: list[Prepared] = []

    def prepare() -> Prepared:
        begun.set()
        assert go_on.wait(LIMIT_S)
        return prepared

    def exchange(new: Prepared) -> list[str]:
        put.append(new)
        return []

    with running(prepare, exchange) as (reloader, told):
        future = reloader.request("SIGHUP")
        assert begun.wait(LIMIT_S)
        reloader.stop(wait_s=0)
        # Whoever waits for it must not keep falcomod from its end.
        assert future.cancelled()
        go_on.set()
    assert (put, told) == ([], [])
