# SPDX-License-Identifier: Apache-2.0
"""Walking along the options."""

from __future__ import annotations

from typing import Any

from falcomod.config.engine_options import Ebpf, Engine
from falcomod.config.keys import (
    all_options,
    block_of,
    by_key,
    item_kind,
    nearest,
    options,
    text_key,
    without_none,
)
from falcomod.config.model import Config, ConfigFile, RulesSwitched


def test_options_of_a_block_in_order() -> None:
    assert list(options(Engine)) == ["kind", "kmod", "ebpf", "replay"]
    assert options(Engine)["ebpf"].block is Ebpf
    assert options(Engine)["kind"].block is None
    assert options(Engine)["kind"].default == "auto"


def test_other_spellings_lead_to_the_same_option() -> None:
    assert by_key(Engine)["modern_ebpf"] is by_key(Engine)["ebpf"]
    assert by_key(Config)["rules_file"].name == "rules_files"


def test_all_options_have_dotted_keys() -> None:
    keys = dict(all_options(Config))
    assert {"engine", "engine.ebpf.buf_size_preset", "rules[].enable.tag"} <= set(keys)


def test_kinds() -> None:
    assert block_of(Config) is Config
    assert block_of(list[int]) is None
    assert item_kind(list[str] | None) is str
    assert item_kind(str) is None
    assert without_none(int | None) is int
    assert without_none(str | dict[str, str]) == str | dict[str, str]
    assert without_none(Any) is Any
    assert text_key(ConfigFile) == "path"
    assert text_key(RulesSwitched) == ""


def test_nearest_key_of_the_block_of_another_or_the_list() -> None:
    assert nearest("json_outptu", Config, Config) == "did you mean 'json_output'?"
    assert nearest("JSON_OUTPUT", Config, Config) == "did you mean 'json_output'?"
    assert nearest("capture_file", Config, Config) == "did you mean 'engine.replay.capture_file'?"
    assert nearest("zzz", Engine, Config) == "known keys: ebpf, kind, kmod, modern_ebpf, replay"
    assert "config example" in nearest("zzz", Config, Config)
    assert "config example" in nearest("z" * 1_000_000, Config, Config)
