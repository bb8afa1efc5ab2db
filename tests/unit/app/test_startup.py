# SPDX-License-Identifier: Apache-2.0
"""The steps of a start; tests/end_to_end has the whole."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import pytest

from falcomod.app import startup
from falcomod.app.prepared import prepare
from falcomod.config.engine_options import Engine, Plugin
from falcomod.config.load import Loaded
from falcomod.config.model import Config
from falcomod.config.service_options import Webserver
from falcomod.errors import UserError

BOTH = frozenset(("syscall", "k8s_audit"))
K8SAUDIT = Plugin("k8saudit", open_params="http://:9765/k8s-audit")


def config(**changes: object) -> Config:
    return dataclasses.replace(Config(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "wanted", "found"),
    [
        ({}, BOTH, BOTH),
        ({}, {"syscall"}, {"syscall"}),
        ({"engine": Engine(kind="nodriver")}, BOTH, {"k8s_audit"}),
        ({"webserver": Webserver(enabled=False)}, BOTH, {"syscall"}),
        ({"webserver": Webserver(k8s_audit_endpoint="")}, BOTH, {"syscall"}),
        ({"webserver": Webserver(enabled=False), "plugins": [K8SAUDIT]}, BOTH, BOTH),
        # As in files of Falco, which name it and do not load it.
        (
            {"webserver": Webserver(enabled=False), "plugins": [K8SAUDIT], "load_plugins": []},
            BOTH,
            {"syscall"},
        ),
    ],
)
def test_sources_that_are_on(
    changes: dict[str, object], wanted: frozenset[str], found: set[str]
) -> None:
    assert startup.chosen(config(**changes), frozenset(wanted)) == found


def test_a_run_without_sources_is_refused() -> None:
    nothing = config(engine=Engine(kind="nodriver"), webserver=Webserver(enabled=False))
    with pytest.raises(UserError, match="Must enable at least one event source"):
        startup.chosen(nothing, BOTH)


def test_a_capture_is_read_where_the_configuration_says_so() -> None:
    replayed = config(engine=Engine(kind="replay"))
    with pytest.raises(UserError, match="no capture is named"):
        startup.run(lambda: Loaded(replayed))


def test_bad_rules_end_a_start_before_anything_is_opened(tmp_path: Path) -> None:
    rules = tmp_path / "r.yaml"
    rules.write_text("- rule: R\n  condition: evt.tipe = open\n")
    pid = tmp_path / "pid"
    with pytest.raises(UserError, match=r"r\.yaml"):
        startup.run(lambda: Loaded(config(rules_files=[str(rules)])), pidfile=str(pid))
    assert not pid.exists()


def test_a_file_of_falco_that_is_not_read_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("falcomod"), "propagate", True)
    caplog.set_level(logging.INFO, "falcomod")
    file = tmp_path / "falco.yaml"
    monkeypatch.setattr(startup, "FALCO_FILE", file)
    rules = tmp_path / "r.yaml"
    rules.write_text("[]")
    prepared = prepare(lambda: Loaded(config(rules_files=[str(rules)], rules_cache_dir="")))
    startup.tell(prepared)
    assert "of Falco" not in caplog.text
    file.write_text("")
    startup.tell(prepared)
    assert f"to run with that of Falco: -c {file}" in caplog.text
