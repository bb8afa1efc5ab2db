# SPDX-License-Identifier: Apache-2.0
"""Reading configuration: what is right is kept, what is wrong is shown with its place."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.config.load import from_text, load
from falcomod.config.model import Config, RulesNamed, RulesSwitched
from falcomod.errors import ConfigError, UserError


def test_no_file_gives_the_defaults() -> None:
    assert load(None) == Config()


def test_empty_file_gives_the_defaults() -> None:
    assert from_text("# nothing\n", "c.yaml") == Config()


def test_values_of_every_kind() -> None:
    config = from_text(
        "rules_files: [a.yaml, b.yaml]\njson_output: true\npriority: Warning\n"
        "engine:\n  kind: kmod\n  kmod: {buf_size_preset: 5}\n",
        "c.yaml",
    )
    assert config.rules_files == ["a.yaml", "b.yaml"]
    assert config.json_output is True
    assert config.priority == "warning"
    assert (config.engine.kind, config.engine.kmod.buf_size_preset) == ("kmod", 5)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("json_outptu: true", "c.yaml:1:1", "did you mean 'json_output'?"),
        ("engine:\n  kimd: auto", "c.yaml:2:3", "unknown key 'engine.kimd'"),
        ("json_output: yes please", "c.yaml:1:14", "must be true or false"),
        ("engine: {kmod: {buf_size_preset: lots}}", "c.yaml:1:34", "must be a whole number"),
        ("rules: [{enabel: {}}]", "c.yaml:1:10", "did you mean 'enable'?"),
        ("rules: [x]", "c.yaml:1:9", "must be a mapping"),
        ("rules_files: a.yaml", "c.yaml:1:14", "must be a list"),
        ("- a\n- b", "c.yaml:1:1", "must be a mapping"),
        ("priority: shouting", "c.yaml:1:11", "must be one of emergency"),
        ("priority: [debug]", "c.yaml:1:11", "must be a single value"),
        ("a: [1,", "c.yaml:1:7", "not YAML"),
        ("json_output: true\njson_output: false", "c.yaml:2:1", "stands here twice"),
        ("engine: {kind: gvisor}", "c.yaml:1:16", "must be one of auto, kmod, ebpf"),
        (
            "engine: {ebpf: {buf_size_preset: 0}}",
            "c.yaml:1:34",
            "The 'buf_size_preset' value must be between '1' and '10', not '0'",
        ),
        (
            "engine: {ebpf: {cpus_for_each_buffer: -1}}",
            "c.yaml:1:39",
            "The 'cpus_for_each_buffer' value must be at least '0', not '-1'",
        ),
        (
            "engine: {modern_ebpf: {}, ebpf: {}}",
            "c.yaml:1:27",
            "'modern_ebpf' is another spelling of 'ebpf'",
        ),
    ],
)
def test_fault_is_shown_with_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_text(text, "c.yaml")
    assert str(caught.value).startswith(place + ": ")
    assert message in str(caught.value)


def test_falco_spells_ebpf_its_own_way() -> None:
    text = "engine: {kind: modern_ebpf, modern_ebpf: {cpus_for_each_buffer: 2}}"
    config = from_text(text, "c.yaml")
    assert (config.engine.kind, config.engine.ebpf.cpus_for_each_buffer) == ("ebpf", 2)
    overridden = load(
        None, ["engine.modern_ebpf.cpus_for_each_buffer=2", "engine.kind=modern_ebpf"]
    )
    assert overridden == config


def test_missing_file_names_file_reason_and_remedy() -> None:
    with pytest.raises(ConfigError, match=r"/no/such\.yaml: cannot read .*No such file") as caught:
        load("/no/such.yaml")
    assert "-c" in caught.value.remedy


def test_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(str(path))


def test_overrides_apply_in_order() -> None:
    config = load(
        None,
        ["json_output=true", "engine.kmod.buf_size_preset=6", "rules_files[]=a", "rules_files[]=b"],
    )
    assert config.json_output is True
    assert config.engine.kmod.buf_size_preset == 6
    assert config.rules_files == ["a", "b"]


SWITCHES = [
    RulesSwitched(disable=RulesNamed(rule="*")),
    RulesSwitched(enable=RulesNamed(rule="a b", tag="t")),
]


def test_a_list_of_blocks_is_read() -> None:
    text = "rules:\n  - disable: {rule: '*'}\n  - enable:\n      rule: a b\n      tag: t\n"
    assert from_text(text, "c.yaml").rules == SWITCHES


def test_overrides_reach_into_a_list_of_blocks() -> None:
    first, second = "disable: {rule: '*'}", "enable: {rule: a b, tag: t}"
    assert load(None, [f"rules=[{{{first}}}, {{{second}}}]"]).rules == SWITCHES
    assert load(None, [f"rules[]={{{first}}}", f"rules[]={{{second}}}"]).rules == SWITCHES
    config = load(None, ["rules[].disable.rule=*", "rules[].enable.tag=t"])
    assert config.rules == [SWITCHES[0], RulesSwitched(enable=RulesNamed(tag="t"))]


def test_rules_file_is_the_old_spelling() -> None:
    assert from_text("rules_file: [a.yaml]", "c.yaml").rules_files == ["a.yaml"]
    with pytest.raises(ConfigError, match="'rules_file' is another spelling of 'rules_files'"):
        from_text("rules_file: [a.yaml]\nrules_files: [b.yaml]", "c.yaml")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("rules[]=x", "expected keys and values"),
        ("rules[]={", "expected keys and values"),
        ("rules[]={enable: x}", "must be a mapping"),
        ("rules[].enable.name=x", "unknown key 'name'"),
        ("rules_files[].x=1", "its items have no keys"),
        ("json_output", "expected key=value"),
        ("=x", "expected key=value"),
        ("json_outptu=true", "did you mean 'json_output'"),
        ("json_output=perhaps", "must be true or false"),
        ("engine=x", "name a key below 'engine'"),
        ("priority.x=1", "has no keys below it"),
        ("engine.kmod.buf_size_preset=x", "whole number"),
        (
            "engine.kmod.buf_size_preset=11",
            "The 'buf_size_preset' value must be between '1' and '10', not '11'",
        ),
    ],
)
def test_bad_override_is_explained(override: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load(None, [override])


@given(st.text(max_size=200))
def test_any_text_gives_a_configuration_or_an_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        assert isinstance(from_text(text, "c.yaml"), Config)
