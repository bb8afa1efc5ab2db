# SPDX-License-Identifier: Apache-2.0
"""Events of a capture as lines, so that people can look at them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TextIO

from falcomod.alert.explanation import printable
from falcomod.alert.format import Template
from falcomod.app import rules_files
from falcomod.app.captures import open_capture
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder
from falcomod.engine.state.context import ContextView
from falcomod.errors import UserError
from falcomod.rules.filter import compile_filter
from falcomod.rules.load import load_files
from falcomod.rules.model import SOURCE_K8S_AUDIT, SOURCE_SYSCALL, RuleCollection

# Small, so that a limit is heeded soon.
BATCH_EVENTS = 4096
WAIT_MS = 100

INTERNAL = frozenset(event.code for event in EVENTS.values() if event.category == "INTERNAL")

# The first is that of sysdig, which many know.
FORMATS = {
    SOURCE_SYSCALL: (
        "%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info"
    ),
    SOURCE_K8S_AUDIT: (
        "%evt.num %evt.time %ka.user.name %ka.verb %ka.target.resource "
        "%ka.target.namespace/%ka.target.name %ka.response.code"
    ),
}


def read(
    path: str,
    out: TextIO,
    *,
    condition: str = "",
    template: str = "",
    as_json: bool = False,
    limit: int | None = None,
    internal: bool = False,
    rules: Sequence[str] = (),
) -> None:
    """Writes a line for each event of a capture, in order of time.

    Only for those that *condition* holds for, whose macros and lists are those of the
    files *rules*; at most *limit*.  Events that the capturing program made for itself are
    left out unless *internal* is set; their numbers are missing then.  *template* is as
    outputs of rules are.  A damaged file gives what it holds; then UserError tells the place.
    """
    capture = open_capture(path)
    try:
        source = capture.event_source
        line = Template.parse(template or FORMATS[source])
        printer = _Printer(line, out, as_json, limit, internal)
        ruleset = _ruleset(condition, source, rules)
        engine = capture.engine({source: ruleset}, printer.on_match, printer.errors.append)
        while not (printer.is_done or engine.at_end):
            engine.run(WAIT_MS, BATCH_EVENTS)
        out.flush()
        if printer.errors:
            raise printer.errors[0]
        if capture.fault and not printer.is_done:
            raise UserError(capture.fault)
    finally:
        capture.close()


def _ruleset(condition: str, source: str, rules: Sequence[str]) -> Ruleset:
    """What picks the events to print, as rule 0."""
    if condition:
        collection = (
            load_files(rules_files.resolve(rules_files.required(rules)))
            if rules
            else RuleCollection()
        )
        return compile_filter(condition, source, collection)
    builder = RulesetBuilder()
    builder.rule(0, builder.constant(True), tuple(EVENTS))
    return builder.build()


class _Printer:
    """Writes the events that it is called back with."""

    def __init__(
        self, template: Template, out: TextIO, as_json: bool, limit: int | None, internal: bool
    ) -> None:
        self._line: Callable[[ContextView], str] = template.render
        if as_json:
            self._line = lambda view: json.dumps(template.fields(view), ensure_ascii=False)
        self._out = out
        self._left = limit
        self._internal = internal
        self.errors: list[BaseException] = []

    @property
    def is_done(self) -> bool:
        """Whether nothing more is to be written."""
        return self._left == 0 or bool(self.errors)

    def on_match(self, _rule_ids: tuple[int, ...], view: ContextView) -> None:
        """The engine's callback."""
        if self.is_done or (view.code in INTERNAL and not self._internal):
            return
        self._out.write(printable(self._line(view)) + "\n")
        if self._left is not None:
            self._left -= 1
