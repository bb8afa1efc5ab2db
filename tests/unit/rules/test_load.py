# SPDX-License-Identifier: Apache-2.0
"""Files and directories to collections; every fault told at once."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from falcomod.errors import RuleLoadError
from falcomod.rules.load import load_files, load_sources
from falcomod.rules.text import SourceFile

ELEMENT = "Unexpected element type. Each element should be a yaml associative array."
RULE = "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: debug\n"


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_files_are_merged_in_the_order_given(tmp_path: Path) -> None:
    first = write(tmp_path / "b.yaml", "- list: l\n  items: [a]\n")
    second = write(tmp_path / "a.yaml", "- list: l\n  items: [b]\n  override: {items: append}\n")
    collection = load_files([first, second])
    assert [item.value for item in collection.lists["l"].items] == ["a", "b"]


def test_a_directory_gives_its_rules_files_by_name(tmp_path: Path) -> None:
    write(tmp_path / "b.yml", "- list: b\n  items: []\n")
    write(tmp_path / "a.yaml", "- list: a\n  items: []\n")
    write(tmp_path / "notes.txt", "- list: c\n  items: []\n")
    (tmp_path / "d.yaml").mkdir()
    assert list(load_files([tmp_path]).lists) == ["a", "b"]


def test_empty_documents_and_items_are_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "r.yaml", "---\n---\n- ~\n- list: l\n  items: []\n---\n")
    assert list(load_files([path]).lists) == ["l"]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = write(tmp_path / "r.yaml", b"\xef\xbb\xbf- list: l\n  items: []\n")
    assert list(load_files([path]).lists) == ["l"]


def test_a_missing_file_is_told_with_the_faults_of_the_others(tmp_path: Path) -> None:
    bad = write(tmp_path / "z.yaml", "key: value\n")
    missing = tmp_path / "missing.yaml"
    with pytest.raises(RuleLoadError) as caught:
        load_files([bad, missing])
    assert [error.code for error in caught.value.errors] == [
        "LOAD_ERR_FILE_READ",
        "LOAD_ERR_YAML_VALIDATE",
    ]
    assert "No such file" in str(caught.value)


def test_text_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "r.yaml", b"- list: l\n  items: [\xff]\n")
    with pytest.raises(RuleLoadError, match=r"r\.yaml:2: this rules file is not UTF-8"):
        load_files([path])


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("word", "rules.yaml:1:1", "Rules content is not yaml"),
        ("rule: r", "rules.yaml:1:1", "Rules content is not yaml array of objects"),
        ("- list: l\n  items: []\n- word\n", "rules.yaml:3:3", ELEMENT),
        ("- [a]", "rules.yaml:1:3", ELEMENT),
    ],
)
def test_shape_of_a_file(text: str, place: str, message: str) -> None:
    with pytest.raises(RuleLoadError) as caught:
        load_sources([SourceFile("rules.yaml", text)])
    (error,) = caught.value.errors
    assert str(error.location) == place
    assert error.message == message


def test_faults_of_items_keys_and_conditions_are_told_together_by_place() -> None:
    text = (
        RULE.format(name="one", condition="proc.name ==")
        + "- rule: two\n  priority: urgent\n"
        + RULE.format(name="three", condition="a b")
    )
    with pytest.raises(RuleLoadError) as caught:
        load_sources([SourceFile("rules.yaml", text)])
    assert [str(error.location) for error in caught.value.errors] == [
        "rules.yaml:3:26",
        "rules.yaml:7:13",
        "rules.yaml:10:16",
    ]


def test_the_rest_of_a_file_behind_a_yaml_fault_is_left_out() -> None:
    text = "- list: a\n  items: []\n---\n- [\n"
    with pytest.raises(RuleLoadError) as caught:
        load_sources([SourceFile("one.yaml", text), SourceFile("two.yaml", "x")])
    assert [error.location.path for error in caught.value.errors] == ["one.yaml", "two.yaml"]


PLUGINS = "- required_plugin_versions: [{name: cloudtrail, version: 0.1.0}]\n"


def test_required_plugins_are_asked_for_when_all_is_read() -> None:
    with pytest.raises(RuleLoadError) as caught:
        load_sources([SourceFile("one.yaml", PLUGINS), SourceFile("two.yaml", "x")])
    assert [str(error.location) for error in caught.value.errors] == [
        "one.yaml:1:37",
        "two.yaml:1:1",
    ]
    assert "must load one of: cloudtrail (>= 0.1.0)" in caught.value.errors[0].message


BAD = (
    PLUGINS
    + RULE.format(name="good", condition="evt.type = open")
    + "- rule: bad\n  priority: urgent\n"
    + "- macro: m\n- list: l\n- list: m\n  items: [a]\n"
    + RULE.format(name="better", condition="evt.type = close")
)


def test_what_is_bad_can_be_left_out(tmp_path: Path) -> None:
    unread = write(tmp_path / "a.yaml", b"\xff")
    broken = write(tmp_path / "b.yaml", "- [\n")
    bad = write(tmp_path / "c.yaml", BAD)
    missing = tmp_path / "d.yaml"
    collection = load_files([unread, broken, bad, missing], skip_bad=True)
    assert list(collection.rules) == ["good", "better"]
    assert list(collection.lists) == ["m"]
    assert collection.macros == {}
    assert sorted(error.code for error in collection.skipped) == [
        "LOAD_ERR_FILE_READ",
        "LOAD_ERR_FILE_READ",
        "LOAD_ERR_VALIDATE",
        "LOAD_ERR_YAML_PARSE",
        "LOAD_ERR_YAML_VALIDATE",
        "LOAD_ERR_YAML_VALIDATE",
        "LOAD_ERR_YAML_VALIDATE",
    ]


BROKEN = (
    "# rules\n"
    + RULE.format(name="first", condition="a")
    + "- list: 'quoted'\n  items: [a\n"
    + "- list: good\n  items: [b]\n---\n"
    + RULE.format(name="{open", condition='"a"b')
    + "\n"
    + RULE.format(name="last", condition="(")
)


def test_items_that_are_yaml_are_read_out_of_a_file_that_is_not() -> None:
    collection = load_sources([SourceFile("rules.yaml", BROKEN)], skip_bad=True)
    assert list(collection.rules) == ["first", "last"]
    assert list(collection.lists) == ["good"]
    assert collection.lost_lists == {"quoted"}
    places = [(error.code, error.location.line) for error in collection.skipped]
    assert places == [("LOAD_ERR_YAML_PARSE", 7), ("LOAD_ERR_YAML_PARSE", 13)]
    last = collection.rules["last"]
    assert str(last.condition.location(0)) == "rules.yaml:20:14"


def test_a_fault_outside_of_items_is_told_all_the_same() -> None:
    text = RULE.format(name="one", condition="a") + "---\n{\n---\n- list: l\n  items: [a]\n"
    collection = load_sources([SourceFile("rules.yaml", text)], skip_bad=True)
    assert (list(collection.rules), list(collection.lists)) == (["one"], ["l"])
    assert [error.code for error in collection.skipped] == ["LOAD_ERR_YAML_PARSE"]


def test_lists_that_are_lost_are_known_until_another_definition() -> None:
    first = SourceFile("one.yaml", "- list: a\n- list: b\n")
    assert load_sources([first], skip_bad=True).lost_lists == {"a", "b"}
    second = SourceFile("two.yaml", "- list: a\n  items: [x]\n")
    assert load_sources([first, second], skip_bad=True).lost_lists == {"b"}


def test_a_bad_change_leaves_what_was_before() -> None:
    text = "- list: a\n  items: [x]\n- list: a\n  items: y\n"
    collection = load_sources([SourceFile("one.yaml", text)], skip_bad=True)
    assert [item.value for item in collection.lists["a"].items] == ["x"]
    assert (len(collection.skipped), collection.lost_lists) == (1, set())


_lines = st.sampled_from(
    ["- rule: r", "- macro: m", "- list: l", "  desc: d", "  condition: m and proc.name in (l)",
     "  output: o", "  priority: debug", "  append: true", "  override: {condition: append}",
     "  items: [l, a]", "  enabled: false", "  tags: [x]", "  exceptions:", "    - name: e",
     "      fields: [proc.name]", "      values: [[a]]", "  condition: (", "---", "- ~", "x", ""]
)  # fmt: skip


@given(st.lists(_lines, max_size=16).map("\n".join))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_lines_give_a_collection_or_a_load_error(text: str) -> None:
    with contextlib.suppress(RuleLoadError):
        load_sources([SourceFile("rules.yaml", text)])
    load_sources([SourceFile("rules.yaml", text)], skip_bad=True)


def test_file_that_has_no_end_is_not_read(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.yaml"
    os.mkfifo(fifo)
    for path in (fifo, Path("/dev/zero")):
        with pytest.raises(RuleLoadError, match="cannot be read: it is no regular file"):
            load_files([path])
    # In a folder it is passed over.
    assert not load_files([tmp_path]).rules
