# SPDX-License-Identifier: Apache-2.0
"""Chains of conversions, followed to their end."""

from __future__ import annotations

import pytest

from falcomod.engine.capture import plan
from falcomod.engine.capture.old_events import OLD_EVENTS, conversions
from falcomod.engine.decode.schema import EVENTS


@pytest.mark.parametrize("key", conversions(), ids=lambda key: f"{key[0]}-{key[1]}")
def test_every_conversion_ends_in_a_current_event(key: tuple[str, int]) -> None:
    id_, sources, _ = plan.follow(*key)
    assert plan.accepts(id_, len(sources))
    assert len(sources) == len(EVENTS[plan.CODES[id_]].params)


@pytest.mark.parametrize("event", [row for row in OLD_EVENTS if row[1].endswith("_X")])
def test_every_old_exit_has_a_conversion(event: tuple[int, str, int]) -> None:
    _, id_, count = event
    assert (id_, count) in conversions()


def test_first_execve_becomes_the_last_one() -> None:
    id_, sources, enter = plan.follow("EXECVE_8_X", 8)
    assert (id_, enter) == ("EXECVE_19_X", "EXECVE_19_E")
    assert sources[:8] == [("o", index, 0, None) for index in range(8)]
    assert sources[8:30] == [("-", 0, 0, None)] * 22
    assert sources[30] == ("e", 0, 0, None)


def test_parameters_keep_their_place_among_inserted_ones() -> None:
    id_, sources, enter = plan.follow("CLONE_11_X", 11)
    assert (id_, enter) == ("CLONE_20_X", None)
    names = [param.name for param in EVENTS[plan.CODES[id_]].params]
    origin = {name: source[:2] for name, source in zip(names, sources, strict=True)}
    assert origin["fdlimit"] == ("o", 7)
    assert origin["flags"] == ("o", 8)
    assert origin["gid"] == ("o", 10)
    assert origin["comm"] == origin["cgroups"] == origin["vtid"] == ("-", 0)


def test_exit_asks_for_the_enter_of_the_generation_that_needs_it() -> None:
    assert plan.follow("OPENAT_X", 1)[2] == "OPENAT_E"
    assert plan.follow("ACCEPT4_X", 3)[2] == "ACCEPT4_E"
    assert plan.follow("CONNECT_X", 2)[2] == "CONNECT_E"
    assert plan.follow("ACCEPT_X", 3)[2] is None


def test_defaults_are_of_the_result_s_type() -> None:
    assert plan.follow("READ_X", 2)[1][2:] == [("e", 0, 0, "FD"), ("e", 1, 0, "UINT32")]
    assert plan.follow("GENERIC_X", 1)[1][1] == ("e", 1, 0, None)
    assert plan.follow("SOCKET_X", 4)[1][4] == ("-", 0, 0, "FLAGS32")


def test_managed_events_need_all_parameters_and_others_do_not() -> None:
    assert plan.accepts("CLOSE_X", 2)
    assert not plan.accepts("CLOSE_X", 1)
    assert plan.accepts("SETSOCKOPT_X", 0)
    assert plan.accepts("SETSOCKOPT_X", 6)
    assert not plan.accepts("SETSOCKOPT_X", 7)
    assert not plan.accepts("OPENAT_X", 1)


def test_way_without_an_end_is_refused() -> None:
    with pytest.raises(AssertionError, match="CLOSE_X/0"):
        plan.follow("CLOSE_X", 0)
