# SPDX-License-Identifier: Apache-2.0
"""A falco.yaml with every output switched on, on this host: each gets the same, over reloads.

The receivers are real: a file, a program, a socket of syslog, a web server, a client of gRPC.
The reload in the middle comes of a file that is put into config.d, as Falco's users do.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from falcomod.client import Client, ClientError
from tests.agent import Agent
from tests.http_receiver import Receiver, receiver

LIMIT_S = 30.0
RULES = """
- rule: opened
  desc: a numbered file
  condition: evt.type = openat and evt.arg.name startswith {prefix}
  output: opened %evt.arg.name by %proc.name at %static.site
  priority: WARNING
  tags: [maturity_stable, filesystem]
"""


class Everything:
    """falcomod with its receivers; each is asked for the lines that it has got."""

    def __init__(self, folder: Path, web: Receiver) -> None:
        self.folder = folder
        self.prefix = f"{folder}/opened-"
        self.opened = 0
        self.web = web
        self.rules = folder / "rules.yaml"
        self.rules.write_text(RULES.format(prefix=self.prefix))
        (folder / "config.d").mkdir()
        self.log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.log.bind(str(folder / "log"))
        self.messages: list[str] = []
        self.streamed: list[str] = []
        (folder / "falco.yaml").write_text(yaml.safe_dump(self.settings()))
        self.agent = Agent(
            "-c", str(folder / "falco.yaml"), "-r", str(self.rules), is_alone=True
        )  # fmt: skip
        self._client = Client(f"unix://{folder}/g.sock")
        self._threads = [
            threading.Thread(target=self._take_messages, name="syslog"),
            threading.Thread(target=self._take_streamed, name="grpc"),
        ]

    def settings(self) -> dict[str, Any]:
        """Keys of Falco, but for where things are."""
        return {
            "config_files": [str(self.folder / "config.d")],
            "watch_config_files": True,
            "json_output": True,
            "json_include_output_property": True,
            "json_include_message_property": True,
            "json_include_tags_property": True,
            "append_output": [{"suggested_output": True}],
            "static_fields": {"site": "here"},
            "stdout_output": {"enabled": True},
            "syslog_output": {"enabled": True, "socket": str(self.folder / "log")},
            "file_output": {
                "enabled": True, "keep_alive": True, "filename": str(self.folder / "events.txt"),
            },
            "program_output": {
                "enabled": True, "keep_alive": True, "program": f"cat >> {self.folder}/program.txt",
            },
            "http_output": {"enabled": True, "url": self.web.url},
            "grpc": {"enabled": True, "bind_address": f"unix://{self.folder}/g.sock"},
            "grpc_output": {"enabled": True},
            "outputs_spool": {"path": str(self.folder / "spool")},
            "webserver": {"listen_address": "127.0.0.1", "listen_port": 0},
            "control": {"socket": str(self.folder / "c.sock")},
            "rules_cache_dir": "",
            "log_syslog": False,
        }  # fmt: skip

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        self.agent.wait_until_ready()

    def stop(self) -> None:
        assert self.agent.stop() == 0
        self._client.close()
        self.log.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(LIMIT_S)

    def close(self) -> None:
        """Ends what is left after a failure, too."""
        self.agent.kill()
        with contextlib.suppress(OSError):
            self.log.shutdown(socket.SHUT_RDWR)
        self._client.close()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(LIMIT_S)
        self.log.close()

    def open_files(self, count: int) -> None:
        """Makes so many alerts, and waits until every receiver has them."""
        for _ in range(count):
            with contextlib.suppress(FileNotFoundError):
                open(f"{self.prefix}{self.opened}").close()
            self.opened += 1
        for name in self.receivers():
            self.wait_for(
                lambda name=name: len(self.numbered(name)) == self.opened,
                f"{self.opened} alerts at {name}",
            )

    def receivers(self) -> dict[str, list[str]]:
        """Lines by receiver."""
        files = ("events.txt", "events.txt.1", "other.txt")
        return {
            "stdout": [line.text for line in list(self.agent.out) if line.text.startswith("{")],
            "file": [line for name in reversed(files) for line in self._lines(name)],
            "program": self._lines("program.txt"),
            "syslog": list(self.messages),
            "http": [body.decode() for body in self.web.bodies],
            "grpc": list(self.streamed),
        }

    def numbered(self, name: str) -> list[dict[str, Any]]:
        alerts = [json.loads(line) for line in self.receivers()[name]]
        return [alert for alert in alerts if alert["rule"] == "opened"]

    def wait_for(self, done: Callable[[], bool], what: str) -> None:
        end_s = time.monotonic() + LIMIT_S
        while not done():
            assert time.monotonic() < end_s, f"no {what}: {self.agent.said()}"
            time.sleep(0.02)

    def wait_for_log(self, text: str, times: int = 1) -> str:
        """The line of falcomod's log with the text."""

        def found() -> list[str]:
            return [line.text for line in list(self.agent.log) if text in line.text]

        self.wait_for(lambda: len(found()) >= times, f"'{text}' in the log")
        return found()[times - 1]

    def _lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def _take_messages(self) -> None:
        while data := self.log.recv(1 << 16):
            _, _, line = data.decode().partition(": ")
            self.messages.append(line)

    def _take_streamed(self) -> None:
        with contextlib.suppress(ClientError):
            for alert in self._client.alerts(reconnect=True):
                self.streamed.append(alert.output)


@pytest.fixture
def everything() -> Iterator[Everything]:
    with (
        tempfile.TemporaryDirectory(prefix="all-", dir="/tmp") as folder,
        receiver() as web,
    ):
        made = Everything(Path(folder), web)
        try:
            made.start()
            yield made
        finally:
            made.close()


def test_each_output_gets_the_same_over_a_reload(everything: Everything) -> None:
    everything.open_files(20)
    more = everything.folder / "config.d" / "10-site.yaml"
    other = str(everything.folder / "other.txt")
    more.write_text(
        yaml.safe_dump(
            {
                "static_fields": {"site": "there"},
                "file_output": {"enabled": True, "filename": other},
            }
        )
    )
    everything.wait_for_log("reload succeeded")
    everything.open_files(20)
    (everything.folder / "config.d" / "20-bad.yaml").write_text("json_output: perhaps\n")
    assert "20-bad.yaml:1:14: json_output must be true or false" in everything.wait_for_log(
        "reload refused"
    )
    everything.open_files(20)
    everything.stop()
    found = everything.receivers()
    told = found.pop("stdout")
    assert len(told) == 64
    # What comes when the server has ended is for clients of the next run.
    assert found.pop("grpc") == told[:-1]
    assert [name for name, lines in found.items() if lines != told and name != "file"] == []
    assert sorted(found["file"]) == sorted(told)
    sites = [alert["output_fields"]["static.site"] for alert in everything.numbered("stdout")]
    assert sites == ["here"] * 20 + ["there"] * 40
    rules = [json.loads(line)["rule"] for line in told]
    assert [rule for rule in rules if rule != "opened"] == [
        "Falco internal: start",
        "Falco internal: reload",
        "Falco internal: hot restart failure",
        "Falco internal: stop",
    ]


def test_an_alert_looks_as_falco_writes_it(everything: Everything) -> None:
    everything.open_files(1)
    (line,) = [text for text in everything.receivers()["http"] if '"rule":"opened"' in text]
    alert = json.loads(line)
    assert list(alert) == sorted(alert)
    assert line == json.dumps(alert, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert list(alert) == [
        "hostname", "message", "output", "output_fields", "priority", "rule", "source", "tags",
        "time",
    ]  # fmt: skip
    name = f"{everything.prefix}0"
    assert alert["message"].startswith(f"opened {name} by ")
    clock, _, said = alert["output"].partition(": ")
    assert said == f"Warning {alert['message']}"
    assert len(clock) == len("hh:mm:ss.nnnnnnnnn")
    assert clock[-10:] + "Z" == alert["time"][-11:]
    fields = alert["output_fields"]
    assert fields["evt.time"] % 10**9 == int(clock[-9:])
    assert fields["evt.arg.name"] == name
    # suggested_output, each once.
    assert alert["message"].count("container_id=") == 1
    assert fields["container.id"] == "host"
    assert fields["k8s.pod.name"] is None
    assert alert["tags"] == ["filesystem", "maturity_stable"]
    assert (alert["priority"], alert["source"]) == ("Warning", "syscall")
    request = next(each for each in everything.web.requests if each.body == line.encode())
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "falcosecurity/falco"


def test_files_that_were_moved_are_left_at_the_signal(everything: Everything) -> None:
    everything.open_files(5)
    path = everything.folder / "events.txt"
    os.rename(path, f"{path}.1")
    everything.agent.process.send_signal(signal.SIGUSR1)
    everything.wait_for_log("SIGUSR1 received, reopening outputs")
    everything.open_files(5)
    assert len(path.read_text().splitlines()) == 5
