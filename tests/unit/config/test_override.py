# SPDX-License-Identifier: Apache-2.0
"""`-o key=value`: every form, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from falcomod.config.document import Mapping, parse
from falcomod.config.findings import Findings, Source
from falcomod.config.model import Config, Plugin, RulesNamed, RulesSwitched
from falcomod.config.override import apply, first_key
from falcomod.config.read import Reader


def overridden(*overrides: str, text: str = "{}") -> tuple[Config, list[str]]:
    findings = Findings()
    node = parse(text, Source("c.yaml", tuple(text.splitlines())), findings)
    assert isinstance(node, Mapping)
    for override in overrides:
        apply(node, override, findings)
    config = Reader(findings).read(Config, node)
    assert findings.warnings == []
    return config, [str(fault) for fault in findings.faults]


def config_of(*overrides: str, text: str = "{}") -> Config:
    config, faults = overridden(*overrides, text=text)
    assert faults == []
    return config


def test_keys_are_set_in_order() -> None:
    config = config_of(
        "json_output=true", "engine.kmod.buf_size_preset=6", "priority=error", "priority = alert",
        text="priority: debug\nengine: {kmod: {buf_size_preset: 2}, kind: kmod}",
    )  # fmt: skip
    assert config.json_output is True
    assert (config.engine.kmod.buf_size_preset, config.engine.kind) == (6, "kmod")
    assert config.priority == "alert"


def test_other_spellings_are_the_same_key() -> None:
    text = "engine: {modern_ebpf: {cpus_for_each_buffer: 2}}\nrules_file: [a]"
    config = config_of("engine.ebpf.cpus_for_each_buffer=3", "rules_files[]=b", text=text)
    assert config.engine.ebpf.cpus_for_each_buffer == 3
    assert config.rules_files == ["a", "b"]
    assert config_of("engine.modern_ebpf.cpus_for_each_buffer=3").engine == config.engine


def test_lists_are_replaced_lengthened_and_changed() -> None:
    assert config_of("rules_files=x", text="rules_files: [a, b]").rules_files == ["x"]
    assert config_of("rules_files=[x, y]", text="rules_files: [a]").rules_files == ["x", "y"]
    assert config_of("rules_files=", text="rules_files: [a]").rules_files == []
    assert config_of("rules_files[]=x", text="rules_files: a").rules_files == ["a", "x"]
    assert config_of("rules_files[]=x", "rules_files[]=y").rules_files == ["x", "y"]
    assert config_of("rules_files[1]=x", text="rules_files: [a, b, c]").rules_files == [
        "a", "x", "c",
    ]  # fmt: skip
    assert config_of("rules_files[1]=x", text="rules_files: [a]").rules_files == ["a", "x"]
    assert config_of("load_plugins[]=json").load_plugins == ["json"]


def test_a_list_that_is_not_set_begins_with_its_default() -> None:
    drops = config_of("syscall_event_drops.actions[]=exit").syscall_event_drops
    assert drops.actions == ["log", "alert", "exit"]
    drops = config_of("syscall_event_drops.actions[1]=exit").syscall_event_drops
    assert drops.actions == ["log", "exit"]


SWITCHES = [
    RulesSwitched(disable=RulesNamed(rule="*")),
    RulesSwitched(enable=RulesNamed(rule="a b", tag="t")),
]


def test_blocks_in_lists() -> None:
    first, second = "disable: {rule: '*'}", "enable: {rule: a b, tag: t}"
    assert config_of(f"rules=[{{{first}}}, {{{second}}}]").rules == SWITCHES
    assert config_of(f"rules[]={{{first}}}", f"rules[]={{{second}}}").rules == SWITCHES
    config = config_of("rules[].disable.rule=*", "rules[].enable.tag=t", "rules[1].enable.rule=a b")
    assert config.rules == SWITCHES
    assert config_of("config_files[]=x").config_files[0].path == "x"


def test_a_block_is_replaced_as_a_whole() -> None:
    config = config_of(
        "file_output={enabled: yes, filename: x}", text="file_output: {keep_alive: on}"
    )
    assert (config.file_output.enabled, config.file_output.keep_alive) == (True, False)


def test_free_keys() -> None:
    config = config_of(r"static_fields.a\.b=x", r"static_fields.c\[0\]=y", r"static_fields.d\\=z",
                       "http_output.headers={A: b}", "http_output.headers.C=d=e")  # fmt: skip
    assert config.static_fields == {"a.b": "x", "c[0]": "y", "d\\": "z"}
    assert config.http_output.headers == {"A": "b", "C": "d=e"}
    plugins = config_of("plugins[].name=json", "plugins[0].init_config.x.y=5",
                        "plugins[0].init_config.z=[a, 1]").plugins  # fmt: skip
    assert plugins == [Plugin("json", init_config={"x": {"y": 5}, "z": ["a", 1]})]
    assert config_of("append_output[].extra_fields[].x=y").append_output[0].extra_fields == [
        {"x": "y"}
    ]


def test_a_text_with_braces_stays_a_text() -> None:
    assert config_of("program_output.program=[ -e x ]").program_output.program == "[ -e x ]"
    assert config_of("file_output.filename={x}").file_output.filename == "{x}"
    assert config_of("file_output.filename=null").file_output.filename == "null"
    assert config_of("file_output.filename=").file_output.filename == ""


def test_variables_are_the_business_of_the_shell() -> None:
    assert config_of("file_output.filename=${HOME}").file_output.filename == "${HOME}"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("json_output", 'Error parsing config option "json_output". Must be of the form key=val'),
        ("=x", "Must be of the form key=val or key.subkey=val"),
        ("json_outptu=true", "unknown key 'json_outptu'\n    did you mean 'json_output'?"),
        ("rules[].enable.name=x", "unknown key 'rules[].enable.name'"),
        ("rules[]=x", "keys and values are set here"),
        ("rules[]={", "keys and values are set here"),
        ("rules[]={a: }}", "not YAML"),
        ("rules[]={enable: x}", "rules[0].enable must be a mapping"),
        ("rules=x", "rules must be a list"),
        ("rules_files.x=1", "'rules_files' is a list"),
        ("rules_files[2]=x", "item 2 of a list that has 0"),
        ("rules_files[99999999]=x", "is no key"),
        ("priority[0]=x", "'priority' is no list"),
        ("priority.x=1", "'priority' has no keys below it"),
        ("json_output=perhaps", "must be true or false"),
        ("json_output={a: b}", "must be a single value"),
        ("engine=x", "name a key below it"),
        ("engine.=x", "is no key"),
        (".engine=x", "is no key"),
        ("engine..kind=x", "is no key"),
        ("[0]=x", "is no key"),
        ("rules_files[x]=x", "is no key"),
        ("rules_files[0]x=x", "is no key"),
        ("engine.kmod.buf_size_preset=x", "whole number"),
        ("engine.kmod.buf_size_preset=11", "must be between '1' and '10', not '11'"),
    ],
)
def test_bad_override_is_explained(override: str, message: str) -> None:
    _, faults = overridden(override)
    assert faults[0].startswith(f"-o {override}: ")
    assert message in faults[0]


@pytest.mark.parametrize(
    ("override", "key"), [("a.b=c", "a"), ("a[]=c", "a"), (r"a\.b=c", "a.b"), ("", ""), ("=", "")]
)
def test_first_key(override: str, key: str) -> None:
    assert first_key(override) == key


def test_old_keys_are_known() -> None:
    findings = Findings()
    root: Any = parse("{}", Source("c.yaml"), findings)
    apply(root, "syscall_buf_size_preset=5", findings)
    apply(root, "metadata_download.max_mb=5", findings)
    assert findings.faults == []
