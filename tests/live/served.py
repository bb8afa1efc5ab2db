# SPDX-License-Identifier: Apache-2.0
"""A falcomod on this host with all that it serves, and a program that makes its alerts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from falcomod.app import control
from tests.agent import Agent
from tests.http_receiver import Receiver, receiver
from tests.http_talk import CERTIFICATES, Address
from tests.load.build import build

RATE_HZ = 300
LIMIT_S = 60.0
LISTENING = re.compile(r"health webserver, listening on (\S+):(\d+)")
RULES = """
- rule: opened
  desc: a numbered file
  condition: evt.type = openat and evt.arg.name startswith {prefix}
  output: opened %evt.arg.name static=%static.number
  priority: NOTICE
- rule: made
  desc: an audit event
  condition: ka.verb = create
  output: made %ka.target.name
  priority: NOTICE
  source: k8s_audit
"""


class Served:
    """Its configuration is *settings*, which reload() writes and has taken."""

    def __init__(
        self, folder: Path, url: str, command: Sequence[str], settings: Mapping[str, object]
    ) -> None:
        self.folder = folder
        self.prefix = f"{folder}/opened-"
        self.socket = f"{folder}/c.sock"
        (folder / "rules.yaml").write_text(RULES.format(prefix=self.prefix))
        self.settings: dict[str, Any] = {
            "rules_cache_dir": "",
            "json_output": True,
            "static_fields": {"number": "0"},
            "http_output": {"enabled": True, "url": url, "keep_alive": True},
            "grpc": {"enabled": True, "bind_address": f"unix://{folder}/g.sock"},
            "grpc_output": {"enabled": True},
            "outputs_spool": {"path": str(folder / "spool")},
            "webserver": {
                "listen_address": "127.0.0.1", "listen_port": 0, "ssl_enabled": True,
                "ssl_certificate": str(CERTIFICATES / "first.pem"),
                "prometheus_metrics_enabled": True,
            },
            "control": {"socket": self.socket},
            "metrics": {"enabled": True, "interval": "200ms"},
            "watch_config_files": False,
        }  # fmt: skip
        self.settings |= settings
        self._write()
        options = ("-c", str(folder / "falcomod.yaml"), "-r", str(folder / "rules.yaml"))
        self.agent = Agent(*options, is_alone=True, command=command)

    @property
    def address(self) -> Address:
        """Of its web server, which speaks TLS."""
        (match,) = filter(None, (LISTENING.search(line.text) for line in self.agent.log))
        return match.group(1), int(match.group(2))

    def reload(self, **settings: object) -> dict[str, Any]:
        """With these settings of the top level changed."""
        self.settings |= settings
        self._write()
        return control.ask(self.socket, "POST", control.RELOAD, LIMIT_S)

    def status(self) -> dict[str, Any]:
        return control.ask(self.socket, "GET", control.STATUS, LIMIT_S)

    def count_of(self, what: str) -> int:
        """Its descriptors ("fd") or threads ("task")."""
        return len(os.listdir(f"/proc/{self.agent.process.pid}/{what}"))

    def wait_until(self, done: Callable[[], bool], what: str) -> None:
        self.agent.wait_until(done, LIMIT_S, what)

    def opened(self) -> list[str]:
        """The files that alerts are about."""
        told = [alert for alert in self.agent.alerts() if alert["rule"] == "opened"]
        return [alert["output_fields"]["evt.arg.name"] for alert in told]

    def complaints(self) -> list[str]:
        """Lines of the log that no run may have."""
        words = ("Traceback", "failed inside", "Logging error", "Error:")
        return [line.text for line in self.agent.log if any(word in line.text for word in words)]

    def _write(self) -> None:
        (self.folder / "falcomod.yaml").write_text(json.dumps(self.settings))


@contextmanager
def served(*command: str, **settings: object) -> Iterator[tuple[Served, Receiver]]:
    """falcomod, or another *command* in its place; *settings* are others of the top level."""
    with ExitStack() as running:
        # Paths of unix sockets are short.
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="fm")))
        there = running.enter_context(receiver())
        found = Served(folder, there.url, command, settings)
        with found.agent:
            found.agent.wait_until_ready()
            yield found, there


class Opening:
    """A program that opens numbered files all the time; *count* is known when it has ended."""

    def __init__(self, folder: Path, prefix: str, rate_hz: int = RATE_HZ) -> None:
        (folder / "held").write_text("x")
        command = [str(build("numbered", folder)), prefix, str(folder / "held"), str(rate_hz)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.count = 0

    def __enter__(self) -> Opening:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._process.kill()

    def end(self) -> int:
        self.count = int(self._process.communicate(input="")[0])
        return self.count


def poll(done: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
    """Returns when it holds."""
    end_s = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < end_s, f"no {what} within {limit_s:g} s"
        time.sleep(0.02)
