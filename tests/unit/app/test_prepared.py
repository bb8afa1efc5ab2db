# SPDX-License-Identifier: Apache-2.0
"""What a start and a reload begin with."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from falcomod.app.prepared import digests, prepare
from falcomod.config.load import Loaded, load_all
from falcomod.config.output_options import FileOutput, StdoutOutput
from falcomod.engine.decode.schema import SYSCALLS
from falcomod.errors import RuleLoadError, UserError

RULE = "- rule: R\n  desc: d\n  condition: evt.type = mkdir\n  output: o\n  priority: INFO\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "r.yaml"
    path.write_text(RULE)
    return path


def loaded(rules: Path, **changes: object) -> Loaded:
    found = load_all(None)
    config = replace(found.config, rules_files=[str(rules)], rules_cache_dir="", **changes)
    return replace(found, config=config)


def test_everything_that_a_run_needs(rules: Path) -> None:
    prepared = prepare(lambda: loaded(rules))
    assert [compiled.rule.name for compiled in prepared.rules.rules] == ["R"]
    assert SYSCALLS["mkdir"].sc in prepared.syscalls
    assert [spec.name for spec in prepared.outputs] == ["stdout"]
    assert prepared.rules_files == {
        str(rules): hashlib.sha256(RULE.encode()).hexdigest(),
    }
    assert prepared.explain is None


def test_rules_that_anybody_may_change_are_told_of(
    rules: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rules.chmod(0o666)
    prepare(lambda: loaded(rules))
    assert f"{rules}: anybody may write to it; chmod o-w" in caplog.text


def test_explanations_are_an_output_beside_texts(rules: Path) -> None:
    prepared = prepare(lambda: loaded(rules), explain=True)
    assert [spec.name for spec in prepared.outputs] == ["stdout", "explanation"]
    assert prepared.explain is not None


def test_equal_configurations_have_equal_outputs(rules: Path, tmp_path: Path) -> None:
    file = FileOutput(enabled=True, filename=str(tmp_path / "events"))
    first, second = (prepare(lambda: loaded(rules, file_output=file)) for _ in range(2))
    other = prepare(lambda: loaded(rules, file_output=file, json_output=True))
    assert first.outputs == second.outputs
    assert first.outputs != other.outputs


def test_faults_are_the_users(rules: Path) -> None:
    with pytest.raises(UserError, match="no output configured"):
        prepare(lambda: loaded(rules, stdout_output=StdoutOutput(enabled=False)))
    rules.write_text("- rule: R\n  condition: evt.tipe = mkdir\n")
    with pytest.raises(RuleLoadError, match=r"r\.yaml"):
        prepare(lambda: loaded(rules))


def test_digest_of_what_is_gone_is_empty(rules: Path, tmp_path: Path) -> None:
    found = digests([str(rules), str(tmp_path / "gone")])
    assert list(found.values()) == [hashlib.sha256(RULE.encode()).hexdigest(), ""]
