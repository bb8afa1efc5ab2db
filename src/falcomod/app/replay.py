# SPDX-License-Identifier: Apache-2.0
"""Captures in place of this host: the same rules, the same alerts.

Time is that of the events, names of users and processes are those of the
capture: nothing is asked of the host that replays.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Protocol, TextIO

from falcomod.alert.model import Alert
from falcomod.alert.render import line_of
from falcomod.app.agent import Agent
from falcomod.app.captures import Capture, open_capture
from falcomod.app.explainers import Explainers
from falcomod.app.hostname import hostname
from falcomod.app.rules_program import load_rules
from falcomod.app.signals import on_signals
from falcomod.app.statistics import Statistics
from falcomod.config.model import Config
from falcomod.errors import CaptureError, UserError
from falcomod.output.direct import DirectOutlet
from falcomod.output.sink import Sink
from falcomod.output.table import specs
from falcomod.rules.compile import CompiledRules

log = logging.getLogger(__name__)

PROGRESS_INTERVAL_S = 0.1


class Progress(Protocol):
    """Where the user sees how far it is."""

    def show(self, path: str, position: int, size: int) -> None:
        """Says how many bytes of a file were read, of how many; 0: of that nobody knows."""

    def clear(self) -> None:
        """Makes room for a line of something else."""


def run(
    config: Config,
    paths: Sequence[str],
    *,
    explain: bool = False,
    print_format: str | None = None,
    progress: Progress | None = None,
    summary: TextIO | None = None,
) -> None:
    """Reads the captures one after the other; prints a summary to *summary* at the end.

    A damaged file gives what it holds, and the next is read; so it is after one that is no
    capture.  Raises UserError at the end for all of those.
    """
    began_s = time.monotonic()
    rules = load_rules(config, print_format=print_format)
    sinks = [spec.open() for spec in specs(config, line_of(config), explain=explain)]
    if progress is not None:
        sinks = [_Above(sink, progress) for sink in sinks]
    replay = _Replay(
        config, rules, sinks, progress, Explainers.configured(config) if explain else None
    )
    faults: list[str] = []
    with ExitStack() as teardown:
        ends = dict.fromkeys((signal.SIGINT, signal.SIGTERM), replay.agent.stop)
        teardown.callback(on_signals(ends))
        try:
            for path in paths:
                if not replay.agent.is_stopping:
                    try:
                        faults += replay.file(path)
                    except CaptureError as error:
                        faults.append(str(error))
        finally:
            replay.outlet.close()
            if replay.has_read:
                told = replay.summary(time.monotonic() - began_s)
                print(told, file=summary or sys.stderr, flush=True)
    if faults:
        raise UserError("\n".join(faults))


def run_configured(config: Config, *, explain: bool, print_format: str | None = None) -> None:
    """Reads the capture that the configuration names; the summary goes where a live run's goes."""
    path = config.engine.replay.capture_file
    if not path:
        raise UserError(
            "engine.kind is replay, but no capture is named: set engine.replay.capture_file"
        )
    run(config, [path], explain=explain, print_format=print_format, summary=sys.stdout)


class _Replay:
    """What the files of one run share."""

    def __init__(
        self,
        config: Config,
        rules: CompiledRules,
        sinks: Sequence[Sink],
        progress: Progress | None,
        explainers: Explainers | None,
    ) -> None:
        self._config = config
        self._rulesets = rules.rulesets
        self._progress = progress
        self._capture: Capture | None = None
        self._shown_s = 0.0
        self._statistics = Statistics()
        self._engine_counters: dict[str, int] = {}
        self._files: list[tuple[str, Mapping[str, int]]] = []
        self._read_s = 0.0
        self.outlet = DirectOutlet(sinks, self._stop)
        self.agent = Agent(
            rules=rules.rules,
            publish=self.outlet.publish,
            statistics=self._statistics,
            hostname="",
            keep_house=self._show,
            explain=None if explainers is None else explainers.of_alert,
        )

    @property
    def has_read(self) -> bool:
        """Whether any file was a capture."""
        return bool(self._files)

    def file(self, path: str) -> list[str]:
        """Reads one file to its end; what kept it from that."""
        log.info("Replaying events from the capture file: %s", path)
        limit = self._config.falco_libs.thread_table_size
        self._capture = capture = open_capture(path, thread_limit=limit)
        try:
            self.agent.hostname = capture.hostname or hostname()
            engine = capture.engine(self._rulesets, self.agent.on_match, self.agent.on_error)
            began_s = time.monotonic()
            self.agent.run(engine)
            self._read_s += time.monotonic() - began_s
            for name, count in engine.counters().items():
                self._engine_counters[name] = self._engine_counters.get(name, 0) + count
            self._files.append((path, capture.counters()))
            return [capture.fault] if capture.fault else []
        finally:
            capture.close()
            if self._progress is not None:
                self._progress.clear()

    def summary(self, elapsed_s: float) -> str:
        """The text at the end of the run."""
        # Those of the files: Falco, too, counts the beginning of a call and its end.
        events = sum(counters["events"] for _, counters in self._files)
        lines = [self._statistics.summary(self._engine_counters, {})]
        lines.append("Captures read:")
        lines += [f"   {path}: {_account(counters)}" for path, counters in self._files]
        rate = events / self._read_s if self._read_s else 0.0
        lines.append(f"Elapsed time: {elapsed_s:.3f}, Captured Events: {events}, {rate:.2f} eps")
        return "\n".join(lines)

    def _stop(self) -> None:
        self.agent.stop()

    def _show(self) -> None:
        now_s = time.monotonic()
        if self._progress is None or now_s < self._shown_s + PROGRESS_INTERVAL_S:
            return
        assert self._capture is not None, "a file is open while the agent runs"
        self._progress.show(self._capture.path, self._capture.position, self._capture.size)
        self._shown_s = now_s


def _account(counters: Mapping[str, int]) -> str:
    """What was in a file and what was not taken as it stood, in one line."""
    known = [f"{counters[name]} {word}" for name, word in ACCOUNT if counters.get(name)]
    refused = [
        f"{count} {name.removesuffix('_refused')} refused"
        for name, count in counters.items()
        if name.endswith("_refused") and count
    ]
    return ", ".join(known + refused) or "nothing"


class _Above:
    """A sink whose lines appear above the progress."""

    def __init__(self, sink: Sink, progress: Progress) -> None:
        self.name = sink.name
        self._sink = sink
        self._progress = progress

    def write(self, alerts: Sequence[Alert]) -> None:
        self._progress.clear()
        self._sink.write(alerts)

    def reopen(self) -> None:
        self._sink.reopen()

    def close(self) -> None:
        self._progress.clear()
        self._sink.close()


# Of what captures count: what a reader of the summary asks for.
ACCOUNT = (
    ("events", "events"),
    ("lines", "lines"),
    ("converter_converted", "converted"),
    ("dropped", "merged or left out"),
    ("state_only", "of state only"),
    ("corrupt", "corrupt"),
    ("blocks_skipped", "unknown blocks skipped"),
    ("bad_json", "lines that are no JSON"),
    ("no_event", "that are no events"),
    ("too_long", "lines too long"),
)
