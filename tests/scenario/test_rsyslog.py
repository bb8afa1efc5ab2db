# SPDX-License-Identifier: Apache-2.0
"""Alerts through Debian's rsyslogd: what it understands of them, over each way there is."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from falcomod.alert.format import json_line
from falcomod.alert.model import Priority
from falcomod.config.model import Config
from falcomod.config.output_options import SyslogOutput
from falcomod.output.syslog import spec
from tests.recorded_sink import alert, eventually

RSYSLOGD = shutil.which("rsyslogd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = pytest.mark.skipif(RSYSLOGD is None, reason="rsyslogd is not installed (rsyslog)")

# What it found in a message, one line each.
CONFIG = r"""
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
module(load="imtcp")
input(type="imuxsock" Socket="{folder}/log" CreatePath="off")
input(type="imuxsock" Socket="{folder}/log5424" CreatePath="off" UseSpecialParser="off"
  ParseHostname="on")
input(type="imudp" Address="127.0.0.1" Port="{udp}")
input(type="imtcp" Address="127.0.0.1" Port="{tcp}")
template(name="found" type="string"
  string="%syslogfacility-text%|%syslogseverity-text%|%app-name%|%msgid%|%hostname%|%msg%\n")
action(type="omfile" file="{folder}/found" template="found")
"""

# On a local socket, rsyslog looks for what syslog(3) writes unless it is told not to.
# Of RFC 3164, it takes the blank behind the tag as part of the message.
WAYS = {
    "local rfc3164": ("{folder}/log", "rfc3164", "-", " "),
    "local rfc5424": ("{folder}/log5424", "rfc5424", "alert", ""),
    "udp rfc3164": ("udp://127.0.0.1:{udp}", "rfc3164", "-", " "),
    "udp rfc5424": ("udp://127.0.0.1:{udp}", "rfc5424", "alert", ""),
    "tcp rfc3164": ("tcp://127.0.0.1:{tcp}", "rfc3164", "-", " "),
    "tcp rfc5424": ("tcp://127.0.0.1:{tcp}", "rfc5424", "alert", ""),
}


@dataclass
class Daemon:
    """rsyslogd with files of its own."""

    folder: Path
    ports: dict[str, int]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        names = {"folder": self.folder, **self.ports}
        (self.folder / "conf").write_text(CONFIG.format(**names))
        command = [str(RSYSLOGD), "-n", "-f", f"{self.folder}/conf", "-i", f"{self.folder}/pid"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        assert eventually((self.folder / "log").exists)
        assert eventually(self._answers)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    @property
    def found(self) -> list[str]:
        path = self.folder / "found"
        return path.read_text().splitlines() if path.exists() else []

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.ports["tcp"])) == 0


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with tempfile.TemporaryDirectory(prefix="log-", dir="/tmp") as folder:
        made = Daemon(Path(folder), {"udp": free(socket.SOCK_DGRAM), "tcp": free()})
        made.start()
        yield made
        made.stop()


def free(kind: int = socket.SOCK_STREAM) -> int:
    """A port that nobody listens on."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("way", WAYS)
def test_alerts_are_understood(daemon: Daemon, way: str) -> None:
    address, form, msgid, blank = WAYS[way]
    address = address.format(folder=daemon.folder, **daemon.ports)
    options = SyslogOutput(enabled=True, socket=address, format=form, facility="local3")
    wanted = spec(Config(syslog_output=options, json_output=True), json_line)
    assert wanted is not None
    sink = wanted.open()
    alerts = [
        alert(number, priority=priority, output="t\u00e4xt \u2603", hostname="node1")
        for number, priority in enumerate(Priority)
    ]
    sink.write(alerts)
    assert eventually(lambda: len(daemon.found) == len(alerts))
    sink.close()
    names = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
    host = socket.gethostname() if way == "local rfc3164" else "node1"
    assert sorted(daemon.found) == sorted(
        f"local3|{name}|falcomod|{msgid}|{host}|{blank}{json_line(one)}"
        for name, one in zip(names, alerts, strict=True)
    )


@pytest.mark.parametrize("way", ["local rfc3164", "tcp rfc5424"])
def test_daemon_that_is_started_anew_costs_nothing(daemon: Daemon, way: str) -> None:
    address, form, _, _ = WAYS[way]
    address = address.format(folder=daemon.folder, **daemon.ports)
    wanted = spec(
        Config(syslog_output=SyslogOutput(enabled=True, socket=address, format=form)), json_line
    )
    assert wanted is not None
    sink = wanted.open()
    sink.write([alert(0)])
    assert eventually(lambda: len(daemon.found) == 1)
    daemon.stop()
    daemon.start()
    sink.write([alert(1), alert(2)])
    assert eventually(lambda: len(daemon.found) == 3)
    sink.close()
