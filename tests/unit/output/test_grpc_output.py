# SPDX-License-Identifier: Apache-2.0
"""The output puts alerts where the server finds them."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.config.model import Config
from falcomod.config.output_options import GrpcOutput, OutputsSpool
from falcomod.config.service_options import Grpc
from falcomod.output import grpc_output
from tests.unit.output import grpc_stub

ALERT = Alert(time_ns=0, priority=Priority.NOTICE, rule="R", output="o")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(
        grpc=Grpc(enabled=True),
        grpc_output=GrpcOutput(enabled=True),
        outputs_spool=OutputsSpool(path=str(tmp_path / "spool")),
    )


def line(alert: Alert) -> str:
    return f"line of {alert.rule}"


def test_alerts_are_in_the_spool_of_the_server(config: Config) -> None:
    server = grpc_output.shared_spool(config)
    spec = grpc_output.spec(config, line)
    assert spec is not None
    sink = spec.open()
    sink.write([ALERT, replace(ALERT, rule="S")])
    found = [grpc_stub.Alert.FromString(item.body) for item in server.take(9, 0)]
    assert [(alert.rule, alert.output) for alert in found] == [
        ("R", "line of R"),
        ("S", "line of S"),
    ]
    assert isinstance(sink, grpc_output.GrpcSink)
    assert sink.counters()["spool_appended"] == 2
    sink.close()
    server.close()


def test_alerts_that_nobody_took_are_there_in_the_next_run(config: Config) -> None:
    spec = grpc_output.spec(config, line)
    assert spec is not None
    for _ in range(2):
        sink = spec.open()
        sink.write([ALERT])
        sink.reopen()
        sink.close()
    server = grpc_output.shared_spool(config)
    assert len(server.take(9, 0)) == 2
    server.close()


def test_output_is_the_same_after_a_reload_unless_its_look_or_place_changes(
    config: Config,
) -> None:
    spec = grpc_output.spec(config, line)
    assert spec == grpc_output.spec(replace(config, priority="error"), str)
    assert spec != grpc_output.spec(replace(config, json_output=True), line)
    elsewhere = replace(config, outputs_spool=OutputsSpool(path="/elsewhere"))
    assert spec != grpc_output.spec(elsewhere, line)


def test_output_that_is_off_is_none(config: Config) -> None:
    assert grpc_output.spec(replace(config, grpc_output=GrpcOutput()), line) is None


def test_output_without_a_server_is_none_and_told(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("falcomod").propagate = True
    assert grpc_output.spec(replace(config, grpc=Grpc()), line) is None
    assert "grpc.enabled" in caplog.text
