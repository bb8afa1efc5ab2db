# SPDX-License-Identifier: Apache-2.0
"""Versions that rules files require."""

import pytest

from falcomod.errors import RuleError
from falcomod.rules.document import Mapping, read_documents
from falcomod.rules.model import RuleCollection
from falcomod.rules.requirements import (
    ENGINE_VERSION,
    read_requirement,
    unmet_plugins,
    version_text,
)
from falcomod.rules.text import SourceFile


def read(text: str, collection: RuleCollection) -> bool:
    file = SourceFile("rules.yaml", text)
    (node,) = read_documents(file)
    assert isinstance(node, Mapping)
    return read_requirement(file, node, collection)


@pytest.mark.parametrize(
    ("written", "version"),
    [("26", (0, 26, 0)), ("0.57.0", (0, 57, 0)), ('"0.63.0"', ENGINE_VERSION), ("0", (0, 0, 0))],
)
def test_engine_versions_that_are_understood(written: str, version: tuple[int, int, int]) -> None:
    collection = RuleCollection()
    assert read(f"required_engine_version: {written}", collection)
    assert collection.engine_version == version


def test_the_highest_required_version_is_kept() -> None:
    collection = RuleCollection()
    read("required_engine_version: 20", collection)
    read("required_engine_version: 10", collection)
    assert version_text(collection.engine_version) == "0.20.0"


@pytest.mark.parametrize(
    ("written", "version"), [("64", "0.64.0"), ("0.63.1", "0.63.1"), ("1.0.0", "1.0.0")]
)
def test_newer_engine_versions_are_refused(written: str, version: str) -> None:
    with pytest.raises(RuleError) as caught:
        read(f"required_engine_version: {written}", RuleCollection())
    assert caught.value.message == (
        f"Rules require engine version {version}, but engine version is 0.63.0"
    )
    assert str(caught.value.location) == "rules.yaml:1:26"
    assert caught.value.code == "LOAD_ERR_VALIDATE"


@pytest.mark.parametrize("written", ["latest", "0.1", "-3", "99999999999", "0.1.x"])
def test_what_is_no_version_is_refused(written: str) -> None:
    with pytest.raises(RuleError) as caught:
        read(f"required_engine_version: {written}", RuleCollection())
    assert caught.value.message == (
        f"Unable to parse engine version '{written}' as a semver string. "
        'Expected "x.y.z" semver format.'
    )


GROUPS = """
required_plugin_versions:
  - name: one
    version: 0.1.0
    alternatives:
      - {name: two, version: 1.2.3-rc1}
  - {name: three, version: 0.2.0}
"""


def test_plugins_and_their_alternatives() -> None:
    collection = RuleCollection()
    assert read(GROUPS, collection)
    assert [group.alternatives for group in collection.plugin_versions] == [
        (("one", "0.1.0"), ("two", "1.2.3-rc1")),
        (("three", "0.2.0"),),
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("json", "Value of required_plugin_versions must be a sequence"),
        ("", "Value of required_plugin_versions must be a sequence"),
        ("[json]", "Plugin version must be a mapping"),
        ("[{name: json}]", "Item has no mapping for key 'version'"),
        ("[{version: 1.0.0}]", "Item has no mapping for key 'name'"),
        ("[{name: [a], version: 1.0.0}]", "Value is not a scalar value"),
        ("[{name: '', version: 1.0.0}]", "Value must be non-empty"),
        ("[{name: ~, version: 1.0.0}]", "Mapping for key 'name' is empty"),
        ("[{name: json, version: new}]", "Invalid required version 'new' for plugin 'json'"),
        ("[{name: a, version: 0.1.0, alternatives: b}]",
         "Value of plugin version alternatives must be a sequence"),
        ("[{name: a, version: 0.1.0, alternatives: [b]}]",
         "Plugin version alternative must be a mapping"),
        ("[{name: a, version: 0.1.0, alternatives: [{name: a, version: 0.2.0}]}]",
         "Defined multiple alternative version requirements for plugin 'a'"),
    ],
)  # fmt: skip
def test_faults_of_required_plugins(written: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        read(f"required_plugin_versions: {written}", RuleCollection())
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("available", "messages"),
    [
        ({"one": "0.1.0", "three": "0.9.0"}, []),
        ({"two": "1.2.3", "three": "0.2.1"}, []),
        ({"two": "1.9.0", "three": "1.2.0"},
         ["Plugin 'three' version '1.2.0' is not compatible with required plugin version '0.2.0'"]),
        ({"three": "0.2.0"}, ["Plugin requirement not satisfied, must load one of: "
                              "one (>= 0.1.0), two (>= 1.2.3-rc1)"]),
        # The first that is there has to serve, as with Falco.
        ({"one": "0.0.9", "two": "1.2.3", "three": "0.2.0"},
         ["Plugin 'one' version '0.0.9' is not compatible with required plugin version '0.1.0'"]),
    ],
)  # fmt: skip
def test_one_plugin_of_each_group_has_to_be_there(
    available: dict[str, str], messages: list[str]
) -> None:
    collection = RuleCollection()
    read(GROUPS, collection)
    faults = list(unmet_plugins(collection, available))
    assert [fault.message for fault in faults] == messages
    assert all(fault.code == "LOAD_ERR_VALIDATE" for fault in faults)


@pytest.mark.parametrize(
    "written",
    [
        "{name: container, version: 0.2.0}",
        "{name: k8saudit, version: 0.18.0}",
        "{name: json, version: 0.7.0}",
        "{name: k8smeta, version: 0.4.1}",
        "{name: other, version: 0.1.0, alternatives: [{name: k8saudit, version: 0.1.0}]}",
    ],
)
def test_what_is_built_in_counts_as_plugin(written: str) -> None:
    collection = RuleCollection()
    read(f"required_plugin_versions: [{written}]", collection)
    assert list(unmet_plugins(collection)) == []


def test_other_items_require_nothing() -> None:
    assert not read("rule: r", RuleCollection())
