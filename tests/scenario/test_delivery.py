# SPDX-License-Identifier: Apache-2.0
"""A receiver that is away while alerts are raised, and falcomod killed meanwhile: none is lost.

A process of its own raises numbered alerts through the outputs as falcomod does.  It is killed
with SIGKILL twice: while the receiver is away, and while what has waited is being sent; then it
is started again and goes on behind the last alert that was said to be safe.  FALCOMOD_OUTAGE_S=60
is the full outage, otherwise it is short.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from falcomod.alert.model import Alert, Priority
from falcomod.config.model import Config
from falcomod.config.output_options import HttpOutput, OutputsSpool
from falcomod.output.http import spec
from falcomod.output.outlet import Outlet
from tests.http_receiver import receiver

ALERTS = 10_000
OUTAGE_S = float(os.environ.get("FALCOMOD_OUTAGE_S", "2"))
WAIT_S = 120.0

RAISING = """
import json, sys, time
from falcomod.alert.model import Alert, Priority
from falcomod.config.model import Config
from falcomod.config.output_options import HttpOutput, OutputsSpool
from falcomod.output.http import spec
from falcomod.output.outlet import Outlet

first, last, url, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
config = Config(
    http_output=HttpOutput(enabled=True, url=url, keep_alive=True),
    outputs_spool=OutputsSpool(path=folder),
)
outlet = Outlet(capacity=0, timeout_ms=2000, on_dead=sys.exit)
outlet.configure([spec(config, lambda alert: json.dumps({"number": alert.time_ns}))])
for number in range(first, last):
    outlet.publish(Alert(time_ns=number, priority=Priority.ERROR, rule="rule", output=""))
    if number % 100 == 99:
        assert outlet.settle(60)
        print(number, flush=True)
        time.sleep(0.02)
sys.stdin.read()
outlet.close(20)
"""


class Raising:
    """The process, and how far it has come."""

    def __init__(self, url: str, folder: Path) -> None:
        self._arguments = [url, str(folder / "spool")]
        self.safe = -1  # the last alert of which it was said that it cannot be lost

    def start(self) -> None:
        command = [sys.executable, "-c", RAISING, str(self.safe + 1), str(ALERTS), *self._arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def wait_for(self, number: int) -> None:
        assert self._process.stdout is not None
        while self.safe < number:
            self.safe = int(self._process.stdout.readline())

    def kill(self) -> None:
        """In the middle of whatever it does."""
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGKILL)
        numbers = [int(line) for line in self._process.stdout if line.strip().isdigit()]
        self.safe = max([self.safe, *numbers])
        self._process.communicate()

    def end(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def __enter__(self) -> Raising:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.kill()
        self._process.communicate()


def test_receiver_away_and_falcomod_killed_lose_no_alert(tmp_path: Path) -> None:
    with receiver() as there, Raising(there.url, tmp_path) as raising:
        raising.start()
        there.wait_for(500)
        there.close()
        away_s = time.monotonic()
        raising.wait_for(4000)
        raising.kill()
        assert 4000 <= raising.safe < ALERTS - 1
        raising.start()
        raising.wait_for(6000)
        time.sleep(max(0.0, OUTAGE_S - (time.monotonic() - away_s)))
        before = len(there.requests)
        there.open()
        there.wait_for(before + 300, WAIT_S)
        raising.kill()
        assert len(set(there.bodies)) < ALERTS
        raising.start()
        end_s = time.monotonic() + WAIT_S
        while len(set(there.bodies)) < ALERTS and time.monotonic() < end_s:
            time.sleep(0.1)
        raising.end()
    numbers = [json.loads(body)["number"] for body in there.bodies]
    first_seen = list(dict.fromkeys(numbers))
    assert first_seen == list(range(ALERTS))
    # Again comes only what was not said to be safe, or was being sent, at one of the ends.
    assert len(numbers) - ALERTS < 300


def test_settings_that_change_while_alerts_are_raised_lose_and_swap_none(tmp_path: Path) -> None:
    count = 3000
    spool = OutputsSpool(path=str(tmp_path / "spool"), fsync="never")
    with receiver() as there, receiver() as elsewhere:
        outlet = Outlet(capacity=0, timeout_ms=60_000, on_dead=lambda: None)
        for number in range(count):
            if number % 300 == 0:
                # Another server, another way to hold connections: a new sink on the same spool.
                turn = number // 300
                options = HttpOutput(
                    enabled=True,
                    url=(there, elsewhere)[turn % 2].url,
                    keep_alive=turn % 3 > 0,
                    user_agent=str(turn),
                )
                config = Config(http_output=options, outputs_spool=spool)
                wanted = spec(config, lambda alert: json.dumps({"number": alert.time_ns}))
                assert wanted is not None
                outlet.configure([wanted])
            outlet.publish(Alert(time_ns=number, priority=Priority.ERROR, rule="r", output=""))
        end_s = time.monotonic() + WAIT_S
        while len(there.requests) + len(elsewhere.requests) < count and time.monotonic() < end_s:
            time.sleep(0.05)
        outlet.close(20)
    arrived = sorted([*there.requests, *elsewhere.requests], key=lambda each: each.arrived_ns)
    numbers = [json.loads(each.body)["number"] for each in arrived]
    assert list(dict.fromkeys(numbers)) == list(range(count))
    assert outlet.counters()["http"]["failed"] == 0
