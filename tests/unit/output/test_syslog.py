# SPDX-License-Identifier: Apache-2.0
"""Alerts for a receiver of syslog messages that comes, goes and stays away."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.config.output_options import SyslogOutput
from falcomod.errors import UserError
from falcomod.output.sink import NeverThere, NotAllWritten
from falcomod.output.syslog import LATER_S, SyslogSink, spec
from falcomod.output.syslog_address import Address
from falcomod.output.syslog_message import FORMATS, Header
from tests.recorded_sink import alert, eventually


@pytest.fixture
def path() -> Iterator[Path]:
    """Of a socket; it has to be short."""
    with tempfile.TemporaryDirectory(prefix="log-", dir="/tmp") as folder:
        yield Path(folder) / "s"


def line(alert: Alert) -> str:
    return alert.output


def receiver(path: Path) -> socket.socket:
    """As a syslog daemon that was started: in the place of the one before."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(str(path))
    made.settimeout(10)
    return made


def sink(
    address: Address,
    form: str = "rfc3164",
    *,
    patience_s: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
) -> SyslogSink:
    header = Header(1, "falcomod", address.is_remote)
    return SyslogSink(address, header, FORMATS[form], line, patience_s=patience_s, clock=clock)


def received(receiver: socket.socket) -> str:
    return receiver.recv(9999).decode().rpartition(": ")[2]


def test_each_alert_is_a_message(path: Path) -> None:
    with receiver(path) as daemon:
        syslog = sink(Address("unix", str(path)))
        syslog.write([alert(0), alert(1)])
        assert daemon.recv(999).startswith(b"<13>Jan  1 ")
        assert received(daemon) == "alert 1"
        syslog.close()


def test_receiver_that_was_started_anew_gets_the_next(path: Path) -> None:
    syslog = sink(Address("unix", str(path)))
    for number in range(3):
        with receiver(path) as daemon:
            syslog.write([alert(number)])
            assert received(daemon) == f"alert {number}"
    syslog.close()


def test_receiver_that_is_away_for_a_moment_is_waited_for(path: Path) -> None:
    syslog = sink(Address("unix", str(path)), patience_s=10)
    with receiver(path) as daemon:
        syslog.write([alert(0)])
        assert received(daemon) == "alert 0"
    path.unlink()
    thread = threading.Thread(target=syslog.write, args=([alert(1)],))
    thread.start()
    time.sleep(0.05)
    with receiver(path) as daemon:
        assert received(daemon) == "alert 1"
    thread.join()
    syslog.close()


def test_receiver_that_stays_away_costs_alerts_and_no_time(path: Path) -> None:
    now_s = [0.0]
    syslog = sink(Address("unix", str(path)), patience_s=99, clock=lambda: now_s[0])
    began_s = time.monotonic()
    for _ in range(1000):  # it was never there, so there is no patience either
        with pytest.raises(NotAllWritten, match="No such file"):
            syslog.write([alert(0), alert(1)])
    assert time.monotonic() - began_s < 5
    with receiver(path) as daemon:
        now_s[0] = LATER_S
        syslog.write([alert(2)])
        assert received(daemon) == "alert 2"
    syslog.close()


def test_log_that_was_never_there_is_told_of_once(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("falcomod"), "propagate", True)
    now_s = [0.0]
    syslog = sink(Address("unix", str(path)), clock=lambda: now_s[0])
    for number in range(3):
        with pytest.raises(NeverThere):
            syslog.write([alert(number)])
    assert len(caplog.messages) == 1
    assert "this host has no syslog, no alert is written there until it has: " in caplog.text
    assert caplog.text.endswith(f"syslog_output.socket={path}\n")
    now_s[0] = LATER_S
    with receiver(path):
        syslog.write([alert(3)])
    path.unlink()
    with pytest.raises(NotAllWritten, match=r"Connection refused|No such file") as caught:
        syslog.write([alert(4)])  # it was there, so this is a loss
    assert not isinstance(caught.value, NeverThere)
    assert caught.value.filename == str(path)
    syslog.close()


def test_alert_that_failed_is_told_from_those_before(path: Path) -> None:
    class Cut(SyslogSink):
        """Its receiver goes away behind the second message."""

        def _send(self, message: bytes) -> None:
            super()._send(message)
            if message.endswith(b"1"):
                daemon.close()
                path.unlink()

    daemon = receiver(path)
    syslog = Cut(
        Address("unix", str(path)), Header(1, "f", is_remote=False), FORMATS["rfc3164"], line,
        patience_s=0,
    )  # fmt: skip
    with pytest.raises(NotAllWritten) as caught:
        syslog.write([alert(number) for number in range(4)])
    assert caught.value.written == 2
    syslog.close()


def test_stream_that_was_hung_up_is_connected_to_anew() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(10)
        syslog = sink(Address("tcp", "127.0.0.1", listener.getsockname()[1]), "rfc5424")
        for number in range(3):
            syslog.write([alert(number)])
            connection, _ = listener.accept()
            with connection:
                size, _, message = connection.recv(999).partition(b" ")
                assert int(size) == len(message)
                assert message.endswith(b"falcomod %d alert - alert %d" % (os.getpid(), number))
            assert eventually(lambda: syslog._socket is not None and syslog._socket.is_broken())
        syslog.reopen()
        syslog.close()


def test_wait_for_the_receiver_can_be_ended() -> None:
    syslog = sink(Address("tcp", "127.0.0.1", 9), patience_s=99)
    threading.Timer(0.05, syslog.interrupt).start()
    with pytest.raises(NotAllWritten, match="canceled"):
        syslog.write([alert(0)])
    syslog.close()


def test_spec_follows_the_options(path: Path) -> None:
    def wanted(**options: str) -> Config:
        return Config(syslog_output=SyslogOutput(enabled=True, **options))  # type: ignore[arg-type]

    assert spec(Config(), line) is None
    assert spec(wanted(), line) == spec(wanted(), line) != spec(wanted(ident="x"), line)
    made = spec(wanted(socket=str(path), facility="LOCAL0", ident="me", format="rfc5424"), line)
    assert made is not None
    with receiver(path) as daemon:
        opened = made.open()
        opened.write([alert(0)])
        assert daemon.recv(999).startswith(b"<133>1 1970-01-01T00:00:00.000000Z h me ")
        opened.close()
    for options, reason in (
        ({"facility": "local8"}, "syslog_output.facility: there is no 'local8'; there are kern"),
        ({"socket": "log"}, "syslog_output.socket"),
    ):
        made = spec(wanted(**options), line)
        assert made is not None
        with pytest.raises(UserError, match=reason):
            made.open()
