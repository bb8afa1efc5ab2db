# SPDX-License-Identifier: Apache-2.0
"""Options in words."""

from __future__ import annotations

import pytest

from falcomod.config.keys import all_options
from falcomod.config.model import Config
from falcomod.config.words import kind_words, remarks

OPTIONS = dict(all_options(Config))


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("json_output", "true or false"),
        ("output_timeout", "number"),
        ("outputs.rate", "number"),
        ("rules_files", "list: text"),
        ("load_plugins", "list: text"),
        ("rules", "list: block"),
        ("config_files", "list: text or block"),
        ("static_fields", "keys with texts"),
        ("append_output[].extra_fields", "list: text or keys with texts"),
        ("plugins[].init_config", "anything"),
        ("engine", "block"),
    ],
)
def test_kind(key: str, words: str) -> None:
    assert kind_words(OPTIONS[key]) == words


@pytest.mark.parametrize("key", OPTIONS)
def test_every_kind_has_words(key: str) -> None:
    assert kind_words(OPTIONS[key])
    assert OPTIONS[key].about["doc"][1:] in remarks(OPTIONS[key])


def test_remarks() -> None:
    assert remarks(OPTIONS["rule_matching"]).endswith(". One of first, all")
    assert ". From 1 to 10. " in remarks(OPTIONS["engine.kmod.buf_size_preset"])
    assert ". Formerly syscall_buf_size_preset. Takes effect at the next start" in remarks(
        OPTIONS["engine.kmod.buf_size_preset"]
    )
    assert ". At least 1" in remarks(OPTIONS["output_timeout"])
    assert "Also spelled modern_ebpf" in remarks(OPTIONS["engine.ebpf"])
    assert ". No effect: there is one log" in remarks(OPTIONS["libs_logger.enabled"])
