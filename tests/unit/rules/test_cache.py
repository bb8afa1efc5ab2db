# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bench import rules_file
from falcomod.alert.additions import Additions, Step
from falcomod.alert.static_fields import StaticFields
from falcomod.errors import FalcomodError
from falcomod.rules import cache
from falcomod.rules.cache import ENTRIES_MAX, CacheFault, RulesCache, decoded, encoded, key_of
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile
from tests.unit.engine.fields.host import NOTHING, host

TEXT = """
- list: shells
  items: [sh, bash]
- macro: shell
  condition: (proc.name in (shells))
- rule: one
  desc: first
  condition: evt.type in (open, openat) and shell and not fd.name startswith /tmp
  output: opened %fd.name (%tolower(proc.name))
  priority: ERROR
  tags: [b, a]
- rule: two
  desc: second
  condition: evt.type = close and (proc.name = val(proc.pname) or proc.name startswith anyof (a, b))
  output: o
  priority: DEBUG
"""

# What compiling takes out of a text has to be taken out of the one that is kept as well.
OLD = """
- rule: old
  desc: d
  condition: evt.type = execve and evt.dir = <
  output: "ran %proc.name (by %user.name %container.info) "
  priority: INFO
"""


def compiled(text: str = TEXT) -> CompiledRules:
    return compile_rules(load_sources([SourceFile("/r.yaml", text)]))


def again(rules: CompiledRules) -> CompiledRules:
    return decoded(json.loads(json.dumps(encoded(rules))), "first")


def test_what_was_added_is_added_again() -> None:
    additions = Additions(
        (Step("append_output[0]", output="in %static.env", fields=("static.env", "proc.pid")),),
        static=StaticFields.of({"env": "prod"}),
        time_field="evt.time.iso8601",
    )
    text = TEXT.replace("and shell", "and shell and static.env = prod and static.env contains ro")
    rules = compile_rules(load_sources([SourceFile("/r.yaml", text)]), additions=additions)
    document = json.loads(json.dumps(encoded(rules)))
    copy = decoded(document, "first", additions)
    assert copy.ruleset.describe() == again(rules).ruleset.describe()
    for before, after in zip(rules.rules, copy.rules, strict=True):
        assert after.template.text == before.template.text
        assert after.template.text.endswith(" in %static.env")
        probe = host()
        view = probe.at(NOTHING)
        fields = after.template.fields(view)
        assert fields == before.template.fields(view)
        assert (fields["static.env"], fields["proc.pid"]) == ("prod", 200)
        assert "evt.time.iso8601" in fields


@pytest.mark.parametrize("text", [TEXT, OLD, rules_file.scaled(9)])
def test_what_is_read_is_what_was_written(text: str) -> None:
    rules = compiled(text)
    copy = again(rules)
    # The order of words within a condition follows from the order of building.
    assert again(copy).ruleset.describe() == copy.ruleset.describe()
    assert copy.ruleset.node_count == rules.ruleset.node_count
    assert (copy.codes, copy.syscalls) == (rules.codes, rules.syscalls)
    assert [str(warning) for warning in copy.warnings] == [str(w) for w in rules.warnings]
    for one, other in zip(copy.rules, rules.rules, strict=True):
        assert (one.rule_id, one.tree, one.codes) == (other.rule_id, other.tree, other.codes)
        assert one.template.text == other.template.text
        for name in ("name", "desc", "priority", "source", "tags", "capture"):
            assert getattr(one.rule, name) == getattr(other.rule, name)
        assert one.rule.condition.text == other.rule.condition.text
        assert one.rule.defined.pieces[0].scalar.file.path == "/r.yaml" or text != TEXT


def test_an_entry_is_found_by_its_key_alone(tmp_path: Path) -> None:
    folder = RulesCache(tmp_path / "a" / "b")
    assert folder.load("0", matching="first") is None
    folder.save("0", compiled())
    found = folder.load("0", matching="first")
    assert found is not None
    assert [rule.rule.name for rule in found.rules] == ["one", "two"]
    assert folder.load("1", matching="first") is None


def test_a_key_depends_on_everything_that_rules_are_made_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = [("/a", b"1"), ("/b", b"2")]
    keys = {
        key_of(files, ["first"]),
        key_of(files, ["all"]),
        key_of(files[::-1], ["first"]),
        key_of([("/a", b"1"), ("/b", b"3")], ["first"]),
        key_of([("/a", b"12"), ("/b", b"")], ["first"]),
        key_of([("/c", b"1"), ("/b", b"2")], ["first"]),
    }
    assert key_of(files, ["first"]) in keys
    monkeypatch.setattr(cache, "_program", lambda: "another version")
    assert len(keys | {key_of(files, ["first"])}) == 7


def test_the_oldest_entries_are_removed(tmp_path: Path) -> None:
    folder = RulesCache(tmp_path)
    for number in range(ENTRIES_MAX + 3):
        folder.save(f"{number}", compiled())
        os.utime(tmp_path / f"{number}", ns=(number, number))
    names = {entry.name for entry in tmp_path.iterdir()}
    assert names == {f"{number}" for number in range(3, ENTRIES_MAX + 3)}


def test_a_damaged_entry_is_none(tmp_path: Path) -> None:
    folder = RulesCache(tmp_path)
    folder.save("0", compiled())
    content = (tmp_path / "0").read_bytes()
    for position in range(0, len(content), 97):
        changed = bytearray(content)
        changed[position] ^= 1
        (tmp_path / "0").write_bytes(changed)
        assert folder.load("0", matching="first") is None
        (tmp_path / "0").write_bytes(content[:position])
        assert folder.load("0", matching="first") is None


def test_an_entry_that_others_could_have_written_is_none(tmp_path: Path) -> None:
    folder = RulesCache(tmp_path)
    folder.save("0", compiled())
    (tmp_path / "0").chmod(0o666)
    assert folder.load("0", matching="first") is None
    (tmp_path / "0").chmod(0o600)
    (tmp_path / "1").symlink_to(tmp_path / "0")
    assert folder.load("1", matching="first") is None
    assert folder.load("0", matching="first") is not None


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_a_folder_that_others_may_write_in_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(CacheFault, match="is no folder of this user alone"):
        RulesCache(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheFault, match="file"):
        RulesCache(tmp_path / "file" / "inside")


@pytest.mark.parametrize(
    "change",
    [
        {"rules": None},
        {"rules": [{}]},
        {"nodes": [["check", "no.such", "=", ["1"], ""]]},
        {"nodes": [["what"]]},
        {"nodes": [["not", 7]]},
        {"codes": ["x"]},
        {"warnings": [[]]},
    ],
)
def test_a_document_that_is_no_entry_is_an_error(change: dict[str, Any]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError, FalcomodError)):
        decoded({**encoded(compiled()), **change}, "first")
