# SPDX-License-Identifier: Apache-2.0
"""Captures replayed: the alerts, whose time and host they carry, the summary, faults."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from falcomod.app import replay
from falcomod.config.engine_options import Engine, Replay
from falcomod.config.model import Config
from falcomod.enrich import procfs
from falcomod.errors import UserError
from tests.capture_files import (
    AUDIT_RULE,
    HOSTNAME,
    RULES,
    SAMPLES,
    SECOND_NS,
    START_NS,
    audit_lines,
    opened,
    write,
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = write(tmp_path / "rules.yaml", RULES + AUDIT_RULE)
    return Config(rules_files=[path], json_output=True)


def alerts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def run(config: Config, *paths: str, **options: Any) -> str:
    """The summary of a replay."""
    summary = io.StringIO()
    replay.run(config, paths, summary=summary, **options)
    return summary.getvalue()


def test_alerts_have_time_and_host_of_the_capture(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = run(config, write(tmp_path / "x", opened("/a", "/etc/shadow")))
    found = alerts(capsys)
    assert [alert["rule"] for alert in found] == ["Anything opened", "Shadow opened"]
    assert [alert["output_fields"]["evt.time"] for alert in found] == [
        START_NS,
        START_NS + SECOND_NS,
    ]
    assert {alert["hostname"] for alert in found} == {HOSTNAME}
    assert found[1]["output_fields"]["proc.name"] == "cat"
    assert "Events detected: 2" in summary
    assert "   Shadow opened: 1" in summary
    assert "Events processed: 2" in summary
    assert "Captured Events: 2" in summary


def test_host_name_as_a_field_is_that_of_the_capture(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(config, write(tmp_path / "x", opened("/etc/shadow")))
    assert alerts(capsys)[0]["output_fields"]["evt.hostname"] == HOSTNAME


def test_nothing_is_asked_of_this_host(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("this host was asked")

    for name in ("scan", "lookup", "prune"):
        monkeypatch.setattr(procfs, name, refuse)
    summary = run(config, write(tmp_path / "x", opened("/a")))
    assert "Events processed: 1" in summary


def test_files_follow_each_other_with_a_state_each(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = write(tmp_path / "1", opened("/a")), write(tmp_path / "2", audit_lines("pod-1"))
    summary = run(config, first, second, first)
    found = alerts(capsys)
    assert [alert["rule"] for alert in found] == ["Anything opened", "Pod made", "Anything opened"]
    assert [alert["source"] for alert in found] == ["syscall", "k8s_audit", "syscall"]
    assert "Events processed: 3" in summary
    assert summary.count(f"   {first}: 1 events") == 2
    assert f"   {second}: 1 events, 1 lines" in summary


def test_what_was_not_taken_is_in_the_summary(config: Config, tmp_path: Path) -> None:
    path = write(tmp_path / "x", audit_lines("a") + b"{no json\n[1]\n")
    assert f"   {path}: 1 events, 3 lines, 1 lines that are no JSON, 1 that are no events" in run(
        config, path
    )
    sample = str(SAMPLES / "cat_write.scap")
    assert re.search(
        rf"   {sample}: 345 events, 307 converted, 38 merged or left out", run(config, sample)
    )


def test_damaged_file_gives_what_it_holds_and_the_next_is_read(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = write(tmp_path / "1", opened("/a", "/b")[:-20])
    summary = io.StringIO()
    with pytest.raises(UserError, match=r"offset \d+") as caught:
        replay.run(config, [broken, write(tmp_path / "2", opened("/c"))], summary=summary)
    assert broken in str(caught.value)
    assert caught.value.exit_code == 1
    names = [alert["output_fields"]["fd.name"] for alert in alerts(capsys)]
    assert names == ["/a", "/c"]
    assert "Events detected: 2" in summary.getvalue()


def test_file_that_is_none_does_not_keep_others_from_being_read(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = io.StringIO()
    paths = ["/no/such.scap", write(tmp_path / "1", opened("/a"))]
    with pytest.raises(UserError, match=r"/no/such\.scap") as caught:
        replay.run(config, paths, summary=summary)
    assert caught.value.exit_code == 1
    assert "Events detected: 1" in summary.getvalue()


def test_where_nothing_was_read_there_is_no_summary(config: Config) -> None:
    summary = io.StringIO()
    with pytest.raises(UserError, match=r"/no/such\.scap"):
        replay.run(config, ["/no/such.scap"], summary=summary)
    assert summary.getvalue() == ""


def test_priority_and_selection_are_those_of_the_configuration(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    severe = dataclasses.replace(config, priority="warning")
    run(severe, write(tmp_path / "x", opened("/a", "/etc/shadow")))
    assert [alert["rule"] for alert in alerts(capsys)] == ["Shadow opened"]


def test_configured_capture_is_read_and_summed_up_on_standard_output(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "x", opened("/a"))
    engine = Engine(kind="replay", replay=Replay(capture_file=path))
    replay.run_configured(dataclasses.replace(config, engine=engine), explain=False)
    out = capsys.readouterr().out
    assert "Events detected: 1" in out
    assert '"rule":"Anything opened"' in out


def test_kind_replay_without_a_file_is_told(config: Config) -> None:
    with pytest.raises(UserError, match=r"set engine\.replay\.capture_file"):
        replay.run_configured(config, explain=False)


def test_explanations_are_in_json_alerts(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(config, write(tmp_path / "x", opened("/etc/shadow")), explain=True)
    explanation = alerts(capsys)[0]["explanation"]
    assert explanation["outcome"] == "match"
    assert explanation["condition"]["parts"][0]["text"] == "opened"


def test_explanations_of_text_alerts_stand_on_standard_error(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = dataclasses.replace(config, json_output=False)
    run(text, write(tmp_path / "x", opened("/etc/shadow")), explain=True)
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert "rule 'Shadow opened' at event 1, openat by cat (42): match" in err


class KeptProgress:
    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int] | None] = []

    def show(self, path: str, position: int, size: int) -> None:
        self.calls.append((path, position, size))

    def clear(self) -> None:
        self.calls.append(None)


def test_progress_is_shown_and_cleared_before_each_alert(config: Config, tmp_path: Path) -> None:
    progress = KeptProgress()
    content = opened("/a", "/b")
    path = write(tmp_path / "x", content)
    run(config, path, progress=progress)
    assert (path, len(content), len(content)) in progress.calls
    assert progress.calls[:2] == [None, None]
    assert progress.calls[-1] is None
