# SPDX-License-Identifier: Apache-2.0
"""What a running falcomod says of itself, as one screen of text.

The answer comes over a socket, maybe from another version: what is missing in it is
left out, what is of another type counts as missing, and no text in it can steer a terminal.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from falcomod.app.duration_text import ago, span
from falcomod.app.tables import GAP, fitted, shortened
from falcomod.engine.decode.schema import LOSS_REASONS

Status = Mapping[str, Any]
Row = tuple[str, ...]

MIB = 1 << 20
NUMBER_MAX = 1e24  # larger ones, and what is no number at all, are none of falcomod's
RULES_MIN = 3  # rows of rules, however low the terminal is


def screen(status: Status, before: Status | None, *, width: int, height: int = 0) -> list[str]:
    """Lines of at most *width* columns, *height* of them at the most (0: as many as it takes).

    Rates are those since *before*, an earlier answer of the same process; without one
    since the start.
    """
    earlier = before if before and _pid(before) == _pid(status) else None
    look = _Look(status, earlier)
    upper = [*_wrapped(_head(look), width), "", *fitted(_numbers(look), width=width)]
    lower = ["", *fitted(_outputs(look), width=width, spare=("written", "failed"))]
    containers = [*_wrapped(_containers(look), width)]
    containers += fitted(_runtimes(look), width=width, spare=("found", "unknown"))
    if containers:
        lower += ["", *containers]
    rules = fitted(_rules(look), width=width, spare=("priority",))
    if height:
        rules = _first(rules, max(RULES_MIN, height - len(upper) - len(lower) - 2))
    middle = ["", *rules] if len(rules) > 1 else []
    lines = [shortened(line, width) for line in (*upper, *middle, *lower)]
    return lines[:height] if height else lines


def _wrapped(lines: Iterator[str], width: int) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(line, width, subsequent_indent=GAP)]


def _first(table: list[str], count: int) -> list[str]:
    """The head and *count* lines of a table, the last of which tells how many are left out."""
    left_out = len(table) - 1 - count
    return [*table[:count], f"… {left_out + 1} more"] if left_out > 0 else table


class _Look:
    """An answer beside an earlier one."""

    def __init__(self, status: Status, before: Status | None) -> None:
        self.status = status
        self.before = before
        begin_ns = number(before, "time_ns") if before else number(status, "start_ns")
        self.took_s = (number(status, "time_ns") - begin_ns) / 1e9

    def rate(self, *path: str) -> float:
        """How much a counter grows in a second."""
        return self.per_second(number(self.status, *path), number(self.before or {}, *path))

    def per_second(self, now: float, before: float) -> float:
        return max(0.0, now - before) / self.took_s if self.took_s > 0 else 0.0

    def output(self, name: str, column: str) -> float:
        """A cell of the outputs' table."""
        return _output(self.status, name, column)

    def output_grew(self, name: str, column: str) -> bool:
        return _output(self.status, name, column) > _output(self.before or {}, name, column)


def _output(status: Status, name: str, column: str) -> float:
    """A cell: alerts in a spool wait still, and are written when they were sent."""
    counts = _at(status, ("outputs", name))
    if column == "written" and isinstance(counts, Mapping) and "sent" in counts:
        return number(counts, "sent")
    return sum(number(status, "outputs", name, key) for key in (column, *SPOOLED.get(column, ())))


def number(status: Status, *path: str) -> float:
    """A number in the answer; 0 where there is none."""
    found = _at(status, path)
    return found if isinstance(found, int | float) and abs(found) < NUMBER_MAX else 0


def text(status: Status, *path: str) -> str:
    """A text in the answer; "" where there is none."""
    found = _at(status, path)
    return plain(found) if isinstance(found, str) else ""


def plain(found: str) -> str:
    """The text without characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in found)


def _at(found: Any, path: Sequence[str]) -> Any:
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _pid(status: Status) -> tuple[float, float]:
    return number(status, "process", "pid"), number(status, "start_ns")


def _head(look: _Look) -> Iterator[str]:
    status = look.status
    now_ns, pid = number(status, "time_ns"), number(status, "process", "pid")
    up = span((now_ns - number(status, "start_ns")) / 1e9)
    host = text(status, "hostname") or "this host"
    yield f"falcomod {text(status, 'version')} on {host}, process {pid:.0f}, up {up}"
    sources = status.get("sources")
    named = [plain(str(name)) for name in sources] if isinstance(sources, list) else []
    driver = text(status, "driver") or "none"
    yield GAP.join(
        [
            f"driver {driver}, {number(status, 'rings'):.0f} rings",
            f"sources {', '.join(named) or 'none'}",
            f"rules {number(status, 'rules_on'):.0f}",
        ]
    )
    processor = 100 * look.rate("process", "cpu_s")
    memory_mib = number(status, "process", "rss_bytes") / MIB
    yield f"processor {processor:.1f} %{GAP}memory {memory_mib:.0f} MiB"
    yield _reloads(status, now_ns)


def _reloads(status: Status, now_ns: float) -> str:
    done, failed = number(status, "reloads"), number(status, "reloads_failed")
    refused = f", {failed:.0f} refused" if failed else ""
    if not done:
        return f"no reload since the start{refused}"
    last = ago((now_ns - number(status, "reload_ns")) / 1e9)
    return f"last reload {last}, {done:.0f} since the start{refused}"


def _numbers(look: _Look) -> list[Row]:
    """What came in, what was lost of it and why, what came of it."""
    rows: list[Row] = [("", "total", "/s" if look.before else "mean/s")]

    def add(label: str, *path: str) -> None:
        rows.append((label, count(number(look.status, *path)), rate(look.rate(*path))))

    add("events", "engine", "events")
    add("drops", "source", "lost")
    for reason in LOSS_REASONS:
        if number(look.status, "source", f"lost_{reason}"):
            add(f"  {reason}", "source", f"lost_{reason}")
    if number(look.status, "engine", "corrupt"):
        add("records refused", "engine", "corrupt")
    if look.status.get("audit"):
        add("audit events", "audit", "events")
    before = sum(_alerts(look.before or {}).values())
    alerts = sum(_alerts(look.status).values())
    rows.append(("alerts", count(alerts), rate(look.per_second(alerts, before))))
    if number(look.status, "throttled"):
        add("kept back by outputs.rate", "throttled")
    return rows


def _alerts(status: Status) -> dict[tuple[str, str], float]:
    """How often each rule alerted, by its name and priority."""
    rows = status.get("alerts")
    return {
        (text(row, "rule"), text(row, "priority")): number(row, "count")
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
    }


def _rules(look: _Look) -> list[Row]:
    """The rules that alerted most."""
    now, before = _alerts(look.status), _alerts(look.before or {})
    rows: list[Row] = [("rule", "priority", "alerts", "/s" if look.before else "mean/s")]
    for key, times in sorted(now.items(), key=lambda item: (-item[1], item[0])):
        often = look.per_second(times, before.get(key, 0))
        rows.append((key[0], key[1], count(times), rate(often)))
    return rows


def _outputs(look: _Look) -> list[Row]:
    rows: list[Row] = [("output", *OUTPUT_COLUMNS, "state")]
    outputs = look.status.get("outputs")
    for name in outputs if isinstance(outputs, Mapping) else ():
        cells = [count(look.output(name, column)) for column in OUTPUT_COLUMNS]
        rows.append((plain(name), *cells, _state(look, name)))
    return rows


def _state(look: _Look, name: str) -> str:
    """How an output does, by its counters: the worst that can be said."""
    for column, state in (("dropped", "loses alerts"), ("failed", "fails")):
        if look.output_grew(name, column):
            return state
    if not look.output(name, "waiting"):
        return "ok"
    if look.before and not look.output_grew(name, "written"):
        return "stuck"
    return "behind"


def _containers(look: _Look) -> Iterator[str]:
    counts = look.status.get("containers")
    if isinstance(counts, Mapping) and number(counts, "wanted"):
        told = [f"in use {count(number(look.status, 'state', 'containers'))}"]
        told += [f"{name} {count(number(counts, name))}" for name in CONTAINERS]
        yield f"containers: {', '.join(told)}"


def _runtimes(look: _Look) -> list[Row]:
    """Those that had anything to do: most hosts have one of them."""
    runtimes = look.status.get("runtimes")
    rows: list[Row] = []
    for name in runtimes if isinstance(runtimes, Mapping) else ():
        counts = [number(look.status, "runtimes", name, column) for column in RUNTIME_COLUMNS]
        if any(counts):
            rows.append((plain(name), *map(count, counts)))
    return [("runtime", *RUNTIME_COLUMNS), *rows] if rows else []


def count(value: float) -> str:
    """12345678 → "12 345 678"."""
    return f"{value:,.0f}".replace(",", " ")


def rate(value: float) -> str:
    """Small ones with a digit behind the point."""
    return count(value) if value >= 100 or not value else f"{value:.1f}"


OUTPUT_COLUMNS = ("waiting", "written", "failed", "dropped")
# What outputs with a spool count beside that, by column.
SPOOLED = {
    "waiting": ("spool_waiting",),
    "failed": ("refused",),
    "dropped": ("lost", "spool_lost"),
}
RUNTIME_COLUMNS = ("asked", "found", "unknown", "failed", "outages")
CONTAINERS = ("waiting", "found", "unknown", "refused")
