# SPDX-License-Identifier: Apache-2.0
"""The protobuf that is asked for runs what the build makes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from falcomod.enrich.proto import containerd_pb2, cri_pb2

PROJECT = Path(__file__).resolve().parents[4] / "pyproject.toml"


@pytest.mark.parametrize("module", [containerd_pb2, cri_pb2])
def test_dependency_is_the_version_in_the_module(module: object) -> None:
    made = Path(str(module.__file__)).read_text()  # type: ignore[attr-defined]
    found = re.search(r"^# Protobuf Python Version: ((\d+)\.\d+\.\d+)$", made, re.MULTILINE)
    assert found is not None
    lowest, major = found.groups()
    dependencies = tomllib.loads(PROJECT.read_text())["project"]["dependencies"]
    # A module runs with its own major version and the next.
    assert f"protobuf>={lowest},<{int(major) + 2}" in dependencies
