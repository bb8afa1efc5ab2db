# SPDX-License-Identifier: Apache-2.0
"""The same capture, printed by falcomod and by Debian's sysdig, event beside event.

Both print one line for each event, with the same fields.  sysdig of 2022 knows the start
and the end of a call as two events; here there is the end, which has the arguments of both.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Neither stands in any of the captures.
BETWEEN, AFTER = "\N{CURRENCY SIGN}", "\N{PILCROW SIGN}"
NO_VALUE = "<NA>"

KEY = ("evt.rawtime", "evt.cpu", "evt.dir")
COMPARED = tuple(
    f"{kind}.{name}"
    for kind, names in {
        "evt": "type category res rawres failed buffer is_io is_io_read is_io_write io_dir is_wait "
        "is_open_read is_open_write",
        "syscall": "type",
        "proc": "name exe exepath args cmdline env cwd pid ppid vpid pname sid vpgid tty fdlimit",
        "thread": "tid vtid cgroups",
        "user": "uid name loginuid",
        "group": "gid",
        "container": "id",
        "fd": "num type typechar name directory filename containername cip sip lip rip cport sport "
        "lport rport l4proto sockfamily is_server",
    }.items()
    for name in names.split()
)
ARGUMENTS = 31  # the most that an event has
FIELDS = (*KEY, *COMPARED, "evt.args", *(f"evt.arg[{index}]" for index in range(ARGUMENTS)))
FORMAT = BETWEEN.join(f"%{field}" for field in FIELDS) + AFTER

# What evt.args shows of an argument, and what evt.arg does.
Argument = tuple[str, str]


@dataclass(slots=True)
class Event:
    """One printed line."""

    fields: dict[str, str]
    arguments: dict[str, Argument]

    def __getitem__(self, field: str) -> str:
        return self.fields[field]


@dataclass(slots=True)
class Pair:
    """An event as both print it."""

    theirs: Event
    ours: Event
    enter: Event | None  # theirs of the start, if this is the end


@dataclass(slots=True)
class Comparison:
    """A capture as both print it."""

    pairs: list[Pair]
    only_theirs: list[Event]
    only_ours: list[Event]


def compare(capture: Path) -> Comparison:
    """Both printed, and matched by time, CPU and direction."""
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for command in (
            # -v: arguments in full; *: also lines with fields that have no value.
            ["sysdig", "-v", "-r", str(capture), "-p", f"*{FORMAT}"],
            [sys.executable, "-m", "falcomod", "events", "read", str(capture), "-p", FORMAT],
        )
    ]
    theirs = list(_events(running[0], is_sysdig=True))
    ours = list(_events(running[1], is_sysdig=False))
    pairs, only_ours = [], []
    unmatched = defaultdict(list)
    enters: dict[str, Event] = {}
    enter_of = {}
    for event in theirs:
        unmatched[tuple(event[field] for field in KEY)].append(event)
        # A thread makes one call at a time; what else happens meanwhile is of other types.
        if event["evt.dir"] == ">":
            if event["evt.type"] != "switch":
                enters[event["thread.tid"]] = event
        else:
            enter = enters.pop(event["thread.tid"], None)
            if enter is not None and enter["evt.type"] == event["evt.type"]:
                enter_of[id(event)] = enter
    for event in ours:
        found = unmatched[tuple(event[field] for field in KEY)]
        if found:
            other = found.pop(0)
            pairs.append(Pair(other, event, enter_of.get(id(other))))
        else:
            only_ours.append(event)
    only_theirs = [event for found in unmatched.values() for event in found]
    return Comparison(pairs, only_theirs, only_ours)


def _events(process: subprocess.Popen[bytes], *, is_sysdig: bool) -> Iterator[Event]:
    out, complaints = process.communicate()
    assert process.returncode == 0, complaints.decode()
    for line in out.decode(errors="replace").split(f"{AFTER}\n")[:-1]:
        columns = line.split(BETWEEN)
        assert len(columns) == len(FIELDS), line
        texts = columns[-ARGUMENTS:]
        fields = dict(zip(FIELDS, columns[:-ARGUMENTS], strict=False))
        # sysdig puts a blank after the last argument, too.
        line = fields["evt.args"].removesuffix(" ") if is_sysdig else fields["evt.args"]
        yield Event(fields, dict(_arguments(f"{line} " if line else "", texts)))


ARGUMENT = re.compile(r"(\w+)=")


def _arguments(line: str, texts: list[str]) -> Iterator[tuple[str, Argument]]:
    """Of "fd=3(<f>/x) size=8": ("fd", ("3", "<f>/x")), ("size", ("8", "8")).

    *texts* has the second text of each, without which a blank in a value would look like
    the end of it.
    """
    at = 0
    for text in texts:
        if at == len(line):
            return
        name = ARGUMENT.match(line, at)
        assert name, line[at:]
        end = _end(line, name.end(), text)
        full = line[name.end() : end]
        if full != text:
            full = full.removesuffix(f"({text})")
        yield name[1], (full, text)
        at = end + 1


def _end(line: str, start: int, text: str) -> int:
    """The blank after the argument that begins at *start*."""
    end = start + len(text)
    if line.startswith(f"{text} ", start) and _is_end(line, end):
        return end
    end = start - 1
    while (end := line.find(" ", end + 1)) >= 0:
        full = line[start:end]
        is_text = full.endswith(f"({text})") or (text == NO_VALUE and full == "NULL")
        if is_text and _is_end(line, end):
            return end
    raise AssertionError(f"{text!r} is not an argument of {line[start:]!r}")


def _is_end(line: str, blank: int) -> bool:
    return blank + 1 == len(line) or ARGUMENT.match(line, blank + 1) is not None
