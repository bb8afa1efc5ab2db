# SPDX-License-Identifier: Apache-2.0
"""Changes that a reload cannot make."""

from __future__ import annotations

from dataclasses import replace

from falcomod.config.changes import later
from falcomod.config.engine_options import Engine, Kmod
from falcomod.config.model import Config
from falcomod.config.service_options import Webserver

CONFIG = Config()


def test_what_a_reload_changes_is_not_named() -> None:
    assert later(CONFIG, replace(CONFIG, priority="error", json_output=True)) == []


def test_keys_within_blocks_are_named_in_full() -> None:
    changed = replace(
        CONFIG,
        engine=Engine(kind="kmod", kmod=Kmod(buf_size_preset=5)),
        webserver=Webserver(listen_port=1, max_request_bytes=9),
    )
    assert later(CONFIG, changed) == [
        "engine.kind", "engine.kmod.buf_size_preset", "webserver.listen_port",
    ]  # fmt: skip


def test_a_block_may_change_later_as_a_whole() -> None:
    engines = replace(CONFIG.container_engines, label_max_len=7)
    assert later(CONFIG, replace(CONFIG, container_engines=engines)) == ["container_engines"]
