# SPDX-License-Identifier: Apache-2.0
"""Nodes become options: every kind of value, and what each refuses."""

from __future__ import annotations

from typing import Any

import pytest

from falcomod.config.document import Mapping, parse
from falcomod.config.findings import Findings, Source
from falcomod.config.keys import all_options
from falcomod.config.model import Config, ConfigFile, RulesNamed, RulesSwitched
from falcomod.config.read import Reader


def read(text: str) -> tuple[Config, Findings]:
    findings = Findings()
    node = parse(text, Source("c.yaml", tuple(text.splitlines())), findings)
    assert isinstance(node, Mapping)
    return Reader(findings).read(Config, node), findings


def value(text: str) -> Config:
    config, findings = read(text)
    assert findings.faults == []
    assert findings.warnings == []
    return config


def test_texts_numbers_and_truth() -> None:
    config = value(
        "json_output: true\npriority: Warning\noutput_timeout: 0x10\noutputs: {rate: .5}\n"
        "engine: {kind: modern_ebpf, kmod: {buf_size_preset: 05}}\nfile_output: {filename: 5}\n"
    )
    assert config.json_output is True
    assert config.priority == "warning"
    assert config.output_timeout == 16
    assert config.outputs.rate == 0.5
    assert (config.engine.kind, config.engine.kmod.buf_size_preset) == ("ebpf", 5)
    assert config.file_output.filename == "5"


@pytest.mark.parametrize(
    ("word", "truth"), [("yes", True), ("On", True), ("TRUE", True), ("y", True), ("off", False)]
)
def test_words_of_yaml_for_truth(word: str, truth: bool) -> None:
    assert value(f"json_output: {word}").json_output is truth


def test_lists_and_one_text_in_place_of_a_list() -> None:
    assert value("rules_files: [a, b]").rules_files == ["a", "b"]
    assert value("rules_files: a").rules_files == ["a"]
    assert value("rules_file: a").rules_files == ["a"]
    assert value("rules_files: ''").rules_files == []
    assert value("load_plugins: []").load_plugins == []
    assert value("load_plugins: [json]").load_plugins == ["json"]
    assert value("config_files: x").config_files == [ConfigFile("x")]
    files = value("config_files: [x, {path: y, strategy: add-only}]").config_files
    assert files == [ConfigFile("x"), ConfigFile("y", "add-only")]


def test_blocks_in_lists() -> None:
    rules = value("rules:\n  - disable: {rule: '*'}\n  - enable:\n      tag: t\n").rules
    assert rules == [
        RulesSwitched(disable=RulesNamed(rule="*")),
        RulesSwitched(enable=RulesNamed(tag="t")),
    ]


def test_mappings_of_texts_and_texts_or_mappings() -> None:
    config = value("static_fields: {a: 1, b.c: x}\nappend_output: [{extra_fields: [x, {y: z}]}]")
    assert config.static_fields == {"a": "1", "b.c": "x"}
    assert config.append_output[0].extra_fields == ["x", {"y": "z"}]


@pytest.mark.parametrize(
    ("text", "init"), [("'{}'", "{}"), ("{a: [1, x, yes]}", {"a": [1, "x", True]}), ("~", None)]
)
def test_anything(text: str, init: Any) -> None:
    assert value(f"plugins: [{{name: json, init_config: {text}}}]").plugins[0].init_config == init


def test_a_key_without_a_value_is_not_set() -> None:
    assert value("engine:\nrules_files:\njson_output: ~\npriority: null\nload_plugins:") == Config()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("json_output: yes please", "c.yaml:1:14", "must be true or false, not 'yes please'"),
        ("engine: {kmod: {buf_size_preset: lots}}", "c.yaml:1:34", "must be a whole number"),
        ("output_timeout: 1.5", "c.yaml:1:17", "must be a whole number"),
        ("output_timeout: 99999999999999999999", "c.yaml:1:17", "must be a whole number"),
        ("outputs: {rate: .nan}", "c.yaml:1:17", "must be a number"),
        ("outputs: {rate: nan}", "c.yaml:1:17", "must be a number"),
        ("rules: [x]", "c.yaml:1:9", "rules[0] must be a mapping"),
        ("rules: x", "c.yaml:1:8", "rules must be a list"),
        ("rules_files: {a: b}", "c.yaml:1:14", "must be a list"),
        ("rules_files: [[a]]", "c.yaml:1:15", "must be a single value"),
        ("static_fields: [a]", "c.yaml:1:16", "must be a mapping of keys to texts"),
        ("static_fields: {a: [b]}", "c.yaml:1:20", "static_fields.a must be a single value"),
        ("priority: shouting", "c.yaml:1:11", "must be one of emergency"),
        ("priority: [debug]", "c.yaml:1:11", "must be a single value"),
        ('priority: "a\\0"', "c.yaml:1:11", "the character 0"),
        ("engine: x", "c.yaml:1:9", "engine must be a mapping"),
        ("engine: {kind: gvisor}", "c.yaml:1:16", "engine.kind 'gvisor' is not a valid kind"),
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
            "rules_file: [a.yaml]\nrules_files: [b.yaml]",
            "c.yaml:2:1",
            "'rules_file' is another spelling of 'rules_files'",
        ),
    ],
)
def test_fault_is_shown_with_its_place(text: str, place: str, message: str) -> None:
    _, findings = read(text)
    (fault,) = findings.faults
    assert str(fault).startswith(place + ": ")
    assert message in str(fault)


def test_the_rest_is_read_where_something_is_wrong() -> None:
    config, findings = read("json_output: perhaps\npriority: error\nrules_files: [[a], b]")
    assert len(findings.faults) == 2
    assert (config.json_output, config.priority, config.rules_files) == (False, "error", ["b"])


@pytest.mark.parametrize(
    ("text", "place", "message", "remedy"),
    [
        ("json_outptu: true", "c.yaml:1:1", "'json_outptu'", "did you mean 'json_output'?"),
        ("engine:\n  knd: auto", "c.yaml:2:3", "'engine.knd'", "did you mean 'kind'?"),
        ("rules: [{enabel: {}}]", "c.yaml:1:10", "'rules[0].enabel'", "did you mean 'enable'?"),
        ('"a\\nb": 1', "c.yaml:1:1", "'a\\nb'", ""),
    ],
)
def test_unknown_key_is_a_warning(text: str, place: str, message: str, remedy: str) -> None:
    config, findings = read(text)
    (warning,) = findings.warnings
    assert findings.faults == []
    assert str(warning.location) == place
    assert warning.message == f"unknown key {message}"
    assert remedy in warning.remedy
    assert warning.quote == text.splitlines()[warning.location.line - 1]
    assert config == (Config() if "rules" not in text else Config(rules=[RulesSwitched()]))


def other(default: Any, choices: tuple[str, ...]) -> str:
    """Another value than the default, as text."""
    if isinstance(default, bool):
        return str(not default).lower()
    if choices:
        return next(choice for choice in choices if choice != default)
    return str(default + 1) if isinstance(default, int) else "else"


UNUSED = [(key, option) for key, option in all_options(Config) if option.about["unused"]]


@pytest.mark.parametrize(("key", "option"), UNUSED, ids=[key for key, _ in UNUSED])
def test_option_without_effect_is_told_of_where_it_is_not_at_its_default(
    key: str, option: Any
) -> None:
    def text(value: str) -> str:
        *blocks, last = key.split(".")
        return (
            "".join(f"{{{block}: " for block in blocks)
            + f"{{{last}: {value}"
            + "}" * (len(blocks) + 1)
        )

    _, findings = read(text(str(option.default).lower()))
    assert findings.warnings == []
    for usual in option.about["usual"]:
        _, findings = read(text(str(usual).lower()))
        assert findings.warnings == []
    value = other(option.default, option.about["choices"])
    if value in (str(usual).lower() for usual in option.about["usual"]):
        return
    _, findings = read(text(value))
    (warning,) = findings.warnings
    assert warning.message == f"'{key}' has no effect: {option.about['unused']}"


@pytest.mark.parametrize("key", ["json_output", "output_timeout", "priority", "rule_matching"])
def test_an_empty_text_is_the_default_where_it_is_no_value(key: str) -> None:
    config, findings = read(f"{key}: ''\nfile_output: {{filename: ''}}")
    assert config.file_output.filename == ""
    assert getattr(config, key) == getattr(Config(), key)
    assert [warning.message for warning in findings.warnings] == [
        f"'{key}' is empty: its default counts"
    ]


def test_places_of_what_is_set_are_kept() -> None:
    text = "engine: {modern_ebpf: {buf_size_preset: 5}}\nload_plugins: [json]"
    findings = Findings()
    node = parse(text, Source("c.yaml", tuple(text.splitlines())), findings)
    assert isinstance(node, Mapping)
    reader = Reader(findings)
    reader.read(Config, node)
    assert {key: str(place.location) for key, place in reader.places.items()} == {
        "engine": "c.yaml:1:9",
        "engine.ebpf": "c.yaml:1:23",
        "engine.ebpf.buf_size_preset": "c.yaml:1:41",
        "load_plugins": "c.yaml:2:15",
        "load_plugins[0]": "c.yaml:2:16",
    }
