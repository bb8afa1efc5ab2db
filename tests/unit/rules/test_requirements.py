# SPDX-License-Identifier: Apache-2.0
"""Versions that rules files require."""

import pytest

from falcomod.errors import RuleError
from falcomod.rules.document import Mapping, read_documents
from falcomod.rules.model import RuleCollection
from falcomod.rules.requirements import ENGINE_VERSION, read_requirement, version_text
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


@pytest.mark.parametrize("written", ["64", "0.63.1", "1.0.0"])
def test_newer_engine_versions_are_refused(written: str) -> None:
    with pytest.raises(RuleError, match=r"but engine version is 0\.63\.0") as caught:
        read(f"required_engine_version: {written}", RuleCollection())
    assert str(caught.value.location) == "rules.yaml:1:26"
    assert caught.value.code == "LOAD_ERR_VALIDATE"


@pytest.mark.parametrize("written", ["latest", "0.1", "[1]", "-3", "99999999999"])
def test_what_is_no_version_is_refused(written: str) -> None:
    with pytest.raises(RuleError, match="unable to parse"):
        read(f"required_engine_version: {written}", RuleCollection())


def test_plugins_and_their_alternatives() -> None:
    collection = RuleCollection()
    text = """
required_plugin_versions:
  - name: one
    version: 0.1.0
    alternatives:
      - {name: two, version: 1.2.3-rc1}
  - {name: three, version: 0.2.0}
"""
    assert read(text, collection)
    assert collection.plugin_versions == [
        (("one", "0.1.0"), ("two", "1.2.3-rc1")),
        (("three", "0.2.0"),),
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("json", "list of names"),
        ("[json]", "a name and a version"),
        ("[{name: json}]", "a name and a version"),
        ("[{name: json, version: new}]", "invalid required version"),
    ],
)
def test_faults_of_required_plugins(written: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        read(f"required_plugin_versions: {written}", RuleCollection())


def test_other_items_require_nothing() -> None:
    assert not read("rule: r", RuleCollection())
