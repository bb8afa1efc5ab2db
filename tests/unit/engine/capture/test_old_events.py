# SPDX-License-Identifier: Apache-2.0
"""What is said of older generations, against the copies of the public facts."""

from __future__ import annotations

import pytest

from falcomod.engine.capture import old_events
from falcomod.engine.decode.schema import EVENTS
from tests.reference import convert as reference

PUBLIC_OLD = {code: row for code, row in reference.events().items() if code not in EVENTS}
MANAGED = {code: row for code, row in PUBLIC_OLD.items() if "CONVERTER_MANAGED" in row.flags}

# The public table's steps, as old_events has them: what only passes is no step, an enter that
# only hands on to a later generation's is in KEPT_AS, and a missing parameter of an enter is
# the default anyway.
HANDED_ON = {"EXECVE_8_E", *(f"EXECVE_{count}_E" for count in range(13, 19))}
WITHOUT_STEP = {("SECCOMP_E", 1)}
PUBLIC_STEPS = {
    key: (result, sources)
    for key, (result, sources) in reference.conversions().items()
    if result not in ("PASS", "STORE_AND_PASS")
    and key[0] not in HANDED_ON
    and key not in WITHOUT_STEP
}
# Where the engine does not do what the public table says; old_events tells why.
DIFFERENT = {("BPF_X", 1): ("BPF_2_X", ("v0", "e0z"))}


def public_step(key: tuple[str, int]) -> tuple[str, tuple[str, ...]]:
    if key in DIFFERENT:
        return DIFFERENT[key]
    result, sources = PUBLIC_STEPS[key]
    if result == "ADD":
        return key[0], (*(f"o{index}" for index in range(key[1])), *sources)
    return result, tuple("json" if source == "CB(json)" else source for source in sources)


def test_old_events_are_the_public_ones() -> None:
    stated = {code: (id_, count) for code, id_, count in old_events.OLD_EVENTS}
    assert len(stated) == len(old_events.OLD_EVENTS)
    assert stated == {code: (row.id, len(row.types)) for code, row in MANAGED.items()}


@pytest.mark.parametrize("code", sorted(PUBLIC_OLD.keys() - MANAGED.keys()))
def test_event_that_is_not_stated_is_dropped_by_the_public_rule(code: int) -> None:
    row = PUBLIC_OLD[code]
    assert "UNUSED" in row.flags or ("OLD_VERSION" in row.flags and not row.is_exit)


def test_public_tables_have_every_code() -> None:
    assert sorted(reference.events()) == list(range(454))


def test_no_event_is_stated_twice() -> None:
    assert not {code for code, _, _ in old_events.OLD_EVENTS} & EVENTS.keys()


def test_every_public_conversion_is_stated_and_no_other() -> None:
    assert old_events.conversions().keys() == PUBLIC_STEPS.keys()


@pytest.mark.parametrize("key", PUBLIC_STEPS, ids=lambda key: f"{key[0]}-{key[1]}")
def test_conversion_is_the_public_one(key: tuple[str, int]) -> None:
    assert old_events.conversions()[key] == public_step(key)


def test_enters_that_hand_on_are_the_public_ones() -> None:
    assert old_events.KEPT_AS.keys() == HANDED_ON
    for id_, kept_as in old_events.KEPT_AS.items():
        at = id_
        while reference.conversions()[at, len(reference.by_id()[at].types)][0] in HANDED_ON:
            at = reference.conversions()[at, len(reference.by_id()[at].types)][0]
        assert kept_as == "EXECVE_19_E", id_


def test_shorthands() -> None:
    assert old_events.spelled_out("o0-2 Z*2 e0z o7") == ("o0", "o1", "o2", "Z", "Z", "e0z", "o7")
    assert old_events.spelled_out("") == ()
