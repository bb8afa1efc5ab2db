# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema: valid itself, and true of files that are read without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from falcomod.config.example import text as example
from falcomod.config.former import GONE, moved
from falcomod.config.keys import all_options
from falcomod.config.model import Config
from falcomod.config.schema import DIALECT, schema
from falcomod.config.show import as_yaml

HERE = Path(__file__).parent
VALIDATOR = Draft202012Validator(schema())


def faults(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize("name", ["falco_025.yaml", "falco_044.yaml"])
def test_files_of_falco_are_valid(name: str) -> None:
    assert faults((HERE / name).read_text()) == []


def test_what_is_printed_is_valid() -> None:
    assert faults(example()) == []
    assert faults(as_yaml(Config())) == []


def property_of(key: str) -> Any:
    here: Any = schema()
    for part in key.replace("[]", "").split("."):
        items = here.get("items") or here.get("anyOf", [{}])[0].get("items", {})
        if "properties" not in here and "anyOf" in items:
            items = items["anyOf"][1]
        here = here.get("properties", items.get("properties", {}))[part]
    return here


@pytest.mark.parametrize("key", [*dict(all_options(Config)), *moved(), *GONE])
def test_every_key_is_in_it_with_its_documentation(key: str) -> None:
    assert property_of(key)["description"]


def test_what_is_old_or_without_effect_is_deprecated() -> None:
    for key in ("rules_file", "engine.modern_ebpf", "syscall_buf_size_preset", "engine.gvisor.root",
                "libs_logger.enabled"):  # fmt: skip
        assert property_of(key)["deprecated"], key
    assert "deprecated" not in property_of("rules_files")


@pytest.mark.parametrize(
    "text",
    [
        "priority: WARNING",
        "priority: ${LEVEL}",
        "json_output: ${JSON}",
        "output_timeout: ${X}",
        "kubernetes: {enabled: true}",
        "rules_file: a",
        "load_plugins: null",
        "config_files: [x, {path: y}]",
        "append_output: [{extra_fields: [a, {b: c}]}]",
        "plugins: [{name: x, init_config: {a: [1]}}]",
        "grpc: {socket_mode: 0600}",
        "static_fields: {a: 1}",
        "outputs: {rate: 0.5}",
    ],
)
def test_what_is_valid(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "json_outptu: true",
        "engine: {kimd: auto}",
        "engine: {kind: gvisor}",
        "json_output: 5",
        "engine: {kmod: {buf_size_preset: 11}}",
        "rules: [x]",
        "rules_files: {a: b}",
        "static_fields: [a]",
        "- a",
    ],
)
def test_what_is_not(text: str) -> None:
    assert faults(text)
