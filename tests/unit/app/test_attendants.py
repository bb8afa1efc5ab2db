# SPDX-License-Identifier: Apache-2.0
"""What runs beside the engine, over real sockets, with audit events for a source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.app import control
from falcomod.errors import UserError
from tests.attended import EVENT, LIMIT_S, RULE, Running


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    found = Running(tmp_path)
    yield found
    found.end()


def test_reload_over_the_control_socket(running: Running) -> None:
    running.rules.write_text(RULE.format(name="second"))
    answer = control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    assert answer["message"].startswith("1 rules")
    running.request("POST", "/k8s-audit", EVENT)
    running.wait_until(lambda: running.told()[-1]["rule"] == "second")
    (message,) = [alert for alert in running.told() if alert["source"] == "internal"]
    assert message["rule"] == "Falco internal: reload"


def test_reload_at_the_end_is_answered_at_once(running: Running) -> None:
    running.attendants.reloader.stop()
    with pytest.raises(UserError, match="not reloaded: falcomod ends"):
        control.ask(running.socket, "POST", "/reload", LIMIT_S)


def test_reload_that_is_refused_changes_nothing(running: Running) -> None:
    running.rules.write_text("- rule: broken\n  condition: ka.verbs = create\n")
    with pytest.raises(UserError, match=r"(?s)reload refused.*r\.yaml"):
        control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    running.request("POST", "/k8s-audit", EVENT)
    running.wait_until(lambda: len(running.told()) == 2)
    assert {alert["rule"] for alert in running.told()} == {
        "Falco internal: hot restart failure", "first",
    }  # fmt: skip
    status = control.ask(running.socket, "GET", control.STATUS, LIMIT_S)
    assert (status["reloads"], status["reloads_failed"]) == (0, 1)


def test_files_that_change_are_read_anew(running: Running) -> None:
    running.rules.write_text(RULE.format(name="third"))
    running.wait_until(lambda: any("reload" in alert["rule"] for alert in running.told()))
    running.request("POST", "/k8s-audit", EVENT)
    assert running.told()[-1]["rule"] == "third"


def test_outputs_may_be_others_after_a_reload(running: Running, tmp_path: Path) -> None:
    running.request("POST", "/k8s-audit", EVENT)
    other = tmp_path / "other"
    running.options.append(f"file_output.filename={other}")
    control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    running.request("POST", "/k8s-audit", EVENT)
    assert [alert["rule"] for alert in running.told()] == ["first"]
    running.alerts = other
    assert [alert["rule"] for alert in running.told()][-1] == "first"


def test_output_that_cannot_be_opened_keeps_the_old_ones(running: Running) -> None:
    running.options.append("http_output.enabled=true")
    running.options.append("http_output.url=https://127.0.0.1:1/")
    running.options.append("http_output.ca_cert=/nowhere/ca.crt")
    with pytest.raises(UserError, match=r"ca_cert|ca\.crt"):
        control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    running.request("POST", "/k8s-audit", EVENT)
    running.wait_until(lambda: any(alert["rule"] == "first" for alert in running.told()))


def test_what_has_to_wait_for_a_start_is_named(running: Running) -> None:
    running.options.append("control.socket=/elsewhere")
    answer = control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    assert answer["later"] == ["control.socket"]
