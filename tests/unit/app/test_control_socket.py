# SPDX-License-Identifier: Apache-2.0
"""The socket that is named, else that of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from falcomod.app import control_socket as module
from falcomod.app.control_socket import control_socket
from falcomod.config.model import Config
from falcomod.config.service_options import Control
from falcomod.errors import UserError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "falcomod.yaml"
    file.write_text("control:\n  socket: /run/other.sock\n")
    return file


def test_named_socket_is_taken(path: Path) -> None:
    assert control_socket("/run/mine.sock", str(path)) == "/run/mine.sock"


def test_socket_of_a_configuration(path: Path) -> None:
    assert control_socket(None, str(path)) == "/run/other.sock"


def test_named_configuration_must_be_right(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.yaml"):
        control_socket(None, str(tmp_path / "none.yaml"))


def test_default_configuration_may_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: str | None) -> Config:
        raise UserError("not YAML")

    monkeypatch.setattr(module, "load", broken)
    assert control_socket(None) == Control().socket
