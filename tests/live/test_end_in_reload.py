# SPDX-License-Identifier: Apache-2.0
"""SIGTERM in the middle of a reload: falcomod ends soon, and as it always does.

FALCOMOD_ENDS is how often that is tried at a random moment (3).
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import pytest

from falcomod.app import control
from falcomod.errors import UserError
from tests.live.served import LIMIT_S, Opening, Served, served

ENDS = int(os.environ.get("FALCOMOD_ENDS", "3"))
END_LIMIT_S = 10.0
SLOW_RULES = 1500  # which take seconds to be compiled
RULE = """
- rule: slow {number}
  desc: another one
  condition: evt.type in (openat, connect, execve) and proc.name startswith "a{number}" and
    (fd.name contains "b{number}" or proc.cmdline contains "c{number}")
  output: slow %proc.name
  priority: NOTICE
"""


def end(found: Served) -> float:
    """How long its end takes; fails where that is not a good one."""
    began_s = time.monotonic()
    assert found.agent.stop() == 0, found.agent.said()
    took_s = time.monotonic() - began_s
    assert took_s < END_LIMIT_S, found.agent.said()
    out = [line.text for line in found.agent.out]
    assert "Events dropped: 0" in out
    assert not found.complaints(), found.agent.said()
    assert not [line.text for line in found.agent.log if "reload refused" in line.text]
    return took_s


def test_end_while_rules_are_compiled(capsys: pytest.CaptureFixture[str]) -> None:
    """Also whoever asked for the reload gets an answer."""
    with served() as (found, _), Opening(found.folder, found.prefix) as opening:
        rules = found.folder / "rules.yaml"
        text = rules.read_text() + "".join(RULE.format(number=n) for n in range(SLOW_RULES))
        rules.write_text(text)
        told: list[str] = []

        def ask() -> None:
            try:
                told.append(str(control.ask(found.socket, "POST", control.RELOAD, LIMIT_S)))
            except UserError as error:
                told.append(str(error))

        asking = threading.Thread(target=ask)
        asking.start()
        found.wait_until(
            lambda: any("reloading" in line.text for line in found.agent.log), "reload"
        )
        took_s = end(found)
        asking.join()
        opening.end()
    assert told == ["not reloaded: falcomod ends"]
    with capsys.disabled():
        print(f"\nended in {took_s:.1f} s while rules were compiled")


def test_end_at_a_random_moment_of_reloads(capsys: pytest.CaptureFixture[str]) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    took_s = []
    for _ in range(ENDS):
        with served() as (found, _), Opening(found.folder, found.prefix):
            end_s = time.monotonic() + chance.uniform(0.05, 0.5)
            while time.monotonic() < end_s:
                found.agent.process.send_signal(signal.SIGHUP)
                time.sleep(0.002)
            took_s.append(end(found))
    with capsys.disabled():
        print(f"\n{ENDS} ends in the middle of reloads: {max(took_s):.1f} s at the most")
