# SPDX-License-Identifier: Apache-2.0
"""Alerts posted to a server, such as falcosidekick: a request for each, oldest first.

Falco loses an alert that it cannot post; here it waits in a spool (output.delivery).  An
answer of 2xx says that the alert has arrived.  What the server, its setup or ours is to blame
for is tried again; what is about the alert itself (400, 413, 422, …) is passed over.
"""

from __future__ import annotations

import gzip
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from falcomod.config.model import Config
from falcomod.config.output_options import HttpOutput
from falcomod.errors import UserError
from falcomod.output.delivery import Delivery, Refused, SendFault
from falcomod.output.http_address import Address, read_address
from falcomod.output.spec import Line, Spec, look
from falcomod.output.spool import open_spool

if TYPE_CHECKING:
    from falcomod.output.http_connection import Answer

log = logging.getLogger(__name__)

NAME = "http"
REDIRECTS_MAX = 3
REDIRECTS = {301, 302, 307, 308}  # that may be followed with the same request

# 4xx that are not about the alert: the setup, or the moment.
FOR_NOW = {401, 404, 407, 408, 421, 425, 429}

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
OURS = {"content-length", "transfer-encoding", "content-encoding", "connection"}
NO_VALUE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")  # RFC 9110, 5.5
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # but tabs and line ends


class Poster:
    """Posts alerts by the options; raises UserError where these cannot be carried out.

    For one thread, but for abort(), which may be called from any.
    """

    def __init__(self, options: HttpOutput) -> None:
        from falcomod.output.http_certificates import Certificates
        from falcomod.output.http_connection import Connection, Timeout

        self._options = options
        self._address = read_address(options.url, "http_output.url")
        self._headers = _headers(options, self._address)
        self._timeout = Timeout
        self._connection = Connection(
            self._address,
            lambda kind: Certificates(options, kind),
            options.timeout_ms / 1000,
            keep_alive=options.keep_alive,
        )
        self._headers |= self._connection.proxy_headers()
        self._is_aborted = False

    def post(self, bodies: Sequence[bytes]) -> int:
        """Posts the first; 1 when it has arrived."""
        tries = 0
        while True:
            try:
                self._post(bodies[0])
                return 1
            except self._timeout:
                tries += 1
                if tries > self._options.max_consecutive_timeouts or self._is_aborted:
                    raise

    def abort(self) -> None:
        self._is_aborted = True
        self._connection.abort()

    def hang_up(self) -> None:
        self._connection.close()

    def _post(self, body: bytes) -> None:
        # As Falco does: an alert as JSON is an object.
        kind = "application/json" if body.startswith(b"{") else "text/plain"
        headers = {"Content-Type": kind} | self._headers
        if self._options.compress_uploads:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        address = self._address
        for _ in range(REDIRECTS_MAX + 1):
            answer = self._connection.post(address.target, body, headers)
            if answer.status not in REDIRECTS:
                return self._judge(answer)
            there = address.moved(answer.headers.get("Location", ""))
            if there is None:
                raise SendFault(f"{_said(answer)}: to another place, which is not followed")
            address = there
        raise SendFault("redirected in a circle")

    def _judge(self, answer: Answer) -> None:
        if self._options.echo and answer.body:
            _echo(answer.body)
        if 200 <= answer.status < 300:
            return
        if 400 <= answer.status < 500 and answer.status not in FOR_NOW:
            raise Refused(_said(answer))
        raise SendFault(_said(answer), _asked_pause_s(answer.headers))


def spec(config: Config, line: Line) -> Spec | None:
    """The output, where it is wanted."""
    options = config.http_output
    if not options.enabled:
        return None
    settings = (options, config.outputs_spool, look(config))
    return Spec(NAME, settings, lambda: _opened(config, line))


def _opened(config: Config, line: Line) -> Delivery:
    poster = Poster(config.http_output)
    return Delivery(
        NAME,
        open_spool(config.outputs_spool, NAME),
        lambda alert: line(alert).encode(errors="replace"),
        poster.post,
        abort=poster.abort,
        hang_up=poster.hang_up,
    )


def _headers(options: HttpOutput, address: Address) -> dict[str, str]:
    """Of each request but those of its body; what the configuration names comes last."""
    headers = {"User-Agent": options.user_agent, "Accept-Encoding": "identity"}
    if not options.keep_alive:
        headers["Connection"] = "close"
    if address.user:
        headers["Authorization"] = address.user
    names = {name.lower(): name for name in (*headers, "Content-Type")}
    for name, value in options.headers.items():
        if not TOKEN.fullmatch(name) or name.lower() in OURS:
            raise UserError(
                f"http_output.headers: {name!r} cannot be set; names are letters, digits and -, "
                "and what says how the body is sent is falcomod's own"
            )
        headers[names.get(name.lower(), name)] = value
    for name, value in headers.items():
        if NO_VALUE.search(value):
            raise UserError(f"http_output: {name}: its value has characters that HTTP has not")
    return headers


def _said(answer: Answer) -> str:
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = ""
    return f"answered {answer.status} {phrase}".rstrip()


def _asked_pause_s(headers: Mapping[str, str], clock: Callable[[], float] = time.time) -> float:
    """Of Retry-After: seconds or a date (RFC 9110, 10.2.3); 0 where it says neither."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - clock())
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _echo(body: bytes) -> None:
    """On standard output, without what would command a terminal."""
    text = CONTROL.sub("", body.decode(errors="replace"))
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()
