# SPDX-License-Identifier: Apache-2.0
"""The name of this host in alerts."""

from __future__ import annotations

import os

import pytest

from falcomod.app.hostname import hostname


def test_hostname_can_be_overridden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALCO_HOSTNAME", "elsewhere")
    assert hostname() == "elsewhere"
    monkeypatch.delenv("FALCO_HOSTNAME")
    assert hostname() == os.uname().nodename
