# SPDX-License-Identifier: Apache-2.0
"""Handlers that fail, hang and hold up, behind a real server."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from falcomod.app.http import handlers as http_handlers
from falcomod.app.http.message import Limits, Request, Response
from tests.http_talk import (
    ROUTES,
    Held,
    answers,
    ask,
    connected,
    request,
    served,
    talk,
    to_end,
)


def no_thread(_thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_handler_that_fails_is_told_of_and_answered(caplog: pytest.LogCaptureFixture) -> None:
    def fails(asked: Request) -> Response:
        raise RuntimeError("inside")

    with served(routes={**ROUTES, "/bad": {"GET": fails}}) as server:
        found = talk(server.address, request("/bad") + request("/", Connection="close"))
        assert [answer.status for answer in found] == [500, 200]
    assert "web-test: GET /bad failed: RuntimeError: inside" in caplog.text


def test_handlers_that_hang_are_answered_for(held: Held) -> None:
    routes = {**ROUTES, "/held": {"POST": held}}
    with served(routes=routes, limits=Limits(handler_s=0.5)) as server:
        for _ in range(http_handlers.BODY_THREADS + 1):
            (answer,) = talk(server.address, request("/held", method="POST", body=b"x"))
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert ask(server.address, "/").status == 200
        assert server.counters()["handlers_late"] == http_handlers.BODY_THREADS + 1
        held.released.set()


def test_threads_are_there_before_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as server, monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        for _ in range(2 * http_handlers.THREADS):
            assert ask(server.address, "/").status == 200


def test_no_thread_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also to more requests with a body than may be handled at once."""
    monkeypatch.setattr(http_handlers.Handlers, "_start_threads", lambda _self: None)
    with served() as server:
        data = request("/", method="POST", body=b"x", Connection="close")
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", no_thread)
            for _ in range(2 * http_handlers.BODY_THREADS):
                assert talk(server.address, data)[0].status == 503
        assert talk(server.address, data)[0].status == 200


def test_server_starts_with_the_threads_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    start, started = threading.Thread.start, []

    def limited(thread: threading.Thread) -> None:
        if "handler" in thread.name:
            started.append(thread)
            if len(started) > 1:
                no_thread(thread)
        start(thread)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", limited)
        with served() as server:
            assert ask(server.address, "/").status == 200


def test_requests_with_a_body_leave_threads_to_others(held: Held) -> None:
    with served(routes={**ROUTES, "/held": {"POST": held}}) as server, ExitStack() as clients:
        posting = []
        for _ in range(2 * http_handlers.THREADS):
            client = clients.enter_context(connected(server.address))
            client.sendall(request("/held", method="POST", body=b"x", Connection="close"))
            posting.append(client)
        for _ in range(http_handlers.BODY_THREADS):
            held.wait_entered()
        assert ask(server.address, "/").status == 200
        held.released.set()
        for client in posting:
            assert answers(to_end(client))[0].body == b"POST /held? 1"
