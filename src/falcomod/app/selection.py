# SPDX-License-Identifier: Apache-2.0
"""Which system calls are recorded: those of the rules, those that keep state, and base_syscalls."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable

from falcomod.config.engine_options import BaseSyscalls
from falcomod.config.model import Config
from falcomod.engine.decode.schema import EVENTS, SYSCALLS, SyscallInfo
from falcomod.errors import UserError
from falcomod.rules.compile import CompiledRules

log = logging.getLogger(__name__)

NAMES_TOLD = 20
RULES_TOLD = 3
GENERIC = "GENERIC_X"  # the event of calls that have none of their own


def selection(config: Config, rules: CompiledRules) -> frozenset[int]:
    """Portable numbers of the calls to record.

    Raises UserError for a name in base_syscalls that is no system call.
    """
    options = config.base_syscalls
    wanted, unwanted = _custom(options.custom_set)
    base = _base(options, wanted)
    chosen = (rules.syscalls | base) - unwanted
    log.debug("(%d) syscalls in rules: %s", len(rules.syscalls), _told(rules.syscalls))
    log.debug("+(%d) syscalls beside them: %s", len(base), _told(base - rules.syscalls))
    log.debug("(%d) syscalls selected in total (final set)", len(chosen))
    _warn_of_rules(rules, rules.syscalls - chosen)
    _warn_of_state(STATE - chosen)
    return chosen


def _base(options: BaseSyscalls, wanted: frozenset[int]) -> frozenset[int]:
    """What is recorded whatever the rules are about."""
    if options.all:
        return wanted | STATE | _numbers(c for c in SYSCALLS.values() if c.event not in _GENERIC)
    if wanted and not options.repair:
        return wanted
    return wanted | STATE


def _custom(names: Iterable[str]) -> tuple[frozenset[int], frozenset[int]]:
    """The calls that custom_set asks for, and those that it keeps out."""
    wanted: set[int] = set()
    unwanted: set[int] = set()
    for text in names:
        name = text.strip()
        (unwanted if name.startswith("!") else wanted).add(_number(name.removeprefix("!").strip()))
    return frozenset(wanted), frozenset(unwanted)


def _number(name: str) -> int:
    if name in SYSCALLS:
        return int(SYSCALLS[name].sc)
    close = difflib.get_close_matches(name, SYSCALLS, n=1)
    hint = f"; did you mean {close[0]}?" if close else "; `falcomod events` lists what there is"
    raise UserError(f"base_syscalls.custom_set: no system call {name!r}{hint}")


def _warn_of_rules(rules: CompiledRules, missing: frozenset[int]) -> None:
    if not missing:
        return
    calls = [call for call in SYSCALLS.values() if call.sc in missing]
    codes = {call.event for call in calls} - _GENERIC
    names = [repr(entry.rule.name) for entry in rules.rules if entry.codes & codes]
    about = f" (such as {', '.join(names[:RULES_TOLD])})" if names else ""
    log.warning(
        "rules are about calls that base_syscalls.custom_set keeps out; these will not match on "
        "them: calls=%s rules=%d%s", _told(missing), len(names), about,
    )  # fmt: skip


def _warn_of_state(missing: frozenset[int]) -> None:
    if missing:
        log.warning(
            "calls that keep track of processes and files are not recorded, so their names may be "
            "wrong in conditions and alerts; base_syscalls.repair=true records them: calls=%s",
            _told(missing),
        )


def _told(numbers: frozenset[int]) -> str:
    names = sorted(call.name for call in SYSCALLS.values() if call.sc in numbers)
    more = [f"and {len(names) - NAMES_TOLD} more"] if len(names) > NAMES_TOLD else []
    return ", ".join([*names[:NAMES_TOLD], *more])


def _numbers(calls: Iterable[SyscallInfo]) -> frozenset[int]:
    return frozenset(call.sc for call in calls)


STATE = _numbers(call for call in SYSCALLS.values() if call.capture_class == "STATE")
_GENERIC = frozenset(event.code for event in EVENTS.values() if event.id == GENERIC)
