# SPDX-License-Identifier: Apache-2.0
"""The control socket: how the command line asks a running falcomod, both ends of it.

HTTP over a Unix socket that its owner alone may open: curl can ask, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from falcomod.app.http.listener import Unix
from falcomod.app.http.message import Limits, Request, Response, Routes, json_response
from falcomod.app.http.server import HttpServer
from falcomod.config.service_options import Control
from falcomod.errors import FalcomodError, PermissionFault, UserError

STATUS = "/status"
RELOAD = "/reload"
SOCKET_MODE = 0o600
ANSWER_BYTES_MAX = 64 << 20
# Compiling rules takes seconds, on a busy host many.
LIMITS = Limits(connections=32, body_bytes=4096, bodies_bytes=65536, handler_s=300)
REMEDY = (
    "choose another path with control.socket, end the other process, or switch it off with "
    "control.enabled: false"
)


class NobodyListens(UserError):
    """There is no such socket, or the process that made it is gone."""


def server(options: Control, routes: Routes) -> HttpServer:
    """The server of these options, not started."""
    listen = Unix(options.socket, SOCKET_MODE)
    return HttpServer("control", routes, listen=listen, limits=LIMITS, remedy=REMEDY)


def routes(*, status: Callable[[], dict[str, Any]], reload: Callable[[], dict[str, Any]]) -> Routes:
    """GET /status and POST /reload.

    What *reload* raises on purpose, or returns under "error", is answered with 409; what
    *status* does, with 503.
    """

    def answered(_request: Request) -> Response:
        try:
            return json_response(status())
        except FalcomodError as error:
            return json_response({"error": str(error)}, 503)

    def reloaded(_request: Request) -> Response:
        try:
            answer = reload()
        except FalcomodError as error:
            answer = {"error": str(error)}
        return json_response(answer, 409 if answer.get("error") else 200)

    return {STATUS: {"GET": answered}, RELOAD: {"POST": reloaded}}


def ask(path: str, method: str, target: str, timeout_s: float) -> dict[str, Any]:
    """What the falcomod with the control socket *path* answers.

    Raises UserError where none listens there, where it does not answer in time and where
    it answers with an error; PermissionFault where the socket may not be opened.
    """
    # Late, as it loads half the library's mail.
    import http.client
    import socket

    connection = http.client.HTTPConnection("localhost", timeout=timeout_s)
    try:
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(timeout_s)
        connection.sock.connect(path)
        connection.request(method, target)
        response = connection.getresponse()
        body = response.read(ANSWER_BYTES_MAX)
    except PermissionError:
        raise PermissionFault(
            f"{path}: not allowed to ask falcomod: do it as the user it runs as, mostly root"
        ) from None
    except (FileNotFoundError, ConnectionRefusedError):
        raise NobodyListens(
            f"no falcomod listens at {path}: is it running, and is control.socket the same there?"
        ) from None
    except TimeoutError:
        raise UserError(f"{path}: no answer within {timeout_s:g} s") from None
    except (OSError, http.client.HTTPException) as error:
        raise UserError(
            f"{path}: no answer of a falcomod: {error or type(error).__name__}"
        ) from None
    finally:
        connection.close()
    return _read(path, response.status, body)


def _read(path: str, status: int, body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise UserError(f"{path}: no answer of a falcomod: status {status}, no JSON object")
    if status >= 400:
        raise UserError(str(answer.get("error") or f"{path}: status {status}"))
    return answer
