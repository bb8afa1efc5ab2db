# SPDX-License-Identifier: Apache-2.0
"""Keys that Falco had once: honoured where they moved, told of where they are gone."""

from __future__ import annotations

import pytest

from falcomod.config.document import Mapping, parse, plain_value
from falcomod.config.findings import Findings, Source
from falcomod.config.former import GONE, is_former, modernise, moved, put
from falcomod.config.keys import all_options
from falcomod.config.load import from_text
from falcomod.config.model import Config


def modern(text: str) -> tuple[Config, list[str]]:
    loaded = from_text(text, "c.yaml")
    return loaded.config, [str(warning).splitlines()[0] for warning in loaded.warnings]


def as_yaml(key: str, value: str) -> str:
    parts = key.split(".")
    return "".join(f"{{{part}: " for part in parts) + value + "}" * len(parts)


def test_what_moved_is_honoured() -> None:
    config, warnings = modern(
        "syscall_buf_size_preset: 6\nmodern_bpf: {cpus_for_each_syscall_buffer: 3}"
    )
    assert (config.engine.kmod.buf_size_preset, config.engine.ebpf.buf_size_preset) == (6, 6)
    assert config.engine.ebpf.cpus_for_each_buffer == 3
    assert warnings == []


@pytest.mark.parametrize("old", moved())
def test_every_moved_key_leads_to_options_that_are_there(old: str) -> None:
    keys = dict(all_options(Config))
    assert moved()[old]
    assert [target for target in moved()[old] if target not in keys] == []
    _, warnings = modern(as_yaml(old, "3"))
    assert warnings == []


def test_the_newer_key_counts() -> None:
    config, warnings = modern(
        "engine: {kmod: {buf_size_preset: 2}, modern_ebpf: }\nsyscall_buf_size_preset: 6"
    )
    assert (config.engine.kmod.buf_size_preset, config.engine.ebpf.buf_size_preset) == (2, 6)
    assert warnings == [
        "c.yaml:2:26: 'syscall_buf_size_preset' is passed over: "
        "'engine.kmod.buf_size_preset' is set"
    ]


@pytest.mark.parametrize("key", GONE)
def test_what_is_gone_is_told_of_where_it_is_not_at_its_default(key: str) -> None:
    default = GONE[key].default if GONE[key].default.isalnum() else ""
    config, warnings = modern(as_yaml(key, f'"{default}"'))
    assert (config, warnings) == (Config(), [])
    config, warnings = modern(as_yaml(key, "else"))
    assert config == Config()
    assert len(warnings) == 1
    assert warnings[0].endswith(f": '{key}' has no effect: {GONE[key].reason}")


def test_unknown_keys_beside_old_ones_are_told_of() -> None:
    _, warnings = modern("metadata_download: {max_mb: 100, min_mb: 3}\nmodern_bpf: 5")
    assert [warning.split(": ")[1] for warning in warnings] == [
        "unknown key 'metadata_download'",
        "unknown key 'modern_bpf'",
    ]


def test_of_two_kinds_of_ebpf_one_counts() -> None:
    both = "ebpf: {probe: '', buf_size_preset: 3}, modern_ebpf: {buf_size_preset: 5}"
    config, warnings = modern(f"engine: {{kind: modern_ebpf, {both}}}")
    assert config.engine.ebpf.buf_size_preset == 5
    assert warnings == []
    config, warnings = modern(f"engine: {{kind: ebpf, {both}}}")
    assert config.engine.ebpf.buf_size_preset == 3
    assert warnings == []
    config, warnings = modern(f"engine: {{{both}}}")
    assert config.engine.ebpf.buf_size_preset == 5
    assert len(warnings) == 1
    assert "'engine.ebpf' is passed over" in warnings[0]


def test_a_probe_is_told_of_where_it_would_be_used_and_is_not_falcos_own() -> None:
    text = "engine: {{kind: {}, ebpf: {{probe: {}}}, modern_ebpf: {{}}}}"
    for kind, probe in (("ebpf", "/root/.falco/falco-bpf.o"), ("kmod", "/opt/probe.o")):
        assert modern(text.format(kind, probe))[1] == []
    (warning,) = modern(text.format("ebpf", "/opt/probe.o"))[1]
    assert "'engine.ebpf.probe' has no effect" in warning


def test_old_keys_are_known_by_their_parts() -> None:
    assert is_former(["syscall_buf_size_preset"])
    assert is_former(["engine", "gvisor", "root"])
    assert not is_former(["engine"])


def test_put_makes_the_way_but_takes_nothing() -> None:
    node = parse("a: {b: 1}\nengine: {kmod: x}", Source("c.yaml"), Findings())
    value = parse("5", Source("c.yaml"), Findings())
    assert isinstance(node, Mapping)
    assert value is not None
    assert put(node, "engine.ebpf.buf_size_preset", value)
    assert not put(node, "engine.ebpf.buf_size_preset", value)
    assert not put(node, "engine.kmod.buf_size_preset", value)
    assert plain_value(node) == {
        "a": {"b": 1},
        "engine": {"kmod": "x", "ebpf": {"buf_size_preset": 5}},
    }


def test_a_tree_without_old_keys_stays_as_it_is() -> None:
    text = "engine: {}\nmetrics: {enabled: true}"
    node = parse(text, Source("c.yaml"), Findings())
    assert isinstance(node, Mapping)
    modernise(node, Findings())
    assert plain_value(node) == {"engine": {}, "metrics": {"enabled": True}}
