# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
import logging

import pytest

from falcomod.app.selection import STATE, selection
from falcomod.config.engine_options import BaseSyscalls
from falcomod.config.model import Config
from falcomod.engine.decode.schema import SYSCALLS
from falcomod.errors import UserError
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile

TEXT = """
- rule: opened
  desc: d
  condition: evt.type in (openat, mkdir, getpid)
  output: o
  priority: NOTICE
"""


@pytest.fixture(scope="module")
def rules() -> CompiledRules:
    return compile_rules(load_sources([SourceFile("/r.yaml", TEXT)]))


def chosen(rules: CompiledRules, **options: object) -> set[str]:
    base = BaseSyscalls(**options)  # type: ignore[arg-type]
    found = selection(dataclasses.replace(Config(), base_syscalls=base), rules)
    return {name for name, call in SYSCALLS.items() if call.sc in found}


OF_RULES = {"openat", "mkdir", "getpid"}
OF_STATE = {name for name, call in SYSCALLS.items() if call.sc in STATE}


def test_calls_of_rules_and_those_that_keep_state(
    rules: CompiledRules, caplog: pytest.LogCaptureFixture
) -> None:
    assert chosen(rules) == OF_RULES | OF_STATE
    assert {"clone", "execve", "close"} <= OF_STATE
    assert caplog.messages == []


def test_names_take_the_place_of_those_that_keep_state(
    rules: CompiledRules, caplog: pytest.LogCaptureFixture
) -> None:
    assert chosen(rules, custom_set=["clone", " write "]) == OF_RULES | {"clone", "write"}
    (warning,) = caplog.messages
    assert "base_syscalls.repair=true" in warning
    assert "calls=accept, accept4, " in warning
    assert warning.endswith(" more")


def test_repair_keeps_the_state_beside_names(
    rules: CompiledRules, caplog: pytest.LogCaptureFixture
) -> None:
    found = chosen(rules, custom_set=["write"], repair=True)
    assert found == OF_RULES | OF_STATE | {"write"}
    assert chosen(rules, repair=True) == OF_RULES | OF_STATE
    assert caplog.messages == []


def test_a_name_with_a_mark_is_left_out_whoever_asks_for_it(
    rules: CompiledRules, caplog: pytest.LogCaptureFixture
) -> None:
    assert chosen(rules, custom_set=["!mkdir", "! close"]) == (OF_RULES | OF_STATE) - {
        "mkdir",
        "close",
    }
    of_rules, of_state = caplog.messages
    assert "calls=mkdir rules=1 (such as 'opened')" in of_rules
    assert "calls=close" in of_state


def test_a_call_without_an_event_of_its_own_can_be_left_out(
    rules: CompiledRules, caplog: pytest.LogCaptureFixture
) -> None:
    assert "getpid" not in chosen(rules, custom_set=["!getpid"])
    assert "calls=getpid rules=0" in caplog.text


def test_all_are_those_with_an_event(rules: CompiledRules) -> None:
    everything = chosen(rules, all=True)
    assert {"read", "write", "futex", "nanosleep"} <= everything
    assert "gettid" not in everything
    assert "write" not in chosen(rules, all=True, custom_set=["!write"])


@pytest.mark.parametrize(
    ("name", "hint"), [("opne", "did you mean open?"), ("!clos", "did you mean close?"),
                       ("", "`falcomod events`"), ("qqqqq", "`falcomod events`")],
)  # fmt: skip
def test_an_unknown_name_is_refused(rules: CompiledRules, name: str, hint: str) -> None:
    with pytest.raises(UserError, match=r"base_syscalls\.custom_set: no system call") as raised:
        chosen(rules, custom_set=["open", name])
    assert hint in str(raised.value)


def test_the_debug_log_tells_the_sets(
    rules: CompiledRules, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "falcomod.app.selection"):
        chosen(rules)
    assert caplog.messages[0] == "(3) syscalls in rules: getpid, mkdir, openat"
