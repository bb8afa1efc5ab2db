# SPDX-License-Identifier: Apache-2.0
"""Alerts as messages of syslog, for the system's log or for a receiver elsewhere.

A receiver that is away is tried again for a while, and alerts wait meanwhile; then they are
lost to this output until it is back, and counted.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.output.interrupt import Interrupt, Interrupted
from falcomod.output.sink import NeverThere, NotAllWritten
from falcomod.output.spec import Line, Spec, look
from falcomod.output.syslog_address import Address
from falcomod.output.syslog_message import FACILITIES, FORMATS, Format, Header, rfc5424
from falcomod.output.syslog_socket import SyslogSocket

log = logging.getLogger(__name__)

PATIENCE_S = 5.0  # that a receiver may be away, until alerts are lost: one that starts anew
RETRY_S = 0.2  # between two tries to reach it meanwhile
LATER_S = 1.0  # and from then on


def spec(config: Config, line: Line) -> Spec | None:
    """The output that `syslog_output` switches on."""
    options = config.syslog_output
    if not options.enabled:
        return None

    def open_sink() -> SyslogSink:
        address = Address.parse(options.socket)
        facility = FACILITIES.get(options.facility.lower())
        if facility is None:
            raise UserError(
                f"syslog_output.facility: there is no {options.facility!r}; there are "
                + ", ".join(FACILITIES)
            )
        header = Header(facility, options.ident, address.is_remote)
        return SyslogSink(address, header, FORMATS[options.format], line)

    return Spec(SyslogSink.name, (options, look(config)), open_sink)


class SyslogSink:
    """Sends messages that *form* makes of alerts and their lines to the receiver at *address*."""

    name = "syslog"

    def __init__(
        self,
        address: Address,
        header: Header,
        form: Format,
        line: Line,
        *,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._header = header
        self._form = form
        self._line = line
        self._patience_s = patience_s
        self._clock = clock
        self._interrupt = Interrupt()
        self._socket: SyslogSocket | None = None
        self._away_since_s: float | None = None
        self._tried_s = 0.0
        self._failure: tuple[int | None, str, str] | None = None  # until patience is had again
        # A host without a log is one: nobody need wait for what was never there.
        self._is_known = address.is_remote
        self._is_absent = False  # and that is told

    def write(self, alerts: Sequence[Alert]) -> None:
        for done, alert in enumerate(alerts):
            try:
                self._send(self._form(self._header, alert, self._line(alert)))
            except FileNotFoundError as error:
                if self._is_known:
                    raise NotAllWritten(done, error) from error
                self._tell_absent()
                raise NeverThere(done, error) from error
            except OSError as error:
                raise NotAllWritten(done, error) from error

    def _tell_absent(self) -> None:
        if not self._is_absent:
            self._is_absent = True
            log.warning(
                "this host has no syslog, no alert is written there until it has: "
                "syslog_output.socket=%s",
                self._address,
            )

    def reopen(self) -> None:
        self._hang_up()

    def interrupt(self) -> None:
        self._interrupt.set()

    def close(self) -> None:
        self._hang_up()
        self._interrupt.close()

    def _send(self, message: bytes) -> None:
        while True:
            if self._failure is not None and self._clock() - self._tried_s < LATER_S:
                raise OSError(*self._failure)
            try:
                self._connected().send(message)
            except Interrupted:
                raise
            except OSError as error:
                self._hang_up()
                self._failed(error)
            else:
                self._is_known = True
                self._away_since_s = self._failure = None
                return

    def _failed(self, error: OSError) -> None:
        """Returns when it is time for another try; raises *error* where patience is over."""
        now_s = self._clock()
        if self._away_since_s is None:
            self._away_since_s = now_s
            return  # at once: the receiver may only have been started anew
        patience_s = self._patience_s if self._is_known else 0.0
        if now_s - self._away_since_s >= patience_s:
            reason = error.strerror or str(error)
            self._tried_s, self._failure = now_s, (error.errno, reason, str(self._address))
            raise OSError(*self._failure) from error
        self._interrupt.wait(RETRY_S)

    def _connected(self) -> SyslogSocket:
        if self._socket is not None and self._socket.is_broken():
            self._hang_up()
        if self._socket is None:
            self._socket = SyslogSocket.connect(
                self._address, self._interrupt, is_counted=self._form is rfc5424
            )
        return self._socket

    def _hang_up(self) -> None:
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()
