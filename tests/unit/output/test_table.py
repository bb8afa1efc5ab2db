# SPDX-License-Identifier: Apache-2.0
"""The outputs of a configuration."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.config.output_options import (
    FileOutput,
    GrpcOutput,
    HttpOutput,
    ProgramOutput,
    StdoutOutput,
    SyslogOutput,
)
from falcomod.config.service_options import Grpc
from falcomod.errors import UserError
from falcomod.output.table import SINKS, Row, specs

ON = {
    "stdout_output": StdoutOutput(enabled=True),
    "file_output": FileOutput(enabled=True, filename="/tmp/x"),
    "syslog_output": SyslogOutput(enabled=True),
    "program_output": ProgramOutput(enabled=True, program="cat"),
    "http_output": HttpOutput(enabled=True, url="http://127.0.0.1:1/"),
    "grpc_output": GrpcOutput(enabled=True),
}
NONE = Config(stdout_output=StdoutOutput(enabled=False), grpc=Grpc(enabled=True))


def line(alert: Alert) -> str:
    return alert.output


def test_every_output_of_the_configuration_has_a_row() -> None:
    blocks = {field.name for field in dataclasses.fields(Config) if field.name.endswith("_output")}
    assert {row.key for row in SINKS} == blocks - {"json_output", "append_output"} == set(ON)


@pytest.mark.parametrize("row", SINKS, ids=lambda row: row.name)
def test_output_is_there_when_it_is_switched_on(row: Row) -> None:
    config = dataclasses.replace(NONE, **{row.key: ON[row.key]})
    assert [spec.name for spec in specs(config, line)] == [row.name]
    assert specs(config, line) == specs(config, line)


def test_no_output_is_refused() -> None:
    with pytest.raises(UserError, match="no output configured"):
        specs(NONE, line, explain=True)


def test_explanations_stand_beside_text_only() -> None:
    assert [spec.name for spec in specs(Config(), line, explain=True)] == ["stdout", "explanation"]
    assert specs(Config(), line, explain=True)[1].is_aside
    config = Config(json_output=True)
    assert [spec.name for spec in specs(config, line, explain=True)] == ["stdout"]


def test_modules_of_other_outputs_are_not_imported() -> None:
    source = Path(__file__).resolve().parents[3] / "src"
    program = (
        "import sys\n"
        "from falcomod.config.model import Config\n"
        "from falcomod.output.table import SINKS, specs\n"
        "specs(Config(), str)\n"
        "print(*[row.name for row in SINKS if row.module in sys.modules])\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(source)},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert found.stdout == "stdout\n"
