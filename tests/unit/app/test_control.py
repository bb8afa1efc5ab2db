# SPDX-License-Identifier: Apache-2.0
"""Both ends of the control socket, over a real one."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from falcomod.app import control
from falcomod.app.control import RELOAD, STATUS
from falcomod.config.service_options import Control
from falcomod.errors import DriverError, PermissionFault, UserError
from tests.http_talk import request, running, talk

PATH = "sock"
WAIT_S = 20.0


@pytest.fixture(autouse=True)
def short_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@contextmanager
def served(
    status: dict[str, Any] | Exception | None = None,
    reload: dict[str, Any] | Exception | None = None,
) -> Iterator[None]:
    def answer(value: dict[str, Any] | Exception | None) -> dict[str, Any]:
        if isinstance(value, Exception):
            raise value
        return value or {}

    routes = control.routes(status=lambda: answer(status), reload=lambda: answer(reload))
    with running(control.server(Control(socket=PATH), routes)):
        yield


@contextmanager
def saying(*pieces: bytes) -> Iterator[None]:
    """Who listens there and is no falcomod."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(PATH)
        listener.listen()

        def talk_back() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(65536)
                for piece in pieces:
                    client.sendall(piece)

        thread = threading.Thread(target=talk_back)
        thread.start()
        yield
        thread.join()


def test_status() -> None:
    with served(status={"events": 7, "rules": ["a"]}):
        assert control.ask(PATH, "GET", STATUS, WAIT_S) == {"events": 7, "rules": ["a"]}


def test_status_that_cannot_be_had_says_why() -> None:
    with (
        served(status=UserError("the engine does not answer")),
        pytest.raises(UserError, match=r"^the engine does not answer$"),
    ):
        control.ask(PATH, "GET", STATUS, WAIT_S)


def test_socket_is_its_owners_alone() -> None:
    with served():
        assert stat.S_IMODE(os.stat(PATH).st_mode) == 0o600
    assert not os.path.exists(PATH)


def test_reload() -> None:
    with served(reload={"rules": 3}):
        assert control.ask(PATH, "POST", RELOAD, WAIT_S) == {"rules": 3}


@pytest.mark.parametrize(
    "failure",
    [UserError("bad rules"), DriverError("bad rules"), {"error": "bad rules", "rules": 0}],
)
def test_reload_that_fails_says_why(failure: dict[str, Any] | Exception) -> None:
    with served(reload=failure), pytest.raises(UserError, match=r"^bad rules$"):
        control.ask(PATH, "POST", RELOAD, WAIT_S)


def test_what_fails_inside_is_an_error() -> None:
    with (
        served(status=RuntimeError("inside")),
        pytest.raises(UserError, match="falcomod failed inside"),
    ):
        control.ask(PATH, "GET", STATUS, WAIT_S)


def test_reload_is_no_get() -> None:
    with served():
        (answer,) = talk((PATH, 0), request(RELOAD))
        assert (answer.status, answer.headers["allow"]) == (405, "post")
        with pytest.raises(UserError, match="takes POST"):
            control.ask(PATH, "GET", RELOAD, WAIT_S)


def test_second_falcomod_is_refused() -> None:
    with served(), pytest.raises(UserError, match=r"^control: .*\(process \d+\).*control\.socket"):
        control.server(Control(socket=PATH), {}).start()


def test_nobody_listens() -> None:
    with pytest.raises(UserError, match="no falcomod listens at sock: is it running"):
        control.ask(PATH, "GET", STATUS, WAIT_S)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(PATH)
    with pytest.raises(UserError, match="no falcomod listens at sock"):
        control.ask(PATH, "GET", STATUS, WAIT_S)


def test_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: socket.socket, _path: str) -> None:
        raise PermissionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(PermissionFault, match="sock: not allowed to ask falcomod"):
        control.ask(PATH, "GET", STATUS, WAIT_S)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\x00 garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\n\r\nno JSON",
        b"HTTP/1.1 200 OK\r\n\r\n[1]",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    ],
)
def test_who_listens_is_no_falcomod(answer: bytes) -> None:
    with saying(answer), pytest.raises(UserError, match="sock: no answer of a falcomod"):
        control.ask(PATH, "GET", STATUS, WAIT_S)


def test_no_answer_in_time() -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(PATH)
        listener.listen()
        with pytest.raises(UserError, match=r"sock: no answer within 0\.05 s"):
            control.ask(PATH, "GET", STATUS, 0.05)
