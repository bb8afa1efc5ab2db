# SPDX-License-Identifier: Apache-2.0
"""Replay of a large capture, beside sysdig: python -m bench.replay [FILE] [--mib N].

Each line is one whole command in a process of its own, its start and the loading of
rules included: events of the file in a second of wall clock and of processor time, and
the largest resident size.  Without FILE a capture of --mib MiB is made from
bench/captures.  The filter has thirty terms, none of which ever holds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench import capture, rules_file

ROOT = Path(__file__).resolve().parent.parent
FALCOMOD = [str(Path(sys.executable).parent / "falcomod")]
ROUNDS = 2
POLL_S = 0.02

FILTER = " or ".join(
    (
        "proc.name = nosuch0", "proc.name in (nosuch1, nosuch2)", "fd.name startswith /nosuch/a",
        "fd.name startswith /nosuch/b", "fd.name contains nosuchc", "fd.name endswith .nosuch",
        "proc.cmdline contains nosuchd", "proc.pname = nosuch", "fd.sport = 65001",
        "fd.cport = 65002", "fd.name = /nosuch/x", "proc.name startswith nosuch",
        "proc.exe contains nosuche", "user.name = nosuch", "fd.directory = /nosuch",
        "fd.filename = nosuch.txt", "proc.aname = nosuch", "fd.name contains /nosuch1/",
        "fd.name contains /nosuch2/", "proc.pid = 999999", "proc.ppid = 999998",
        "thread.tid = 999997", "fd.num = 9999", "evt.buffer contains nosuchdata",
        "proc.cwd = /nosuch/", "group.name = nosuch", "proc.args contains nosucharg",
        "evt.rawres = -99999", "fd.name glob /nosuch*/x", "proc.exepath = /nosuch",
    )
)  # fmt: skip

NO_RULE = """
- rule: never
  desc: no event has number 0
  condition: evt.num = 0
  output: never
  priority: debug
"""


class Run(NamedTuple):
    """What one command took."""

    wall_s: float
    processor_s: float
    resident_mib: float


def measured(command: list[str]) -> Run:
    """The faster of ROUNDS runs, by processor time; raises SystemExit if the command fails."""
    runs = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryFile() as told:
            began = time.monotonic()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
            resident_mib, status = 0.0, 0
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                resident_mib = max(resident_mib, resident_at_most_mib(process.pid))
                time.sleep(POLL_S)
            wall_s = time.monotonic() - began
            if status:
                told.seek(0)
                raise SystemExit(f"{' '.join(command)}: {told.read().decode(errors='replace')}")
        runs.append(Run(wall_s, usage.ru_utime + usage.ru_stime, resident_mib))
    return min(runs, key=lambda run: run.processor_s)


def resident_at_most_mib(pid: int) -> float:
    """The largest resident size that a process had since its program began.

    What wait4() says of that counts the process that it was forked from, too.
    """
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def report(name: str, events: int, run: Run) -> float:
    """Prints a line; returns events per second of processor time."""
    rate = events / run.processor_s
    print(
        f"{name:<44}{events / run.wall_s / 1e6:>7.2f} M/s{rate / 1e6:>12.2f} M/s"
        f"{run.resident_mib:>10.0f} MiB",
        flush=True,
    )
    return rate


def commands(folder: Path, file: str) -> list[tuple[str, list[str]]]:
    """(name, command) of each line."""
    none, large = folder / "none.yaml", folder / "large.yaml"
    none.write_text(NO_RULE)
    large.write_text(rules_file.text())
    replay = [*FALCOMOD, "replay", "-o", "log_level=error"]
    rows = [
        ("falcomod replay, no rule", [*replay, "-r", str(none), file]),
        ("falcomod replay, starter rules", [*replay, file]),
        ("falcomod replay, 90 made-up rules", [*replay, "-r", str(large), file]),
        ("falcomod events read, filter of 30 terms", [*FALCOMOD, "events", "read", file, FILTER]),
    ]
    if shutil.which("sysdig"):
        rows.append(("sysdig -r, the same filter", ["sysdig", "-r", file, FILTER]))
    else:
        print("sysdig is missing, so nothing is compared with it: apt-get install sysdig")
    return rows


def events_in(path: Path) -> int:
    """How many events a plain capture holds."""
    with path.open("rb") as file:
        count = 0
        while len(head := file.read(8)) == 8:
            count += int.from_bytes(head[:4], "little") in capture.TIME_AT
            file.seek(int.from_bytes(head[4:], "little") - 8, os.SEEK_CUR)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--mib", type=int, default=512)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = arguments.file or folder / "large.scap"
        if arguments.file is None:
            capture.grow(capture.SEED, path, arguments.mib << 20)
        events = events_in(path)
        print(f"{path.name}: {path.stat().st_size >> 20} MiB, {events} events")
        print(f"{'command':<44}{'by the clock':>11}{'of one core':>16}{'resident':>14}")
        rates = {
            title: report(title, events, measured(command))
            for title, command in commands(folder, str(path))
        }
    *_, filtered, other = rates.values()
    if len(rates) == 5:
        print(f"falcomod with the filter: {filtered / other:.1f} times sysdig's events in a second")


if __name__ == "__main__":
    main()
