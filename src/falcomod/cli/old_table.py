# SPDX-License-Identifier: Apache-2.0
"""Options of Falco that `falcomod start` has not: what each means here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from falcomod.app import old_answers


@dataclass(frozen=True, slots=True)
class Old:
    """An option of Falco.

    *command* takes its place at the front of the line.  *arguments* stand where it stood,
    {} in them for its value; *start* are those that stand there where the command is start.
    *value* says whether it has one: "no", "yes", or "joined", which is one that may follow
    an equals sign.  *answer* makes a text of the value, which is all that the line does.
    """

    command: tuple[str, ...] = ()
    value: str = "no"
    arguments: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    answer: Callable[[str], str] | None = None


def _set(*keys: str, value: str = "no") -> Old:
    return Old(value=value, start=tuple(part for key in keys for part in ("-o", key)))


_SNAPLEN = _set("falco_libs.snaplen={}", value="yes")
_STATISTICS = _set(
    "metrics.enabled=true", "metrics.output_rule=false", "metrics.output_file={}", value="yes"
)
_VALIDATE = Old(("rules", "validate"), "yes", ("{}", "--verbose"))
_BASE64 = _set("buffer_format_base64=true")

OLD = {
    "-e": Old(
        value="yes", arguments=("-o", "engine.kind=replay", "-o", "engine.replay.capture_file={}")
    ),
    "--list": Old(("fields",), "joined", ("--source", "{}")),
    "--list-events": Old(("events",)),
    "--list-syscall-events": Old(("events",)),
    "--format": Old(value="yes", arguments=("--{}",)),
    "-L": Old(("rules", "list")),
    "-l": Old(("rules", "describe"), "yes", ("{}",)),
    "-V": _VALIDATE,
    "--validate": _VALIDATE,
    "--support": Old(("support",)),
    "--config-schema": Old(("config", "schema")),
    "-A": _set("base_syscalls.all=true"),
    "-b": _BASE64,
    "--print-base64": _BASE64,
    "-S": _SNAPLEN,
    "--snaplen": _SNAPLEN,
    "-s": _STATISTICS,
    "--stats-interval": _set("metrics.interval={}ms", value="yes"),
    "-v": _set("log_level=debug"),
    "--verbose": _set("log_level=debug"),
    "--modern-bpf": _set("engine.kind=ebpf"),
    "--nodriver": _set("engine.kind=nodriver"),
    "--list-plugins": Old(answer=old_answers.list_plugins),
    "--plugin-info": Old(value="yes", answer=old_answers.plugin_info),
    "--page-size": Old(answer=old_answers.page_size),
    "-i": Old(answer=old_answers.ignored),
    **{name: Old(value="joined", answer=old_answers.refuse(text))
       for name, text in old_answers.REFUSED.items()},
}  # fmt: skip
