# SPDX-License-Identifier: Apache-2.0
"""Options of drivers, of what is recorded and of losses."""

from __future__ import annotations

from falcomod.config.engine_options import (
    DRIVERS,
    DROP_ACTIONS,
    KINDS,
    Drops,
    Engine,
    FalcoLibs,
    Timeouts,
)
from falcomod.config.keys import options


def test_kinds_are_drivers_and_what_is_none() -> None:
    assert set(DRIVERS) < set(KINDS)
    assert options(Engine)["kind"].about["choices"] == KINDS


def test_sizes_of_rings_are_bounded_on_every_driver() -> None:
    for name in ("kmod", "ebpf"):
        block = options(Engine)[name].block
        assert block is not None
        about = options(block)["buf_size_preset"].about
        assert (about["least"], about["most"]) == (1, 10)


def test_defaults_of_falco() -> None:
    assert (Drops().threshold, Drops().rate, Drops().max_burst) == (0.1, 0.03333, 1)
    assert set(Drops().actions) < set(DROP_ACTIONS)
    assert Timeouts().max_consecutives == 1000
    assert (FalcoLibs().thread_table_size, FalcoLibs().snaplen) == (262144, 80)
