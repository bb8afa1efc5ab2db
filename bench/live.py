# SPDX-License-Identifier: Apache-2.0
"""What a running daemon costs the host: python -m bench.live [--daemon NAME=COMMAND]...

Fixed workloads run without a daemon and beside each, in turns, so that what else happens
on the machine hits all alike. Needs root, for the daemons. Daemons other than falcomod
are ready when their output matches --ready NAME=REGEX, or after --wait NAME=SECONDS:

    python -m bench.live --daemon falcomod --daemon 'other=other -c other.yaml' --wait other=3
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import work
from tests.agent import READY, ROOT, RULES, program

START_LIMIT_S = 120
END_LIMIT_S = 30
SETTLE_S = 0.5  # until a daemon has worked off what a workload left
POLL_S = 0.005
TICKS_HZ = os.sysconf("SC_CLK_TCK")
NONE = "none"  # the contender that is no daemon


@dataclass(frozen=True)
class Daemon:
    """A contender: what is started, and how one sees that it is ready."""

    name: str
    command: tuple[str, ...]
    ready: str = ""  # a regular expression
    wait_s: float = 5.0  # without one


class Published(NamedTuple):
    """Figures of another daemon for the workload "files", from a machine with two processors."""

    name: str
    daemon_cpu_s: float
    system_before_s: float
    system_after_s: float
    resident_mb: float
    ready_s: float


FALCO = Published("Falco 0.44.1, stable rules", 0.87, 0.95, 1.59, 57, 2.0)


class Running:
    """A started daemon; ended with the context."""

    def __init__(self, daemon: Daemon, output: Path) -> None:
        self.daemon = daemon
        self.output = output
        self._began = time.monotonic()
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                daemon.command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment
            )

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def await_ready(self) -> list[float]:
        """Returns when it is; seconds since it was started, if they are known."""
        if not self.daemon.ready:
            time.sleep(self.daemon.wait_s)
            self.check()
            return []
        while not re.search(self.daemon.ready, self.output.read_text(errors="replace")):
            self.check()
            if time.monotonic() - self._began > START_LIMIT_S:
                raise SystemExit(f"{self.daemon.name} is not ready after {START_LIMIT_S} s")
            time.sleep(POLL_S)
        return [time.monotonic() - self._began]

    def check(self) -> None:
        """Raises SystemExit if it has ended."""
        status = self._process.poll()
        if status is not None:
            said = self.output.read_text(errors="replace")[-2000:]
            raise SystemExit(f"{self.daemon.name} has ended with status {status}:\n{said}")

    def cpu_s(self) -> float:
        """Processor time of all its threads, those that have ended too (man 5 proc_pid_stat)."""
        self.check()
        stat = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / TICKS_HZ

    def resident_mb(self) -> float:
        self.check()
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+)", status)[1]) / 1024  # type: ignore[index]


@dataclass
class Figures:
    """Of one contender, a value per round."""

    usage: dict[str, list[work.Usage]] = field(default_factory=lambda: defaultdict(list))
    daemon_cpu_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    ready_s: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)  # of one processor
    resident_mb: list[float] = field(default_factory=list)


def turns(names: list[str], number: int) -> list[str]:
    """The order of a round: each begins one, so that none always follows the same one."""
    first = number % len(names)
    return names[first:] + names[:first]


def measure(
    daemon: Daemon | None, workloads: Iterable[work.Workload], idle_s: float, figures: Figures
) -> None:
    """One round of one contender."""
    if daemon is None:
        for workload in workloads:
            figures.usage[workload.name].append(workload.run())
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        Running(daemon, Path(folder) / "output") as running,
    ):
        figures.ready_s += running.await_ready()
        time.sleep(SETTLE_S)
        used_s = running.cpu_s()
        time.sleep(idle_s)
        figures.idle.append((running.cpu_s() - used_s) / idle_s)
        for workload in workloads:
            used_s = running.cpu_s()
            figures.usage[workload.name].append(workload.run())
            time.sleep(SETTLE_S)
            figures.daemon_cpu_s[workload.name].append(running.cpu_s() - used_s)
        figures.resident_mb.append(running.resident_mb())


def spread(values: Iterable[float], digits: int = 2) -> str:
    """Minimum, median and maximum."""
    numbers = sorted(values)
    if not numbers:
        return " " * 23
    three = (numbers[0], median(numbers), numbers[-1])
    return " ".join(f"{number:7.{digits}f}" for number in three)


def print_workload(workload: work.Workload, figures: dict[str, Figures]) -> None:
    print(f"\n{workload.name}: {workload.what}")
    heads = ("wall s", "user s", "system s", "daemon CPU s")
    print(f"  {'':<14}" + "".join(f"{head:>23}  " for head in heads))
    for name, each in figures.items():
        usage = each.usage[workload.name]
        columns = (
            (one.wall_s for one in usage),
            (one.user_s for one in usage),
            (one.system_s for one in usage),
            each.daemon_cpu_s[workload.name],
        )
        print(f"  {name:<14}" + "".join(f"{spread(column)}  " for column in columns).rstrip())
    before = system_s(figures[NONE], workload.name)
    for name, each in figures.items():
        if name != NONE:
            after = system_s(each, workload.name)
            print(f"  {name}: system time {after - before:+.2f} s, x {after / before:.2f}")


def system_s(figures: Figures, workload: str) -> float:
    return median(one.system_s for one in figures.usage[workload])


def print_daemons(figures: dict[str, Figures]) -> None:
    heads = ("resident MiB", "ready s", "idle CPU %")
    print(f"\n  {'':<14}" + "".join(f"{head:>23}  " for head in heads))
    for name, each in figures.items():
        if name != NONE:
            idle = [100 * share for share in each.idle]
            columns = (spread(each.resident_mb, 1), spread(each.ready_s), spread(idle))
            print(f"  {name:<14}" + "  ".join(columns))


def print_comparison(figures: dict[str, Figures], published: Published) -> None:
    """Medians beside the published ones; below 1 is less than theirs."""
    before = system_s(figures[NONE], work.FILES)
    added = published.system_after_s - published.system_before_s
    print(
        f"\nOf {published.name}, workload {work.FILES}: daemon {published.daemon_cpu_s} s, system"
        f" time {published.system_before_s} to {published.system_after_s} s,"
        f" {published.resident_mb} MB, ready after {published.ready_s} s. In proportion to that:"
    )
    print(f"  system time without a daemon: x {before / published.system_before_s:.2f}")
    for name, each in figures.items():
        if name == NONE:
            continue
        after = system_s(each, work.FILES)
        slowdown = published.system_after_s / published.system_before_s
        shares = {
            "daemon CPU": median(each.daemon_cpu_s[work.FILES]) / published.daemon_cpu_s,
            "added system time": (after - before) / added,
            "system time's ratio": after / before / slowdown,
            "resident": median(each.resident_mb) * 1.048576 / published.resident_mb,
        }
        if each.ready_s:
            shares["time to ready"] = median(each.ready_s) / published.ready_s
        texts = ", ".join(f"{what} x {share:.2f}" for what, share in shares.items())
        print(f"  {name}: {texts}")


def falcomod() -> Daemon:
    command = (*program(), "start", "--driver", "ebpf", "-r", str(RULES))
    return Daemon("falcomod", command, ready=READY)


def daemons(arguments: argparse.Namespace) -> list[Daemon]:
    """The contenders that were asked for. Raises SystemExit."""
    ready, wait = dict(map(pair, arguments.ready)), dict(map(pair, arguments.wait))
    found = []
    for text in arguments.daemon or ["falcomod"]:
        if text == "falcomod":
            found.append(falcomod())
            continue
        name, command = pair(text)
        wait_s = float(wait.get(name, Daemon.wait_s))
        found.append(Daemon(name, tuple(shlex.split(command)), ready.get(name, ""), wait_s))
    unknown = {*ready, *wait} - {daemon.name for daemon in found}
    if unknown:
        raise SystemExit(f"--ready and --wait name no daemon: {', '.join(sorted(unknown))}")
    return found


def pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise SystemExit(f"'{text}' is not NAME=VALUE")
    return name, value


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add: Callable[..., object] = parser.add_argument
    add("--daemon", action="append", metavar="NAME=COMMAND", help='default: "falcomod", built in')
    add("--ready", action="append", default=[], metavar="NAME=REGEX")
    add("--wait", action="append", default=[], metavar="NAME=SECONDS")
    add("--repeat", type=int, default=5, metavar="N", help="rounds (5)")
    add("--idle", type=float, default=10, metavar="SECONDS", help="of the idle measure (10)")
    add("--workload", action="append", choices=list(work.WORKLOADS), help="default: all")
    return parser.parse_args(words)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that daemons end with us
    arguments = parse(sys.argv[1:])
    contenders: dict[str, Daemon | None] = {NONE: None}
    contenders |= {daemon.name: daemon for daemon in daemons(arguments)}
    figures = {name: Figures() for name in contenders}
    with tempfile.TemporaryDirectory() as folder:
        chosen = arguments.workload or list(work.WORKLOADS)
        workloads = [work.WORKLOADS[name](Path(folder)) for name in chosen]
        for workload in workloads:
            workload.run()  # so that no contender pays for a cold cache
        for number in range(arguments.repeat):
            for name in turns(list(contenders), number):
                print(f"round {number + 1} of {arguments.repeat}: {name}", file=sys.stderr)
                measure(contenders[name], workloads, arguments.idle, figures[name])
    print(f"{arguments.repeat} rounds; minimum, median, maximum")
    for workload in workloads:
        print_workload(workload, figures)
    if len(contenders) > 1:
        print_daemons(figures)
    if work.FILES in chosen:
        print_comparison(figures, FALCO)


if __name__ == "__main__":
    main()
