# SPDX-License-Identifier: Apache-2.0
"""Lists and watches against recorded answers, and everything that can go wrong between them."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from falcomod.enrich import kubernetes_watch
from falcomod.enrich.kubernetes_access import Access
from falcomod.enrich.kubernetes_api import Api, Object
from falcomod.enrich.kubernetes_watch import Complaints, Follower, Resource, Sink, delay_s
from falcomod.errors import KubernetesUnavailable
from tests.replayed_api import (
    EMPTY,
    HOLD,
    PODS,
    WATCH,
    Answer,
    ReplayedApi,
    recorded,
    recorded_object,
    replayed,
)

PATIENT_S = 20.0
LIST = Answer(recorded("pods.json"))
FORBIDDEN = Answer(recorded("forbidden.json"), 403)
BROKEN = Answer(b"{}", 500)


def name_of(object: Object) -> str | None:
    metadata = object.get("metadata") if isinstance(object, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


class Followed:
    """A follower of pods on a thread of its own, and what it said in order."""

    def __init__(self, server: ReplayedApi, *, from_cache: bool = True) -> None:
        self.said: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.waits: list[float] = []
        self._stopping = threading.Event()
        self._api = Api(Access(url=server.url))
        resource = Resource("pods", PODS, name_of, {"fieldSelector": "f"}, from_cache=from_cache)
        self.follower = Follower(
            self._api,
            resource,
            Sink(self._say("replace"), self._say("put"), self._say("drop")),
            Complaints(server.url),
            self._stopping,
            wait=self.waits.append,
            chance=lambda: 1.0,
        )
        self._thread = threading.Thread(target=self.follower.run)

    def next(self) -> tuple[str, Any]:
        return self.said.get(timeout=PATIENT_S)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._api.close()
        self._thread.join(PATIENT_S)
        assert not self._thread.is_alive()

    def _say(self, word: str) -> Callable[[Any], None]:
        return lambda what: self.said.put((word, what))


@contextmanager
def followed(
    answers: dict[str, list[Answer]], **more: Any
) -> Iterator[tuple[Followed, ReplayedApi]]:
    with replayed(answers) as server:
        one = Followed(server, **more)
        one.start()
        try:
            yield one, server
        finally:
            one.stop()


def event(kind: str, name: str, version: str) -> bytes:
    object = {"metadata": {"name": name, "resourceVersion": version}}
    return json.dumps({"type": kind, "object": object}).encode() + b"\n"


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    own = [record for record in caplog.records if record.name == kubernetes_watch.__name__]
    return [record.getMessage() for record in own if record.levelno >= logging.WARNING]


def test_list_and_then_what_changes_as_recorded() -> None:
    changes = Answer(recorded("watch.jsonl"), then="hold")
    with followed({PODS: [LIST], PODS + WATCH: [changes]}) as (one, server):
        assert one.next() == ("replace", ["old-1", "web-1"])
        assert [one.next() for _ in range(4)] == [("put", "late")] * 3 + [("drop", "late")]
        assert one.follower.is_listed.is_set()
        (listed,) = server.asked(PODS)
        (watched,) = server.asked(PODS + WATCH)
    assert listed.query == {"fieldSelector": "f", "limit": "200", "resourceVersion": "0"}
    version = recorded_object("pods.json")["metadata"]["resourceVersion"]
    assert watched.query["resourceVersion"] == version
    assert watched.query["allowWatchBookmarks"] == "true"
    assert watched.query["timeoutSeconds"] == "600"
    assert one.waits == []


def test_long_list_comes_in_pages() -> None:
    first = recorded_object("pods_page.json")
    assert first["metadata"]["continue"]
    answers = {PODS: [Answer(recorded("pods_page.json")), LIST], PODS + WATCH: [HOLD]}
    with followed(answers, from_cache=False) as (one, server):
        assert one.next() == ("replace", ["old-1", "old-1", "web-1"])
        _, second = server.asked(PODS)
    assert second.query["continue"] == first["metadata"]["continue"]
    assert "resourceVersion" not in second.query


def test_list_without_an_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes_watch, "PAGES_MAX", 3)
    answers = {PODS: [Answer(recorded("pods_page.json"))], PODS + WATCH: [HOLD]}
    with followed(answers) as (one, server):
        assert one.next() == ("replace", ["old-1"] * 3)
        assert len(server.asked(PODS)) == 3


def test_watch_that_ends_is_begun_again_where_it_was() -> None:
    watches = [
        Answer(event("ADDED", "a", "7") + event("BOOKMARK", "", "9")),
        Answer(event("DELETED", "a", "11"), then="hold"),
    ]
    with followed({PODS: [EMPTY], PODS + WATCH: watches}) as (one, server):
        assert [one.next()[0] for _ in range(3)] == ["replace", "put", "drop"]
        versions = [request.query["resourceVersion"] for request in server.asked(PODS + WATCH)]
        assert len(server.asked(PODS)) == 1
    assert versions == ["1", "9"]
    assert one.waits == []


def test_watch_that_is_cut_goes_on_after_a_moment(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    watches = [
        Answer(event("ADDED", "a", "7") + b'{"type":"ADD', then="cut"),
        Answer(event("ADDED", "b", "8"), then="hold"),
    ]
    with followed({PODS: [EMPTY], PODS + WATCH: watches}) as (one, server):
        assert [one.next() for _ in range(3)] == [("replace", []), ("put", "a"), ("put", "b")]
        assert [r.query["resourceVersion"] for r in server.asked(PODS + WATCH)] == ["1", "7"]
    assert one.waits == [0.5]
    assert len(warnings(caplog)) == 1
    assert "kubernetes available again" in caplog.text


@pytest.mark.parametrize("gone", [Answer(recorded("gone.json")), Answer(b"{}", 410)])
def test_version_that_the_server_has_forgotten_asks_for_a_list(
    gone: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    answers = {PODS: [EMPTY, LIST], PODS + WATCH: [gone, HOLD]}
    with followed(answers) as (one, server):
        assert one.next() == ("replace", [])
        assert one.next() == ("replace", ["old-1", "web-1"])
        _, again = server.asked(PODS)
    # What the server has in its memory may be as old as the forgotten version.
    assert "resourceVersion" not in again.query
    assert warnings(caplog) == []


@pytest.mark.parametrize(
    "answer",
    [
        BROKEN,
        FORBIDDEN,
        Answer(b"<html>"),
        Answer(b'{"items": []}'),
        Answer(b'{"metadata": {"resourceVersion": 7}, "items": "x"}'),
        Answer(then="cut"),
    ],
)
def test_list_that_is_refused_or_wrong_is_asked_for_again(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    answers = {PODS: [answer, answer, answer, LIST], PODS + WATCH: [HOLD]}
    with followed(answers) as (one, _):
        assert one.next()[0] == "replace"
    assert one.waits[:3] == [0.5, 1.0, 2.0]
    (warning,) = warnings(caplog)
    assert warning.startswith("kubernetes unavailable url=http://127.0.0.1:")
    assert ("docs/kubernetes-rbac.yaml" in warning) == (answer is FORBIDDEN)


@pytest.mark.parametrize(
    "line",
    [
        b"garbage\n",
        b"[]\n",
        b"{}\n",
        b'{"type": "ADDED"}\n',
        b'{"type": "ADDED", "object": []}\n',
        b'{"type": "ADDED", "object": {"metadata": {"resourceVersion": 5}}}\n',
        b'{"type": "ERROR", "object": {"code": 500, "message": "etcd"}}\n',
        b'{"type": "ERROR", "object": {"code": "410"}}\n',
        b'{"type": "ERROR"}\n',
    ],
)
def test_event_that_is_none_begins_the_watch_again(
    line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    watches = [Answer(event("ADDED", "a", "7") + line, then="hold"), HOLD]
    with followed({PODS: [EMPTY], PODS + WATCH: watches}) as (one, server):
        assert [one.next()[0] for _ in range(2)] == ["replace", "put"]
        assert server.wait_asked(PODS + WATCH, 2)[1].query["resourceVersion"] == "7"
    assert len(warnings(caplog)) == 1


def test_object_that_is_not_kept_is_passed_over() -> None:
    nameless = b'{"type": "ADDED", "object": {"metadata": {"name": 5, "resourceVersion": "6"}}}\n'
    watches = [Answer(nameless + event("ADDED", "a", "7"), then="hold")]
    with followed({PODS: [EMPTY], PODS + WATCH: watches}) as (one, _):
        assert [one.next() for _ in range(2)] == [("replace", []), ("put", "a")]


def test_watches_that_end_at_once_are_not_begun_without_a_pause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers = {PODS: [EMPTY], PODS + WATCH: [Answer()] * 3 + [HOLD]}
    with followed(answers) as (one, server):
        server.wait_asked(PODS + WATCH, 4)
    assert one.waits[:3] == [0.5, 1.0, 2.0]
    assert len(warnings(caplog)) == 1


def test_who_may_list_and_not_watch_gets_lists_and_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers = {PODS: [LIST], PODS + WATCH: [FORBIDDEN] * 10 + [HOLD]}
    with followed(answers) as (one, _):
        assert [one.next()[0] for _ in range(3)] == ["replace"] * 3
    assert len(warnings(caplog)) == 1


def test_delays_grow_to_a_minute() -> None:
    assert [delay_s(n, 1.0) for n in (1, 2, 3, 7, 8, 1000)] == [0.5, 1.0, 2.0, 32.0, 60.0, 60.0]
    assert delay_s(8, 0.0) == 30.0


def test_each_cause_is_told_once_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    complaints = Complaints("https://a")
    refused = KubernetesUnavailable("refused", cause="refused")
    forbidden = KubernetesUnavailable("forbidden", status=403)
    for who in ("pods", "services", "pods"):
        complaints.fail(who, refused)
    complaints.fail("pods", forbidden)
    complaints.fail("services", forbidden)
    assert len(warnings(caplog)) == 2
    # Nobody suffers from the first any more: if it comes back, that is news.
    complaints.fail("services", refused)
    assert len(warnings(caplog)) == 3
    caplog.set_level(logging.INFO)
    complaints.succeed("pods")
    assert "available again" not in caplog.text
    complaints.succeed("services")
    complaints.succeed("services")
    assert caplog.text.count("available again") == 1
