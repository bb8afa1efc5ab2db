# SPDX-License-Identifier: Apache-2.0
"""A program whose outputs are all blocked ends, and ends well.

In a process of its own: Python ends badly where a thread still holds the lock of standard output.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import logging, sys
from falcomod.alert.format import json_line
from falcomod.config.model import Config
from falcomod.config.output_options import FileOutput, ProgramOutput
from falcomod.output.outlet import Outlet
from falcomod.output.table import specs
from tests.recorded_sink import alert

logging.basicConfig(format="%(message)s")
config = Config(
    file_output=FileOutput(enabled=True, filename=sys.argv[1]),
    program_output=ProgramOutput(enabled=True, program="exec sleep 1000", keep_alive=True),
)
outlet = Outlet(capacity=1000, timeout_ms=100, on_dead=print)
outlet.configure(specs(config, json_line))
for number in range(2000):
    outlet.publish(alert(number, output="x" * 1000))
print(outlet.settle(5), file=sys.stderr)
outlet.look_after()
outlet.close(0.2)
"""


def test_program_whose_outputs_are_blocked_ends(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    began_s = time.monotonic()
    # Nobody reads its standard output until it has ended.
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(fifo)], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        told = process.stderr.read()
        assert process.wait(30) == 0
    assert time.monotonic() - began_s < 20
    lines = told.splitlines()
    assert lines[0] == "True"  # those that block are not waited for
    for name in ("stdout", "file", "program"):
        assert len([line for line in lines if line.startswith(f'"{name}" output timeout')]) == 1
        full = [line for line in lines if line.startswith("Outputs queue out of memory.")]
        assert len([line for line in full if f"sink={name} " in line]) == 1
        discarded = [line for line in lines if "discarding all remaining notifications" in line]
        assert len([line for line in discarded if f"sink={name} " in line]) == 1
    assert len(lines) == 1 + 3 * 3, told
