# SPDX-License-Identifier: Apache-2.0
"""`falcomod start` as its user runs it, and the alerts it prints."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "rules" / "falcomod_rules.yaml"
READY = "falcomod initialized:"
START_LIMIT_S = 120  # software emulation is slow
ALERT_LIMIT_S = 30
QUIET = [
    "-o", "webserver.enabled=false", "-o", "control.enabled=false",
    "-o", "watch_config_files=false",
]  # fmt: skip


class Line(NamedTuple):
    arrived_ns: int  # wall clock
    text: str


class Agent:
    """A running falcomod, ended with the context at the latest.

    Lines are collected as they come, by a thread per stream. The driver is the one that
    FALCOMOD_DRIVER names.  Nothing is served and no file is watched, so that several may
    run at once, unless the options say so or *is_alone*.  *command* is another falcomod.
    """

    def __init__(self, *options: str, is_alone: bool = False, command: Sequence[str] = ()) -> None:
        quiet = [] if is_alone else QUIET
        command = [*(command or program()), "start", "-r", str(RULES), *_driver(), *quiet, *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.out: list[Line] = []
        self.log: list[Line] = []
        self._news = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.log))
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _read(self, stream: Any, lines: list[Line]) -> None:
        for text in stream:
            with self._news:
                lines.append(Line(time.time_ns(), text.rstrip("\n")))
                self._news.notify_all()

    def wait_until(self, done: Callable[[], bool], limit_s: float, what: str) -> None:
        with self._news:
            if not self._news.wait_for(done, limit_s):
                raise AssertionError(f"no {what} within {limit_s} s; {self.said()}")

    def wait_until_ready(self) -> None:
        self.wait_until(
            lambda: any(READY in line.text for line in self.log) or self.process.poll() is not None,
            START_LIMIT_S,
            f"'{READY}'",
        )
        assert self.process.poll() is None, self.said()

    def told(self) -> list[Line]:
        """The lines of alerts of rules, so far; JSON."""
        return [line for line in self.out if self._source(line) not in ("", "internal")]

    def alerts(self) -> list[dict[str, Any]]:
        """Those of rules, so far."""
        return [alert for alert in self._lines() if alert["source"] != "internal"]

    def messages(self) -> list[dict[str, Any]]:
        """What falcomod said of itself where alerts go."""
        return [alert for alert in self._lines() if alert["source"] == "internal"]

    def _lines(self) -> list[dict[str, Any]]:
        return [json.loads(line.text) for line in self.out if line.text.startswith("{")]

    @staticmethod
    def _source(line: Line) -> str:
        """Of the events of an alert; "" where the line is none."""
        return str(json.loads(line.text)["source"]) if line.text.startswith("{") else ""

    def expect_alert(self, rule: str, **fields: object) -> dict[str, Any]:
        """Waits for an alert of the rule with these output fields (dots as underscores)."""
        wanted = {name.replace("_", "."): value for name, value in fields.items()}

        def matching() -> list[dict[str, Any]]:
            return [
                alert
                for alert in self.alerts()
                if alert["rule"] == rule and wanted.items() <= alert["output_fields"].items()
            ]

        self.wait_until(lambda: bool(matching()), ALERT_LIMIT_S, f"alert '{rule}' with {wanted}")
        return matching()[0]

    def said(self) -> str:
        lines = [line.text for line in (*self.log, *self.out)]
        return "it said:\n" + "\n".join(lines[-60:])

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal; the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(60)
        for reader in self._readers:
            reader.join(10)
        return status

    def kill(self) -> None:
        """Ends it if it still runs, and lets go of its output."""
        with self.process:  # closes the streams
            self.process.kill()
            for reader in self._readers:
                reader.join(10)


def event_time_ns(text: str) -> int:
    """The time of an alert: ISO 8601 with nanoseconds."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()
    return int(seconds) * 10**9 + int(fraction)


def program() -> list[str]:
    """The command `falcomod`, installed or out of the source tree."""
    installed = Path(sys.executable).with_name("falcomod")
    if installed.exists():
        return [str(installed)]
    return [sys.executable, "-c", "from falcomod.cli import main; main()"]


def _driver() -> list[str]:
    """Options for the driver that the tier is about; without any, falcomod chooses."""
    name = os.environ.get("FALCOMOD_DRIVER")
    return ["--driver", name] if name else []
