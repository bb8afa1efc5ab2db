# SPDX-License-Identifier: Apache-2.0
"""What the code decides is what the fields say of real events."""

from __future__ import annotations

import pytest

from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.fields import registry
from falcomod.engine.fields.probe import Probe
from falcomod.engine.match.decided import FIELDS, is_of_code
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.engine.state.tables import State
from tests.record_builder import build, event_of

GENERIC = event_of("GENERIC_X").code
# Codes of events of several types.
SHARED = (GENERIC, event_of("ASYNCEVENT_E").code)
ARGUMENTS = {"evt.type.is": ".openat"}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_decided_value_is_that_of_every_event(name: str) -> None:
    ref = registry.bind(name + ARGUMENTS.get(name, ""))
    assert is_of_code(ref)
    probe = Probe(State(thread_limit=16, fd_limit=16))
    for code, event in EVENTS.items():
        if code in SHARED:
            continue
        text = ref.text(probe.at(build(event.id, tid=5)))
        builder = RulesetBuilder("all")
        if text is None:
            node = builder.negate(builder.check(ref.name, "exists", []))
        else:
            node = builder.check(ref.name, "=", [text])
        builder.rule(1, node, [code])
        ruleset = builder.build()
        assert ruleset.rules_of(code) == (1,), event.id
        assert ruleset.describe() == f"{event.id}:\n    1: true\n"


def test_fields_of_the_thread_are_left_to_the_event() -> None:
    assert not is_of_code(registry.bind("proc.name"))
    assert not is_of_code(registry.bind("evt.is_open_read"))


def test_type_of_a_generic_call_cannot_be_that_of_an_event() -> None:
    builder = RulesetBuilder("all")
    builder.rule(1, builder.check("evt.type", "in", ["openat", "close"]), [GENERIC])
    builder.rule(2, builder.check("evt.type", "in", ["openat", "getppid"]), [GENERIC])
    builder.rule(3, builder.negate(builder.check("evt.type", "=", ["openat"])), [GENERIC])
    builder.rule(4, builder.check("evt.dir", "=", ["<"]), [GENERIC])
    ruleset = builder.build()
    assert ruleset.rules_of(GENERIC) == (2, 3, 4)
    assert "    3: true\n    4: true\n" in ruleset.describe()
