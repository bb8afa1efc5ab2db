# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.enrich.host import host_path


@pytest.mark.parametrize(
    ("root", "path"), [("", "/proc"), ("/host", "/host/proc"), ("/host/", "/host/proc")]
)
def test_host_path(monkeypatch: pytest.MonkeyPatch, root: str, path: str) -> None:
    monkeypatch.setenv("HOST_ROOT", root)
    assert host_path("/proc") == path


def test_host_path_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST_ROOT", raising=False)
    assert host_path("/etc") == "/etc"
