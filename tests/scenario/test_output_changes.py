# SPDX-License-Identifier: Apache-2.0
"""Real outputs that change all the time, as by reloads, while alerts come in."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.config.output_options import FileOutput, ProgramOutput, StdoutOutput
from falcomod.output.outlet import Outlet
from falcomod.output.spec import Spec
from falcomod.output.table import specs
from tests.recorded_sink import WAIT_S, alert


def line(alert: Alert) -> str:
    return str(alert.time_ns)


def own() -> tuple[int, int]:
    """Descriptors and threads of this process."""
    return len(os.listdir("/proc/self/fd")), threading.active_count()


def published_over(
    changes: Sequence[Sequence[Spec]], outlet: Outlet, look: Callable[[], None]
) -> list[int]:
    """Numbers of the alerts that two threads published meanwhile."""
    stop, counts = threading.Event(), [0, 0]

    def publish(which: int) -> None:
        while not stop.wait(0.0001):
            outlet.publish(alert(2 * counts[which] + which))
            counts[which] += 1

    threads = [threading.Thread(target=publish, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for wanted in changes:
        outlet.configure(wanted)
        outlet.look_after()
        look()
    stop.set()
    for thread in threads:
        thread.join()
    assert outlet.settle(WAIT_S)
    return sorted(2 * number + which for which in (0, 1) for number in range(counts[which]))


def test_thousand_changes_of_a_file(tmp_path: Path) -> None:
    def wanted(number: int) -> list[Spec]:
        file = FileOutput(
            enabled=True, filename=str(tmp_path / "events"), keep_alive=number % 3 == 0
        )
        return specs(Config(stdout_output=StdoutOutput(enabled=False), file_output=file), line)

    gc.collect()  # descriptors of nobody that other tests left
    before = own()
    outlet = Outlet(capacity=0, timeout_ms=2000, on_dead=pytest.fail)
    outlet.configure(wanted(0))
    most = [before]
    numbers = published_over(
        [wanted(number) for number in range(1000)],
        outlet,
        lambda: most.append(max(most.pop(), own())),
    )
    found = [int(text) for text in (tmp_path / "events").read_text().splitlines()]
    assert sorted(found) == numbers
    assert len(numbers) > 1000
    assert outlet.counters()["file"]["written"] == len(numbers)
    outlet.close(WAIT_S)
    assert own() == before
    assert most[0][0] < before[0] + 30  # those that are about to end


def test_hundred_changes_of_a_program(tmp_path: Path) -> None:
    def wanted(number: int) -> list[Spec]:
        # Each appends a whole line at once, so those before may still be at it.
        command = f"exec cat >> {tmp_path}/events; : {number}"
        program = ProgramOutput(enabled=True, program=command, keep_alive=True)
        return specs(
            Config(stdout_output=StdoutOutput(enabled=False), program_output=program), line
        )

    gc.collect()  # descriptors of nobody that other tests left
    before = own()
    outlet = Outlet(capacity=0, timeout_ms=2000, on_dead=pytest.fail)
    outlet.configure(wanted(0))
    numbers = published_over([wanted(number) for number in range(100)], outlet, lambda: None)
    outlet.close(WAIT_S)
    found = [int(text) for text in (tmp_path / "events").read_text().splitlines()]
    assert sorted(found) == numbers
    assert own() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
